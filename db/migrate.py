"""Brings a database to the newest schema. Safe to call at every start."""

import sqlite3
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, create_engine, event
from sqlalchemy.pool import NullPool

from db.lock import lock_file

_SCRIPTS = Path(__file__).parent / "migrations"


def migrate_sqlite(path: Path) -> None:
    """Apply every migration that the file at `path` lacks, creating it if needed.

    Raises:
        DatabaseBusy: another process has the file open.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with lock_file(path):
        engine = create_engine(f"sqlite:///{path}", poolclass=NullPool)
        event.listen(engine, "connect", _leave_transactions_to_us)
        event.listen(engine, "begin", _begin_immediate)
        with engine.connect() as connection:
            command.upgrade(_configuration(connection), "head")
            connection.commit()
        engine.dispose()


def newest_revision() -> str | None:
    """Return the revision that this code expects."""
    return ScriptDirectory(str(_SCRIPTS)).get_current_head()


def revision_of(connection: Connection) -> str | None:
    """Return the revision that a database stands at."""
    return MigrationContext.configure(connection).get_current_revision()


def _configuration(connection: Connection) -> Config:
    configuration = Config()
    configuration.set_main_option("script_location", str(_SCRIPTS))
    configuration.set_main_option("path_separator", "os")
    configuration.attributes["connection"] = connection
    return configuration


def _leave_transactions_to_us(connection: sqlite3.Connection, _record: object) -> None:
    # Python's own transactions commit before DDL: a rolled-back CREATE TABLE would stay.
    connection.isolation_level = None
    connection.execute("PRAGMA foreign_keys = OFF")


def _begin_immediate(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE")
