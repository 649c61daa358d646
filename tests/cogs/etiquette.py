"""Rules that hold for every request of the bot, whatever it says."""

import re
from typing import Any

from simcord import Env

_PRIVATE = 1 << 6
_MESSAGE_ROUTES = re.compile(
    r"(POST|PATCH) (/channels/\d+/messages(/\d+)?|/webhooks/\d+/[^/]+(/messages/[^/]+)?)"
)
_CALLBACK = re.compile(r"/interactions/\d+/[^/]+/callback")
_MESSAGE, _DEFER, _UPDATE = 4, 5, 7


def breaches_of_etiquette(env: Env) -> list[str]:
    """Return the requests that could ping somebody by accident, or answer a command in public."""
    found: list[str] = []
    for request in env.http_requests:
        name = f"{request.method} {request.path}"
        if _MESSAGE_ROUTES.fullmatch(name):
            found += _breaches(name, request.json or {})
        elif _CALLBACK.fullmatch(request.path):
            found += _callback_breaches(name, request.json or {})
    return found


def _callback_breaches(name: str, body: dict[str, Any]) -> list[str]:
    data, kind = body.get("data") or {}, body["type"]
    public = kind in {_MESSAGE, _DEFER} and not int(data.get("flags") or 0) & _PRIVATE
    told = _breaches(name, data) if kind in {_MESSAGE, _UPDATE} else []
    return told + ([f"{name} answers in public"] if public else [])


def _breaches(name: str, body: dict[str, Any]) -> list[str]:
    if not ("content" in body or "embeds" in body):
        return []
    allowed = body.get("allowed_mentions")
    if allowed is None:
        return [f"{name} lets Discord choose whom to ping"]
    return [f"{name} may ping {allowed}"] if allowed.get("parse") or allowed.get("roles") else []
