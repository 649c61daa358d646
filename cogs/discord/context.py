"""Where an interaction comes from: who acts, in which language, what may be posted there, and what the client carries."""

from typing import Protocol, cast

import discord

from cogs.discord.interactions import (
    Interaction,
    OpenReplies,
    PictureGate,
    SketchTurns,
)
from cogs.text.catalogue import LANGUAGES, Phrase, Refused, Words
from db.jobs.job import Owner
from db.store import JobStore
from jobs.administration import Administration
from jobs.money.accounts import Accounts
from jobs.money.ordering_pauses import OrderingPauses
from jobs.notify.mod_log import ModLog
from jobs.orders.order import DIRECT_MESSAGE_BYTES
from jobs.orders.service import JobService
from jobs.orders.variations import Variations
from jobs.privacy import PrivacyKeeper
from jobs.servers.preferences import Preferences


def owner_of(interaction: Interaction) -> Owner:
    """Return who asks, and where: guild 0 stands for direct messages, and for wherever the bot is no member.

    Results go to direct messages from there, and all such places are one: limits count them together.
    """
    guild_id = 0 if only_directly(interaction) else interaction.guild_id or 0
    return Owner(guild_id=guild_id, user_id=interaction.user.id)


def role_ids_of(interaction: Interaction) -> frozenset[int]:
    """Return the roles of who asks there; none in direct messages, and none of a server that the bot is not in."""
    member = interaction.user
    return frozenset(role.id for role in member.roles) if isinstance(member, discord.Member) else frozenset()


def channels_around(interaction: Interaction) -> frozenset[int]:
    """Return the channel of a thread, and the category of the channel."""
    channel = interaction.channel
    thread = isinstance(channel, discord.Thread)
    ids = {channel.parent_id if thread else None, _category_of(channel.parent if thread else channel)}
    return frozenset(channel_id for channel_id in ids if channel_id is not None)


def _category_of(channel: object) -> int | None:
    return getattr(channel, "category_id", None)


def upload_limit_of(interaction: Interaction) -> int:
    """Return how many bytes per file the bot's own post may have there.

    The interaction's own figure speaks of the member's subscription, not of the bot.
    """
    return interaction.guild.filesize_limit if interaction.guild else DIRECT_MESSAGE_BYTES


def only_directly(interaction: Interaction) -> bool:
    """Tell whether the bot can answer there, but post nothing later: a result has to go to direct messages.

    So it is in others' conversations, and in servers where a member installed the bot for themselves alone.
    """
    if interaction.guild_id is None:
        return bool(interaction.context.private_channel)
    return interaction.is_user_integration() and not interaction.is_guild_integration()


def require_place_to_post(interaction: Interaction) -> None:
    """Make sure that the result can be posted, before anything is spent.

    Raises:
        Refused: permissions are missing; the message names them.
    """
    if interaction.channel_id is None:
        raise Refused("unknown-channel")
    if interaction.guild_id is None:
        return
    granted = interaction.app_permissions
    send = "send_messages_in_threads" if isinstance(interaction.channel, discord.Thread) else "send_messages"
    missing = [name for name in ("view_channel", send, "attach_files") if not getattr(granted, name)]
    if missing:
        raise Refused("missing-permissions", permissions=[Phrase(f"permission-{name}") for name in missing])


class Services(Protocol):
    """What the client carries."""

    service: JobService
    store: JobStore
    variations: Variations
    accounts: Accounts
    privacy: PrivacyKeeper
    ordering_pauses: OrderingPauses
    administration: Administration
    mod_log: ModLog
    preferences: Preferences
    replies: OpenReplies
    sketch_turns: SketchTurns
    picture_gate: PictureGate
    fast_requires_image: bool
    undo_seconds: float


def services_of(interaction: Interaction) -> Services:
    """Return what the client of `interaction` carries."""
    return cast("Services", interaction.client)


def words_of(interaction: Interaction) -> Words:
    """Return the language of whoever acts: what they chose, else what their Discord client speaks."""
    mine = services_of(interaction).preferences.remembered(interaction.user.id)
    return LANGUAGES.of((mine and mine.language) or interaction.locale.value)
