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
from db.job import Job
from jobs.members import MemberSettings

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
    """Open the form with the order of a job that the member may build upon, to be changed."""
    mine = _remembered(interaction, interaction.user.id)
    wish = wish_of(job)
    wish = replace(wish, private=wish.private or mine.private, spoiler=wish.spoiler or mine.spoiler)
    await open_form(interaction, Draft(wish=wish, source=job, pressed=True))


def _remembered(interaction: Interaction, user_id: int) -> MemberSettings:
    return services_of(interaction).preferences.remembered(user_id) or MemberSettings()
