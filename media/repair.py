"""Pictures whose only fault is their size or ratio, made to fit: cropped, padded or enlarged.

Rules: MiniMax's for first frames (short side above 300 px, aspect ratio between 2:5 and 5:2, all exclusive).
"""

# pyright: reportUnknownMemberType=false
# Pillow types some methods with numpy, which is not installed.

import io
from enum import StrEnum
from typing import cast

from PIL import Image, ImageFilter, ImageOps, ImageStat

MIN_SHORT_SIDE = 300
"""Pixels; the short side must be longer."""

MIN_RATIO, MAX_RATIO = 2 / 5, 5 / 2
"""Width by height must lie between them."""

ENLARGED_SHORT_SIDE = 512
"""Pixels of the short side of a picture that was too small."""

_MOST_CROPPED = 0.15
"""Of the picture: a crop that loses more is not recommended."""

_PREVIEW = 1280
"""Pixels of the longer side."""

_LONGEST_PADDED = 4096
"""Pixels: a strip of 16383 x 16 would otherwise become 107 megapixels."""

_PLAIN = 6.0
"""Standard deviation of the levels along an edge of one colour, noise of a JPEG included."""

_GROUND_PARTS = 16  # the blurred ground is made of a copy this much smaller


class Repair(StrEnum):
    """What makes a picture fit that is too small, too narrow or too wide. Each also enlarges what is too small."""

    CROP = "crop"
    PAD = "pad"
    ENLARGE = "enlarge"


def repairs_for(width: int, height: int) -> tuple[Repair, ...]:
    """Return what would make a picture of this size fit, the recommended repair first; nothing if it fits."""
    if not MIN_RATIO < width / height < MAX_RATIO:
        left, top, right, bottom = _crop_box(width, height)
        lost = 1 - (right - left) * (bottom - top) / (width * height)
        return (Repair.CROP, Repair.PAD) if lost <= _MOST_CROPPED else (Repair.PAD, Repair.CROP)
    return (Repair.ENLARGE,) if min(width, height) <= MIN_SHORT_SIDE else ()


def recommended_repair(width: int, height: int) -> Repair | None:
    """Return the one repair that suits a picture of this size best, None if it fits."""
    return next(iter(repairs_for(width, height)), None)


def repaired(picture: Image.Image, repair: Repair) -> Image.Image:
    """Return an RGB picture after `repair`; one that fits, or that this repair does not help, stays as it is."""
    if repair in repairs_for(*picture.size):
        if repair is Repair.CROP:
            picture = picture.crop(_crop_box(*picture.size))
        elif repair is Repair.PAD:
            picture = _padded(picture)
        return _enlarged(picture)
    return picture


def preview(data: bytes) -> bytes:
    """Return a first frame of ours (a JPEG) small enough to be shown beside a question."""
    with Image.open(io.BytesIO(data), formats=("JPEG",)) as picture:
        picture.draft("RGB", (_PREVIEW, _PREVIEW))
        picture.thumbnail((_PREVIEW, _PREVIEW))
        file = io.BytesIO()
        picture.save(file, "JPEG", quality=90)
    return file.getvalue()


def _crop_box(width: int, height: int) -> tuple[int, int, int, int]:
    """Return the largest box in the middle whose ratio is allowed."""
    across, down = min(width, (5 * height - 1) // 2), min(height, (5 * width - 1) // 2)
    left, top = (width - across) // 2, (height - down) // 2
    return left, top, left + across, top + down


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
