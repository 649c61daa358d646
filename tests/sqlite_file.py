"""SQLite files for tests: what the migrations make of nothing is made once per process, and copied."""

import functools
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


@functools.cache
def _empty_database() -> bytes:
    with tempfile.TemporaryDirectory(prefix="clapper-schema-") as folder:
        path = Path(folder, "clapper.db")
        migrate_sqlite(path)
        return path.read_bytes()
