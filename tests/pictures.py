"""Pictures made on the spot."""

import io

from PIL import Image


def jpeg_of(width: int, height: int) -> bytes:
    """Return a JPEG with a gradient, so that every part of it is recognisable."""
    file = io.BytesIO()
    picture = Image.linear_gradient("L").resize((width, height)).convert("RGB")
    picture.save(file, "JPEG")
    return file.getvalue()
