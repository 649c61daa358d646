"""The parts usage and audit of `/admin`: what the server has spent, and who changed which setting, and when."""

import csv
import io
from collections.abc import Iterable, Sequence

import discord

from cogs.admin.home import Part, show_part, shows
from cogs.admin.limits import limits_in_short
from cogs.discord.buttons import Answer, DynamicButton
from cogs.discord.context import services_of, words_of
from cogs.discord.interactions import Interaction
from cogs.discord.managing import ManagerOnly, PageButton, fitting
from cogs.text.catalogue import Words, plain_text, shown
from cogs.text.sentences import dollars, relative
from cogs.text.usage_text import DAYS, chart, left_lines, limits_line, spent_lines
from db.jobs.job import Owner
from db.money.caps import Level, LevelCaps
from db.money.ledger import Spent
from db.settings.members import Entry
from hailuo.models import MICROS
from jobs.administration import PAGE
from jobs.money.limits import in_force
from jobs.servers.guild_settings import OPERATOR, AuditAction, AuditDetail, Manager, read_limits


@shows(Part.USAGE)
async def usage(interaction: Interaction, manager: Manager) -> None:
    """Show the server's spending and limits, with a chart and the members who spent most."""
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
    await show_part(interaction, fitting(words, lines), [ExportButton(words)], files=charts)


class ExportButton(ManagerOnly, DynamicButton, template=r"v1:adm:export"):
    """A button that exports the spending of each member by day."""

    answer = Answer.REPLY

    def __init__(self, words: Words) -> None:
        super().__init__(words("admin-button-export"), custom_id="v1:adm:export")

    async def manage(self, interaction: Interaction, manager: Manager) -> None:
        """Send the spending as a CSV file."""
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
    """Return the spending as CSV, a row for each day and member."""
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


_TEXTS = 100
"""Limit of the characters that one line of the audit shows of typed text."""


@shows(Part.AUDIT)
async def audit(interaction: Interaction, manager: Manager) -> None:
    """Show the newest changes of the server's settings."""
    await _show(interaction, manager)


class AuditButton(PageButton, template=r"v1:adm:audit:(?P<row>\d{1,18})"):
    """A button to older changes of settings, or back to the newest."""

    page = "audit"

    async def manage(self, interaction: Interaction, manager: Manager) -> None:
        """Show the page of changes."""
        await _show(interaction, manager, before=self.row_id)


AUDIT_ITEMS = (AuditButton,)


async def _show(interaction: Interaction, manager: Manager, *, before: int = 0) -> None:
    words = words_of(interaction)
    entries = await services_of(interaction).store.audit.page(
        manager.guild_id, before_id=before or None, limit=PAGE + 1
    )
    page = entries[:PAGE]
    title = words("admin-audit-title" if page else "admin-audit-none")
    following = page[-1].id if len(entries) > PAGE else None
    items = AuditButton.leading_on(words, row=before, following=following)
    await show_part(interaction, fitting(words, [title, *(_line(words, entry) for entry in page)]), items)


def _line(words: Words, entry: Entry) -> str:
    change = words(
        f"audit-{_known(entry.action)}", detail=_detail(words, AuditDetail.from_json(entry.detail))
    )
    who = words("audit-operator") if entry.user_id == OPERATOR else f"<@{entry.user_id}>"
    return words("audit-line", at=relative(entry.at), who=who, change=change)


def _known(action: str) -> str:
    """Return the catalogue name of a change, "other" for one that a newer version of the bot has written."""
    return action if action in set(AuditAction) else "other"


def _detail(words: Words, detail: AuditDetail) -> str:
    parts = [f"<@&{detail.role}>"] if detail.role else []
    parts += [f"<@{detail.user}>"] if detail.user else []
    parts += [words("days", count=detail.days)] if detail.days else []
    parts += (
        [words.listed([f"<#{channel_id}>" for channel_id in detail.channels[:5]])] if detail.channels else []
    )
    parts += [shown(words.listed([plain_text(text, limit=_TEXTS) for text in detail.texts]), limit=_TEXTS)]
    parts += _figures(words, detail.figures)
    return " · ".join(part for part in parts if part) or words("audit-nothing")


def _figures(words: Words, figures: dict[str, int | None] | None) -> list[str]:
    caps = read_limits(figures or {})
    return limits_in_short(words, caps) if caps != LevelCaps() else []
