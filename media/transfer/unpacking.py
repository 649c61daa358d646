"""Content codings: what a server says it did to a file on its way, undone piece by piece."""

import zlib
from collections.abc import Iterable, Iterator

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
