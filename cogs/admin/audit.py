"""`/admin audit`: who changed what, and when."""

from cogs.admin.limits import limits_in_short
from cogs.discord.context import services_of, words_of
from cogs.discord.interactions import Interaction
from cogs.discord.managing import (
    PageButton,
    acknowledged_manager,
    fitting,
    show,
)
from cogs.text.catalogue import Words, plain_text, shown
from cogs.text.sentences import relative
from db.money.caps import LevelCaps
from db.settings.members import Entry
from jobs.administration import PAGE
from jobs.servers.guild_settings import AuditAction, AuditDetail, Manager, limits_read

_TEXTS = 100
"""Characters of what was typed that one line shows."""


async def audit(interaction: Interaction) -> None:
    """Show the newest changes."""
    manager = await acknowledged_manager(interaction)
    await _show(interaction, manager)


class AuditButton(PageButton, template=r"v1:adm:audit:(?P<row>\d{1,18})"):
    """Leads to older changes, or back to the newest."""

    page = "audit"

    async def manage(self, interaction: Interaction, manager: Manager) -> None:
        """Show the page."""
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
    await show(interaction, fitting(words, [title, *(_line(words, entry) for entry in page)]), items)


def _line(words: Words, entry: Entry) -> str:
    change = words(
        f"audit-{_known(entry.action)}", detail=_detail(words, AuditDetail.from_json(entry.detail))
    )
    return words("audit-line", at=relative(entry.at), user=str(entry.user_id), change=change)


def _known(action: str) -> str:
    """Return the word of a change; a newer program may have written one that this one does not know."""
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
    caps = limits_read(figures or {})
    return limits_in_short(words, caps) if caps != LevelCaps() else []
