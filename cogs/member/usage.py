"""`/usage`: what a member has spent, what is left for them, and which limits hold."""

from discord import app_commands
from discord.ext import commands

from cogs.discord.acknowledging import defer
from cogs.discord.context import owner_of, role_ids_of
from cogs.discord.installs import usable_anywhere
from cogs.discord.interactions import Interaction
from cogs.discord.services import services_of, words_of
from cogs.text.catalogue import Words
from cogs.text.localized import localized
from cogs.text.usage_text import DAYS, chart, left_lines, limits_line, spent_lines
from db.money.caps import UNLIMITED, Level, LevelCaps
from jobs.money.allowance import Allowance
from jobs.money.limits import in_force


class UsageCog(commands.Cog):
    """Shows one's own accounts."""

    @app_commands.command(name=localized("command-usage"), description=localized("command-usage-description"))
    @usable_anywhere
    async def usage(self, interaction: Interaction) -> None:
        """Show them, with a chart."""
        await defer(interaction, ephemeral=True, thinking=True)
        words, owner = words_of(interaction), owner_of(interaction)
        accounts = services_of(interaction).accounts
        allowance = await accounts.allowance(owner, role_ids=role_ids_of(interaction))
        days = await accounts.days_of_member(owner, days=DAYS)
        mine = in_force(allowance.member.caps, allowance.member_utc.caps)
        note, charts = await chart(words, days, budget=mine.micros_per_day)
        lines = [
            words("usage-title"),
            *spent_lines(words, allowance.member, days),
            words("usage-left"),
            *left_lines(words, allowance, (Level.MEMBER, Level.MEMBER_UTC, Level.USER)),
            words("usage-limits"),
            *_limits(words, allowance, mine, direct=not owner.guild_id),
            note,
        ]
        await interaction.edit_original_response(
            content="\n".join(lines),
            attachments=charts,
        )


def _limits(words: Words, allowance: Allowance, mine: LevelCaps, *, direct: bool) -> list[str]:
    levels = {Level.MEMBER: mine, Level.USER: allowance.user.caps}
    if not direct:
        levels[Level.GUILD] = in_force(allowance.guild.caps, allowance.guild_utc.caps)
    levels[Level.BOT] = allowance.bot.caps
    return [
        words(f"usage-limits-{level}", limits=limits_line(words, caps))
        for level, caps in levels.items()
        if level is not Level.USER or caps != UNLIMITED
    ]
