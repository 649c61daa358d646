"""Pictures that were uploaded: stored, served and forgotten with the sandbox."""

import re
import secrets
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from aiohttp import BodyPartReader, web

from sandbox.contract import PICTURE_LIMIT_BYTES, UPLOAD_LIFETIME_SECONDS, Refused
from sandbox.pictures import UPLOAD_FORMATS, Picture, read_picture

_CONTENT_TYPES = {"JPEG": "image/jpeg", "PNG": "image/png", "WEBP": "image/webp", "GIF": "image/gif"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Upload:
    """One stored picture; `created` is epoch seconds."""

    name: str
    filename: str
    content_type: str
    path: Path
    size_bytes: int
    created: int

    def to_json(self, base_url: str) -> dict[str, Any]:
        """Return the documented, flat reply."""
        return {
            "url": f"{base_url}/uploads/{self.name}",
            "filename": self.filename,
            "content_type": self.content_type,
            "bytes": self.size_bytes,
            "created_at": self.created,
        }


class Uploads:
    """The pictures of one sandbox, in `folder`."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._uploads: dict[str, Upload] = {}

    def add(self, data: bytes, filename: str, now: float) -> Upload:
        """Check and store a picture. Takes as long as decoding does: call it off the event loop.

        Raises:
            Refused: 413 too large, 400 another format.
        """
        picture = read_picture(data, formats=UPLOAD_FORMATS, too_large=413)
        name = f"{secrets.token_hex(8)}-{_safe(filename)}"
        upload = self._stored(picture, name, filename, int(now))
        self._uploads[name] = upload
        return upload

    def find(self, name: str, now: float) -> Upload | None:
        """Return a picture that has not expired, or None."""
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
    """Return the bytes and the name of the multipart field `file`.

    Raises:
        Refused: 400 no such field, 413 too many bytes.
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
