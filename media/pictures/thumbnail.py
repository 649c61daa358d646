"""A small copy of a picture of our own making."""

import io

from PIL import Image

_QUALITY = 90


def thumbnail(jpeg: bytes, *, longest: int) -> bytes:
    """Return a JPEG whose longer side is no longer than `longest`.

    Raises:
        OSError: it is no picture.
    """
    with Image.open(io.BytesIO(jpeg), formats=["JPEG"]) as picture:
        picture.draft("RGB", (longest, longest))
        picture.thumbnail((longest, longest))
        file = io.BytesIO()
        picture.convert("RGB").save(file, "JPEG", quality=_QUALITY)
    return file.getvalue()


def thumbnail_ordered(order: bytes) -> bytes:
    """Return the copy that an order asks for: the length, a line feed, the picture."""
    longest, _, jpeg = order.partition(b"\n")
    return thumbnail(jpeg, longest=int(longest))
