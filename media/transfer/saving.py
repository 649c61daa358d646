"""Bytes on their way into a file: unpacked within bounds, and written beside their place until they are whole.

A file that is not whole has a name that ends in `.part`. The beginning of a download that broke off is kept, and the
next try resumes it.
"""

import os
import tempfile
import zlib
from collections.abc import Generator, Iterable, Iterator
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


_PIECE_BYTES = 1024 * 1024
_KNOWN = frozenset({"gzip", "x-gzip", "deflate"})
_FORMS = (47, -15)
"""What zlib calls gzip or zlib, whichever the first bytes say, and deflate without either."""


class Unpacker:
    """Unpacks what passes through it, a megabyte at once at most.

    Codings that we do not know are ignored (`aws-chunked`, `utf-8` and others change nothing), and so is one that the
    bytes themselves belie. None is asked for.
    """

    def __init__(self, content_encodings: Iterable[str]) -> None:
        names = {name.strip().casefold() for line in content_encodings for name in line.split(",")}
        self.packed = not _KNOWN.isdisjoint(names)
        self._inflate: zlib._Decompress | None = None  # pyright: ignore[reportPrivateUsage] - zlib names no other

    def unpack(self, data: bytes | bytearray) -> Iterator[bytes | bytearray]:
        """Yield what the next `data` hold.

        Raises:
            zlib.error: nothing that can be read.
        """
        if self.packed and self._inflate is None:
            form = next((form for form in _FORMS if _can_begin(bytes(data[:64]), form)), None)
            self.packed, self._inflate = form is not None, zlib.decompressobj(form or 0)
        if not self.packed or self._inflate is None:
            yield data
            return
        piece = b""
        while (data or len(piece) == _PIECE_BYTES) and not self._inflate.eof:
            piece = self._inflate.decompress(data, _PIECE_BYTES)
            data = self._inflate.unconsumed_tail
            yield piece

    def finish(self) -> None:
        """Make sure that nothing more was to come.

        Raises:
            zlib.error: the end is missing.
        """
        if self.packed and self._inflate is not None and not self._inflate.eof:
            raise zlib.error("the end is missing")


def _can_begin(data: bytes, form: int) -> bool:
    try:
        zlib.decompressobj(form).decompress(data)
    except zlib.error:
        return False
    return True
