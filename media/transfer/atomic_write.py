"""A file appears under its name only when it is whole and on the disk."""

import os
import tempfile
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def placed_at(target: Path) -> Generator[Path]:
    """Yield a temporary path beside `target`; move it into place when the block ends well, else remove it."""
    part = part_beside(target)
    try:
        yield part
        put_in_place(part, target)
    finally:
        part.unlink(missing_ok=True)


def part_beside(target: Path) -> Path:
    """Create an empty file in the folder of `target`; its name ends in `.part`, so a sweep can tell leftovers."""
    handle, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name[:80]}.", suffix=".part")
    os.close(handle)
    return Path(name)


def put_in_place(part: Path, target: Path) -> None:
    """Flush `part` to the disk and give it the name of `target`, which it replaces."""
    _sync(part)
    part.replace(target)
    _sync(target.parent)


def _sync(path: Path) -> None:
    """Flush a file, or a folder's list of names, to the disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
