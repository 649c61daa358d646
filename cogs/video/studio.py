"""`/studio`: an order filled in as a form, empty or with an order that exists already."""

from dataclasses import replace

from discord import app_commands
from discord.ext import commands

from cogs.discord.installs import usable_anywhere
from cogs.discord.interactions import Interaction
from cogs.discord.services import services_of
from cogs.text.localized import localized
from cogs.video.options import Draft, choices_from, choices_of
from cogs.video.placing import open_form
from db.jobs.job import Job
from jobs.servers.preferences import MemberSettings


class StudioCog(commands.Cog):
    """Opens the empty form."""

    @app_commands.command(
        name=localized("command-studio"), description=localized("command-studio-description")
    )
    @usable_anywhere
    async def studio(self, interaction: Interaction) -> None:
        """Open the form with what the member prefers."""
        mine = _remembered(interaction, interaction.user.id)
        await open_form(interaction, Draft(choices=choices_from(mine, fast_works=True, chosen={})))


async def open_remix(interaction: Interaction, job: Job) -> None:
    """Open the form with the order of a job that the member may build upon, to be changed."""
    mine = _remembered(interaction, interaction.user.id)
    choices = choices_of(job)
    choices = replace(
        choices, private=choices.private or mine.private, spoiler=choices.spoiler or mine.spoiler
    )
    await open_form(interaction, Draft(choices=choices, source=job, pressed=True))


def _remembered(interaction: Interaction, user_id: int) -> MemberSettings:
    return services_of(interaction).preferences.remembered(user_id) or MemberSettings()
