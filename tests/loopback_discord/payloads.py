"""The JSON objects of Discord's API, version 10, built from what the loopback server knows."""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from tests.loopback_discord.files import FileStore, StoredFile
from tests.loopback_discord.ledger import Message
from tests.loopback_discord.world import (
    BOT,
    EVERYONE,
    GUILD_ID,
    OWNER,
    Channel,
    ChannelKind,
    Permission,
    User,
    World,
)

_JOINED = "2026-01-01T00:00:00.000000+00:00"
_MEMBER_OVERWRITE = 1


def iso(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).isoformat(timespec="microseconds")


def _all(value: Any, *names: str) -> dict[str, Any]:
    """Return fields that say the same: most of an object is the same for every bot."""
    return dict.fromkeys(names, value)


def user_json(user: User) -> dict[str, Any]:
    return {
        "id": str(user.id),
        "username": user.name,
        "global_name": None if user.bot else user.name.capitalize(),
        "discriminator": "0001" if user.bot else "0",
        "bot": user.bot,
        **_all(None, "avatar", "avatar_decoration_data"),
        **_all(0, "public_flags", "flags"),
    }


def self_json() -> dict[str, Any]:
    return user_json(BOT) | {"verified": True, "mfa_enabled": False, "locale": "en-US", "email": None}


def application_json(installations: Iterable[int]) -> dict[str, Any]:
    return {
        "id": str(BOT.id),
        "name": BOT.name,
        "owner": user_json(OWNER),
        "verify_key": "0" * 64,
        "tags": [],
        "bot_public": True,
        "bot_require_code_grant": False,
        "approximate_guild_count": 1,
        "integration_types_config": {str(kind): {} for kind in sorted(installations)},
        **_all("", "description", "summary"),
        **_all(None, "icon", "team", "interactions_endpoint_url"),
        **_all(0, "flags", "approximate_user_install_count"),
    }


def member_json(user: User) -> dict[str, Any]:
    return {
        "user": user_json(user),
        "roles": [],
        "joined_at": _JOINED,
        "flags": 0,
        **_all(None, "nick", "avatar", "banner", "premium_since", "communication_disabled_until"),
        **_all(False, "deaf", "mute", "pending"),
    }


def channel_json(channel: Channel, world: World) -> dict[str, Any]:
    common = {"id": str(channel.id), "type": int(channel.kind), "last_message_id": None, "flags": 0}
    if channel.kind is ChannelKind.DM:
        return common | {"recipients": [user_json(channel.recipient)] if channel.recipient else []}
    common |= {"guild_id": str(channel.guild_id), "name": channel.name, "rate_limit_per_user": 0}
    if channel.kind is ChannelKind.PUBLIC_THREAD:
        return common | _thread_fields(channel)
    overwrites = _overwrites(world.denied.get(channel.id, Permission(0)))
    return common | {
        "position": 0,
        "nsfw": False,
        "permission_overwrites": overwrites,
        **_all(None, "parent_id", "topic"),
    }


def _thread_fields(channel: Channel) -> dict[str, Any]:
    return {
        "parent_id": str(channel.parent_id),
        "owner_id": str(OWNER.id),
        "message_count": 0,
        "member_count": 1,
        "thread_metadata": {
            "auto_archive_duration": 10080,
            **_all(False, "archived", "locked"),
            **_all(_JOINED, "archive_timestamp", "create_timestamp"),
        },
    }


def _overwrites(denied: Permission) -> list[dict[str, Any]]:
    if not denied:
        return []
    return [{"id": str(BOT.id), "type": _MEMBER_OVERWRITE, "allow": "0", "deny": str(int(denied))}]


def _everyone_role_json() -> dict[str, Any]:
    """Return the guild's only role, whose id is the guild's."""
    return {
        "id": str(GUILD_ID),
        "name": "@everyone",
        "colors": {"primary_color": 0} | _all(None, "secondary_color", "tertiary_color"),
        "permissions": str(int(EVERYONE)),
        **_all(None, "icon", "unicode_emoji"),
        **_all(False, "hoist", "managed", "mentionable"),
        **_all(0, "color", "position", "flags"),
    }


def guild_json(world: World) -> dict[str, Any]:
    return {
        "id": str(GUILD_ID),
        "name": "Studio",
        "owner_id": str(OWNER.id),
        "afk_timeout": 300,
        "premium_progress_bar_enabled": False,
        "preferred_locale": "en-US",
        "roles": [_everyone_role_json()],
        **_all([], "features", "emojis", "stickers"),
        **_all(None, "icon", "splash", "discovery_splash", "banner", "description"),
        **_all(None, "afk_channel_id", "system_channel_id", "rules_channel_id", "public_updates_channel_id"),
        **_all(0, "system_channel_flags", "verification_level", "default_message_notifications"),
        **_all(
            0,
            "explicit_content_filter",
            "mfa_level",
            "nsfw_level",
            "premium_subscription_count",
            "premium_tier",
        ),
    }


def guild_create_json(world: World) -> dict[str, Any]:
    """Return the data of GUILD_CREATE: without the members intent it knows of the bot only."""
    return guild_json(world) | {
        "joined_at": _JOINED,
        "member_count": len(world.users),
        "members": [member_json(BOT)],
        "channels": [channel_json(channel, world) for channel in world.guild_channels()],
        "threads": [channel_json(thread, world) for thread in world.threads()],
        **_all(False, "large", "unavailable"),
        **_all([], "voice_states", "presences", "stage_instances"),
        **_all([], "guild_scheduled_events", "soundboard_sounds"),
    }


def attachment_json(stored: StoredFile, files: FileStore) -> dict[str, Any]:
    url = files.url(stored)
    data: dict[str, Any] = {
        "id": str(stored.id),
        "filename": stored.filename,
        "size": len(stored.data),
        **_all(url, "url", "proxy_url"),
    }
    if stored.content_type:
        data["content_type"] = stored.content_type
    if stored.description:
        data["description"] = stored.description
    if pixels := stored.size_in_pixels():
        data["width"], data["height"] = pixels
    return data


def message_json(message: Message, files: FileStore, world: World) -> dict[str, Any]:
    """Return a message object. It has no nonce: Discord repeats that to the sender only."""
    data: dict[str, Any] = {
        "id": str(message.id),
        "type": 0 if message.reference is None else 19,
        "channel_id": str(message.channel.id),
        "author": user_json(message.author),
        "content": message.content,
        "timestamp": iso(message.created_at),
        "edited_timestamp": iso(message.edited_at) if message.edited_at is not None else None,
        "mention_everyone": message.pings_everyone,
        "mentions": [user_json(world.users[user_id]) for user_id in sorted(message.pings)],
        "mention_roles": [],
        "attachments": [attachment_json(stored, files) for stored in message.attachments],
        "embeds": message.embeds,
        "components": message.components,
        "flags": message.flags,
        **_all(False, "tts", "pinned"),
    }
    if message.reference is not None:
        data["message_reference"] = message.reference
    if message.interaction is not None:
        data |= _interaction_fields(message)
    return data


def _interaction_fields(message: Message) -> dict[str, Any]:
    interaction = message.interaction
    assert interaction is not None
    return _all(str(BOT.id), "application_id", "webhook_id") | {
        **({"type": 20} if interaction.type == 2 else {}),
        "interaction_metadata": {
            "id": str(interaction.id),
            "type": interaction.type,
            "user": user_json(interaction.user),
            "authorizing_integration_owners": interaction.payload["authorizing_integration_owners"],
        },
    }
