"""Colours mean what their carrier says; the values are those that Chromium shows on an ordinary screen."""

import contextlib
import io
import struct
import zlib

import pytest
from colour_samples import COLOUR, MEANT, SIGHT, SIZE, SOURCES, flat, nclx, raw_png, with_chunks
from picture_samples import exif, file_of, picture, png_chunk
from PIL import Image, PngImagePlugin, UnidentifiedImageError

from media.errors import PictureRefused
from media.pictures.decode import decode_picture
from tests.support.rows import each_row


def near(seen, meant, tolerance=4):
    return all(abs(one - other) <= tolerance for one, other in zip(seen, meant, strict=True))


@each_row("name", SOURCES)
def test_a_colour_is_what_its_carrier_means(name):
    assert near(decode_picture(SOURCES[name]).getpixel(SIGHT), MEANT[name])


@each_row("codes, meant", [((12, 13), (215, 93, 31)), ((9, 18), (230, 48, 17)), ((1, 1), COLOUR)])
def test_a_heic_means_what_an_avif_means(codes, meant):
    source = nclx(file_of(flat(), "HEIC", quality=95, chroma="444"), *codes)
    assert near(decode_picture(source).getpixel(SIGHT), meant, 6)


def key(*levels):
    return b"tRNS", struct.pack(f">{len(levels)}H", *levels)


WHITE = (255, 255, 255)
CLEAR = {
    "1 bit grey": (raw_png(1, 0, b"\0", key(0)), WHITE),
    "2 bits of grey": (raw_png(2, 0, b"\x55", key(1)), WHITE),
    "2 bits of grey, another": (raw_png(2, 0, b"\x55", key(2)), (85, 85, 85)),
    "4 bits of grey": (raw_png(4, 0, b"\x77", key(7)), WHITE),
    "8 bits of grey": (raw_png(8, 0, b"\x40", key(0x40)), WHITE),
    "16 bits of grey": (raw_png(16, 0, b"\x40\x01", key(0x4001)), WHITE),
    "16 bits of grey, nearly": (raw_png(16, 0, b"\x40\x01", key(0x4002)), (64, 64, 64)),
    "8 bits": (raw_png(8, 2, bytes(COLOUR), key(*COLOUR)), WHITE),
    "16 bits": (raw_png(16, 2, struct.pack(">3H", 51400, 25700, 12850), key(51400, 25700, 12850)), WHITE),
    "16 bits, nearly": (raw_png(16, 2, struct.pack(">3H", 51400, 25700, 12850), key(51400, 25700, 12851)), COLOUR),
    "16 bits, as if 8": (raw_png(16, 2, struct.pack(">3H", 51400, 25700, 12850), key(*COLOUR)), COLOUR),
    "a palette": (raw_png(8, 3, b"\1", (b"PLTE", bytes((*COLOUR, *COLOUR))), (b"tRNS", b"\xff\0")), WHITE),
    "a palette, half": (raw_png(8, 3, b"\1", (b"PLTE", bytes((*COLOUR, *COLOUR))), (b"tRNS", b"\0\x80")), (227, 177, 152)),
}  # fmt: skip


@each_row("source, meant", CLEAR.values())
def test_what_is_clear_by_the_key_of_a_png_is_clear_at_every_depth(source, meant):
    assert near(decode_picture(source).getpixel(SIGHT), meant)


@each_row(
    "level, meant", [(0, 0), (128, 0), (129, 1), (32768, 128), (65406, 254), (65407, 255), (65535, 255)]
)
def test_sixteen_bits_of_grey_are_scaled_not_cut(level, meant):
    assert decode_picture(raw_png(16, 0, struct.pack(">H", level))).getpixel(SIGHT) == (meant,) * 3


