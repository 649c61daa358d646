"""Reads the header of a picture file without a library: its format, its size, the memory that decoding will take."""

import re
import struct
from collections.abc import Callable
from enum import StrEnum

from media.errors import PictureFault, PictureRefused
from media.pictures.containers import main_picture, size_of


class PictureFormat(StrEnum):
    """The picture formats that are accepted for a first frame."""

    JPEG = "JPEG"
    PNG = "PNG"
    WEBP = "WebP"
    HEIC = "HEIC"
    AVIF = "AVIF"
    GIF = "GIF"
    BMP = "BMP"
    TIFF = "TIFF"


_BRANDS: tuple[tuple[frozenset[bytes], PictureFormat | str], ...] = (
    (frozenset({b"avif", b"avis"}), PictureFormat.AVIF),
    (frozenset({b"mif3"}), "AVIF (mini)"),
    (frozenset({b"crx "}), "RAW (CR3)"),
    (
        frozenset({b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"}),
        PictureFormat.HEIC,
    ),
    (frozenset({b"qt  "}), "QuickTime (MOV)"),
    (frozenset({b"M4A ", b"M4B "}), "M4A"),
)
"""The formats of files made of ISO boxes (`ftyp`), by their brands; a file with none of these brands is an MP4."""

_XML_BEFORE_SVG = rb"(?>\s+|<\?.*?\?>|<!--.*?-->|<!(?i:doctype)[^>\[]*+(?>\[.*?\]\s*)?>)*+"
_BEGINNINGS: tuple[tuple[bytes, PictureFormat | str], ...] = (
    (rb"\xff\xd8\xff", PictureFormat.JPEG),
    (rb"\x89PNG\r\n\x1a\n", PictureFormat.PNG),
    (rb"RIFF.{4}WEBP", PictureFormat.WEBP),
    (rb"GIF8", PictureFormat.GIF),
    (rb"BM.{12}[\x0c\x10\x28\x34\x38\x40\x6c\x7c]\0\0\0", PictureFormat.BMP),
    (rb"II\*\0.{4}CR", "RAW (CR2)"),
    (rb"FUJIFILMCCD-RAW", "RAW (RAF)"),
    (rb"IIU\0", "RAW (RW2)"),
    (rb"IIR[OS]|MMOR", "RAW (ORF)"),
    (rb"II.{4}HEAPCCDR", "RAW (CRW)"),
    (rb"FOVb", "RAW (X3F)"),
    (rb"\0MRM", "RAW (MRW)"),
    (rb"II[*+]\0|MM\0[*+]", PictureFormat.TIFF),
    (rb"\0\0\x01\0", "ICO"),
    (rb"\0\0\x02\0", "CUR"),
    (rb"8BPS", "PSD"),
    (rb"gimp xcf", "XCF"),
    (rb"%PDF", "PDF"),
    (rb"%!PS|\xc5\xd0\xd3\xc6", "EPS"),
    (rb"\xff\x0a|\0\0\0\x0cJXL ", "JPEG XL"),
    (rb"\xff\x4f\xff\x51|\0\0\0\x0cjP  ", "JPEG 2000"),
    (rb"RIFF.{4}AVI ", "AVI"),
    (rb"RIFF.{4}WAVE", "WAV"),
    (rb"\x1aE\xdf\xa3.{0,60}matroska", "MKV"),
    (rb"\x1aE\xdf\xa3", "WebM"),
    (rb".{4}(?:moov|mdat|wide|free|skip|pnot)", "QuickTime (MOV)"),
    (rb"OggS", "Ogg"),
    (rb"ID3|\xff[\xf2\xf3\xfb]", "MP3"),
    (rb"FLV\x01", "FLV"),
    (rb"\x30\x26\xb2\x75\x8e\x66\xcf\x11", "WMV"),
    (rb"\0\0\x01[\xb3\xba]", "MPEG"),
    (rb"PK\x03\x04", "ZIP"),
    (rb"\x1f\x8b\x08", "GZIP"),
    (rb"Rar!", "RAR"),
    (rb"(?:\xef\xbb\xbf)?" + _XML_BEFORE_SVG + rb"<(?:[\w-]+:)?svg[\s/>]", "SVG"),
)
"""The formats by a file's first bytes, as regular expressions; the first match counts."""

_PATTERNS = tuple((re.compile(pattern, re.DOTALL), kind) for pattern, kind in _BEGINNINGS)
_HEAD_BYTES = 65_536
_BYTE_ORDER_MARKS = (b"\xff\xfe", b"\xfe\xff")
_DNG_VERSION, _MAKE, _SUBFILE_TYPE, _PHOTOMETRIC = 0xC612, 0x010F, 0x00FE, 0x0106
_COLOUR_FILTER_ARRAY, _SHORT = 32803, 3
_RAW_OF_MAKERS = {b"NIK": "NEF", b"SON": "ARW", b"PEN": "PEF", b"SAM": "SRW", b"Has": "3FR", b"Eas": "DCR"}
LARGEST_PIXELS = 25_000_000
"""The most pixels that a decoded picture keeps; larger ones are reduced to save memory (a video has two million)."""


MOST_BYTES = 1_200_000_000
"""The most memory, in bytes, that decoding one picture may take."""


_ALWAYS_BYTES = 60_000_000
_COPIES = 3  # so many copies of the file itself are in memory at once


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
"""The measured peak of memory per pixel while a picture of each format is decoded.

Measured with a colour profile, an orientation, transparency and 16 bits, if the format has them.
"""


_SPECTRAL = frozenset({0xC2, 0xC6, 0xCA, 0xCE})  # the markers of progressive frames


def format_of(data: bytes) -> PictureFormat | str | None:
    """Detect a file's format by its content: a `PictureFormat`, the name of another format, or None if unknown."""
    if data[4:8] == b"ftyp":
        return _format_of_brands(data)
    head = data[:_HEAD_BYTES]
    if head[:2] in _BYTE_ORDER_MARKS:
        head = head.decode("utf-16", "ignore").encode()
    kind = next((kind for pattern, kind in _PATTERNS if pattern.match(head)), None)
    return _raw_of_tiff(head) or kind if kind is PictureFormat.TIFF else kind


def known_format(data: bytes) -> PictureFormat:
    """Return the `PictureFormat` of `data`; raises PictureRefused (NOT_A_PICTURE, WRONG_FORMAT) if it has none."""
    kind = format_of(data)
    if kind is None:
        raise PictureRefused(PictureFault.NOT_A_PICTURE)
    if not isinstance(kind, PictureFormat):
        raise PictureRefused(PictureFault.WRONG_FORMAT, format=kind)
    return kind


def _format_of_brands(data: bytes) -> PictureFormat | str:
    end = min(int.from_bytes(data[:4], "big"), len(data), 256)
    brands = {data[8:12], *(data[at : at + 4] for at in range(16, end, 4))}
    return next((kind for known, kind in _BRANDS if brands & known), "MP4")


def tiff_tags(data: bytes) -> dict[int, int]:
    """Return the tags of a TIFF's first page: tag number to its first value, or to the offset of its text."""
    order = "<" if data[:1] == b"I" else ">"
    try:
        (start,) = struct.unpack_from(order + "I", data, 4)
        (count,) = struct.unpack_from(order + "H", data, start)
        entries = [struct.unpack_from(order + "HHII", data, start + 2 + 12 * at) for at in range(count)]
        shorts = [struct.unpack_from(order + "H", data, start + 10 + 12 * at)[0] for at in range(count)]
    except struct.error:
        return {}
    return {
        tag: short if kind == _SHORT else number
        for (tag, kind, _, number), short in zip(entries, shorts, strict=True)
    }


def _raw_of_tiff(head: bytes) -> str | None:
    """Return the name of the raw camera format of a file that begins as a TIFF, or None for an ordinary TIFF.

    The pixels of a raw file are sensor data, not a picture.
    """
    tags = tiff_tags(head)
    if _DNG_VERSION in tags:
        return "RAW (DNG)"
    is_small_copy = _MAKE in tags and tags.get(_SUBFILE_TYPE) == 1
    if tags.get(_PHOTOMETRIC) != _COLOUR_FILTER_ARRAY and not is_small_copy:
        return None
    maker = tags.get(_MAKE, 0)
    kind = _RAW_OF_MAKERS.get(head[maker : maker + 3])
    return f"RAW ({kind})" if kind else "RAW"


def memory_needed(data: bytes) -> int:
    """Estimate the most memory, in bytes, that decoding a file takes; a small constant if it has no known format."""
    kind = format_of(data)
    return (
        _need(data, kind, size_of_picture(data, kind)) if isinstance(kind, PictureFormat) else _ALWAYS_BYTES
    )


def refuse_bomb(data: bytes, kind: PictureFormat, size: tuple[int, int] | None = None) -> None:
    """Raise PictureRefused (TOO_MANY_PIXELS) if decoding a picture would take more than `MOST_BYTES` of memory.

    `size`: width and height; read from the header if not given.
    """
    size = size or size_of_picture(data, kind)
    if (need := _need(data, kind, size)) > MOST_BYTES:
        raise too_many_pixels(size, need, MOST_BYTES)


def too_many_pixels(size: tuple[int, int], need_bytes: int, most_bytes: int) -> PictureRefused:
    """Return the PictureRefused error for a picture that needs `need_bytes` of memory of at most `most_bytes`."""
    pixels = size[0] * size[1]
    limit = pixels * min(most_bytes, need_bytes) // need_bytes
    figures = {"width": size[0], "height": size[1], "pixels": pixels, "limit_pixels": limit}
    return PictureRefused(PictureFault.TOO_MANY_PIXELS, **figures)


def fraction_of(pixels: int) -> int:
    """Return the number (1, 2, 4 or 8) by which to divide the sides of a JPEG while it is decoded."""
    return next((one for one in (1, 2, 4) if pixels <= LARGEST_PIXELS * one**2), 8)


def size_of_picture(data: bytes, kind: PictureFormat) -> tuple[int, int]:
    """Return the width and height in a picture's header, (0, 0) if it states none."""
    try:
        return _SIZES[kind](data)
    except struct.error:
        return 0, 0


def _size_of_webp(data: bytes) -> tuple[int, int]:
    """Return the width and height of a WebP file (RFC 9649, sections 2.5 to 2.7)."""
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
    """Return the marker and body of a JPEG's frame header (ITU-T T.81, B.2.2), or 0 and no bytes if it has none."""
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
    """Return the bytes of memory for the coefficients of a progressive JPEG: two for each sample; 0 for other JPEGs.

    A progressive JPEG cannot be read line by line: all coefficients are in memory before the first pixel.
    """
    marker, frame = _frame_of_jpeg(data)
    if marker not in _SPECTRAL:
        return 0
    shares = [(sampling >> 4) * (sampling & 15) for sampling in frame[7::3]]
    return 2 * pixels * sum(shares) // max(*shares, 1)
