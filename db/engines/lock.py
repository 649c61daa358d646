"""One process per SQLite database, whatever name it is opened by, and a look whether its file is still in its place.

A lock is held for life, and released by the kernel even after kill -9.
"""

import contextlib
import os
from collections.abc import Generator
from pathlib import Path

from db.engines.engine import DatabaseBusy, DatabaseUnusable

try:
    import fcntl
except ImportError:  # Windows: msvcrt locks bytes, which serves as well
    fcntl = None


@contextlib.contextmanager
def lock_file(database: Path) -> Generator[None]:
    """Hold the lock of `database`: of the file that its name leads to, and of every other name of that file.

    Raises:
        DatabaseBusy: another process holds it.
        DatabaseUnusable: no lock file can be made there.
    """
    with contextlib.ExitStack() as held:
        beside = _open_beside(database)
        held.callback(os.close, beside)
        _lock(beside, database)
        _lock_file_itself(held, database)
        _close_to_others(database.resolve())
        yield


class OpenFile:
    """The file and the log of changes of an open database, as their names led to them at first."""

    def __init__(self, database: Path) -> None:
        self.real = database.resolve()
        self._paths = (database, self.real.with_name(self.real.name + "-wal"))
        self._found = self._find()

    def in_place(self) -> bool:
        """Say whether the names still lead to the same files: what is written to others is lost with this process."""
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
    except (OSError, RuntimeError) as error:  # a ring of symbolic links
        raise DatabaseUnusable(database, error) from error


def _close_to_others(database: Path) -> None:
    """Leave the file and what lies beside it to their owner alone. SQLite makes new logs like the file itself."""
    for suffix in ("", "-wal", "-shm", "-journal", ".lock"):
        with contextlib.suppress(FileNotFoundError, PermissionError):
            database.with_name(database.name + suffix).chmod(0o600)


def _lock_file_itself(held: contextlib.ExitStack, database: Path) -> None:
    """Lock the file, which may have other names (hard links). SQLite's own locks are of another kind."""
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
            pass  # a network's file system that locks for writing only: the lock beside it holds


def _lock(descriptor: int, database: Path) -> None:
    try:
        if fcntl is not None:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        else:
            import msvcrt

            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)  # pyright: ignore[reportAttributeAccessIssue]
    except OSError as error:
        raise DatabaseBusy(database) from error
