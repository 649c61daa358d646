"""HTTP responses with exactly the headers that Discord sends."""

import json
from typing import Any

from aiohttp import web

from tests.loopback_discord.errors import DiscordError


def found(data: Any) -> web.Response:
    """Return 200 with JSON; the content type has no charset, or clients take it for text."""
    return web.Response(body=json.dumps(data).encode(), content_type="application/json")


def nothing() -> web.Response:
    return web.Response(status=204)


def refused(error: DiscordError) -> web.Response:
    body = json.dumps(error.body()).encode()
    return web.Response(status=error.refusal.status, body=body, content_type="application/json")
