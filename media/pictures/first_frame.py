"""Turns an attached picture into a first frame: checks the provider's rules, repairs size or ratio, writes a JPEG.

The rules are MiniMax's for first frames: JPEG, PNG or WebP below 20 MB, short side above 300 px, aspect ratio between
2:5 and 5:2, all exclusive. Other formats of browsers and phones are accepted: every picture is converted to JPEG.
A repair crops, pads or enlarges a picture whose only fault is its size or ratio.
"""

import io
import json
from typing import cast

from PIL import Image, ImageFilter, ImageOps, ImageStat

from media.errors import PictureFault, PictureRefused
from media.pictures.decode import decode_picture
from media.pictures.rules import (
    MAX_RATIO,
    MIN_RATIO,
    MIN_SHORT_SIDE,
    FirstFrame,
    Repair,
    crop_box,
    refuse_too_big,
    repairs_for,
)

# pyright: reportUnknownMemberType=false
# Pillow types some methods with numpy, which is not installed.


_MAX_SENT_BYTES = 20_000_000
"""The provider's size limit of a first frame, in bytes, exclusive."""

_QUALITIES = (95, 90, 80, 70)
_ALL_COLOUR = "4:4:4"

ENLARGED_SHORT_SIDE = 512
"""The short side, in pixels, to which a picture that is too small is enlarged."""

_LONGEST_PADDED = 4096
"""The longest side, in pixels, of a picture to pad: a strip of 16383 x 16 would become 107 megapixels."""

_PLAIN = 6.0
"""The highest standard deviation of the levels along an edge that counts as of one colour, JPEG noise included."""

_GROUND_PARTS = 16  # the blurred background is made from a copy whose sides are this many times smaller


def check_first_frame(data: bytes, repair: Repair | None = None) -> FirstFrame:
    """Check a picture file and return it as a plain JPEG.

    `repair` makes a picture fit that is too small, too narrow or too wide. An untrusted file may take seconds and a
    gigabyte: in a process with an event loop, call `media.isolation.tasks.check_first_frame_isolated` instead.

    Raises:
        PictureRefused: the picture breaks a rule; see `PictureFault`.
    """
    refuse_too_big(data)
    picture = decode_picture(data)
    if repair:
        picture = repaired(picture, repair)
    _check_size(*picture.size)
    return _encode(picture)


def check_ordered(order: bytes) -> bytes:
    """Run `check_first_frame` inside an isolated process, on bytes.

    Input: the repair or nothing, a line feed, the picture. Output: a line of JSON with the size, then the JPEG.
    """
    repair, _, data = order.partition(b"\n")
    frame = check_first_frame(data, Repair(repair.decode()) if repair else None)
    return json.dumps({"width": frame.width, "height": frame.height}).encode() + b"\n" + frame.data


def repaired(picture: Image.Image, repair: Repair) -> Image.Image:
    """Apply `repair` to an RGB picture; return a picture that fits, or that this repair cannot help, unchanged."""
    if repair in repairs_for(*picture.size):
        if repair is Repair.CROP:
            picture = picture.crop(crop_box(*picture.size))
        elif repair is Repair.PAD:
            picture = _padded(picture)
        return _enlarged(picture)
    return picture


def _check_size(width: int, height: int) -> None:
    if min(width, height) <= MIN_SHORT_SIDE:
        raise PictureRefused(PictureFault.TOO_SMALL, width=width, height=height, above=MIN_SHORT_SIDE)
    ratio = width / height
    if ratio <= MIN_RATIO:
        raise PictureRefused(
            PictureFault.TOO_NARROW, width=width, height=height, ratio=ratio, above=MIN_RATIO
        )
    if ratio >= MAX_RATIO:
        raise PictureRefused(PictureFault.TOO_WIDE, width=width, height=height, ratio=ratio, below=MAX_RATIO)


def _encode(picture: Image.Image) -> FirstFrame:
    """Write the picture as a JPEG in the best quality within the size limit.

    A picture that is too large even in the lowest quality (tens of megapixels of noise) is halved.
    """
    for quality in _QUALITIES:
        file = io.BytesIO()
        picture.save(file, "JPEG", quality=quality, subsampling=_ALL_COLOUR)
        if file.tell() < _MAX_SENT_BYTES:
            return FirstFrame(file.getvalue(), *picture.size)
    return _encode(picture.reduce(2))


def _padded(picture: Image.Image) -> Image.Image:
    """Centre the picture on the smallest canvas of an allowed ratio, in its edges' colours or blurred around it."""
    picture.thumbnail((_LONGEST_PADDED, _LONGEST_PADDED), Image.Resampling.LANCZOS)
    width, height = picture.size
    size = max(width, 2 * height // 5 + 1), max(height, 2 * width // 5 + 1)
    left, top = (size[0] - width) // 2, (size[1] - height) // 2
    canvas = _plain_ground(picture, size) or _blurred_ground(picture, size)
    canvas.paste(picture, (left, top))
    return canvas


def _plain_ground(picture: Image.Image, size: tuple[int, int]) -> Image.Image | None:
    """Return a background of two halves, each in the colour of the picture's edge beside it.

    None if one of the edges has more than one colour.
    """
    width, height = picture.size
    if size[0] > width:
        edges = (0, 0, 1, height), (width - 1, 0, width, height)
        second_half = (size[0] // 2, 0, *size)
    else:
        edges = (0, 0, width, 1), (0, height - 1, width, height)
        second_half = (0, size[1] // 2, *size)
    first, second = (ImageStat.Stat(picture.crop(edge)) for edge in edges)
    if max(first.stddev + second.stddev) > _PLAIN:
        return None
    ground = Image.new("RGB", size, _colour(first))
    ground.paste(_colour(second), second_half)
    return ground


def _colour(edge: ImageStat.Stat) -> tuple[int, int, int]:
    return cast("tuple[int, int, int]", tuple(round(level) for level in edge.median))


def _blurred_ground(picture: Image.Image, size: tuple[int, int]) -> Image.Image:
    """Return a background of `size`: the middle of the picture, enlarged and blurred."""
    small = max(1, size[0] // _GROUND_PARTS), max(1, size[1] // _GROUND_PARTS)
    covering = ImageOps.fit(picture, small, Image.Resampling.BOX)
    soft = covering.filter(ImageFilter.GaussianBlur(max(small) / 40))
    return soft.resize(size, Image.Resampling.BICUBIC)


def _enlarged(picture: Image.Image) -> Image.Image:
    short = min(picture.size)
    if short > MIN_SHORT_SIDE:
        return picture
    width, height = (max(1, round(side * ENLARGED_SHORT_SIDE / short)) for side in picture.size)
    return picture.resize((width, height), Image.Resampling.LANCZOS)


_QUALITY = 90


def thumbnail(jpeg: bytes, *, longest: int) -> bytes:
    """Return a smaller copy of `jpeg`, as a JPEG, whose longer side is at most `longest` pixels.

    Raises:
        OSError: `jpeg` is not a JPEG picture.
    """
    with Image.open(io.BytesIO(jpeg), formats=["JPEG"]) as picture:
        picture.draft("RGB", (longest, longest))
        picture.thumbnail((longest, longest))
        file = io.BytesIO()
        picture.convert("RGB").save(file, "JPEG", quality=_QUALITY)
    return file.getvalue()


def thumbnail_ordered(order: bytes) -> bytes:
    """Run `thumbnail` inside an isolated process; input: the longest side in pixels, a line feed, the picture."""
    longest, _, jpeg = order.partition(b"\n")
    return thumbnail(jpeg, longest=int(longest))
