"""SQLite files for tests: what the migrations make of nothing is made once per process, and copied."""

import contextlib
import functools
import sqlite3
import tempfile
from pathlib import Path

from db.operations.migrate import migrate_sqlite


def put_empty_database(path: Path) -> Path:
    """Put a database of the newest schema without rows at `path`, unless there is a file; return `path`."""
    if not path.exists():
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        path.touch(mode=0o600)
        path.write_bytes(_empty_database())
    return path


def rows_in(path: Path, sql: str, **values: object) -> list[sqlite3.Row]:
    """Return what a question finds in a database that a bot has open."""
    with contextlib.closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as database:
        database.row_factory = sqlite3.Row
        return database.execute(sql, values).fetchall()


def jobs_in(path: Path, condition: str = "1 = 1") -> list[sqlite3.Row]:
    """Return the jobs on disk, oldest first."""
    return rows_in(path, f"SELECT * FROM jobs WHERE {condition} ORDER BY id")  # noqa: S608 - of a test's own making


@functools.cache
def _empty_database() -> bytes:
    with tempfile.TemporaryDirectory(prefix="clapper-schema-") as folder:
        path = Path(folder, "clapper.db")
        migrate_sqlite(path)
        return path.read_bytes()
