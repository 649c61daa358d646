"""Which jobs of others a member may reach from a result. What is not theirs to see or do does not exist."""

from typing import Any

import discord

from cogs.buttons import KEY
from cogs.errors import Refused
from cogs.places import owner_of
from cogs.services import services_of
from db.job import Job, JobState
from jobs.take_faults import JobErased

Interaction = discord.Interaction[Any]


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


async def _find(interaction: Interaction, key: str) -> Job | None:
    if not KEY.fullmatch(key):
        return None
    return await services_of(interaction).service.find_in_guild(key, owner_of(interaction))
