"""`/admin usage`: what the server has spent, by day and by member, to look at and to take along."""

import csv
import io
from collections.abc import Iterable, Sequence

import discord

from cogs.discord.buttons import Answer, DynamicButton
from cogs.discord.context import services_of, words_of
from cogs.discord.interactions import Interaction
from cogs.discord.managing import ManagerOnly, acknowledged_manager, fitting
from cogs.text.catalogue import Words
from cogs.text.sentences import dollars
from cogs.text.usage_text import DAYS, chart, left_lines, limits_line, spent_lines
from db.jobs.job import Owner
from db.money.caps import Level
from db.money.ledger import Spent
from hailuo.request import MICROS
from jobs.money.limits import in_force
from jobs.servers.guild_settings import Manager


async def usage(interaction: Interaction) -> None:
    """Show it."""
    manager = await acknowledged_manager(interaction)
    words, accounts = words_of(interaction), services_of(interaction).accounts
    server = Owner(guild_id=manager.guild_id, user_id=0)
    allowance = await accounts.allowance(server, role_ids=frozenset())
    caps = in_force(allowance.guild.caps, allowance.guild_utc.caps)
    days = await accounts.days_of_guild(manager.guild_id, days=DAYS)
    top = await accounts.top_members(manager.guild_id, days=DAYS)
    note, charts = await chart(words, days, budget=caps.micros_per_day)
    lines = [
        words("admin-usage-title"),
        *spent_lines(words, allowance.guild, days),
        words("usage-left"),
        *left_lines(words, allowance, (Level.GUILD, Level.GUILD_UTC)),
        words("usage-limits"),
        words("usage-limits-guild", limits=limits_line(words, caps)),
        *_top_lines(words, top),
        note,
    ]
    await interaction.edit_original_response(
        content="\n".join(fitting(words, lines)),
        view=discord.ui.View(timeout=None).add_item(ExportButton(words)),
        attachments=charts,
        allowed_mentions=discord.AllowedMentions.none(),
    )


class ExportButton(ManagerOnly, DynamicButton, template=r"v1:adm:export"):
    """Hands out the figures as a file."""

    answer = Answer.REPLY

    def __init__(self, words: Words) -> None:
        super().__init__(words("admin-button-export"), custom_id="v1:adm:export")

    async def manage(self, interaction: Interaction, manager: Manager) -> None:
        """Hand them out."""
        accounts = services_of(interaction).accounts
        spent = await accounts.members_by_day(manager.guild_id, days=DAYS)
        file = discord.File(
            io.BytesIO(table(spent).encode()), filename=f"clapper-usage-{manager.guild_id}.csv"
        )
        await interaction.edit_original_response(
            content=words_of(interaction)("admin-exported", days=DAYS), attachments=[file]
        )


USAGE_ITEMS = (ExportButton,)


def table(spent: Iterable[tuple[str, int, Spent]]) -> str:
    """Return a row for each day and member as CSV."""
    file = io.StringIO()
    writer = csv.writer(file)
    writer.writerow(["day", "user_id", "videos", "usd"])
    writer.writerows([day, user_id, one.n, f"{one.micros / MICROS:.6f}"] for day, user_id, one in spent)
    return file.getvalue()


def _top_lines(words: Words, top: Sequence[tuple[int, Spent]]) -> list[str]:
    listed = [
        words("admin-top-line", user=str(user_id), count=one.n, spent=dollars(words, one.micros))
        for user_id, one in top
    ]
    return [words("admin-top-title", days=DAYS), *listed] if listed else []
