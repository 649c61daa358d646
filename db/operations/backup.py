"""Copies of a SQLite database for backups, made while it is in use, and a summary of what such a copy holds."""

import contextlib
import os
import sqlite3
from collections.abc import Generator
from dataclasses import dataclass
from pathlib import Path
from shlex import quote
from urllib.parse import parse_qsl, urlencode, urlsplit

from db.engines.address import postgres_address
from db.engines.engine import DatabaseUnusable
from db.jobs.job import ENDED
from db.operations.migrate import refuse_unknown_revision


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedFiles:
    """The file names that a job's row holds."""

    key: str
    open: bool  #: whether the job has not ended
    first_frame: str | None
    video_file: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Contents:
    """A summary of a database: schema, number of rows and jobs, and the named files."""

    schema: str
    rows: dict[str, int]  #: by table
    jobs: dict[str, int]  #: by state
    files: tuple[NamedFiles, ...]


def copy_sqlite(source: Path, target: Path) -> None:
    """Copy the committed state of the database into a new file, without remains of deleted rows.

    Raises:
        DatabaseUnusable: the source cannot be read, or the target cannot be written.
    """
    if not source.is_file():
        raise DatabaseUnusable(source, "there is no such file")
    with _reading(source) as connection:
        connection.execute(_COPY, (str(target),))
    with target.open("rb+") as file:  # VACUUM INTO does not sync to the disk
        os.fsync(file.fileno())


def contents_of(path: Path) -> Contents:
    """Check the whole file of a database to which nothing writes, and return a summary of it.

    Raises:
        DatabaseUnusable: the file is damaged, or is not a database of this program.
        DatabaseTooNew: a newer version of this program wrote it.
    """
    with _reading(path) as connection:
        _require_whole(connection, path)
        (schema,) = connection.execute(_SCHEMA).fetchone() or ("",)
        refuse_unknown_revision(schema, path)
        return Contents(
            schema=schema,
            rows=_count_rows(connection),
            jobs=dict(connection.execute(_JOBS).fetchall()),
            files=tuple(_named(*row) for row in connection.execute(_FILES)),
        )


def finish_sqlite(path: Path) -> None:
    """Move everything into the one file at `path`, so that no write-ahead log remains beside it.

    Raises:
        DatabaseUnusable: another process has the file open.
    """
    with _usable(path), contextlib.closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("PRAGMA journal_mode = DELETE").fetchall()


def dump_command(database_url: str, target: Path) -> str:
    """Return the shell command that backs up a PostgreSQL database, without its password."""
    return f"pg_dump --format=custom --file={quote(str(target / 'clapper.dump'))} {_server(database_url)}"


def restore_command(database_url: str, source: Path) -> str:
    """Return the shell command that restores the file of `dump_command`, without the password."""
    return (
        "pg_restore --clean --if-exists --single-transaction"
        f" --dbname={_server(database_url)} {quote(str(source / 'clapper.dump'))}"
    )


def _server(database_url: str) -> str:
    parts = urlsplit(postgres_address(database_url).dsn)
    user, at, host = parts.netloc.rpartition("@")
    options = [(name, value) for name, value in parse_qsl(parts.query) if name != "password"]
    place = f"postgresql://{user.partition(':')[0]}{at}{host}{parts.path}"
    return quote(f"{place}?{urlencode(options)}" if options else place)


@contextlib.contextmanager
def _reading(path: Path) -> Generator[sqlite3.Connection]:
    with _usable(path):
        address = f"{path.resolve().as_uri()}?mode=ro"
        with contextlib.closing(sqlite3.connect(address, uri=True, isolation_level=None)) as connection:
            connection.execute("PRAGMA busy_timeout = 5000")
            yield connection


@contextlib.contextmanager
def _usable(path: Path) -> Generator[None]:
    try:
        yield
    except sqlite3.Error as error:
        raise DatabaseUnusable(path, error) from error


def _require_whole(connection: sqlite3.Connection, path: Path) -> None:
    found = [row[0] for row in connection.execute("PRAGMA integrity_check(3)")]
    if found != ["ok"]:
        raise DatabaseUnusable(path, "; ".join(found))
    if orphans := connection.execute("PRAGMA foreign_key_check").fetchall():
        raise DatabaseUnusable(path, f"{len(orphans)} rows belong to rows that are not there")


def _count_rows(connection: sqlite3.Connection) -> dict[str, int]:
    names = [name for (name,) in connection.execute(_TABLES)]
    counts = (connection.execute(f'SELECT COUNT(*) FROM "{name}"').fetchone() for name in names)  # noqa: S608 - names of our own tables
    return {name: count for name, (count,) in zip(names, counts, strict=True)}


def _named(key: str, state: str, first_frame: str | None, video_file: str | None) -> NamedFiles:
    return NamedFiles(key=key, open=state not in ENDED, first_frame=first_frame, video_file=video_file)


_COPY = "VACUUM INTO ?"

_SCHEMA = "SELECT version_num FROM alembic_version"

_TABLES = "SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name"

_JOBS = "SELECT state, COUNT(*) FROM jobs GROUP BY state ORDER BY state"

# Only columns of the first schema, because a database is backed up before it is upgraded.
_FILES = """
SELECT key, state, first_frame, video_file FROM jobs
 WHERE first_frame IS NOT NULL OR video_file IS NOT NULL
 ORDER BY id
"""
