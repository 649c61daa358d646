"""Conversations that the bot is no member of: a command comes from there since a member installed it for themselves.

The simulator knows servers of the bot and its direct messages only: what Discord would say otherwise is put into the
payloads on their way to the bot.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import discord
import simcord

from tests.support.house import House

GROUP_ID = 777_000_000_000_000_001
NOT_A_MEMBER = 50001

_RIGHTS = discord.Permissions(attach_files=True, embed_links=True, mention_everyone=True)
"""What Discord grants an application where it is no member."""


@dataclass(frozen=True, slots=True)
class Conversation:
    """Ann there. `room` is None in a group, which the simulator keeps with her direct messages."""

    house: House
    channel_id: int
    ann: simcord.MemberActor | simcord.UserHandle
    room: simcord.ChannelHandle | None = None

    async def slash(self, name: str, **options: Any) -> simcord.InteractionResult:
        """Run a command."""
        where = () if self.room is None else (self.room,)
        return await self.ann.slash(*where, name, **options)

    def posts(self) -> list[simcord.HttpLogEntry]:
        """Return every try of the bot to post there."""
        path = f"/channels/{self.channel_id}/messages"
        return [call for call in self.house.env.http_requests if (call.method, call.path) == ("POST", path)]

    def follow_ups(self, asked: simcord.InteractionResult) -> list[simcord.HttpLogEntry]:
        """Return the further messages with which an interaction was answered: Discord takes five at most."""
        path = f"/webhooks/{self.house.env.backend.application_id}/{asked._interaction.token}"
        return [call for call in self.house.env.http_requests if (call.method, call.path) == ("POST", path)]


def in_a_server_without_the_bot(house: House) -> Conversation:
    """Return a channel of a server that Ann belongs to and the bot does not."""
    room = house.another_server()
    house.env.backend.emit("GUILD_DELETE", {"id": str(room.guild.id)})
    house.env.inject_error("POST", f"/channels/{room.id}/messages", status=403, code=NOT_A_MEMBER, times=None)
    _change_interactions(house, lambda payload: _in_guild(payload, room.guild.id))
    return Conversation(house, room.id, house.ann_in(room), room)


def in_a_private_group(house: House) -> Conversation:
    """Return a group of Ann and others."""
    _change_interactions(house, lambda payload: _in_group(payload, house.ann.id))
    return Conversation(house, GROUP_ID, house.ann.user)


def installed_both_ways(house: House) -> None:
    """Let Ann have installed for herself what her server has installed, too."""
    owners = {"0": str(house.guild.id), "1": str(house.ann.id)}
    _change_interactions(house, lambda payload: {"authorizing_integration_owners": owners})


def _change_interactions(house: House, changes: Callable[[dict[str, Any]], dict[str, Any]]) -> None:
    emit = house.env.backend.emit

    def emit_changed(event: str, payload: Any) -> None:
        emit(event, payload | changes(payload) if event == "INTERACTION_CREATE" else payload)

    house.env.backend.emit = emit_changed


def _in_guild(payload: dict[str, Any], guild_id: int) -> dict[str, Any]:
    if payload.get("guild_id") != str(guild_id):
        return {}
    return {
        "guild": {"id": str(guild_id), "locale": "en-US", "features": []},
        "authorizing_integration_owners": {"1": payload["member"]["user"]["id"]},
        "app_permissions": str(_RIGHTS.value),
    }


def _in_group(payload: dict[str, Any], user_id: int) -> dict[str, Any]:
    if "guild_id" in payload or payload["user"]["id"] != str(user_id):
        return {}
    group = {"id": str(GROUP_ID), "type": 3, "name": "friends", "owner_id": str(user_id), "recipients": []}
    return {
        "context": 2,
        "channel": group,
        "channel_id": str(GROUP_ID),
        "authorizing_integration_owners": {"1": str(user_id)},
        "app_permissions": str(_RIGHTS.value),
    }
