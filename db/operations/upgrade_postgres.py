"""The run of migrations on a PostgreSQL database: in one transaction, by one process at a time."""

from asyncpg.exceptions import PostgresError  # pyright: ignore[reportMissingTypeStubs] - it ships none
from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

from db.engines.address import PostgresAddress
from db.engines.postgres_connection import HAS_REVISION, REVISION, connect, connecting_to
from db.operations.migrate import refuse_unknown_revision
from db.operations.upgrade import upgrade

# The lock is held to the end of the transaction, so that it also works through a pooler. The wait for it is bounded.
_WAIT_IN_LINE = "SET LOCAL lock_timeout = 120000"
_LOCK = "SELECT pg_advisory_xact_lock(hashtextextended('clapper schema', 0))"


async def upgrade_postgres(address: PostgresAddress) -> None:
    """Run the missing migrations on the database.

    Raises:
        DatabaseError: the database cannot be used; the message says what to do.
    """
    engine = create_async_engine(
        "postgresql+asyncpg://",
        poolclass=NullPool,
        async_creator=lambda: connect(address),
        connect_args={"prepared_statement_cache_size": 0},
    )
    with connecting_to(address.place):
        try:
            async with engine.begin() as connection:
                await connection.run_sync(_migrate, address.place)
        except DBAPIError as error:
            raise _cause_of(error) from error


def _migrate(connection: Connection, place: str) -> None:
    connection.execute(text(_WAIT_IN_LINE))
    connection.execute(text(_LOCK))
    exists = connection.execute(text(HAS_REVISION)).scalar()
    refuse_unknown_revision(connection.execute(text(REVISION)).scalar() if exists else None, place)
    upgrade(connection)


def _cause_of(error: DBAPIError) -> BaseException:
    cause = error.orig.__cause__ if error.orig is not None else None
    return cause if isinstance(cause, PostgresError | OSError) else error
