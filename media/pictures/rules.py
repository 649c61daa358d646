"""What a first frame must be, and what makes a picture fit whose only fault is its size or ratio.

Rules: MiniMax's for first frames (short side above 300 px, aspect ratio between 2:5 and 5:2, all exclusive).
"""

from dataclasses import dataclass
from enum import StrEnum

from media.errors import PictureFault, PictureRefused

MAX_BYTES = 60_000_000
"""What is attached must be smaller."""

MIN_SHORT_SIDE = 300
"""Pixels; the short side must be longer."""

MIN_RATIO, MAX_RATIO = 2 / 5, 5 / 2
"""Width by height must lie between them."""

_MOST_CROPPED = 0.15
"""Of the picture: a crop that loses more is not recommended."""


@dataclass(frozen=True, slots=True)
class FirstFrame:
    """A picture that the provider takes: a JPEG file without metadata, its size in pixels, and where it came from."""

    data: bytes
    width: int
    height: int
    url: str | None = None


class Repair(StrEnum):
    """What makes a picture fit that is too small, too narrow or too wide. Each also enlarges what is too small."""

    CROP = "crop"
    PAD = "pad"
    ENLARGE = "enlarge"


def repairs_for(width: int, height: int) -> tuple[Repair, ...]:
    """Return what would make a picture of this size fit, the recommended repair first; nothing if it fits."""
    if not MIN_RATIO < width / height < MAX_RATIO:
        left, top, right, bottom = crop_box(width, height)
        lost = 1 - (right - left) * (bottom - top) / (width * height)
        return (Repair.CROP, Repair.PAD) if lost <= _MOST_CROPPED else (Repair.PAD, Repair.CROP)
    return (Repair.ENLARGE,) if min(width, height) <= MIN_SHORT_SIDE else ()


def recommended_repair(width: int, height: int) -> Repair | None:
    """Return the one repair that suits a picture of this size best, None if it fits."""
    return next(iter(repairs_for(width, height)), None)


def refuse_too_big(data: bytes) -> None:
    """Make sure that a file may be looked at; raises PictureRefused (TOO_BIG)."""
    if len(data) >= MAX_BYTES:
        raise PictureRefused(PictureFault.TOO_BIG, size_bytes=len(data), limit_bytes=MAX_BYTES)


def crop_box(width: int, height: int) -> tuple[int, int, int, int]:
    """Return the largest box in the middle whose ratio is allowed."""
    across, down = min(width, (5 * height - 1) // 2), min(height, (5 * width - 1) // 2)
    left, top = (width - across) // 2, (height - down) // 2
    return left, top, left + across, top + down
