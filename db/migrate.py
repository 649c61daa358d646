"""Brings a database to the newest schema. Safe to call at every start."""

import sqlite3
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import URL, Connection, create_engine, event
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import NullPool

from db.errors import DatabaseNotMigrated, DatabaseTooNew, DatabaseUnusable
from db.lock import lock_file

_SCRIPTS = Path(__file__).parent / "migrations"


def migrate_sqlite(path: Path) -> None:
    """Apply every migration that the file at `path` lacks, creating it if needed.

    Raises:
        DatabaseBusy: another process has the file open.
        DatabaseTooNew: a newer program wrote the file.
        DatabaseUnusable: the file cannot be opened, or is no database.
    """
    _make_folder_of(path)
    with lock_file(path), _connect(path) as connection:
        _refuse_unknown_revision(connection, path)
        command.upgrade(_configuration(connection), "head")
        connection.commit()


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
        _refuse_unknown_revision(connection, path)
        if _revision_of(connection, path) != ScriptDirectory(str(_SCRIPTS)).get_current_head():
            raise DatabaseNotMigrated(path)


def _make_folder_of(path: Path) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
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


def _refuse_unknown_revision(connection: Connection, path: Path) -> None:
    scripts = ScriptDirectory(str(_SCRIPTS))
    found = _revision_of(connection, path)
    if found is not None and found not in {script.revision for script in scripts.walk_revisions()}:
        raise DatabaseTooNew(path, found=found, newest=scripts.get_current_head() or "nothing")


def _revision_of(connection: Connection, path: Path) -> str | None:
    try:
        return MigrationContext.configure(connection).get_current_revision()
    except DBAPIError as error:
        raise DatabaseUnusable(path, error.orig or error) from error
    finally:
        connection.rollback()  # every migration begins a transaction of its own


def _configuration(connection: Connection) -> Config:
    configuration = Config()
    configuration.set_main_option("script_location", str(_SCRIPTS))
    configuration.set_main_option("path_separator", "os")
    configuration.attributes["connection"] = connection
    return configuration


def _leave_transactions_to_us(connection: sqlite3.Connection, _record: object) -> None:
    # Python begins none before DDL: the CREATE TABLE of a migration that fails would stay.
    connection.isolation_level = None
    connection.execute("PRAGMA foreign_keys = OFF")


def _begin_immediate(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE")
