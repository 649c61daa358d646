"""Brings a PostgreSQL database to the newest schema; one look decides whether anything is missing."""

from db.engines.address import PostgresAddress
from db.engines.errors import SourceUnusable
from db.engines.postgres_connection import connect
from db.engines.postgres_faults import connecting_to
from db.operations.migrate import newest_revision, refuse_other_revision

HAS_REVISION = "SELECT to_regclass('alembic_version') IS NOT NULL"
REVISION = "SELECT version_num FROM alembic_version"


async def migrate_postgres(address: PostgresAddress) -> None:
    """Apply every migration that the database lacks.

    Raises:
        DatabaseError: it cannot be used; the message says what to do.
    """
    if await _revision_at(address) != newest_revision():
        from db.operations.upgrade_postgres import upgrade_postgres

        await upgrade_postgres(address)


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
            exists = await connection.fetchval(HAS_REVISION)
            revision = await connection.fetchval(REVISION) if exists else None
            await connection.execute("COMMIT")
            return revision
        finally:
            await connection.close()
