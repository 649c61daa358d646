"""The first frame on its way to the provider: a JPEG or PNG file as bytes or as a data URI."""

import base64
from pathlib import Path

from hailuo.errors import InvalidRequest

MAX_PICTURE_BYTES = 20_000_000
"""The provider takes pictures under 20 MB."""

_SIGNATURES = {b"\xff\xd8\xff": "image/jpeg", b"\x89PNG\r\n\x1a\n": "image/png"}


def first_frame_data_uri(path: Path) -> str:
    """Read a picture and return it as `data:image/...;base64,...`. Blocks: call it in a thread.

    Raises:
        InvalidRequest: neither JPEG nor PNG, or 20 MB and more.
        OSError: the file cannot be read.
    """
    data, media_type = read_picture(path)
    return f"data:{media_type};base64,{base64.b64encode(data).decode('ascii')}"


def read_picture(path: Path) -> tuple[bytes, str]:
    """Return the bytes and the media type of a picture, told by its content. Blocks and raises as above."""
    if path.stat().st_size >= MAX_PICTURE_BYTES:
        raise InvalidRequest("the first frame has 20 MB or more", code="picture_too_large")
    data = path.read_bytes()
    for signature, media_type in _SIGNATURES.items():
        if data.startswith(signature):
            return data, media_type
    raise InvalidRequest("the first frame is neither a JPEG nor a PNG file", code="picture_unknown")


def may_blame_picture(picture: str | None, refusal: InvalidRequest) -> bool:
    """Say whether an order may have been refused for the form in which its picture was sent."""
    embedded = picture is not None and picture.startswith("data:")
    return embedded and refusal.status is not None and 400 <= refusal.status < 500
