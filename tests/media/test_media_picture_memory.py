"""What a picture takes of memory is known before it is decoded, and what takes too much is refused by its size."""

import os
import struct
import subprocess
import sys

import pytest
from colour_samples import SWAPPED, raw_png
from memory import needs_proc
from picture_samples import ALL_FORMATS, exif, file_of
from PIL import Image

from media.errors import PictureFault, PictureRefused
from media.isolation import isolated
from media.isolation.tasks import check_first_frame_isolated
from media.pictures.decode import decode_picture
from media.pictures.first_frame import check_first_frame
from media.pictures.headers import PictureFormat, format_of, memory_needed, size_of_picture
from tests.support.rows import each_row

MIB = 1024**2
SIDES = (3400, 2600)

MEASURE = """
import re, sys
from pathlib import Path
from media.pictures.first_frame import check_ordered
def status(name):
    return int(re.search(name + r":\\s+(\\d+) kB", Path("/proc/self/status").read_text())[1]) * 1024
before = status("VmSize")
check_ordered(b"\\n" + sys.stdin.buffer.read())
print(status("VmPeak") - before)
"""


def colourful(mode="RGB"):
    grey = Image.effect_noise((SIDES[0] // 8, SIDES[1] // 8), 60).resize(SIDES)
    image = Image.merge("RGB", (grey, grey.transpose(Image.Transpose.FLIP_LEFT_RIGHT), grey))
    if mode == "RGBA":
        image.putalpha(grey)
    return image if image.mode == mode else image.convert(mode)


COSTLY = {
    "JPEG": lambda: file_of(colourful(), "JPEG", icc_profile=SWAPPED, exif=exif(6)),
    "progressive JPEG": lambda: file_of(
        colourful(), "JPEG", icc_profile=SWAPPED, exif=exif(6), progressive=True, subsampling=0
    ),
    "CMYK JPEG": lambda: file_of(colourful("CMYK"), "JPEG", exif=exif(6)),
    "PNG": lambda: file_of(colourful("RGBA"), "PNG", compress_level=1, icc_profile=SWAPPED, exif=exif(6)),
    "palette PNG": lambda: file_of(colourful().quantize(64), "PNG", icc_profile=SWAPPED),
    "PNG of 16 bits with a key": lambda: raw_png(
        16, 2, b"\xc8\xc8\x64\x64\x32\x32", (b"tRNS", bytes(6)), size=SIDES
    ),
    "grey PNG of 16 bits": lambda: raw_png(16, 0, b"\x80\x80", (b"tRNS", bytes(2)), size=SIDES),
    "WebP": lambda: file_of(
        colourful("RGBA"), "WEBP", quality=50, method=0, icc_profile=SWAPPED, exif=exif(6)
    ),
    "lossless WebP": lambda: file_of(Image.new("RGBA", SIDES, (9, 8, 7, 6)), "WEBP", lossless=True, method=0),
    "HEIC": lambda: file_of(colourful("RGBA"), "HEIC", quality=40, exif=exif(6).tobytes()),
    "AVIF": lambda: file_of(colourful("RGBA"), "AVIF", speed=10, icc_profile=SWAPPED, exif=exif(6)),
    "GIF": lambda: file_of(colourful().quantize(64), "GIF"),
    "BMP": lambda: file_of(colourful("RGBA"), "BMP"),
    "TIFF": lambda: file_of(colourful(), "TIFF", compression="tiff_lzw"),
    "CMYK TIFF": lambda: file_of(colourful("CMYK"), "TIFF", compression="tiff_deflate"),
}


QUICK = {"JPEG", "PNG", "lossless WebP", "grey PNG of 16 bits"}


@needs_proc
@pytest.mark.parametrize(
    "name", [name if name in QUICK else pytest.param(name, marks=pytest.mark.proof) for name in COSTLY]
)
def test_a_picture_takes_no_more_memory_than_was_foreseen(name):
    data = COSTLY[name]()
    environment = {"PYTHONPATH": os.pathsep.join(["tests/media", "."]), "MALLOC_ARENA_MAX": "1"}
    run = subprocess.run([sys.executable, "-c", MEASURE], input=data, capture_output=True, env=environment)
    assert run.returncode == 0, run.stderr
    assert int(run.stdout) < memory_needed(data) < 6 * int(run.stdout)


@each_row("kind", ALL_FORMATS)
def test_the_size_is_known_from_the_header(kind):
    data = file_of(Image.new("RGB", (640, 480)), kind)
    assert size_of_picture(data, PictureFormat(format_of(data))) == (640, 480)
    if kind == "WEBP":
        whole = file_of(Image.new("RGBA", (640, 480)), kind, lossless=True, exif=exif(1))
        assert size_of_picture(whole, PictureFormat.WEBP) == (640, 480)
    assert size_of_picture(data[:20], PictureFormat(format_of(data))) in {(0, 0), (640, 480)}


def test_a_large_baseline_jpeg_is_read_at_a_fraction():
    for size, seen in (((8160, 6144), (4080, 3072)), ((16_320, 12_240), (4080, 3060))):
        source = file_of(Image.new("L", size, 120), "JPEG", quality=30)
        first = check_first_frame(source)
        assert (first.width, first.height) == seen
        assert memory_needed(source) < 400 * MIB


def headed(kind, side):
    """Return the beginning of a file that says it has `side` x `side` pixels."""
    if kind == "progressive JPEG":
        small = bytearray(file_of(Image.new("RGB", (64, 64)), "JPEG", progressive=True))
        at = small.index(b"\xff\xc2") + 5
        small[at : at + 4] = struct.pack(">HH", side, side)
        return bytes(small)
    if kind == "lossless WebP":
        return (
            b"RIFF\x20\0\0\0WEBPVP8L\x14\0\0\0\x2f" + struct.pack("<I", side - 1 | side - 1 << 14) + bytes(16)
        )
    if kind == "GIF":
        return b"GIF89a" + struct.pack("<2H", side, side) + bytes(20)
    return raw_png(8, 6, bytes(4), size=(side, 1)).replace(
        struct.pack(">2I", side, 1), struct.pack(">2I", side, side)
    )


@each_row("kind, side", [
    ("progressive JPEG", 40_000), ("lossless WebP", 16_000), ("GIF", 60_000), ("PNG", 30_000),
])  # fmt: skip
async def test_what_takes_too_much_is_refused_by_its_size_and_not_decoded(kind, side):
    data = headed(kind, side)
    for decode in (decode_picture, check_first_frame_isolated):
        with pytest.raises(PictureRefused) as refused:
            await decode(data) if decode is check_first_frame_isolated else decode(data)
        figures = refused.value.figures
        assert refused.value.reason is PictureFault.TOO_MANY_PIXELS
        assert (figures["width"], figures["height"]) == (side, side)
        assert 0 < figures["limit_pixels"] < side * side


async def test_a_small_machine_refuses_by_size_what_a_large_one_takes(monkeypatch):
    source = file_of(Image.new("RGB", (5000, 4000), "navy"), "PNG")
    assert check_first_frame(source).width == 5000
    monkeypatch.setattr(isolated, "memory_of_this_process", lambda: 512 * MIB)
    with pytest.raises(PictureRefused) as refused:
        await check_first_frame_isolated(source)
    assert refused.value.reason is PictureFault.TOO_MANY_PIXELS
    assert 5_000_000 < refused.value.figures["limit_pixels"] < 20_000_000
    assert (
        await check_first_frame_isolated(file_of(Image.new("RGB", (3000, 2000), "navy"), "PNG"))
    ).width == 3000
