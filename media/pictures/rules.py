"""MiniMax's rules for the size and ratio of a first frame, and the repairs that make another picture fit.

The rules: short side above 300 px, aspect ratio between 2:5 and 5:2, all exclusive.
"""

from dataclasses import dataclass
from enum import StrEnum

from media.errors import PictureFault, PictureRefused

MAX_BYTES = 60_000_000
"""The size limit of an attached picture file, in bytes, exclusive."""

MIN_SHORT_SIDE = 300
"""The limit of a picture's short side, in pixels: the side must be longer."""

MIN_RATIO, MAX_RATIO = 2 / 5, 5 / 2
"""The limits of a picture's width divided by its height, both exclusive."""

_MOST_CROPPED = 0.15
"""The part of the picture that a recommended crop loses at most."""


@dataclass(frozen=True, slots=True)
class FirstFrame:
    """A picture that the provider accepts as first frame: a JPEG file without metadata, and its size in pixels.

    url: the address that the picture came from, if known.
    """

    data: bytes
    width: int
    height: int
    url: str | None = None


class Repair(StrEnum):
    """A way to make a picture fit that is too small, too narrow or too wide; each also enlarges a small picture."""

    CROP = "crop"
    PAD = "pad"
    ENLARGE = "enlarge"


def repairs_for(width: int, height: int) -> tuple[Repair, ...]:
    """Return the repairs that would make a picture of this size fit, the recommended first; none if it fits."""
    if not MIN_RATIO < width / height < MAX_RATIO:
        left, top, right, bottom = crop_box(width, height)
        lost = 1 - (right - left) * (bottom - top) / (width * height)
        return (Repair.CROP, Repair.PAD) if lost <= _MOST_CROPPED else (Repair.PAD, Repair.CROP)
    return (Repair.ENLARGE,) if min(width, height) <= MIN_SHORT_SIDE else ()


def recommended_repair(width: int, height: int) -> Repair | None:
    """Return the recommended repair for a picture of this size, None if it fits."""
    return next(iter(repairs_for(width, height)), None)


def refuse_too_big(data: bytes) -> None:
    """Raise PictureRefused (TOO_BIG) if a file has `MAX_BYTES` or more."""
    if len(data) >= MAX_BYTES:
        raise PictureRefused(PictureFault.TOO_BIG, size_bytes=len(data), limit_bytes=MAX_BYTES)


def crop_box(width: int, height: int) -> tuple[int, int, int, int]:
    """Return the largest centred box (left, top, right, bottom) whose ratio is allowed."""
    across, down = min(width, (5 * height - 1) // 2), min(height, (5 * width - 1) // 2)
    left, top = (width - across) // 2, (height - down) // 2
    return left, top, left + across, top + down
