"""Reads size, crop and colours from the boxes of HEIC and AVIF files and the chunks of PNG files, without a library.

Standards: ISO/IEC 23008-12 and 14496-12; PNG, third edition, chapters 5 and 11.
"""

import struct
from collections.abc import Iterator
from itertools import islice

Codes = tuple[int, int, int]
"""The code points of colour primaries and transfer curve, and the brightest content in nits (0: not stated)."""

Carrier = bytes | Codes | None
"""How a file describes its colours: an ICC profile, or code points; None means sRGB."""

SRGB_TRANSFER = 13
_MOST_PROPERTIES = 1000
_LIKE_SRGB = frozenset(
    {1, 2, 6, 14, 15}
)  # the curves of video, and "unspecified": browsers show them as sRGB
_UNSAID = 2
Properties = dict[bytes, bytes]
_HEAD = 8
_COLOURS = frozenset({b"tRNS", b"cICP", b"cLLI", b"iCCP", b"sRGB", b"gAMA", b"cHRM", b"eXIf"})
_OPTIONAL = 0x20  # a bit of a chunk's first letter
_LIGHT_UNITS = 10_000  # units of cLLI in one nit


def main_picture(data: bytes) -> Properties:
    """Return the properties of a HEIC or AVIF file's main picture, by their four-letter names; {} if there are none.

    A `colr` property is listed under the name of its kind, such as `nclx` for code points.
    """
    try:
        return dict(_properties(data))
    except (LookupError, struct.error):
        return {}


def with_one_association(data: bytes) -> bytes:
    """Merge several `ipma` boxes (each item's properties) of a HEIC or AVIF file into one, as browsers read them.

    Return other files unchanged. All other bytes keep their place: a `free` box fills the gap.
    """
    try:
        properties = dict(_boxes(dict(_boxes(data))[b"meta"][4:]))[b"iprp"]
        held = dict(_boxes(properties))[b"ipco"]
    except LookupError:
        return data
    said = [body for kind, body in _boxes(properties) if kind == b"ipma"]
    if len(said) < 2 or len({body[:4] for body in said}) > 1:
        return data
    count = sum(int.from_bytes(body[4:8], "big") for body in said)
    one = said[0][:4] + struct.pack(">I", count) + b"".join(body[8:] for body in said)
    before, after = _box(b"iprp", properties), _box(b"iprp", _box(b"ipco", held) + _box(b"ipma", one))
    return data.replace(before, after + _box(b"free", bytes(len(before) - len(after) - 8)), 1)


def size_of(properties: Properties) -> tuple[int, int] | None:
    """Return the stored width and height in pixels, before any crop or rotation; None if not stated."""
    return struct.unpack_from(">4x2I", properties[b"ispe"]) if b"ispe" in properties else None


def codes_of(properties: Properties) -> Carrier:
    """Return the colour code points (`Codes`) among `properties`, None if there are none."""
    if b"nclx" not in properties:
        return None
    primaries, transfer = struct.unpack_from(">2H", properties[b"nclx"])
    (brightest,) = struct.unpack_from(">H", properties.get(b"clli", bytes(2)))
    primaries = 1 if primaries == _UNSAID else primaries
    return primaries, SRGB_TRANSFER if transfer in _LIKE_SRGB else transfer, brightest


def crop_box(properties: Properties, size: tuple[int, int]) -> tuple[int, int, int, int] | None:
    """Return the box to crop a picture of `size` to (`clap`, before rotation); None for no crop or an invalid one."""
    if b"clap" not in properties:
        return None
    numbers = struct.unpack_from(">IIIIiIiI", properties[b"clap"])
    if not all(numbers[1::2]):
        return None
    width, height, across, down = (
        over / under for over, under in zip(numbers[::2], numbers[1::2], strict=True)
    )
    left, top = round((size[0] - width) / 2 + across), round((size[1] - height) / 2 + down)
    box = left, top, left + round(width), top + round(height)
    return box if 0 <= left < box[2] <= size[0] and 0 <= top < box[3] <= size[1] else None


def codes_of_png(png: bytes) -> Codes | None:
    """Return the colour code points of a PNG, from its chunks cICP and cLLI; None if it has no cICP."""
    bodies = {
        kind: png[start + 8 : end - 4] for kind, start, end in _chunks(png) if kind in {b"cICP", b"cLLI"}
    }
    if len(bodies.get(b"cICP", b"")) < 2:
        return None
    brightest = int.from_bytes(bodies.get(b"cLLI", b"")[:4], "big") // _LIGHT_UNITS
    return bodies[b"cICP"][0], bodies[b"cICP"][1], brightest


def still(png: bytes) -> bytes:
    """Return a PNG without optional chunks that may be broken: text, animation, unreadable colour profiles."""
    return png[:_HEAD] + b"".join(
        png[start:end] for kind, start, end in _chunks(png) if _is_needed(kind, png[start + 8 : end])
    )


def _properties(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    meta = dict(_boxes(dict(_boxes(data))[b"meta"][4:]))
    item = meta[b"pitm"][4:6] if meta[b"pitm"][0] == 0 else meta[b"pitm"][4:8]
    described = list(_boxes(meta[b"iprp"]))
    held = list(_boxes(dict(described)[b"ipco"]))
    said = [body for kind, body in described if kind == b"ipma"]
    for number in (number for associations in said for number in _numbers_of(item, associations)):
        kind, body = held[number - 1]
        yield (body[:4], body[4:]) if kind == b"colr" else (kind, body)


def _numbers_of(item: bytes, associations: bytes) -> list[int]:
    """Return the numbers, counted from 1, of an item's properties, as the body of an `ipma` box lists them."""
    item_size = 4 if associations[0] else 2
    number_format, mask = ("H", 0x7FFF) if associations[3] & 1 else ("B", 0x7F)
    at = 8
    while at < len(associations):
        of, count = associations[at : at + item_size], associations[at + item_size]
        form = f">{count}{number_format}"
        if int.from_bytes(of, "big") == int.from_bytes(item, "big"):
            return [
                one & mask for one in struct.unpack_from(form, associations, at + item_size + 1) if one & mask
            ]
        at += item_size + 1 + struct.calcsize(form)
    return []


def _box(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I4s", len(body) + 8, kind) + body


def _boxes(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    return islice(_walk(data), _MOST_PROPERTIES)


def _walk(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    at = 0
    while at + 8 <= len(data):
        length, kind = struct.unpack_from(">I4s", data, at)
        header = 8
        if length == 1:
            length, header = struct.unpack_from(">8xQ", data, at)[0], 16
        length = length or len(data) - at
        if length < header:
            return
        yield kind, data[at + header : at + length]
        at += length


def _is_needed(kind: bytes, body: bytes) -> bool:
    if kind == b"iCCP":
        return body.partition(b"\0")[2][:1] == b"\0"  # the only compression method that exists
    return not kind[0] & _OPTIONAL or kind in _COLOURS


def _chunks(png: bytes) -> Iterator[tuple[bytes, int, int]]:
    """Yield each chunk of a PNG: its kind, and the offsets of its start and end."""
    start = _HEAD
    while start + 8 <= len(png):
        length, kind = struct.unpack_from(">I4s", png, start)
        yield kind, start, start + length + 12
        start += length + 12
