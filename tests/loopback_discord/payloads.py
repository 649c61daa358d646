"""The JSON objects of Discord's API, version 10, built from what the loopback server knows."""

from datetime import UTC, datetime
from typing import Any

from tests.loopback_discord.files import FileStore, StoredFile
from tests.loopback_discord.ledger import Message
from tests.loopback_discord.world import (
    BOT,
    EVERYONE,
    GUILD_ID,
    INSTALLATIONS,
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
    """Return wall seconds as Discord writes times."""
    return datetime.fromtimestamp(at, UTC).isoformat(timespec="microseconds")


def user_json(user: User) -> dict[str, Any]:
    """Return a user object."""
    return {
        "id": str(user.id),
        "username": user.name,
        "global_name": None if user.bot else user.name.capitalize(),
        "discriminator": "0001" if user.bot else "0",
        "avatar": None,
        "avatar_decoration_data": None,
        "bot": user.bot,
        "public_flags": 0,
        "flags": 0,
    }


def self_json() -> dict[str, Any]:
    """Return the user object of the bot as it sees itself."""
    return user_json(BOT) | {"verified": True, "mfa_enabled": False, "locale": "en-US", "email": None}


def application_json() -> dict[str, Any]:
    """Return the application object; its id is the bot's, as for every newer application."""
    return {
        "id": str(BOT.id),
        "name": BOT.name,
        "icon": None,
        "description": "",
        "summary": "",
        "bot_public": True,
        "bot_require_code_grant": False,
        "owner": user_json(OWNER),
        "team": None,
        "verify_key": "0" * 64,
        "flags": 0,
        "tags": [],
        "approximate_guild_count": 1,
        "approximate_user_install_count": 0,
        "interactions_endpoint_url": None,
        "integration_types_config": {str(kind): {} for kind in INSTALLATIONS},
    }


def member_json(user: User) -> dict[str, Any]:
    """Return a guild member object with its user."""
    return {
        "user": user_json(user),
        "nick": None,
        "avatar": None,
        "banner": None,
        "roles": [],
        "joined_at": _JOINED,
        "premium_since": None,
        "deaf": False,
        "mute": False,
        "flags": 0,
        "pending": False,
        "communication_disabled_until": None,
    }


def channel_json(channel: Channel, world: World) -> dict[str, Any]:
    """Return a text channel, thread or direct message object."""
    match channel.kind:
        case ChannelKind.DM:
            return _dm_json(channel)
        case ChannelKind.PUBLIC_THREAD:
            return _thread_json(channel)
        case ChannelKind.TEXT:
            return _text_channel_json(channel, world)


def _dm_json(channel: Channel) -> dict[str, Any]:
    recipients = [user_json(channel.recipient)] if channel.recipient else []
    return {
        "id": str(channel.id),
        "type": 1,
        "last_message_id": None,
        "flags": 0,
        "recipients": recipients,
    }


def _text_channel_json(channel: Channel, world: World) -> dict[str, Any]:
    return {
        "id": str(channel.id),
        "type": 0,
        "guild_id": str(channel.guild_id),
        "name": channel.name,
        "position": 0,
        "parent_id": None,
        "topic": None,
        "nsfw": False,
        "rate_limit_per_user": 0,
        "last_message_id": None,
        "flags": 0,
        "permission_overwrites": _overwrites(world.denied.get(channel.id, Permission(0))),
    }


def _thread_json(channel: Channel) -> dict[str, Any]:
    return {
        "id": str(channel.id),
        "type": 11,
        "guild_id": str(channel.guild_id),
        "parent_id": str(channel.parent_id),
        "owner_id": str(OWNER.id),
        "name": channel.name,
        "rate_limit_per_user": 0,
        "last_message_id": None,
        "message_count": 0,
        "member_count": 1,
        "flags": 0,
        "thread_metadata": {
            "archived": False,
            "auto_archive_duration": 10080,
            "archive_timestamp": _JOINED,
            "create_timestamp": _JOINED,
            "locked": False,
        },
    }


def _overwrites(denied: Permission) -> list[dict[str, Any]]:
    if not denied:
        return []
    return [{"id": str(BOT.id), "type": _MEMBER_OVERWRITE, "allow": "0", "deny": str(int(denied))}]


def everyone_role_json() -> dict[str, Any]:
    """Return the guild's only role, whose id is the guild's."""
    return {
        "id": str(GUILD_ID),
        "name": "@everyone",
        "color": 0,
        "colors": {"primary_color": 0, "secondary_color": None, "tertiary_color": None},
        "hoist": False,
        "icon": None,
        "unicode_emoji": None,
        "position": 0,
        "permissions": str(int(EVERYONE)),
        "managed": False,
        "mentionable": False,
        "flags": 0,
    }


def guild_json(world: World) -> dict[str, Any]:
    """Return the guild object as REST gives it."""
    return {
        "id": str(GUILD_ID),
        "name": "Studio",
        "icon": None,
        "splash": None,
        "discovery_splash": None,
        "banner": None,
        "description": None,
        "owner_id": str(OWNER.id),
        "afk_channel_id": None,
        "afk_timeout": 300,
        "system_channel_id": None,
        "system_channel_flags": 0,
        "rules_channel_id": None,
        "public_updates_channel_id": None,
        "verification_level": 0,
        "default_message_notifications": 0,
        "explicit_content_filter": 0,
        "mfa_level": 0,
        "nsfw_level": 0,
        "premium_tier": world.premium_tier,
        "premium_subscription_count": 0,
        "premium_progress_bar_enabled": False,
        "preferred_locale": "en-US",
        "features": [],
        "roles": [everyone_role_json()],
        "emojis": [],
        "stickers": [],
    }


def guild_create_json(world: World) -> dict[str, Any]:
    """Return the data of GUILD_CREATE: without the members intent it knows of the bot only."""
    return guild_json(world) | {
        "joined_at": _JOINED,
        "large": False,
        "unavailable": False,
        "member_count": len(world.users),
        "members": [member_json(BOT)],
        "channels": [channel_json(channel, world) for channel in world.guild_channels()],
        "threads": [channel_json(thread, world) for thread in world.threads()],
        "voice_states": [],
        "presences": [],
        "stage_instances": [],
        "guild_scheduled_events": [],
        "soundboard_sounds": [],
    }


def attachment_json(stored: StoredFile, files: FileStore) -> dict[str, Any]:
    """Return an attachment object with a fresh link."""
    url = files.url(stored)
    data: dict[str, Any] = {
        "id": str(stored.id),
        "filename": stored.filename,
        "size": len(stored.data),
        "url": url,
        "proxy_url": url,
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
        "type": _message_type(message),
        "channel_id": str(message.channel.id),
        "author": user_json(message.author),
        "content": message.content,
        "timestamp": iso(message.created_at),
        "edited_timestamp": iso(message.edited_at) if message.edited_at is not None else None,
        "tts": False,
        "mention_everyone": message.pings_everyone,
        "mentions": [user_json(world.users[user_id]) for user_id in sorted(message.pings)],
        "mention_roles": [],
        "attachments": [attachment_json(stored, files) for stored in message.attachments],
        "embeds": message.embeds,
        "components": message.components,
        "pinned": False,
        "flags": message.flags,
    }
    if message.reference is not None:
        data["message_reference"] = message.reference
    if message.interaction is not None:
        data |= _interaction_fields(message)
    return data


def _message_type(message: Message) -> int:
    if message.interaction is not None and message.interaction.type == 2:
        return 20
    return 0 if message.reference is None else 19


def _interaction_fields(message: Message) -> dict[str, Any]:
    interaction = message.interaction
    assert interaction is not None
    return {
        "application_id": str(BOT.id),
        "webhook_id": str(BOT.id),
        "interaction_metadata": {
            "id": str(interaction.id),
            "type": interaction.type,
            "user": user_json(interaction.user),
            "authorizing_integration_owners": interaction.payload["authorizing_integration_owners"],
        },
    }