def animated(first, *, default, others=()):
    """Return an APNG whose `default` picture is in no frame; the frames are PNGs with where they lie."""
    chunks = [png_chunk(b"acTL", struct.pack(">II", 1 + len(others), 0))]
    body = [png_chunk(b"IDAT", idat_of(default))]
    for number, (frame, at) in enumerate((first, *others)):
        control = struct.pack(">5I2H2B", number * 2, *frame.size, *at, 1, 10, 0, 1)
        body += [
            png_chunk(b"fcTL", control),
            png_chunk(b"fdAT", struct.pack(">I", number * 2 + 1) + idat_of(frame)),
        ]
    whole = file_of(default, "PNG")
    return whole[:33] + b"".join((*chunks, *body)) + png_chunk(b"IEND", b"")


def idat_of(image):
    rows = b"".join(
        b"\0" + image.crop((0, row, image.width, row + 1)).tobytes() for row in range(image.height)
    )
    return zlib.compress(rows)


def test_the_picture_that_players_of_an_animated_png_never_show_is_not_taken():
    frames = [flat("lime"), flat("blue")]
    file = io.BytesIO()
    flat("red").save(file, "PNG", save_all=True, append_images=frames, default_image=True)
    assert decode_picture(file.getvalue()).getpixel(SIGHT) == (0, 255, 0)
    part = Image.new("RGB", (100, 100), "lime")
    seen = decode_picture(animated((part, (200, 200)), default=flat("red")))
    assert (seen.getpixel((250, 250)), seen.getpixel((10, 10))) == ((0, 255, 0), WHITE)


def test_around_the_first_frame_of_a_gif_nothing_is():
    whole = file_of(Image.new("P", (100, 100), 0), "GIF")
    small = bytearray(whole)
    small[6:10] = struct.pack("<2H", *SIZE)
    assert decode_picture(bytes(small)).getpixel((400, 300)) == WHITE


def test_the_clean_aperture_of_an_avif_is_applied_before_it_is_turned():
    source = file_of(picture(), "AVIF", quality=90)
    crop = struct.pack(">IIIIiIiI", 320, 1, 480, 1, 160, 1, 0, 1)  # its right half, which is blue
    seen = decode_picture(with_property(source, b"clap", crop))
    assert seen.size == (320, 480)
    assert near(seen.getpixel((10, 240)), (30, 40, 200), 12)
    assert (
        decode_picture(
            with_property(source, b"clap", struct.pack(">IIIIiIiI", 900, 1, 480, 1, 0, 1, 0, 1))
        ).size
        == SIZE
    )


def with_property(file, kind, body):
    """Return a HEIC or AVIF file whose main item has one more property."""
    box = struct.pack(">I4s", len(body) + 8, kind) + body
    ipco, ipma, iloc = (file.index(name) - 4 for name in (b"ipco", b"ipma", b"iloc"))
    held = file[ipco + 8 : ipco + int.from_bytes(file[ipco : ipco + 4], "big")]
    count, at = 0, 0
    while at < len(held):
        at += int.from_bytes(held[at : at + 4], "big")
        count += 1
    listed = bytearray(file[ipma : ipma + int.from_bytes(file[ipma : ipma + 4], "big")])
    listed[18] += 1
    listed[:4] = struct.pack(">I", len(listed) + 1)
    listed += bytes([0x80 | count + 1])
    new = bytearray(
        file[:ipco] + struct.pack(">I4s", len(held) + 8 + len(box), b"ipco") + held + box + listed
    )
    new += file[ipma + len(listed) - 1 :]
    for name in (b"meta", b"iprp"):
        start = new.index(name) - 4
        new[start : start + 4] = struct.pack(
            ">I", int.from_bytes(new[start : start + 4], "big") + len(box) + 1
        )
    data_at = file.index(b"mdat") + 4
    old = struct.pack(">I", data_at)
    where = bytes(new).index(old, iloc)
    new[where : where + 4] = struct.pack(">I", data_at + len(box) + 1)
    return bytes(new)


