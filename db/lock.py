"""The lock file beside a SQLite database: held for life, released by the kernel even after kill -9."""

import contextlib
import os
from collections.abc import Generator
from pathlib import Path

from db.errors import DatabaseBusy, DatabaseUnusable

try:
    import fcntl
except ImportError:  # Windows: msvcrt locks bytes, which serves as well
    fcntl = None


@contextlib.contextmanager
def lock_file(database: Path) -> Generator[None]:
    """Hold the lock of `database`.

    Raises:
        DatabaseBusy: another process holds it.
        DatabaseUnusable: no lock file can be made there.
    """
    descriptor = _open_beside(database)
    try:
        _lock(descriptor, database)
        _close_to_others(database)
        yield
    finally:
        os.close(descriptor)


def _open_beside(database: Path) -> int:
    try:
        return os.open(database.with_name(database.name + ".lock"), os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        raise DatabaseUnusable(database, error) from error


def _close_to_others(database: Path) -> None:
    """Leave the file and what lies beside it to their owner alone. SQLite makes new logs like the file itself."""
    for suffix in ("", "-wal", "-shm", "-journal", ".lock"):
        with contextlib.suppress(FileNotFoundError, PermissionError):
            database.with_name(database.name + suffix).chmod(0o600)


def _lock(descriptor: int, database: Path) -> None:
    try:
        if fcntl is not None:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        else:
            import msvcrt

            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)  # pyright: ignore[reportAttributeAccessIssue]
    except OSError as error:
        raise DatabaseBusy(database) from error
