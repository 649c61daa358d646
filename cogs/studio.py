"""`/studio`: an order filled in as a form, empty or with an order that exists already."""

from dataclasses import replace
from typing import Any

import discord
from discord import app_commands
from discord.ext import commands

from cogs.installs import usable_anywhere
from cogs.placing import open_form
from cogs.services import services_of
from cogs.translator import localized
from cogs.wishes import Draft, wish_from, wish_of
from db.job import Job, Route
from jobs.members import MemberSettings
from jobs.take_faults import JobErased, NotReusable

Interaction = discord.Interaction[Any]


class StudioCog(commands.Cog):
    """Opens the empty form."""

    @app_commands.command(
        name=localized("command-studio"), description=localized("command-studio-description")
    )
    @usable_anywhere
    async def studio(self, interaction: Interaction) -> None:
        """Open the form with what the member prefers."""
        mine = _remembered(interaction, interaction.user.id)
        await open_form(interaction, Draft(wish=wish_from(mine, fast_works=True, chosen={})))


async def open_remix(interaction: Interaction, job: Job) -> None:
    """Open the form with the order of a job, to be changed.

    Raises:
        TakeRefused: the member may not see it, or it was deleted.
    """
    _require_open(interaction, job)
    mine = _remembered(interaction, interaction.user.id)
    wish = wish_of(job)
    wish = replace(wish, private=wish.private or mine.private, spoiler=wish.spoiler or mine.spoiler)
    await open_form(interaction, Draft(wish=wish, source=job))


def _require_open(interaction: Interaction, job: Job) -> None:
    """Refuse to show a prompt that is not the member's to see; what changes meanwhile, the order itself finds."""
    if job.erased_at is not None:
        raise JobErased(job.key)
    if job.user_id == interaction.user.id:
        return
    if job.route is Route.PRIVATE or not _remembered(interaction, job.user_id).reusable:
        raise NotReusable(job.user_id)


def _remembered(interaction: Interaction, user_id: int) -> MemberSettings:
    return services_of(interaction).preferences.remembered(user_id) or MemberSettings()
