"""A small copy of a picture of our own making."""

import io

from PIL import Image

LONGEST = 640
_QUALITY = 85


def thumbnail(jpeg: bytes, *, longest: int = LONGEST) -> bytes:
    """Return a JPEG whose longer side is no longer than `longest`.

    Raises:
        OSError: it is no picture.
    """
    with Image.open(io.BytesIO(jpeg), formats=["JPEG"]) as picture:
        picture.thumbnail((longest, longest))
        file = io.BytesIO()
        picture.convert("RGB").save(file, "JPEG", quality=_QUALITY)
    return file.getvalue()
