"""Where an interaction comes from: who acts, in which language, what may be posted there, and whose jobs they reach."""

import asyncio
import contextlib
import re
from collections.abc import AsyncGenerator
from typing import Protocol, cast

import discord

from cogs.discord.interactions import (
    Interaction,
    OpenReplies,
    PictureGate,
    SketchTurns,
)
from cogs.text.catalogue import LANGUAGES, Phrase, Refused, Words
from db.jobs.job import Job, JobState, Owner
from db.store import JobStore
from jobs.administration import Administration
from jobs.money.accounts import Accounts
from jobs.money.limits import OrderingPauses
from jobs.notify.mod_log import ModLog
from jobs.orders.order import DIRECT_MESSAGE_BYTES
from jobs.orders.service import JobService
from jobs.orders.variations import JobErased, NotReusable, Variations
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
    """Return the services of the client that received `interaction`."""
    return cast("Services", interaction.client)


def words_of(interaction: Interaction) -> Words:
    """Return the acting user's language: the one they chose, else the one of their Discord client."""
    mine = services_of(interaction).preferences.remembered(interaction.user.id)
    return LANGUAGES.of((mine and mine.language) or interaction.locale.value)


KEY = re.compile(r"[0-9a-f]{16}")
"""What a key looks like; nothing else is looked up."""

LOOK_SECONDS = 2.0
"""Discord wants a form within three seconds, and it cannot follow a promise."""


async def find_own(interaction: Interaction, key: str) -> Job:
    """Return the presser's job; a forged key is looked up only where it could be one."""
    found = KEY.fullmatch(key) and await services_of(interaction).store.job_queries.find(
        key, owner_of(interaction)
    )
    if not found:
        raise Refused("no-such-job")
    return found


async def find_shared(interaction: Interaction, key: str) -> Job:
    """Return a job that the presser can see: their own, and what was delivered for all to see.

    Raises:
        Refused: there is none.
        JobErased: it was deleted.
    """
    job = await _find(interaction, key)
    if job is None or not may_see(interaction, job):
        raise Refused("no-such-job")
    if job.erased_at is not None:
        raise JobErased(job.key)
    return job


async def find_reusable(interaction: Interaction, key: str) -> Job:
    """Return a job that the presser can see and may build upon, in time for a form; the order asks once more.

    Raises:
        Refused: there is none, or the answer takes too long.
        VariationRefused: it was deleted, or its author keeps it.
    """
    async with in_time_for_a_form():
        job = await find_shared(interaction, key)
        await _require_shared(interaction, job)
    return job


@contextlib.asynccontextmanager
async def in_time_for_a_form(*, seconds: float = LOOK_SECONDS) -> AsyncGenerator[None]:
    """Give up looking before it is too late for a form.

    Raises:
        Refused: it took too long.
    """
    try:
        async with asyncio.timeout(seconds):
            yield
    except TimeoutError as error:
        raise Refused("form-not-now") from error


async def find_deletable(interaction: Interaction, key: str) -> Job:
    """Return a job that the presser may delete, also one whose words are gone already.

    Raises:
        Refused: there is none.
    """
    job = await _find(interaction, key)
    if job is None or not may_delete(interaction, job):
        raise Refused("no-such-job")
    return job


def may_see(interaction: Interaction, job: Job) -> bool:
    """Tell whether a job that was found where the presser stands is theirs, or in the open."""
    return job.user_id == interaction.user.id or job.state is JobState.DELIVERED


def may_delete(interaction: Interaction, job: Job) -> bool:
    """Tell whether a job that was found where the presser stands is theirs, or theirs to moderate."""
    moderates = interaction.guild_id is not None and interaction.permissions.manage_messages
    return job.user_id == interaction.user.id or moderates


async def _require_shared(interaction: Interaction, job: Job) -> None:
    if job.user_id == interaction.user.id:
        return
    if not (await services_of(interaction).preferences.of(job.user_id)).reusable:
        raise NotReusable(job.user_id)


async def _find(interaction: Interaction, key: str) -> Job | None:
    if not KEY.fullmatch(key):
        return None
    return await services_of(interaction).store.job_queries.find_in_guild(key, owner_of(interaction))
