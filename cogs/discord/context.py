"""The context of an interaction: who acts, in which language, where the bot may post, and the jobs in reach."""

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
    """Return the account of the acting user: their id and the server's.

    Guild 0 stands for direct messages, and for any place that the bot has not joined: results from there are
    sent by direct message, and limits count all such places together.
    """
    guild_id = 0 if only_directly(interaction) else interaction.guild_id or 0
    return Owner(guild_id=guild_id, user_id=interaction.user.id)


def role_ids_of(interaction: Interaction) -> frozenset[int]:
    """Return the ids of the user's roles in this server; empty in direct messages and in servers without the bot."""
    member = interaction.user
    return frozenset(role.id for role in member.roles) if isinstance(member, discord.Member) else frozenset()


def channels_around(interaction: Interaction) -> frozenset[int]:
    """Return the ids of the channel's category and, in a thread, of its parent channel."""
    channel = interaction.channel
    thread = isinstance(channel, discord.Thread)
    ids = {channel.parent_id if thread else None, _category_of(channel.parent if thread else channel)}
    return frozenset(channel_id for channel_id in ids if channel_id is not None)


def _category_of(channel: object) -> int | None:
    return getattr(channel, "category_id", None)


def upload_limit_of(interaction: Interaction) -> int:
    """Return the largest file, in bytes, that the bot may post here.

    The interaction's own limit is not used: it depends on the user's subscription, and the bot posts the
    file.
    """
    return interaction.guild.filesize_limit if interaction.guild else DIRECT_MESSAGE_BYTES


def only_directly(interaction: Interaction) -> bool:
    """Return whether the bot can answer here but not post later, so that the result has to be sent by direct message.

    This is so in conversations between other users, and in servers where a user installed the bot only for
    themselves.
    """
    if interaction.guild_id is None:
        return bool(interaction.context.private_channel)
    return interaction.is_user_integration() and not interaction.is_guild_integration()


def require_place_to_post(interaction: Interaction) -> None:
    """Check, before anything is spent, that the bot may post the result here.

    Raises:
        Refused: the channel is unknown, or permissions are missing; the message names them.
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
    """The services and settings that the client holds for its commands."""

    jobs: JobService
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
    """Return the user's language: the one chosen in `/settings`, else the one of their Discord client."""
    mine = services_of(interaction).preferences.cached_member(interaction.user.id)
    return LANGUAGES.of((mine and mine.language) or interaction.locale.value)


KEY = re.compile(r"[0-9a-f]{16}")
"""The pattern of a job's key; text of another form is not looked up."""

LOOK_SECONDS = 2.0
"""Time limit of a lookup before a form, in seconds. Discord wants the form as first answer, within three seconds."""


async def find_own(interaction: Interaction, key: str) -> Job:
    """Return the user's own job; a malformed key is refused without a lookup.

    Raises:
        Refused: the user has no such job.
    """
    found = KEY.fullmatch(key) and await services_of(interaction).store.job_queries.find(
        key, owner_of(interaction)
    )
    if not found:
        raise Refused("no-such-job")
    return found


async def find_shared(interaction: Interaction, key: str) -> Job:
    """Return a job that the user can see: one of their own, or one that was delivered in public.

    Raises:
        Refused: there is no such job.
        JobErased: the job was deleted.
    """
    job = await _find(interaction, key)
    if job is None or not may_see(interaction, job):
        raise Refused("no-such-job")
    if job.erased_at is not None:
        raise JobErased(job.key)
    return job


async def find_reusable(interaction: Interaction, key: str) -> Job:
    """Return a job that the user may make a variation of, fast enough for a form; the order checks again.

    Raises:
        Refused: there is no such job, or the lookup took too long.
        VariationRefused: the job was deleted, or its requester does not let others use it.
    """
    async with in_time_for_a_form():
        job = await find_shared(interaction, key)
        await _require_shared(interaction, job)
    return job


@contextlib.asynccontextmanager
async def in_time_for_a_form(*, seconds: float = LOOK_SECONDS) -> AsyncGenerator[None]:
    """Stop the lookup in the block while there is still time to open a form.

    Raises:
        Refused: the lookup took longer than `seconds`.
    """
    try:
        async with asyncio.timeout(seconds):
            yield
    except TimeoutError as error:
        raise Refused("form-not-now") from error


async def find_deletable(interaction: Interaction, key: str) -> Job:
    """Return a job that the user may delete, also one whose texts are erased already.

    Raises:
        Refused: there is no such job.
    """
    job = await _find(interaction, key)
    if job is None or not may_delete(interaction, job):
        raise Refused("no-such-job")
    return job


def may_see(interaction: Interaction, job: Job) -> bool:
    """Return whether the user may see a job of this server: their own, or a delivered one."""
    return job.user_id == interaction.user.id or job.state is JobState.DELIVERED


def may_delete(interaction: Interaction, job: Job) -> bool:
    """Return whether the user may delete a job of this server: their own, or any if they may manage messages."""
    moderates = interaction.guild_id is not None and interaction.permissions.manage_messages
    return job.user_id == interaction.user.id or moderates


async def _require_shared(interaction: Interaction, job: Job) -> None:
    if job.user_id == interaction.user.id:
        return
    if not (await services_of(interaction).preferences.member(job.user_id)).reusable:
        raise NotReusable(job.user_id)


async def _find(interaction: Interaction, key: str) -> Job | None:
    if not KEY.fullmatch(key):
        return None
    return await services_of(interaction).store.job_queries.find_in_guild(key, owner_of(interaction))