def with_two_associations(file):
    """Return an AVIF that says in a box for each of its two items which properties it has."""
    ipma = file.index(b"ipma") - 4
    entries = file[ipma + 16 : ipma + int.from_bytes(file[ipma : ipma + 4], "big")]
    first = 3 + entries[2]
    boxes = b"".join(
        struct.pack(">I4sII", 16 + len(one), b"ipma", 0, 1) + one
        for one in (entries[:first], entries[first:])
    )
    new = bytearray(file[:ipma] + boxes + file[ipma + 16 + len(entries) :])
    for name in (b"meta", b"iprp"):
        start = new.index(name) - 4
        new[start : start + 4] = struct.pack(">I", int.from_bytes(new[start : start + 4], "big") + 16)
    iloc = file.index(b"iloc") + 12
    for at in (iloc + 6, iloc + 20):
        new[at : at + 4] = struct.pack(">I", int.from_bytes(new[at : at + 4], "big") + 16)
    return bytes(new)


def test_an_avif_that_says_in_several_boxes_what_its_items_are_is_shown_with_its_transparency():
    source = file_of(Image.new("RGBA", SIZE, (200, 30, 30, 128)), "AVIF", quality=95)
    split = with_two_associations(source)
    with pytest.raises(UnidentifiedImageError):
        Image.open(io.BytesIO(split))
    assert decode_picture(split).tobytes() == decode_picture(source).tobytes()
    for cut in range(1, len(split), 7):
        with contextlib.suppress(PictureRefused):
            decode_picture(split[:cut])


XMP = (
    b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
    b'<rdf:Description xmlns:tiff="http://ns.adobe.com/tiff/1.0/" tiff:Orientation="6"/></rdf:RDF></x:xmpmeta>'
)


@each_row("kind", ["JPEG", "PNG", "WEBP", "AVIF"])
def test_the_orientation_of_xmp_is_ignored_as_browsers_do(kind):
    text = PngImagePlugin.PngInfo()
    text.add_itxt("XML:com.adobe.xmp", XMP.decode())
    source = file_of(picture(), kind, **({"pnginfo": text} if kind == "PNG" else {"xmp": XMP}))
    assert b"tiff:Orientation" in source
    assert decode_picture(source).size == SIZE


@each_row("kind", ["JPEG", "PNG", "WEBP", "HEIC", "AVIF", "TIFF"])
def test_a_picture_is_turned_once(kind):
    source = file_of(picture(), kind, exif=exif(6).tobytes() if kind != "TIFF" else exif(6))
    seen = decode_picture(source)
    assert seen.size == (480, 640)
    assert near(seen.getpixel((240, 100)), (200, 40, 30), 12)


def test_inks_without_a_profile_and_grey_tiffs_of_sixteen_bits():
    assert near(decode_picture(file_of(flat((255, 0, 0, 0), "CMYK"), "TIFF")).getpixel(SIGHT), (0, 255, 255))
    assert near(decode_picture(file_of(Image.new("I;16", SIZE, 0x8000), "TIFF")).getpixel(SIGHT), (128,) * 3)
    assert near(
        decode_picture(file_of(flat((60, 128, 128), "LAB"), "TIFF")).getpixel(SIGHT), (58, 58, 58), 90
    )


def test_chunks_that_a_png_need_not_have_may_be_broken_or_long():
    plain = file_of(flat(), "PNG")
    wrong = bytearray(with_chunks(plain, (b"tEXt", b"Comment\0x")))
    wrong[33 + 8 + 9] ^= 255
    bomb = b"Comment\0\0" + zlib.compress(bytes(80_000_000))
    clear = bytearray(with_chunks(raw_png(8, 6, bytes(4)), (b"tEXt", b"Comment\0x")))
    clear[33 + 8 + 9] ^= 255
    for source in (wrong, with_chunks(plain, (b"zTXt", bomb)), with_chunks(plain, (b"pHYs", b"\0"))):
        assert decode_picture(bytes(source)).getpixel(SIGHT) == COLOUR
    assert decode_picture(bytes(clear)).getpixel(SIGHT) == WHITE
