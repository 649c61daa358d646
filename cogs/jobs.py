"""`/jobs`: one's own videos. `/queue`: what a server has under way."""

from typing import Any

import discord
from discord import app_commands
from discord.ext import commands

from cogs import sentences
from cogs.buttons import list_page
from cogs.places import owner_of
from cogs.services import Services
from cogs.timestamps import relative
from db.desk import Queue
from db.job import Job
from jobs.order import Order

Interaction = discord.Interaction[Any]

_SHOWN = 10
"""Lines of each kind, so that both kinds fit into one message at their longest."""


class JobsCog(commands.Cog):
    """Shows what was ordered."""

    def __init__(self, services: Services) -> None:
        self._services = services

    @app_commands.command(name="jobs", description=sentences.JOBS_COMMAND)
    @app_commands.allowed_contexts(guilds=True, dms=True, private_channels=False)
    @app_commands.allowed_installs(guilds=True, users=False)
    async def jobs(self, interaction: Interaction) -> None:
        """List one's own jobs, newest first."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        content, view = list_page(await self._services.service.newest(owner_of(interaction)))
        await interaction.edit_original_response(content=content, view=view)

    @app_commands.command(name="queue", description=sentences.QUEUE_COMMAND)
    @app_commands.allowed_contexts(guilds=True, dms=False, private_channels=False)
    @app_commands.allowed_installs(guilds=True, users=False)
    async def queue(self, interaction: Interaction) -> None:
        """Show what runs and waits here."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        queue = await self._services.service.queue(interaction.guild_id or 0)
        await interaction.edit_original_response(
            content=await self._describe(queue), allowed_mentions=discord.AllowedMentions.none()
        )

    async def _describe(self, queue: Queue) -> str:
        running = [_running_line(job) for job in queue.running[:_SHOWN]]
        waiting = [await self._waiting_line(place, job) for place, job in queue.waiting[:_SHOWN]]
        parts = [
            *_titled(sentences.QUEUE_RUNNING, running, more=len(queue.running) > _SHOWN),
            *_titled(sentences.QUEUE_WAITING, waiting, more=len(queue.waiting) > _SHOWN),
        ]
        return "\n".join(parts) or sentences.QUEUE_EMPTY

    async def _waiting_line(self, place: int, job: Job) -> str:
        expected_at = await self._services.service.expected_at(job)
        return sentences.queue_waiting_line(
            place=place,
            user_id=job.user_id,
            format_line=sentences.format_line(Order.of(job)),
            ready=relative(expected_at or job.created_at),
        )


def _running_line(job: Job) -> str:
    return sentences.queue_running_line(
        user_id=job.user_id,
        format_line=sentences.format_line(Order.of(job)),
        since=relative(job.submitted_at or job.created_at),
    )


def _titled(title: str, lines: list[str], *, more: bool) -> list[str]:
    return [title, *lines, *([sentences.QUEUE_MORE] if more else [])] if lines else []
