"""What is no picture of ours is called by its right name."""

import struct
import time

from picture_samples import ALL_FORMATS, file_of, picture

from media.pictures.headers import PictureFormat, format_of
from tests.support.rows import each_row


def boxes(brand, *others):
    body = b"ftyp" + brand + bytes(4) + b"".join(others)
    return struct.pack(">I", len(body) + 4) + body + bytes(40)


def tiff(order, *tags, text=b""):
    """Return the beginning of a TIFF with these tags (number, value); 0x010F is `text`."""
    mark = b"II*\0" if order == "<" else b"MM\0*"
    entries = b"".join(
        struct.pack(order + "HHI", tag, 2, len(text)) + struct.pack(order + "I", 10 + 12 * len(tags))
        if tag == 0x010F
        else struct.pack(order + "HHIH2x", tag, 3, 1, value)
        for tag, value in tags
    )
    return mark + struct.pack(order + "IH", 8, len(tags)) + entries + text


SVG = b'<svg xmlns="http://www.w3.org/2000/svg" width="640" height="480"/>'
NAMES = {
    "SVG": [
        SVG,
        b'<?xml version="1.0"?>\n' + SVG,
        b"\xef\xbb\xbf<?xml version='1.0'?>\r\n<!-- made by a <svg> editor -->\n" + SVG,
        b'<!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" "svg11.dtd" [<!ENTITY a "b">]>' + SVG,
        b"<?xml version='1.0'?><svg:svg xmlns:svg='http://www.w3.org/2000/svg'/>",
        b"\xff\xfe" + SVG.decode().encode("utf-16-le"),
    ],
    "QuickTime (MOV)": [boxes(b"qt  ", b"qt  "), b"\0\0\0\x08wide\0\0\0\0mdat", b"\0\0\4\0moov" + bytes(99)],
    "MP4": [boxes(b"isom", b"mp41"), boxes(b"mp42"), boxes(b"iso5", b"avc1")],
    "M4A": [boxes(b"M4A ", b"mp42")],
    "AVIF (mini)": [boxes(b"mif3")],
    "RAW (CR2)": [b"II*\0\x10\0\0\0CR\2\0" + bytes(40)],
    "RAW (CR3)": [boxes(b"crx ", b"isom")],
    "RAW (RAF)": [b"FUJIFILMCCD-RAW 0201"],
    "RAW (DNG)": [tiff("<", (0xC612, 1)), tiff(">", (254, 1), (0xC612, 1))],
    "RAW (NEF)": [tiff(">", (254, 1), (0x010F, 0), text=b"NIKON CORPORATION\0")],
    "RAW (ARW)": [tiff("<", (254, 1), (0x010F, 0), text=b"SONY\0")],
    "RAW": [tiff("<", (262, 32803))],
    "AVI": [b"RIFF1234AVI LIST"],
    "WebM": [b"\x1aE\xdf\xa3\x9fB\x86\x81\x01B\x82\x84webm"],
    "MKV": [b"\x1aE\xdf\xa3\xa3B\x86\x81\x01B\x82\x88matroska"],
    "JPEG XL": [b"\xff\x0a\xfa\x1f", b"\0\0\0\x0cJXL \r\n\x87\n"],
    "JPEG 2000": [b"\0\0\0\x0cjP  \r\n\x87\n", b"\xff\x4f\xff\x51\0\x2f"],
    "PDF": [b"%PDF-1.7"],
    "PSD": [b"8BPS\0\1"],
    "EPS": [b"%!PS-Adobe-3.0 EPSF-3.0"],
    "ICO": [b"\0\0\1\0\1\0\x10\x10"],
    "ZIP": [b"PK\3\4\x14\0"],
}


@each_row("name, files", NAMES.items())
def test_a_file_is_called_what_it_is(name, files):
    assert {format_of(data) for data in files} == {name}


@each_row("kind", ALL_FORMATS)
def test_pictures_of_ours_are_ours(kind):
    kind_of = format_of(file_of(picture(), kind))
    assert isinstance(kind_of, PictureFormat)
    assert kind_of.value.upper() == kind


def test_a_container_of_pictures_is_called_by_what_it_is_compatible_with():
    assert format_of(boxes(b"mif1", b"mif1", b"avif")) is PictureFormat.AVIF
    assert format_of(boxes(b"msf1", b"avis", b"iso8")) is PictureFormat.AVIF
    assert format_of(boxes(b"isom", b"heic")) is PictureFormat.HEIC


def test_a_photograph_that_a_camera_saved_as_tiff_is_a_tiff():
    assert format_of(tiff("<", (254, 0), (0x010F, 0), text=b"NIKON CORPORATION\0")) is PictureFormat.TIFF


def test_no_beginning_of_a_text_takes_long():
    start = time.process_time()
    for text in (
        b"<!---->" * 9000,
        b"<?x?>" * 13000,
        b" " * 65000,
        b"<!doctype [" * 6000,
        b"<!doctype a[]" * 5000,
    ):
        assert format_of(text) is None
    assert time.process_time() - start < 2
