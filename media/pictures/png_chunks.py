"""The chunks that a PNG is made of, where Pillow does not look (PNG, third edition, chapters 5 and 11)."""

import struct
from collections.abc import Iterator

from media.pictures.heif_items import Codes

_HEAD = 8
_COLOURS = frozenset({b"tRNS", b"cICP", b"cLLI", b"iCCP", b"sRGB", b"gAMA", b"cHRM", b"eXIf"})
_OPTIONAL = 0x20  # a bit of a chunk's first letter
_LIGHT_UNITS = 10_000  # in a nit


def codes_of_png(png: bytes) -> Codes | None:
    """Return the code points of cICP, with the brightest content of cLLI."""
    bodies = {
        kind: png[start + 8 : end - 4] for kind, start, end in _chunks(png) if kind in {b"cICP", b"cLLI"}
    }
    if len(bodies.get(b"cICP", b"")) < 2:
        return None
    brightest = int.from_bytes(bodies.get(b"cLLI", b"")[:4], "big") // _LIGHT_UNITS
    return bodies[b"cICP"][0], bodies[b"cICP"][1], brightest


def still(png: bytes) -> bytes:
    """Return a PNG without what may be broken and need not be there: text, animation, profiles that cannot be read."""
    return png[:_HEAD] + b"".join(
        png[start:end] for kind, start, end in _chunks(png) if _is_needed(kind, png[start + 8 : end])
    )


def _is_needed(kind: bytes, body: bytes) -> bool:
    if kind == b"iCCP":
        return body.partition(b"\0")[2][:1] == b"\0"  # its one way of compression
    return not kind[0] & _OPTIONAL or kind in _COLOURS


def _chunks(png: bytes) -> Iterator[tuple[bytes, int, int]]:
    """Yield the kind of each chunk, and where it starts and ends."""
    start = _HEAD
    while start + 8 <= len(png):
        length, kind = struct.unpack_from(">I4s", png, start)
        yield kind, start, start + length + 12
        start += length + 12
