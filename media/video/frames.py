"""Single pictures out of a film."""

# pyright: reportUnknownMemberType=false
# Pillow and PyAV type some methods with numpy, which is not installed.

from pathlib import Path
from typing import cast

import av
from PIL import Image, ImageChops, ImageStat


def first_frame(path: Path) -> Image.Image:
    """Return the first picture of a film that `probe` accepted."""
    with av.open(str(path)) as film:
        return cast("Image.Image", next(film.decode(video=0)).to_image())


def difference(one: Image.Image, other: Image.Image) -> float:
    """Return the mean absolute difference of two pictures, 0 to 255; `other` is brought to the size of `one`."""
    alike = other.convert("RGB").resize(one.size, Image.Resampling.LANCZOS)
    return sum(ImageStat.Stat(ImageChops.difference(one.convert("RGB"), alike)).mean) / 3
