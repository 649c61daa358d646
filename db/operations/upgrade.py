"""The run of migrations with Alembic. Import this only if one is missing: Alembic and SQLAlchemy load slowly."""

import sqlite3
from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import URL, Connection, create_engine, event
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import NullPool

from db.engines.engine import DatabaseUnusable
from db.operations.migrate import MIGRATIONS


def upgrade_sqlite(path: Path) -> None:
    """Run the missing migrations on the file at `path`, each in a transaction of its own.

    Raises:
        DatabaseUnusable: another process writes to the file.
    """
    with open_connection(path) as connection:
        try:
            connection.begin().rollback()
        except DBAPIError as error:
            raise DatabaseUnusable(path, error.orig or error) from error
        upgrade(connection)
        connection.commit()


def upgrade(connection: Connection, revision: str = "head") -> None:
    """Run the missing migrations up to `revision` on an open connection."""
    configuration = Config()
    configuration.set_main_option("script_location", str(MIGRATIONS))
    configuration.set_main_option("path_separator", "os")
    configuration.attributes["connection"] = connection
    command.upgrade(configuration, revision)


def open_connection(path: Path) -> Connection:
    """Open a SQLite file for migrations."""
    engine = create_engine(URL.create("sqlite", database=str(path)), poolclass=NullPool)
    event.listen(engine, "connect", _leave_transactions_to_us)
    event.listen(engine, "begin", _begin_immediate)
    return engine.connect()


def _leave_transactions_to_us(connection: sqlite3.Connection, _record: object) -> None:
    # Python itself begins no transaction before DDL, so the CREATE TABLE of a failed migration would stay.
    connection.isolation_level = None
    connection.execute("PRAGMA foreign_keys = OFF")


def _begin_immediate(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE")
