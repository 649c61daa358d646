"""`/jobs`: one's own videos. `/queue`: what a server has under way."""

import discord
from discord import app_commands
from discord.ext import commands

from cogs.discord.acknowledging import defer
from cogs.discord.buttons import ClientWithForms
from cogs.discord.commands import localized, usable_anywhere, usable_in_servers
from cogs.discord.context import services_of, words_of
from cogs.discord.interactions import Interaction
from cogs.library.job_list import LIST_ITEMS, PageToken, show_list
from cogs.text.catalogue import Words
from cogs.text.sentences import format_line, relative
from db.jobs.job import Job
from db.jobs.job_queries import Queue
from jobs.orders.order import Order

_SHOWN = 10
"""Lines of each kind, so that both kinds fit into one message at their longest."""


class JobsCog(commands.Cog):
    """Shows what was ordered."""

    @app_commands.command(name=localized("command-jobs"), description=localized("command-jobs-description"))
    @usable_anywhere
    async def jobs(self, interaction: Interaction) -> None:
        """List one's own jobs, newest first."""
        await defer(interaction, ephemeral=True, thinking=True)
        await show_list(interaction, PageToken())

    @app_commands.command(name=localized("command-queue"), description=localized("command-queue-description"))
    @usable_in_servers
    async def queue(self, interaction: Interaction) -> None:
        """Show what runs and waits here."""
        await defer(interaction, ephemeral=True, thinking=True)
        queue = await services_of(interaction).store.job_queries.queue(interaction.guild_id or 0)
        await interaction.edit_original_response(
            content=await _describe(interaction, queue),
            allowed_mentions=discord.AllowedMentions.none(),
        )


async def _describe(interaction: Interaction, queue: Queue) -> str:
    words = words_of(interaction)
    running = [_running_line(words, job) for job in queue.running[:_SHOWN]]
    waiting = [await _waiting_line(interaction, job, place=place) for place, job in queue.waiting[:_SHOWN]]
    more = words("queue-more")
    parts = [
        *_titled(words("queue-running"), running, more=[more] if len(queue.running) > _SHOWN else []),
        *_titled(words("queue-waiting"), waiting, more=[more] if len(queue.waiting) > _SHOWN else []),
    ]
    return "\n".join(parts) or words("queue-empty")


async def _waiting_line(interaction: Interaction, job: Job, *, place: int) -> str:
    expected_at = await services_of(interaction).service.expected_at(job)
    return words_of(interaction)(
        "queue-waiting-line",
        place=place,
        user=str(job.user_id),
        format=format_line(words_of(interaction), Order.of(job)),
        ready=relative(expected_at or job.created_at),
    )


def _running_line(words: Words, job: Job) -> str:
    return words(
        "queue-running-line",
        user=str(job.user_id),
        format=format_line(words, Order.of(job)),
        since=relative(job.submitted_at or job.created_at),
    )


def _titled(title: str, lines: list[str], *, more: list[str]) -> list[str]:
    return [title, *lines, *more] if lines else []


async def setup(client: ClientWithForms) -> None:
    """Add the commands and their lists to the client."""
    client.add_dynamic_items(*LIST_ITEMS)
    await client.add_cog(JobsCog())
