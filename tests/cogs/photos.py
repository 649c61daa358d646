"""Files that members attach."""

import io
from typing import Any

import pillow_heif
from PIL import Image


def photo(width: int = 640, height: int = 480, *, format: str = "PNG", **how: Any) -> bytes:
    """Return a picture with a gradient, in any format that Pillow writes, or as HEIC."""
    picture = Image.linear_gradient("L").resize((width, height)).convert("RGB")
    if format == "HEIC":
        return _heic(picture)
    file = io.BytesIO()
    picture.save(file, format, **how)
    return file.getvalue()


def _heic(picture: Image.Image) -> bytes:
    file = io.BytesIO()
    pillow_heif.from_pillow(picture).save(file, quality=60)
    return file.getvalue()
