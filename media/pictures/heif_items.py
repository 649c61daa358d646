"""What HEIC and AVIF files say of their main picture: its size, its crop, its colours (ISO/IEC 23008-12, 14496-12)."""

import struct
from collections.abc import Iterator
from itertools import islice

Codes = tuple[int, int, int]
"""The code points of primaries and transfer, and the brightest content in nits, 0 if that is not said."""

Carrier = bytes | Codes | None
"""What carries the colours: an ICC profile or code points. None: sRGB."""

SRGB_TRANSFER = 13

_MOST_PROPERTIES = 1000
_LIKE_SRGB = frozenset({1, 2, 6, 14, 15})  # curves of video, and none, which browsers take for that of sRGB
_UNSAID = 2

Properties = dict[bytes, bytes]


def main_picture(data: bytes) -> Properties:
    """Return the properties of the primary item by their four letters, `colr` of code points as `nclx`; {} if none."""
    try:
        return dict(_properties(data))
    except (LookupError, struct.error):
        return {}


def with_one_association(data: bytes) -> bytes:
    """Return a file that says in several boxes which properties its items have, as browsers read it, with one.

    Nothing else moves: what becomes free stays as a box without meaning.
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
    """Return width and height in pixels as they are stored."""
    return struct.unpack_from(">4x2I", properties[b"ispe"]) if b"ispe" in properties else None


def codes_of(properties: Properties) -> Carrier:
    """Return the code points of primaries and transfer."""
    if b"nclx" not in properties:
        return None
    primaries, transfer = struct.unpack_from(">2H", properties[b"nclx"])
    (brightest,) = struct.unpack_from(">H", properties.get(b"clli", bytes(2)))
    primaries = 1 if primaries == _UNSAID else primaries
    return primaries, SRGB_TRANSFER if transfer in _LIKE_SRGB else transfer, brightest


def crop_box(properties: Properties, size: tuple[int, int]) -> tuple[int, int, int, int] | None:
    """Return the clean aperture of a picture of `size` before it is turned; None for all of it, or nonsense."""
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
    """Return the numbers of an item's properties, the first being 1."""
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
