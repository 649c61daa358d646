"""How much memory a picture takes, known from its header before anything is decoded."""

import struct
from collections.abc import Callable

from media.pictures.fault import PictureFault, PictureRefused
from media.pictures.formats import PictureFormat, format_of, tiff_tags
from media.pictures.heif_items import main_picture, size_of

LARGEST_PIXELS = 25_000_000
"""Pixels of a picture that is kept: a film has two million, and the work on larger ones takes more memory."""

MOST_BYTES = 1_200_000_000
"""Of memory, for one picture."""

_ALWAYS_BYTES = 60_000_000
_COPIES = 3  # of the file itself, on its way here
_BYTES_PER_PIXEL = {
    PictureFormat.JPEG: 11,
    PictureFormat.PNG: 14,
    PictureFormat.WEBP: 20,
    PictureFormat.HEIC: 14,
    PictureFormat.AVIF: 14,
    PictureFormat.GIF: 10,
    PictureFormat.BMP: 14,
    PictureFormat.TIFF: 16,
}
"""At the peak of the work, measured with profile and orientation, transparency and 16 bits where the format has them."""

_SPECTRAL = frozenset({0xC2, 0xC6, 0xCA, 0xCE})  # the markers of progressive frames


def memory_needed(data: bytes) -> int:
    """Return how many bytes of memory the decoding of a file takes at most; little for what is no picture of ours."""
    kind = format_of(data)
    return (
        _need(data, kind, size_of_picture(data, kind)) if isinstance(kind, PictureFormat) else _ALWAYS_BYTES
    )


def refuse_bomb(data: bytes, kind: PictureFormat, size: tuple[int, int] | None = None) -> None:
    """Raise TOO_MANY_PIXELS where a picture takes more than `MOST_BYTES`; its header tells its size if none is given."""
    size = size or size_of_picture(data, kind)
    if (need := _need(data, kind, size)) > MOST_BYTES:
        raise too_many_pixels(size, need, MOST_BYTES)


def too_many_pixels(size: tuple[int, int], need_bytes: int, most_bytes: int) -> PictureRefused:
    """Return the refusal of a picture of which only so much memory can be had."""
    pixels = size[0] * size[1]
    limit = pixels * min(most_bytes, need_bytes) // need_bytes
    figures = {"width": size[0], "height": size[1], "pixels": pixels, "limit_pixels": limit}
    return PictureRefused(PictureFault.TOO_MANY_PIXELS, **figures)


def fraction_of(pixels: int) -> int:
    """Return 1, 2, 4 or 8: a JPEG's sides are divided by it while it is decoded."""
    return next((one for one in (1, 2, 4) if pixels <= LARGEST_PIXELS * one**2), 8)


def size_of_picture(data: bytes, kind: PictureFormat) -> tuple[int, int]:
    """Return width and height by the header, (0, 0) where it tells none; reads it with no library."""
    try:
        return _SIZES[kind](data)
    except struct.error:
        return 0, 0


def _size_of_webp(data: bytes) -> tuple[int, int]:
    """Read RFC 9649, sections 2.5 to 2.7."""
    match data[12:16]:
        case b"VP8X":
            return 1 + int.from_bytes(data[24:27], "little"), 1 + int.from_bytes(data[27:30], "little")
        case b"VP8L":
            (bits,) = struct.unpack_from("<I", data, 21)
            return 1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF)
        case _:
            width, height = struct.unpack_from("<2H", data, 26)
            return width & 0x3FFF, height & 0x3FFF


def _size_of_bmp(data: bytes) -> tuple[int, int]:
    old = data[14] in {12, 16}
    width, height = struct.unpack_from("<2H" if old else "<2i", data, 18)
    return abs(width), abs(height)


def _size_of_tiff(data: bytes) -> tuple[int, int]:
    tags = tiff_tags(data)
    return tags.get(256, 0), tags.get(257, 0)


def _size_of_jpeg(data: bytes) -> tuple[int, int]:
    _, frame = _frame_of_jpeg(data)
    height, width = struct.unpack_from(">x2H", frame)
    return width, height


def _frame_of_jpeg(data: bytes) -> tuple[int, bytes]:
    """Return the marker and the body of the frame's header (ITU-T T.81, B.2.2); 0 and nothing where there is none."""
    at = 2
    while at + 4 <= len(data):
        marker = data[at + 1] if data[at] == 0xFF else 0xFF
        if marker in {0xFF, 0x01} or 0xD0 <= marker <= 0xD8:
            at += 1 if marker == 0xFF else 2
            continue
        (length,) = struct.unpack_from(">H", data, at + 2)
        if 0xC0 <= marker <= 0xCF and marker not in {0xC4, 0xC8, 0xCC}:
            return marker, data[at + 4 : at + 2 + length]
        at += 2 + length
    return 0, b""


def _size_of_boxes(data: bytes) -> tuple[int, int]:
    return size_of(main_picture(data)) or (0, 0)


_SIZES: dict[PictureFormat, Callable[[bytes], tuple[int, int]]] = {
    PictureFormat.JPEG: _size_of_jpeg,
    PictureFormat.PNG: lambda data: struct.unpack_from(">2I", data, 16),
    PictureFormat.WEBP: _size_of_webp,
    PictureFormat.HEIC: _size_of_boxes,
    PictureFormat.AVIF: _size_of_boxes,
    PictureFormat.GIF: lambda data: struct.unpack_from("<2H", data, 6),
    PictureFormat.BMP: _size_of_bmp,
    PictureFormat.TIFF: _size_of_tiff,
}


def _need(data: bytes, kind: PictureFormat, size: tuple[int, int]) -> int:
    pixels = size[0] * size[1] or LARGEST_PIXELS
    need = _ALWAYS_BYTES + _COPIES * len(data)
    if kind is not PictureFormat.JPEG:
        return need + pixels * _BYTES_PER_PIXEL[kind]
    return need + pixels // fraction_of(pixels) ** 2 * _BYTES_PER_PIXEL[kind] + _coefficients(data, pixels)


def _coefficients(data: bytes, pixels: int) -> int:
    """Return what a JPEG takes that cannot be read line by line: two bytes for each sample before the first pixel."""
    marker, frame = _frame_of_jpeg(data)
    if marker not in _SPECTRAL:
        return 0
    shares = [(sampling >> 4) * (sampling & 15) for sampling in frame[7::3]]
    return 2 * pixels * sum(shares) // max(*shares, 1)
