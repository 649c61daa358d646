"""`/usage`: what a member has spent, what is left for them, and which limits hold."""

from typing import Any

import discord
from discord import app_commands
from discord.ext import commands

from cogs.installs import usable_anywhere
from cogs.places import owner_of, role_ids_of
from cogs.services import services_of
from cogs.spending import DAYS, chart, chart_note, left_of, limits_line, spent_lines
from cogs.timestamps import relative
from cogs.translator import localized
from cogs.words import Words, words_of
from db.caps import Level
from jobs.allowance import Allowance

Interaction = discord.Interaction[Any]


class UsageCog(commands.Cog):
    """Shows one's own accounts."""

    @app_commands.command(name=localized("command-usage"), description=localized("command-usage-description"))
    @usable_anywhere
    async def usage(self, interaction: Interaction) -> None:
        """Show them, with a chart."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        words, owner = words_of(interaction), owner_of(interaction)
        accounts = services_of(interaction).accounts
        allowance = await accounts.allowance(owner, role_ids=role_ids_of(interaction))
        days = await accounts.days_of_member(owner, days=DAYS)
        budget = allowance.member.caps.micros_per_day
        lines = [
            words("usage-title"),
            *spent_lines(words, allowance.member, days),
            *_left(words, allowance),
            words("usage-limits"),
            *_limits(words, allowance, direct=not owner.guild_id),
            chart_note(words, budget=budget),
        ]
        await interaction.edit_original_response(
            content="\n".join(lines),
            attachments=[await chart(words, days, budget=budget)],
        )


def _left(words: Words, allowance: Allowance) -> list[str]:
    left = left_of(words, allowance.member)
    resets = words("usage-resets", resets=relative(allowance.resets_at))
    return [words("usage-left"), *left, resets] if left else [words("usage-no-limit")]


def _limits(words: Words, allowance: Allowance, *, direct: bool) -> list[str]:
    levels = {Level.MEMBER: allowance.member, Level.GUILD: allowance.guild, Level.BOT: allowance.bot}
    return [
        words(f"usage-limits-{level}", limits=limits_line(words, use.caps))
        for level, use in levels.items()
        if not (direct and level is Level.GUILD)
    ]
