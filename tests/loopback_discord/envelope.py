"""INTERACTION_CREATE as Discord sends it: who, where, with which rights and in which language."""

import secrets
from dataclasses import dataclass
from typing import Any

from tests.loopback_discord.backend import Backend
from tests.loopback_discord.ledger import Interaction, Message
from tests.loopback_discord.payloads import channel_json, member_json, user_json
from tests.loopback_discord.world import BOT, EVERYONE, GUILD_ID, Channel, Permission, User

_IN_GUILD, _IN_BOT_DM = 0, 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Envelope:
    """Where an interaction comes from. Permissions left None are what the world grants."""

    user: User
    channel: Channel
    locale: str = "en-US"
    member_permissions: Permission | None = None
    app_permissions: Permission | None = None


def new_interaction(
    backend: Backend, envelope: Envelope, *, type: int, data: dict[str, Any], source: Message | None = None
) -> Interaction:
    """Make the interaction and write it into the ledger; it is not sent yet."""
    backend.world.users.setdefault(envelope.user.id, envelope.user)
    interaction_id, token = backend.mint.next(), secrets.token_urlsafe(48)
    payload = _common(backend, envelope) | _place(backend, envelope)
    payload |= {"id": str(interaction_id), "token": token, "type": type, "data": data}
    if source is not None:
        payload["message"] = backend.shown(source)
    interaction = Interaction(
        id=interaction_id,
        token=token,
        type=type,
        user=envelope.user,
        channel=envelope.channel,
        payload=payload,
        created_at=backend.rules.clock(),
        source=source,
    )
    backend.ledger.interactions[interaction_id] = interaction
    backend.ledger.tokens[token] = interaction
    return interaction


def _common(backend: Backend, envelope: Envelope) -> dict[str, Any]:
    channel = envelope.channel
    app_permissions = envelope.app_permissions
    if app_permissions is None:
        app_permissions = backend.world.bot_permissions(channel)
    return {
        "version": 1,
        "application_id": str(BOT.id),
        "channel_id": str(channel.id),
        "channel": channel_json(channel, backend.world) | {"permissions": str(int(EVERYONE))},
        "app_permissions": str(int(app_permissions)),
        "locale": envelope.locale,
        "entitlements": [],
        "entitlement_sku_ids": [],
        "attachment_size_limit": backend.rules.upload_limit_bytes,
    }


def _place(backend: Backend, envelope: Envelope) -> dict[str, Any]:
    if envelope.channel.guild_id is None:
        return {
            "user": user_json(envelope.user),
            "context": _IN_BOT_DM,
            "authorizing_integration_owners": {"0": "0"},
        }
    granted = EVERYONE if envelope.member_permissions is None else envelope.member_permissions
    return {
        "guild_id": str(GUILD_ID),
        "guild": {"id": str(GUILD_ID), "locale": "en-US", "features": []},
        "guild_locale": "en-US",
        "member": member_json(envelope.user) | {"permissions": str(int(granted))},
        "context": _IN_GUILD,
        "authorizing_integration_owners": {"0": str(GUILD_ID)},
    }
