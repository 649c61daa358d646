"""Brings a database to the newest schema. Safe to call at every start, and by several processes at once."""

import contextlib
import sqlite3
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import URL, Connection, create_engine, event
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import NullPool

from db.errors import DatabaseNotMigrated, DatabaseTooNew, DatabaseUnusable, SourceUnusable
from db.lock import lock_file

_OURS = {"alembic_version", "jobs", "usage"}
"""Tables of the first schema: where one of them is another program's, the migration fails by its name."""

_SCRIPTS = Path(__file__).parent / "migrations"


def migrate_sqlite(path: Path) -> None:
    """Apply every migration that the file at `path` lacks, creating it if needed.

    Raises:
        DatabaseBusy: another process has the file open.
        DatabaseTooNew: a newer program wrote the file.
        DatabaseUnusable: the file cannot be opened, or is no database, or another program's.
    """
    if path.exists():
        require_ours(path, empty_will_do=True)
    _make(path)
    with lock_file(path), _connect(path) as connection:
        refuse_unknown_revision(_revision_of(connection, path), path)
        upgrade(connection)
        connection.commit()


def require_ours(path: Path, *, empty_will_do: bool = False) -> None:
    """Make sure that there is a database of this program, of whatever version; nothing is made or changed.

    Raises:
        SourceUnusable: there is none.
    """
    if not path.exists():
        raise SourceUnusable(path, "there is no such file")
    if path.is_dir():
        raise SourceUnusable(path, "unable to open database file, it is a folder")
    try:
        address = f"{path.resolve().as_uri()}?mode=ro"
        with contextlib.closing(sqlite3.connect(address, uri=True)) as connection:
            tables = {name for (name,) in connection.execute("SELECT name FROM sqlite_master")}
    except sqlite3.Error as error:
        raise SourceUnusable(path, error) from error
    ours = _OURS if empty_will_do else {"alembic_version"}
    if not tables & ours and (tables or not empty_will_do):
        raise SourceUnusable(path, "it holds no database of this program")


def require_newest_schema(path: Path) -> None:
    """Make sure that the file can be read as it is; nothing is changed or locked.

    Raises:
        DatabaseTooNew: a newer program wrote the file.
        DatabaseNotMigrated: an older one did, or none.
        DatabaseUnusable: the file cannot be opened, or is no database.
    """
    if not path.exists():
        raise DatabaseNotMigrated(path)
    with _connect(path) as connection:
        refuse_other_revision(_revision_of(connection, path), path)


def upgrade(connection: Connection) -> None:
    """Apply what is missing, on an open connection."""
    configuration = Config()
    configuration.set_main_option("script_location", str(_SCRIPTS))
    configuration.set_main_option("path_separator", "os")
    configuration.attributes["connection"] = connection
    command.upgrade(configuration, "head")


def newest_revision() -> str:
    """Return the revision of the schema that this program reads and writes."""
    return ScriptDirectory(str(_SCRIPTS)).get_current_head() or "nothing"


def refuse_unknown_revision(found: str | None, place: Path | str) -> None:
    """Make sure that no newer program wrote the schema.

    Raises:
        DatabaseTooNew: one did.
    """
    scripts = ScriptDirectory(str(_SCRIPTS))
    if found is not None and found not in {script.revision for script in scripts.walk_revisions()}:
        raise DatabaseTooNew(place, found=found, newest=newest_revision())


def refuse_other_revision(found: str | None, place: Path | str) -> None:
    """Make sure that the schema is the newest one.

    Raises:
        DatabaseTooNew: it is newer than this program.
        DatabaseNotMigrated: it is older, or there is none.
    """
    refuse_unknown_revision(found, place)
    if found != newest_revision():
        raise DatabaseNotMigrated(place)


def _make(path: Path) -> None:
    """Make the file where there is none, for its owner alone."""
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        path.touch(mode=0o600)
    except OSError as error:
        raise DatabaseUnusable(path, error) from error


def _connect(path: Path) -> Connection:
    engine = create_engine(URL.create("sqlite", database=str(path)), poolclass=NullPool)
    event.listen(engine, "connect", _leave_transactions_to_us)
    event.listen(engine, "begin", _begin_immediate)
    try:
        return engine.connect()
    except DBAPIError as error:
        raise DatabaseUnusable(path, error.orig or error) from error


def _revision_of(connection: Connection, path: Path) -> str | None:
    try:
        return MigrationContext.configure(connection).get_current_revision()
    except DBAPIError as error:
        raise DatabaseUnusable(path, error.orig or error) from error
    finally:
        connection.rollback()  # every migration begins a transaction of its own


def _leave_transactions_to_us(connection: sqlite3.Connection, _record: object) -> None:
    # Python begins none before DDL: the CREATE TABLE of a migration that fails would stay.
    connection.isolation_level = None
    connection.execute("PRAGMA foreign_keys = OFF")


def _begin_immediate(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE")
