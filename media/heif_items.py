"""What HEIC and AVIF files say of their main picture: its size, its crop, its colours (ISO/IEC 23008-12, 14496-12)."""

import struct
from collections.abc import Iterator
from itertools import islice

from media.picture_colour import SRGB_TRANSFER, Carrier

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
    described = dict(_boxes(meta[b"iprp"]))
    held = list(_boxes(described[b"ipco"]))
    for number in _numbers_of(item, described[b"ipma"]):
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
