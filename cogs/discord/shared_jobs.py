"""Which jobs a member may reach: their own, and those of others that they can see. What is not theirs does not exist."""

import asyncio
import contextlib
import re
from collections.abc import AsyncGenerator

from cogs.discord.context import owner_of, services_of
from cogs.discord.interactions import Interaction
from cogs.text.catalogue import Refused
from db.jobs.job import Job, JobState
from jobs.orders.variations import JobErased, NotReusable

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
