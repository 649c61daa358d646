"""What came of a download that broke off, kept for the next try to go on with."""

import os
from dataclasses import dataclass, field
from pathlib import Path

from media.transfer.atomic_write import part_beside

KEPT = ".kept.part"
"""So ends the name of what waits for the next try."""

_TRAILER_BYTES = 512
"""So long is what a kept file holds behind what came: the validator, filled up with blanks."""


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
    """Return what an earlier try left of `target`, taken away from all others; nothing where there is none."""
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
