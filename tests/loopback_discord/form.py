"""The body of a request: JSON, or a multipart form with `payload_json` and `files[n]`."""

import json
import re
from dataclasses import dataclass, field
from typing import Any

from aiohttp import BodyPartReader, web

from tests.loopback_discord.errors import DiscordError, Refusal

_FILE_FIELD = re.compile(r"files\[(\d+)\]")


@dataclass(frozen=True, slots=True)
class Form:
    """What came: the JSON payload, and the files by their number as (name, bytes)."""

    payload: Any = None
    files: dict[int, tuple[str, bytes]] = field(default_factory=dict)

    def fields(self) -> dict[str, Any]:
        """Return the payload, which must be an object."""
        if not isinstance(self.payload, dict):
            raise DiscordError(Refusal.INVALID_FORM)
        return self.payload

    def inner(self) -> "Form":
        """Return the form of a callback's `data` with the same files."""
        return Form(self.fields().get("data") or {}, self.files)

    def description_of(self, number: int) -> str | None:
        for entry in self.fields().get("attachments") or []:
            if str(entry.get("id")) == str(number):
                return entry.get("description")
        return None


FORM = web.RequestKey("form", Form)
"""Where the door leaves the form for the route's handler: a body can be read only once."""


async def read_form(request: web.Request) -> Form:
    """Read the body of `request`, whatever its encoding; no body is a form without payload."""
    if request.content_type == "multipart/form-data":
        return await _read_multipart(request)
    body = await request.read()
    return Form(_parse(body)) if body else Form()


async def _read_multipart(request: web.Request) -> Form:
    payload: Any = {}
    files: dict[int, tuple[str, bytes]] = {}
    async for part in await request.multipart():
        if not isinstance(part, BodyPartReader):
            raise DiscordError(Refusal.INVALID_FORM)
        if part.name == "payload_json":
            payload = _parse(bytes(await part.read()))
        elif matched := _FILE_FIELD.fullmatch(part.name or ""):
            files[int(matched[1])] = (part.filename or "unknown", bytes(await part.read()))
    return Form(payload, files)


def _parse(body: bytes) -> Any:
    try:
        return json.loads(body)
    except ValueError:
        raise DiscordError(Refusal.INVALID_JSON) from None
