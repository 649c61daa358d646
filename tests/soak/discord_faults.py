"""The faults of Discord that a soak draws from, each by a name."""

from collections.abc import Awaitable, Callable, Mapping
from types import MappingProxyType
from typing import Any

from tests.loopback_discord import VIDEOS, Cut, LoopbackDiscord

_POST = ("POST", "/channels/*/messages")
_ONE = "/channels/*/messages/*"
_REPLY = ("PATCH", "/webhooks/*")
_CALLBACK = ("POST", "/interactions/*/callback")
_PAGE = "<html>Discord is having a moment</html>"

_Planned = tuple[tuple[str, str], dict[str, Any]]

DISCORD_FAULTS: Mapping[str, _Planned] = MappingProxyType(
    {
        "post 500": (_POST, {"status": 500}),
        "post 502, carried out": (_POST, {"status": 502, "after_accepting": True}),
        "post 503": (_POST, {"status": 503}),
        "post 503, carried out": (_POST, {"status": 503, "after_accepting": True}),
        "video 503, carried out": (_POST, {"status": 503, "after_accepting": True, "uploads_only": True}),
        "post 429": (_POST, {"status": 429, "retry_after": 0.5, "times": 2}),
        "post cut": (_POST, {"cut": True}),
        "post cut, carried out": (_POST, {"cut": True, "after_accepting": True}),
        "video reset, carried out": (
            _POST,
            {"cut": Cut.RESET, "after_accepting": True, "uploads_only": True},
        ),
        "video half answered": (_POST, {"cut": Cut.SHORT, "after_accepting": True, "uploads_only": True}),
        "post 200 with HTML": (_POST, {"status": 200, "body": _PAGE}),
        "video 200 with HTML, carried out": (
            _POST,
            {"status": 200, "body": _PAGE, "after_accepting": True, "uploads_only": True},
        ),
        "post slow": (_POST, {"delay_seconds": 1.5}),
        "video 403": (("POST", f"/channels/{VIDEOS.id}/messages"), {"code": 50013, "uploads_only": True}),
        "video 413": (_POST, {"code": 40005, "uploads_only": True}),
        "edit 500": (("PATCH", _ONE), {"status": 500}),
        "edit 404": (("PATCH", _ONE), {"code": 10008}),
        "delete 503": (("DELETE", _ONE), {"status": 503}),
        "reply 500": (_REPLY, {"status": 500}),
        "reply 503": (_REPLY, {"status": 503, "times": 2}),
        "reply cut": (_REPLY, {"cut": True}),
        "reply cut, carried out": (_REPLY, {"cut": True, "after_accepting": True}),
        "reply 429": (_REPLY, {"status": 429, "retry_after": 0.5}),
        "follow-up 502, carried out": (("POST", "/webhooks/*"), {"status": 502, "after_accepting": True}),
        "callback 500": (_CALLBACK, {"status": 500}),
        "callback cut, carried out": (_CALLBACK, {"cut": True, "after_accepting": True}),
        "callback slow": (_CALLBACK, {"delay_seconds": 1.5}),
        "history 503": (("GET", "/channels/*/messages"), {"status": 503}),
    }
)


async def _cut(discord: LoopbackDiscord) -> None:
    discord.gateway.cut()


GATEWAY_FAULTS: Mapping[str, Callable[[LoopbackDiscord], Awaitable[None]]] = MappingProxyType(
    {
        "closed, to be resumed": lambda discord: discord.gateway.drop(4000),
        "asked to reconnect": lambda discord: discord.gateway.ask_to_reconnect(),
        "session invalid": lambda discord: discord.gateway.invalidate(),
        "connection dead": _cut,
    }
)


def arm(discord: LoopbackDiscord, name: str) -> None:
    place, facts = DISCORD_FAULTS[name]
    discord.faults.add(*place, **facts)
