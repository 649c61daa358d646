"""Files that are not whole yet: written beside their place under a name that ends in `.part`, and moved when whole.

The beginning of a download that broke off is kept, and the next try resumes it.
"""

import os
import tempfile
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

KEPT = ".kept.part"
"""The end of the name of a file that is kept for the next try."""

_TRAILER_BYTES = 512
"""Length of the end of a kept file that holds the validator, padded with blanks."""


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


@dataclass(slots=True)
class Partial:
    """The beginning of a file, in a temporary file that nobody else writes to.

    size: bytes that are written. validator: by which the server recognises its file (RFC 9110, 8.8), None: by nothing.
    waiting: what came after them and is not written yet.
    """

    path: Path
    size: int = 0
    validator: str | None = None
    waiting: bytearray = field(default_factory=bytearray)

    def conditions(self) -> dict[str, str]:
        """Return the headers that ask for the rest, of the same file only."""
        if not self.size or self.validator is None:
            return {}
        return {"Range": f"bytes={self.size}-", "If-Range": self.validator}


def kept_path(target: Path) -> Path:
    """Return where the beginning of `target` is kept between two tries."""
    return target.with_name(f".{target.name}{KEPT}")


def take(target: Path) -> Partial:
    """Take what an earlier try left of `target`, so that no other try can; an empty file if it left nothing."""
    path = part_beside(target)
    try:
        kept_path(target).replace(path)
    except FileNotFoundError:
        return Partial(path)
    with path.open("r+b") as file:
        size = max(0, file.seek(0, os.SEEK_END) - _TRAILER_BYTES)
        file.seek(size)
        validator = file.read().decode("latin-1").strip()
    return Partial(path, size, validator)


def keep(partial: Partial, target: Path) -> None:
    """Keep a beginning for the next try, if the server will recognise it."""
    trailer = (partial.validator or "").encode("latin-1", "replace").ljust(_TRAILER_BYTES)
    came = partial.size + len(partial.waiting)
    if not came or not partial.validator or len(trailer) > _TRAILER_BYTES:
        return
    with partial.path.open("r+b") as file:
        file.seek(partial.size)
        file.write(partial.waiting + trailer)
        file.truncate()
    partial.path.replace(kept_path(target))


def _sync(path: Path) -> None:
    """Flush a file, or a folder's list of names, to the disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
