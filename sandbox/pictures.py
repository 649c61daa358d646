"""Receives pictures as the provider does, from a data URI, a loopback URL or an upload, and checks and serves them."""

import base64
import binascii
import io
import ipaddress
import re
import secrets
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp
import yarl
from aiohttp import BodyPartReader, web
from PIL import Image, ImageOps, UnidentifiedImageError

from sandbox.contract import (
    LARGE_SIDES,
    MAX_RATIO,
    MIN_RATIO,
    MIN_SHORT_SIDE,
    PICTURE_LIMIT_BYTES,
    UPLOAD_LIFETIME_SECONDS,
    Refused,
)

FetchPicture = Callable[[str], Awaitable[bytes]]
"""A function that downloads a URL; it raises OSError, TimeoutError or aiohttp.ClientError if it fails."""

FRAME_FORMATS = ("JPEG", "PNG", "WEBP")
UPLOAD_FORMATS = (*FRAME_FORMATS, "GIF")

MAX_PIXELS = 80_000_000
"""The most pixels in a picture: more than any picture under 20 MB needs, fewer than make Pillow warn."""

_DATA_URI = re.compile(r"data:image/(?:jpeg|jpg|png|webp);base64,", re.IGNORECASE)
_FETCH_TIMEOUT = aiohttp.ClientTimeout(total=10, sock_connect=2)

