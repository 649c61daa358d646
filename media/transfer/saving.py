"""Writes files atomically, keeps interrupted downloads, and unpacks compressed downloads within a size limit.

An incomplete file lies beside its target, under a name that ends in `.part`. The beginning of an interrupted download
is kept, and the next attempt resumes it.
"""

import os
import tempfile
import zlib
from collections.abc import Generator, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

KEPT = ".kept.part"
"""The end of the name of a partial download that is kept for the next attempt."""

_TRAILER_BYTES = 512
"""The length of the trailer of a kept file; it holds the validator, padded with blanks."""


@contextmanager
def placed_at(target: Path) -> Generator[Path]:
    """Yield a temporary path beside `target`; move the file into place if the block succeeds, else delete it."""
    part = part_beside(target)
    try:
        yield part
        put_in_place(part, target)
    finally:
        part.unlink(missing_ok=True)


def part_beside(target: Path) -> Path:
    """Create an empty file in the folder of `target`; its name ends in `.part`, by which cleanup finds leftovers."""
    handle, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name[:80]}.", suffix=".part")
    os.close(handle)
    return Path(name)


def put_in_place(part: Path, target: Path) -> None:
    """Flush `part` to the disk and rename it to `target`, replacing any file there."""
    _sync(part)
    part.replace(target)
    _sync(target.parent)


@dataclass(slots=True)
class Partial:
    """A partial download in a temporary file of its own.

    size: the number of bytes written. validator: the header by which the server recognises its file (RFC 9110, 8.8),
    None if it sent none. waiting: received bytes that are not written yet.
    """

    path: Path
    size: int = 0
    validator: str | None = None
    waiting: bytearray = field(default_factory=bytearray)

    def conditions(self) -> dict[str, str]:
        """Return the request headers for the rest of the file, valid only if the server's file is unchanged.

        Return none if there is nothing to resume.
        """
        if not self.size or self.validator is None:
            return {}
        return {"Range": f"bytes={self.size}-", "If-Range": self.validator}


def kept_path(target: Path) -> Path:
    """Return the path at which the partial download of `target` is kept between two attempts."""
    return target.with_name(f".{target.name}{KEPT}")


def take(target: Path) -> Partial:
    """Take over the partial download that an earlier attempt kept for `target`, so that no other attempt uses it.

    If there is none, return an empty one.
    """
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
    """Keep a partial download for the next attempt, if it has a validator by which the server can recognise it."""
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
    """Flush a file or a folder's entries to the disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


_PIECE_BYTES = 1024 * 1024
_KNOWN = frozenset({"gzip", "x-gzip", "deflate"})
_FORMS = (47, -15)
"""The values of `wbits` for zlib: 47 detects gzip or zlib by the header, -15 is raw deflate without a header."""


class Unpacker:
    """A decompressor for a response body; it yields at most a megabyte at once.

    The bot requests no compression, but some servers compress anyway. Unknown values of Content-Encoding are ignored
    (`aws-chunked`, `utf-8` and others change nothing), and so is a known one if the bytes are not compressed.
    """

    def __init__(self, content_encodings: Iterable[str]) -> None:
        names = {name.strip().casefold() for line in content_encodings for name in line.split(",")}
        self.packed = not _KNOWN.isdisjoint(names)
        self._inflate: zlib._Decompress | None = None  # pyright: ignore[reportPrivateUsage] - zlib names no other

    def unpack(self, data: bytes | bytearray) -> Iterator[bytes | bytearray]:
        """Decompress the next bytes of the body and yield the result in pieces; yield uncompressed bytes as they are.

        Raises:
            zlib.error: the data are damaged.
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
        """Check that the compressed data are complete.

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
