"""The context menus of messages that the bot has posted: *Video details*, *Delete my video*, *Report video*."""

from typing import Any

import discord
from discord import app_commands
from discord.ext import commands

from cogs.discord.acknowledging import defer
from cogs.discord.buttons import ClientWithForms
from cogs.discord.commands import localized
from cogs.discord.context import may_delete, may_see, owner_of, services_of
from cogs.discord.interactions import Interaction
from cogs.results.buttons import RESULT_BUTTONS, ContinueForm, show_details
from cogs.results.deletion import DELETIONS, ask_to_delete
from cogs.results.moderators import DECISIONS, TAKEDOWNS, report
from cogs.text.catalogue import Refused
from db.jobs.job import Job
from jobs.orders.variations import JobErased


class MessageMenusCog(commands.Cog):
    """The cog of the context menus; it finds the job that belongs to a message."""

    def __init__(self, client: commands.Bot) -> None:
        self._client = client
        self._menus = (
            _menu(localized("menu-details"), self._details),
            _menu(localized("menu-delete"), self._delete),
            _menu(localized("menu-report"), self._report, directly=False),
        )

    async def cog_load(self) -> None:
        """Add the menus to the command tree by hand: discord.py does not find context menus in a cog."""
        for menu in self._menus:
            self._client.tree.add_command(menu)

    async def cog_unload(self) -> None:
        """Remove the menus from the command tree."""
        for menu in self._menus:
            self._client.tree.remove_command(menu.name, type=menu.type)

    async def _details(self, interaction: Interaction, message: discord.Message) -> None:
        await defer(interaction, ephemeral=True, thinking=True)
        job = await _job_of(interaction, message)
        if job is None or not may_see(interaction, job):
            raise Refused("no-video-there")
        if job.erased_at is not None:
            raise JobErased(job.key)
        await show_details(interaction, job)

    async def _delete(self, interaction: Interaction, message: discord.Message) -> None:
        await defer(interaction, ephemeral=True, thinking=True)
        job = await _job_of(interaction, message)
        if job is None or not may_delete(interaction, job):
            raise Refused("no-video-of-yours")
        await ask_to_delete(interaction, job)

    async def _report(self, interaction: Interaction, message: discord.Message) -> None:
        await defer(interaction, ephemeral=True, thinking=True)
        job = await _job_of(interaction, message) if interaction.guild_id else None
        if job is None or not may_see(interaction, job):
            raise Refused("no-video-there")
        if job.erased_at is not None:
            raise JobErased(job.key)
        await report(interaction, job)


def _menu(name: app_commands.locale_str, callback: Any, *, directly: bool = True) -> app_commands.ContextMenu:
    return app_commands.ContextMenu(
        name=name,
        callback=callback,
        allowed_contexts=app_commands.AppCommandContext(
            guild=True, dm_channel=directly, private_channel=False
        ),
        allowed_installs=app_commands.AppInstallationType(guild=True, user=False),
    )


async def _job_of(interaction: Interaction, message: discord.Message) -> Job | None:
    return await services_of(interaction).store.job_queries.by_message(
        owner_of(interaction), channel_id=message.channel.id, message_id=message.id
    )


async def setup(client: ClientWithForms) -> None:
    """Register the cog, its buttons and its forms with the client."""
    client.add_dynamic_items(*RESULT_BUTTONS, *DELETIONS, *DECISIONS, *TAKEDOWNS)
    client.add_forms(ContinueForm)
    await client.add_cog(MessageMenusCog(client))
