"""Attachments: bytes that were uploaded, and the signed, expiring links under which they are served."""

import hashlib
import hmac
import mimetypes
import secrets
import struct
from dataclasses import dataclass
from urllib.parse import quote

from aiohttp import web

from tests.loopback_discord.rules import Mint, Rules

_PNG_HEADER = struct.Struct(">8s4s4sII")
_GONE = "This content is no longer available."


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredFile:
    """One attachment. `description` is the alt text."""

    id: int
    channel_id: int
    filename: str
    data: bytes
    description: str | None = None

    @property
    def content_type(self) -> str | None:
        return mimetypes.guess_type(self.filename)[0]

    def size_in_pixels(self) -> tuple[int, int] | None:
        """Return width and height of a PNG, else None."""
        if not self.data.startswith(b"\x89PNG\r\n\x1a\n") or len(self.data) < _PNG_HEADER.size:
            return None
        *_, width, height = _PNG_HEADER.unpack_from(self.data)
        return width, height


class FileStore:
    """Keeps attachments and serves them under `/attachments/...`, as Discord's CDN does."""

    def __init__(self, *, rules: Rules, mint: Mint) -> None:
        self._rules = rules
        self._mint = mint
        self._files: dict[int, StoredFile] = {}
        self._key = secrets.token_bytes(16)
        self.site = ""

    def put(
        self, channel_id: int, filename: str, data: bytes, *, description: str | None = None
    ) -> StoredFile:
        """Store one file; as on Discord, spaces in its name become underscores."""
        stored = StoredFile(
            id=self._mint.next(),
            channel_id=channel_id,
            filename=filename.replace(" ", "_"),
            data=data,
            description=description,
        )
        self._files[stored.id] = stored
        return stored

    def url(self, stored: StoredFile) -> str:
        """Return a fresh link: `ex` is the hour of its death in hex seconds, `hm` the signature."""
        now = self._rules.clock()
        expires = f"{int(now + self._rules.attachment_lifetime_seconds):x}"
        path = f"/attachments/{stored.channel_id}/{stored.id}/{quote(stored.filename)}"
        return f"{self.site}{path}?ex={expires}&is={int(now):x}&hm={self._sign(stored.id, expires)}"

    async def serve(self, request: web.Request) -> web.Response:
        """Answer a GET for an attachment, with 404 once the link has expired or was altered."""
        stored = self._files.get(int(request.match_info["file_id"]))
        if stored is None or not self._is_valid(stored, request):
            return web.Response(status=404, text=_GONE)
        return web.Response(body=stored.data, content_type=stored.content_type or "application/octet-stream")

    def _is_valid(self, stored: StoredFile, request: web.Request) -> bool:
        expires = request.query.get("ex", "")
        signature = request.query.get("hm", "")
        if not hmac.compare_digest(signature, self._sign(stored.id, expires)):
            return False
        return self._rules.clock() < int(expires, 16)

    def _sign(self, file_id: int, expires: str) -> str:
        return hmac.new(self._key, f"{file_id}:{expires}".encode(), hashlib.sha256).hexdigest()
