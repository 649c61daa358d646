"""Picture files made for a test: good ones in every format, and hostile ones written by hand."""

import io
import struct
import zlib

import pillow_heif
from PIL import Image

SIZE = (640, 480)
RED, BLUE = (200, 40, 30), (30, 40, 200)

FORMATS = ("JPEG", "PNG", "WEBP", "HEIC", "AVIF")
ALL_FORMATS = (*FORMATS, "GIF", "BMP", "TIFF")


def picture(size=SIZE):
    """Return a picture that is red on its left half and blue on its right."""
    image = Image.new("RGB", size, BLUE)
    image.paste(RED, (0, 0, size[0] // 2, size[1]))
    return image


def file_of(image, kind, **options):
    """Return `image` as the bytes of a file of `kind`."""
    file = io.BytesIO()
    if kind == "HEIC":
        pillow_heif.from_pillow(image).save(file, **options)
    else:
        image.save(file, kind, **options)
    return file.getvalue()


def exif(orientation=1):
    """Return metadata with an orientation, a maker and a place on the map."""
    tags = Image.Exif()
    tags[0x0112] = orientation
    tags[0x010F] = "Canary Cameras"
    tags.get_ifd(0x8825)[1] = "N"
    return tags


def png_bomb(side=10_000):
    """Return a black PNG of `side` x `side` pixels that weighs a few kilobytes."""
    rows = zlib.compress(bytes((side + 7) // 8 + 1) * side, 9)
    header = struct.pack(">IIBBBBB", side, side, 1, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        png_chunk(kind, body) for kind, body in ((b"IHDR", header), (b"IDAT", rows), (b"IEND", b""))
    )


def webp_bomb(side=16_383):
    """Return a small WebP file whose header announces a canvas of `side` x `side` pixels."""
    small = file_of(picture(), "WEBP", lossless=True)
    canvas = bytes(4) + (side - 1).to_bytes(3, "little") * 2
    body = b"WEBP" + b"VP8X" + struct.pack("<I", 10) + canvas + small[12:]
    return b"RIFF" + struct.pack("<I", len(body)) + body


def png_chunk(kind, body):
    """Return a chunk of a PNG file."""
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
