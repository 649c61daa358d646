"""Pictures whose only fault is their size or ratio, made to fit: cropped, padded or enlarged.

Rules: MiniMax's for first frames (short side above 300 px, aspect ratio between 2:5 and 5:2, all exclusive).
"""

# pyright: reportUnknownMemberType=false
# Pillow types some methods with numpy, which is not installed.

from typing import cast

from PIL import Image, ImageFilter, ImageOps, ImageStat

from media.pictures.rules import MIN_SHORT_SIDE, Repair, crop_box, repairs_for

ENLARGED_SHORT_SIDE = 512
"""Pixels of the short side of a picture that was too small."""

_LONGEST_PADDED = 4096
"""Pixels: a strip of 16383 x 16 would otherwise become 107 megapixels."""

_PLAIN = 6.0
"""Standard deviation of the levels along an edge of one colour, noise of a JPEG included."""

_GROUND_PARTS = 16  # the blurred ground is made of a copy this much smaller


def repaired(picture: Image.Image, repair: Repair) -> Image.Image:
    """Return an RGB picture after `repair`; one that fits, or that this repair does not help, stays as it is."""
    if repair in repairs_for(*picture.size):
        if repair is Repair.CROP:
            picture = picture.crop(crop_box(*picture.size))
        elif repair is Repair.PAD:
            picture = _padded(picture)
        return _enlarged(picture)
    return picture


def _padded(picture: Image.Image) -> Image.Image:
    """Return the picture in the middle of the smallest allowed canvas, on a ground that continues it."""
    picture.thumbnail((_LONGEST_PADDED, _LONGEST_PADDED), Image.Resampling.LANCZOS)
    width, height = picture.size
    size = max(width, 2 * height // 5 + 1), max(height, 2 * width // 5 + 1)
    left, top = (size[0] - width) // 2, (size[1] - height) // 2
    canvas = _plain_ground(picture, size) or _blurred_ground(picture, size)
    canvas.paste(picture, (left, top))
    return canvas


def _plain_ground(picture: Image.Image, size: tuple[int, int]) -> Image.Image | None:
    """Return a ground whose halves have the colours of the edges that they continue; None if an edge is no plain one."""
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
    """Return the picture's middle, large enough to cover the ground and out of focus, as films do it."""
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
