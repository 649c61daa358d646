"""What moderators do with a video that their log shows, and what every member can do: report one."""

import discord

from cogs.discord.acknowledging import defer
from cogs.discord.buttons import JobButton
from cogs.discord.interactions import Interaction
from cogs.discord.managing import manager_of
from cogs.discord.services import services_of, words_of
from cogs.discord.shared_jobs import find_deletable
from cogs.results.deletion import ask_to_delete
from cogs.text.catalogue import Refused, words_for
from db.jobs.job import Job


class TakeDownButton(JobButton, template=r"v1:takedown:(?P<key>[0-9a-f]{16})"):
    """Asks whether a video shall go: its message, its files and its words."""

    action, style = "takedown", discord.ButtonStyle.danger

    async def acknowledge(self, interaction: Interaction) -> None:
        """Promise an answer for the presser alone."""
        await defer(interaction, ephemeral=True, thinking=True)

    async def press(self, interaction: Interaction) -> None:
        """Ask, whoever may delete it."""
        await ask_to_delete(interaction, await find_deletable(interaction, self.key))


class BlockButton(JobButton, template=r"v1:block:(?P<key>[0-9a-f]{16})"):
    """Lets the author of a video order no more, until a manager lets them."""

    action = "block"

    async def acknowledge(self, interaction: Interaction) -> None:
        """Promise an answer for the presser alone."""
        await defer(interaction, ephemeral=True, thinking=True)

    async def press(self, interaction: Interaction) -> None:
        """Block them, if the presser may manage the server."""
        manager, services = manager_of(interaction), services_of(interaction)
        job = await services.store.guild_queries.find(self.key, manager.guild_id)
        if job is None:
            raise Refused("no-such-job")
        blocked = await services.administration.block(manager, job.user_id)
        said = words_of(interaction)(
            "admin-blocked" if blocked else "admin-blocked-before", user=str(job.user_id)
        )
        await interaction.edit_original_response(
            content=said, allowed_mentions=discord.AllowedMentions.none()
        )


TAKEDOWNS = (TakeDownButton, BlockButton)
"""What the client registers."""


def takedown_view(job: Job) -> discord.ui.View:
    """Return the buttons under a video in the log, in the language of its order."""
    words, view = words_for(job), discord.ui.View(timeout=None)
    return view.add_item(TakeDownButton(job.key, words)).add_item(BlockButton(job.key, words))


async def report(interaction: Interaction, job: Job) -> None:
    """Pass on that the presser reports a video, and say what became of it."""
    became = await services_of(interaction).mod_log.report(job, by=interaction.user.id)
    said = words_of(interaction)(f"report-{became.name.lower()}")
    await interaction.edit_original_response(content=said)
