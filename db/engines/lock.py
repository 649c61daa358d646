"""A lock that lets one process use a SQLite database, by any of its names, and a check that its file is still there.

The process holds the lock until it ends; the kernel releases it even after `kill -9`.
"""

import contextlib
import os
from collections.abc import Generator
from pathlib import Path

from db.engines.engine import DatabaseBusy, DatabaseUnusable

try:
    import fcntl
except ImportError:  # Windows: msvcrt locks bytes instead, see `_lock`
    fcntl = None


@contextlib.contextmanager
def lock_file(database: Path) -> Generator[None]:
    """Hold the lock of `database` inside the block, for all names (links) of the same file.

    Raises:
        DatabaseBusy: another process holds the lock.
        DatabaseUnusable: no lock file can be created there.
    """
    with contextlib.ExitStack() as held:
        beside = _open_beside(database)
        held.callback(os.close, beside)
        _lock(beside, database)
        _lock_file_itself(held, database)
        _close_to_others(database.resolve())
        yield


class OpenFile:
    """The identity of an open database's file and of its write-ahead log, to notice if they are replaced."""

    def __init__(self, database: Path) -> None:
        self.real = database.resolve()
        self._paths = (database, self.real.with_name(self.real.name + "-wal"))
        self._found = self._find()

    def still_there(self) -> bool:
        """Return whether the names still lead to the same files; if not, writes are lost when this process ends."""
        return self._find() == self._found

    def _find(self) -> list[tuple[int, int] | None]:
        return [_identity(path) for path in self._paths]


def _identity(path: Path) -> tuple[int, int] | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino


def _open_beside(database: Path) -> int:
    try:
        real = database.resolve()
        return os.open(real.with_name(real.name + ".lock"), os.O_RDWR | os.O_CREAT, 0o600)
    except (OSError, RuntimeError) as error:  # RuntimeError: the symbolic links form a ring
        raise DatabaseUnusable(database, error) from error


def _close_to_others(database: Path) -> None:
    """Let only the owner access the database and the files beside it. SQLite gives new logs the database's mode."""
    for suffix in ("", "-wal", "-shm", "-journal", ".lock"):
        with contextlib.suppress(FileNotFoundError, PermissionError):
            database.with_name(database.name + suffix).chmod(0o600)


def _lock_file_itself(held: contextlib.ExitStack, database: Path) -> None:
    """Lock the file itself, because it may have hard links. SQLite's own locks are of another kind."""
    if fcntl is None:
        return
    with contextlib.suppress(FileNotFoundError):
        descriptor = os.open(database, os.O_RDONLY)
        held.callback(os.close, descriptor)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise DatabaseBusy(database) from error
        except OSError:
            pass  # a network file system that locks only files open for writing: the lock file beside it is enough


def _lock(descriptor: int, database: Path) -> None:
    try:
        if fcntl is not None:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        else:
            import msvcrt

            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)  # pyright: ignore[reportAttributeAccessIssue]
    except OSError as error:
        raise DatabaseBusy(database) from error
