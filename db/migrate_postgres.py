"""Brings a PostgreSQL database to the newest schema: in one transaction, by one process at a time."""

from asyncpg.exceptions import PostgresError  # pyright: ignore[reportMissingTypeStubs] - it ships none
from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

from db.address import PostgresAddress
from db.errors import SourceUnusable
from db.migrate import newest_revision, refuse_other_revision, refuse_unknown_revision, upgrade
from db.postgres_connection import connect
from db.postgres_faults import connecting_to

# Held to the end of the transaction, so that it works through a pooler too. The wait for another process has a bound.
_WAIT_IN_LINE = "SET LOCAL lock_timeout = 120000"
_LOCK = "SELECT pg_advisory_xact_lock(hashtextextended('clapper schema', 0))"

_HAS_REVISION = "SELECT to_regclass('alembic_version') IS NOT NULL"
_REVISION = "SELECT version_num FROM alembic_version"


async def migrate_postgres(address: PostgresAddress) -> None:
    """Apply every migration that the database lacks.

    Raises:
        DatabaseError: it cannot be used; the message says what to do.
    """
    if await _revision_at(address) == newest_revision():
        return
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


async def require_our_postgres(address: PostgresAddress) -> None:
    """Make sure that the database holds a schema of this program, of whatever version; nothing is changed.

    Raises:
        SourceUnusable: it does not.
    """
    if await _revision_at(address) is None:
        raise SourceUnusable(address.place, "it holds no database of this program")


async def require_newest_postgres_schema(address: PostgresAddress) -> None:
    """Make sure that the database can be read as it is; nothing is changed.

    Raises:
        DatabaseError: it cannot be used; the message says what to do.
    """
    refuse_other_revision(await _revision_at(address), address.place)


async def _revision_at(address: PostgresAddress) -> str | None:
    with connecting_to(address.place):
        connection = await connect(address)
        try:
            await connection.execute("BEGIN READ ONLY")  # a pooler may give each statement another server
            exists = await connection.fetchval(_HAS_REVISION)
            revision = await connection.fetchval(_REVISION) if exists else None
            await connection.execute("COMMIT")
            return revision
        finally:
            await connection.close()


def _migrate(connection: Connection, place: str) -> None:
    connection.execute(text(_WAIT_IN_LINE))
    connection.execute(text(_LOCK))
    exists = connection.execute(text(_HAS_REVISION)).scalar()
    refuse_unknown_revision(connection.execute(text(_REVISION)).scalar() if exists else None, place)
    upgrade(connection)


def _cause_of(error: DBAPIError) -> BaseException:
    cause = error.orig.__cause__ if error.orig is not None else None
    return cause if isinstance(cause, PostgresError | OSError) else error
