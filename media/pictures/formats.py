"""What a file is by its content, told without any library of pictures."""

import re
import struct
from enum import StrEnum

from media.pictures.fault import PictureFault, PictureRefused


class PictureFormat(StrEnum):
    """The formats that are taken as a first frame."""

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
"""By the brands of a file that is made of boxes; any other is an MP4."""

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
"""What files begin with, as regular expressions, the first that fits counts."""

_PATTERNS = tuple((re.compile(pattern, re.DOTALL), kind) for pattern, kind in _BEGINNINGS)
_HEAD_BYTES = 65_536
_BYTE_ORDER_MARKS = (b"\xff\xfe", b"\xfe\xff")

_DNG_VERSION, _MAKE, _SUBFILE_TYPE, _PHOTOMETRIC = 0xC612, 0x010F, 0x00FE, 0x0106
_COLOUR_FILTER_ARRAY, _SHORT = 32803, 3
_RAW_OF_MAKERS = {b"NIK": "NEF", b"SON": "ARW", b"PEN": "PEF", b"SAM": "SRW", b"Has": "3FR", b"Eas": "DCR"}


def format_of(data: bytes) -> PictureFormat | str | None:
    """Return the format by content: one of ours, the name of another, or None when it is unknown."""
    if data[4:8] == b"ftyp":
        return _format_of_brands(data)
    head = data[:_HEAD_BYTES]
    if head[:2] in _BYTE_ORDER_MARKS:
        head = head.decode("utf-16", "ignore").encode()
    kind = next((kind for pattern, kind in _PATTERNS if pattern.match(head)), None)
    return _raw_of_tiff(head) or kind if kind is PictureFormat.TIFF else kind


def known_format(data: bytes) -> PictureFormat:
    """Return which of our formats `data` is; raises PictureRefused (NOT_A_PICTURE, WRONG_FORMAT) for any other."""
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
    """Return the tags of the first page of a TIFF, each with its first number or where its text lies."""
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
    """Return the name of a camera's raw file, which is a TIFF by its first bytes; its pixels are no picture yet."""
    tags = tiff_tags(head)
    if _DNG_VERSION in tags:
        return "RAW (DNG)"
    is_small_copy = _MAKE in tags and tags.get(_SUBFILE_TYPE) == 1
    if tags.get(_PHOTOMETRIC) != _COLOUR_FILTER_ARRAY and not is_small_copy:
        return None
    maker = tags.get(_MAKE, 0)
    kind = _RAW_OF_MAKERS.get(head[maker : maker + 3])
    return f"RAW ({kind})" if kind else "RAW"
