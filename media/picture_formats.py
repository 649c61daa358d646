"""What a file is by its content, and how the five kinds of picture that we take are opened.

The reader of each format is called directly, so nothing is registered with Pillow and no other reader can be reached.
"""

import io
from collections.abc import Callable
from enum import StrEnum

from PIL.AvifImagePlugin import AvifImageFile
from PIL.ImageFile import ImageFile
from PIL.JpegImagePlugin import JpegImageFile
from PIL.PngImagePlugin import PngImageFile
from PIL.WebPImagePlugin import WebPImageFile
from pillow_heif import HeifImageFile


class PictureFormat(StrEnum):
    """The formats that are taken as a first frame."""

    JPEG = "JPEG"
    PNG = "PNG"
    WEBP = "WebP"
    HEIC = "HEIC"
    AVIF = "AVIF"


_READERS: dict[PictureFormat, Callable[[io.BytesIO], ImageFile]] = {
    PictureFormat.JPEG: JpegImageFile,
    PictureFormat.PNG: PngImageFile,
    PictureFormat.WEBP: WebPImageFile,
    PictureFormat.HEIC: HeifImageFile,
    PictureFormat.AVIF: AvifImageFile,
}

_HEIC_BRANDS = frozenset({b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"})
_AVIF_BRANDS = frozenset({b"avif", b"avis"})

_BEGINNINGS: tuple[tuple[bytes, PictureFormat | str], ...] = (
    (b"\xff\xd8\xff", PictureFormat.JPEG),
    (b"\x89PNG\r\n\x1a\n", PictureFormat.PNG),
    (b"GIF8", "GIF"),
    (b"BM", "BMP"),
    (b"II*\x00", "TIFF"),
    (b"MM\x00*", "TIFF"),
    (b"\x00\x00\x01\x00", "ICO"),
    (b"8BPS", "PSD"),
    (b"%PDF", "PDF"),
    (b"%!PS", "EPS"),
    (b"\xc5\xd0\xd3\xc6", "EPS"),
    (b"\xff\x0a", "JPEG XL"),
    (b"\x00\x00\x00\x0cJXL ", "JPEG XL"),
    (b"\x00\x00\x00\x0cjP  ", "JPEG 2000"),
    (b"\x1aE\xdf\xa3", "WebM"),
    (b"PK\x03\x04", "ZIP"),
    (b"<svg", "SVG"),
)


def format_of(data: bytes) -> PictureFormat | str | None:
    """Return the format by content: one of ours, the name of another, or None when it is unknown."""
    if data[:4] == b"RIFF":
        return PictureFormat.WEBP if data[8:12] == b"WEBP" else None
    if data[4:8] == b"ftyp":
        return _format_of_boxes(data)
    return next((kind for beginning, kind in _BEGINNINGS if data.startswith(beginning)), None)


def open_picture(data: bytes, kind: PictureFormat) -> ImageFile:
    """Open a picture without decoding it: its header is read, its size is known."""
    return _READERS[kind](io.BytesIO(data))


def webp_canvas(data: bytes) -> tuple[int, int] | None:
    """Return width and height from the header of a WebP file, whose reader allocates as soon as it opens.

    Source: RFC 9649, sections 2.5 to 2.7.
    """
    chunk, body = data[12:16], data[20:30]
    if len(body) < 10:
        return None
    if chunk == b"VP8X":
        return 1 + int.from_bytes(body[4:7], "little"), 1 + int.from_bytes(body[7:10], "little")
    if chunk == b"VP8L":
        bits = int.from_bytes(body[1:5], "little")
        return 1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF)
    if chunk == b"VP8 ":
        return int.from_bytes(body[6:8], "little") & 0x3FFF, int.from_bytes(body[8:10], "little") & 0x3FFF
    return None


def _format_of_boxes(data: bytes) -> PictureFormat | str:
    end = min(int.from_bytes(data[:4], "big"), len(data), 256)
    brands = {data[8:12], *(data[at : at + 4] for at in range(16, end, 4))}
    if brands & _AVIF_BRANDS:
        return PictureFormat.AVIF
    if brands & _HEIC_BRANDS:
        return PictureFormat.HEIC
    return "MP4"
