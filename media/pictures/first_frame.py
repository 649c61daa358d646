"""The picture that becomes a film's first frame: checked against the provider's rules and written anew.

Rules: MiniMax's for first frames (JPEG, PNG or WebP below 20 MB, short side above 300 px, aspect ratio between 2:5
and 5:2, all exclusive). Whatever else browsers and phones show is turned into JPEG, as everything is.
"""

# pyright: reportUnknownMemberType=false
# Pillow types some methods with numpy, which is not installed.

import io
import json

from PIL import Image

from media.pictures.decode import decode_picture
from media.pictures.fault import PictureFault, PictureRefused
from media.pictures.repair import repaired
from media.pictures.rules import (
    MAX_RATIO,
    MIN_RATIO,
    MIN_SHORT_SIDE,
    FirstFrame,
    Repair,
    refuse_too_big,
)

_MAX_SENT_BYTES = 20_000_000
"""A first frame must be smaller."""

_QUALITIES = (95, 90, 80, 70)
_ALL_COLOUR = "4:4:4"


def check_first_frame(data: bytes, repair: Repair | None = None) -> FirstFrame:
    """Check a file's content, whatever its name, and return it as a plain JPEG.

    With a `repair`, a picture that is too small, too narrow or too wide is made to fit.
    Takes up to seconds and a gigabyte for what strangers send: beside an event loop use `media.isolation.tasks.check_first_frame_isolated`.

    Raises:
        PictureRefused: the picture breaks a rule; see `PictureFault`.
    """
    refuse_too_big(data)
    picture = decode_picture(data)
    if repair:
        picture = repaired(picture, repair)
    _check_size(*picture.size)
    return _encode(picture)


def fulfil(order: bytes) -> bytes:
    """Return the answer to an order (the repair or nothing, a line feed, the picture): a line of JSON and the JPEG."""
    repair, _, data = order.partition(b"\n")
    frame = check_first_frame(data, Repair(repair.decode()) if repair else None)
    return json.dumps({"width": frame.width, "height": frame.height}).encode() + b"\n" + frame.data


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
    """Write the picture as well as the size limit allows; only tens of megapixels of noise end up smaller."""
    for quality in _QUALITIES:
        file = io.BytesIO()
        picture.save(file, "JPEG", quality=quality, subsampling=_ALL_COLOUR)
        if file.tell() < _MAX_SENT_BYTES:
            return FirstFrame(file.getvalue(), *picture.size)
    return _encode(picture.reduce(2))
