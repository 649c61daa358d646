"""The update of a database to the newest schema. It is safe at every start, and in several processes at once.

A quick check finds whether a migration is missing; only then Alembic is loaded. A new SQLite file is created
from `schema.sql`, which equals the result of all migrations.
"""

import contextlib
import sqlite3
from pathlib import Path

from db.engines.address import PostgresAddress
from db.engines.engine import DatabaseNotMigrated, DatabaseTooNew, DatabaseUnusable, SourceUnusable
from db.engines.lock import lock_file

_OURS = {"alembic_version", "jobs", "usage"}
"""Tables of the first schema. If a file of another program has one of them, the migration fails at that name."""

MIGRATIONS = Path(__file__).parents[1] / "migrations"
SCHEMA_FILE = Path(__file__).parents[1] / "schema.sql"


def migrate_sqlite(path: Path) -> None:
    """Run the missing migrations on the file at `path`, which is created if needed.

    Raises:
        DatabaseBusy: another process has the file open.
        DatabaseTooNew: a newer version of this program wrote the file.
        DatabaseUnusable: the file cannot be opened, or is not a database of this program.
    """
    if path.exists():
        require_ours(path, empty_will_do=True)
    _make(path)
    with lock_file(path):
        tables, found = _look(path)
        refuse_unknown_revision(found, path)
        if not tables:
            _write_schema(path)
        elif found != newest_revision():
            from db.operations.upgrade import upgrade_sqlite

            upgrade_sqlite(path)


def require_ours(path: Path, *, empty_will_do: bool = False) -> None:
    """Check that the file is a database of this program, of any version; change nothing.

    With `empty_will_do`, an empty database passes, too.

    Raises:
        SourceUnusable: the file is missing, or is another one.
    """
    if not path.exists():
        raise SourceUnusable(path, "there is no such file")
    if path.is_dir():
        raise SourceUnusable(path, "unable to open database file, it is a folder")
    tables, _ = _look(path)
    ours = _OURS if empty_will_do else {"alembic_version"}
    if not tables & ours and (tables or not empty_will_do):
        raise SourceUnusable(path, "it holds no database of this program")


def require_newest_schema(path: Path) -> None:
    """Check that the file has the newest schema; change and lock nothing.

    Raises:
        DatabaseTooNew: a newer version of this program wrote the file.
        DatabaseNotMigrated: the schema is older, or there is none.
        DatabaseUnusable: the file cannot be opened, or is not a database.
    """
    if not path.exists():
        raise DatabaseNotMigrated(path)
    _, found = _look(path)
    refuse_other_revision(found, path)


async def migrate_postgres(address: PostgresAddress) -> None:
    """Run the missing migrations on the database.

    Raises:
        DatabaseError: the database cannot be used; the message says what to do.
    """
    if await _revision_at(address) != newest_revision():
        from db.operations.upgrade_postgres import upgrade_postgres

        await upgrade_postgres(address)


async def require_our_postgres(address: PostgresAddress) -> None:
    """Check that the database has a schema of this program, of any version; change nothing.

    Raises:
        SourceUnusable: it has none.
    """
    if await _revision_at(address) is None:
        raise SourceUnusable(address.place, "it holds no database of this program")


async def require_newest_postgres_schema(address: PostgresAddress) -> None:
    """Check that the database has the newest schema; change nothing.

    Raises:
        DatabaseError: the database cannot be used; the message says what to do.
    """
    refuse_other_revision(await _revision_at(address), address.place)


def revisions() -> list[str]:
    """Return all revisions of the schema, oldest first: the number at the start of each migration's file name."""
    return sorted(path.name.partition("_")[0] for path in MIGRATIONS.glob("versions/[0-9]*.py"))


def newest_revision() -> str:
    """Return the revision of the schema that this program reads and writes."""
    return revisions()[-1]


def refuse_unknown_revision(found: str | None, place: Path | str) -> None:
    """Check that no newer version of this program wrote the schema.

    Raises:
        DatabaseTooNew: a newer version wrote it.
    """
    if found is not None and found not in revisions():
        raise DatabaseTooNew(place, found=found, newest=newest_revision())


def refuse_other_revision(found: str | None, place: Path | str) -> None:
    """Check that the schema is the newest one.

    Raises:
        DatabaseTooNew: the schema is newer than this program.
        DatabaseNotMigrated: the schema is older, or there is none.
    """
    refuse_unknown_revision(found, place)
    if found != newest_revision():
        raise DatabaseNotMigrated(place)


def _make(path: Path) -> None:
    """Create the file if it is missing, accessible to its owner only."""
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        path.touch(mode=0o600)
    except OSError as error:
        raise DatabaseUnusable(path, error) from error


def _look(path: Path) -> tuple[set[str], str | None]:
    """Return the names of a file's tables, and the revision of its schema; change and lock nothing."""
    try:
        address = f"{path.resolve().as_uri()}?mode=ro"
        with contextlib.closing(sqlite3.connect(address, uri=True)) as connection:
            tables = {name for (name,) in connection.execute("SELECT name FROM sqlite_master")}
            if "alembic_version" not in tables:
                return tables, None
            row = connection.execute("SELECT version_num FROM alembic_version").fetchone()
            return tables, row and row[0]
    except sqlite3.Error as error:
        raise SourceUnusable(path, error) from error


def _write_schema(path: Path) -> None:
    """Create all tables of a new database, or none of them."""
    try:
        with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as connection:
            connection.executescript(SCHEMA_FILE.read_text(encoding="utf-8"))
    except sqlite3.Error as error:
        raise DatabaseUnusable(path, error) from error


async def _revision_at(address: PostgresAddress) -> str | None:
    from db.engines.postgres_connection import revision_at  # imported here, because it loads asyncpg

    return await revision_at(address)