_CONTENT_TYPES = {"JPEG": "image/jpeg", "PNG": "image/png", "WEBP": "image/webp", "GIF": "image/gif"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """A received picture: its encoded bytes, its format, and its size in pixels when upright."""

    data: bytes
    width: int
    height: int
    format: str


def from_data_uri(text: str) -> bytes:
    """Return the bytes in a base64 data URI of a JPEG, PNG or WebP.

    Raises:
        Refused: 400, the data URI has another media type or is not base64.
    """
    head = _DATA_URI.match(text)
    if head is None:
        raise Refused(400, "first_frame_image must be data:image/jpeg, png or webp in base64")
    try:
        return base64.b64decode(text[head.end() :], validate=True)
    except (binascii.Error, ValueError) as error:
        raise Refused(400, "first_frame_image is not valid base64") from error


def read_picture(
    data: bytes,
    *,
    formats: tuple[str, ...] = FRAME_FORMATS,
    too_large: int = 400,
    limit: int = PICTURE_LIMIT_BYTES,
) -> Picture:
    """Decode a picture and return it with its size. Decoding takes long: call it in a thread.

    Raises:
        Refused: status `too_large` for too many bytes, 400 if it has too many pixels or is in none of `formats`.
    """
    if len(data) >= limit:
        raise Refused(too_large, f"image must be smaller than {limit // 1_000_000} MB")
    try:
        with Image.open(io.BytesIO(data), formats=formats) as image:
            if image.width * image.height > MAX_PIXELS:
                raise Refused(400, "image has too many pixels")
            width, height = ImageOps.exif_transpose(image).size
            return Picture(data=data, width=width, height=height, format=image.format or "")
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        raise Refused(400, "image could not be decoded") from error


def check_first_frame(picture: Picture, *, large: bool = False) -> None:
    """Check the rules that hold for frames only: the sides and the ratio. `large`: by the rules of MiniMax-H3.

    Raises:
        Refused: 400, with the broken rule.
    """
    if large and not all(side in LARGE_SIDES for side in (picture.width, picture.height)):
        raise Refused(400, f"image sides must be {LARGE_SIDES.start} to {LARGE_SIDES.stop - 1} px")
    if not large and min(picture.width, picture.height) <= MIN_SHORT_SIDE:
        raise Refused(400, f"first_frame_image short side must exceed {MIN_SHORT_SIDE} px")
    if not MIN_RATIO < picture.width / picture.height < MAX_RATIO:
        raise Refused(400, "first_frame_image aspect ratio must be between 2:5 and 5:2")


async def fetch_from_loopback(url: str) -> bytes:
    """Download a picture from a URL on this machine; refuse all other URLs, so that no request leaves the machine.

    Raises:
        OSError: the URL has another host, or the server cannot be reached.
        aiohttp.ClientError, TimeoutError: the transfer failed.
    """
    if not is_loopback(url):
        raise OSError("the sandbox fetches pictures from loopback only")
    async with (
        aiohttp.ClientSession(timeout=_FETCH_TIMEOUT) as session,
        session.get(url, allow_redirects=False, raise_for_status=True) as response,
    ):
        if response.status != 200:
            raise OSError(f"status {response.status} instead of a picture")
        return await _read_capped(response)


def is_loopback(url: str) -> bool:
    """Return whether the URL's host is this machine, by its literal address or as `localhost`."""
    try:
        host = yarl.URL(url).host or ""
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


async def _read_capped(response: aiohttp.ClientResponse) -> bytes:
    """Read the body of a response, and stop once it reaches the size limit of pictures."""
    body = bytearray()
    async for chunk in response.content.iter_chunked(65_536):
        body += chunk
        if len(body) >= PICTURE_LIMIT_BYTES:
            break
    return bytes(body)


@dataclass(frozen=True, slots=True, kw_only=True)
class Upload:
    """An uploaded picture that is stored. `created`: epoch seconds."""

    name: str
    filename: str
    content_type: str
    path: Path
    size_bytes: int
    created: int

    def to_json(self, base_url: str) -> dict[str, Any]:
        """Return the reply to the upload as the provider documents it, as plain JSON values."""
        return {
            "url": f"{base_url}/uploads/{self.name}",
            "filename": self.filename,
            "content_type": self.content_type,
            "bytes": self.size_bytes,
            "created_at": self.created,
        }


class Uploads:
    """The uploaded pictures of one sandbox, stored as files in `folder`."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._uploads: dict[str, Upload] = {}

    def add(self, data: bytes, filename: str, now: float) -> Upload:
        """Check and store a picture. Decoding takes long: call it in a thread.

        Raises:
            Refused: 413, the file is too large; 400, it is in another format.
        """
        picture = read_picture(data, formats=UPLOAD_FORMATS, too_large=413)
        name = f"{secrets.token_hex(8)}-{_safe(filename)}"
        upload = self._stored(picture, name, filename, int(now))
        self._uploads[name] = upload
        return upload

    def find(self, name: str, now: float) -> Upload | None:
        """Return the uploaded picture `name`, or None if it is unknown or has expired."""
        upload = self._uploads.get(name)
        return upload if upload and now < upload.created + UPLOAD_LIFETIME_SECONDS else None

    def _stored(self, picture: Picture, name: str, filename: str, now: int) -> Upload:
        path = self._folder / name
        path.write_bytes(picture.data)
        return Upload(
            name=name,
            filename=filename,
            content_type=_CONTENT_TYPES[picture.format],
            path=path,
            size_bytes=len(picture.data),
            created=now,
        )


async def read_upload(request: web.Request) -> tuple[bytes, str]:
    """Return the bytes and the filename of the multipart field `file`.

    Raises:
        Refused: 400, there is no such field; 413, the file is too large.
    """
    if not request.content_type.startswith("multipart/"):
        raise Refused(400, "multipart form field file is required")
    try:
        async for part in await request.multipart():
            if isinstance(part, BodyPartReader) and part.name == "file":
                return await _read_part(part), part.filename or "file"
    except ValueError as error:
        raise Refused(400, "request body is not a multipart form") from error
    raise Refused(400, "multipart form field file is required")


async def _read_part(part: BodyPartReader) -> bytes:
    data = bytearray()
    while chunk := await part.read_chunk(65_536):
        data += chunk
        if len(data) >= PICTURE_LIMIT_BYTES:
            raise Refused(413, "image must be smaller than 20 MB")
    return bytes(data)


def _safe(filename: str) -> str:
    return re.sub(r"[^A-Za-z0-9._-]", "_", filename)[-60:].lstrip(".") or "file"
