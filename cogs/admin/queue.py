"""`/admin queue`: what everybody has under way, to cancel what waits. `/admin pause` and `/admin resume`."""

import re
from typing import Any, Self

import discord

from cogs.discord.interactions import Interaction
from cogs.discord.managing import (
    ManagerOnly,
    acknowledged_manager,
    administration_of,
    fitting,
    show,
)
from cogs.discord.services import services_of, words_of
from cogs.library.job_list import chosen_value
from cogs.text.catalogue import Refused, Words
from cogs.text.job_pages import state_name
from cogs.text.sentences import format_line
from cogs.text.timestamps import relative
from db.jobs.guild_queries import QueuePage
from db.jobs.job import Job, JobState
from db.settings.pauses import Cause
from jobs.orders.order import Order
from jobs.servers.administration import PAGE
from jobs.servers.audit import Manager

_AFTER = r"(?P<after>\d{1,18})"
_KEY = r"(?P<key>[0-9a-f]{16})"


async def pause(interaction: Interaction) -> None:
    """Order nothing more for the server."""
    manager = await acknowledged_manager(interaction)
    words = words_of(interaction)
    paused = await administration_of(interaction).pause(manager)
    await show(interaction, [words("admin-paused" if paused else "admin-paused-before")])


async def resume(interaction: Interaction) -> None:
    """Let orders in again."""
    manager = await acknowledged_manager(interaction)
    words, services = words_of(interaction), services_of(interaction)
    resumed = await services.administration.resume(manager)
    standing = await services.store.pauses.standing(manager.guild_id)
    others = [one for one in standing if one.cause is not Cause.MODERATOR]
    lines = [words("admin-resumed" if resumed else "admin-not-paused")]
    await show(interaction, [*lines, *([words("admin-still-paused")] if others else [])])


async def queue(interaction: Interaction) -> None:
    """Show what runs and waits."""
    manager = await acknowledged_manager(interaction)
    await _show(interaction, manager)


class QueueButton(
    ManagerOnly, discord.ui.DynamicItem[discord.ui.Button[Any]], template=rf"v1:adm:queue:{_AFTER}"
):
    """Leads to a page of what waits: of what was ordered after one job, or back to the first."""

    def __init__(self, after: int, label: str) -> None:
        super().__init__(discord.ui.Button[Any](label=label, custom_id=f"v1:adm:queue:{after}"))
        self.after = after

    @classmethod
    async def from_custom_id(
        cls, interaction: Interaction, item: discord.ui.Item[Any], match: re.Match[str], /
    ) -> Self:
        """Rebuild the button of a message from before the restart."""
        return cls(int(match["after"]), words_of(interaction)("admin-button-back"))

    async def manage(self, interaction: Interaction, manager: Manager) -> None:
        """Show the page."""
        await _show(interaction, manager, after=self.after)


class WaitingSelect(ManagerOnly, discord.ui.DynamicItem[discord.ui.Select[Any]], template=r"v1:adm:waiting"):
    """Chooses one that waits, to be cancelled."""

    def __init__(self, words: Words, page: QueuePage | None = None) -> None:
        options = [
            discord.SelectOption(label=_label(words, place, job), value=job.key)
            for place, job in (page.waiting if page else ())
        ]
        super().__init__(
            discord.ui.Select[Any](
                custom_id="v1:adm:waiting", placeholder=words("admin-queue-choose"), options=options
            )
        )

    @classmethod
    async def from_custom_id(
        cls, interaction: Interaction, item: discord.ui.Item[Any], match: re.Match[str], /
    ) -> Self:
        """Rebuild the select of a message from before the restart."""
        return cls(words_of(interaction))

    async def manage(self, interaction: Interaction, manager: Manager) -> None:
        """Ask whether it shall be cancelled."""
        words = words_of(interaction)
        job = await _find(interaction, manager, chosen_value(interaction))
        lines = [words("admin-cancel-really"), _line(words, job)]
        items = [AdminCancelButton(words, job.key), QueueButton(0, words("admin-button-back"))]
        await show(interaction, lines, items)


class AdminCancelButton(
    ManagerOnly, discord.ui.DynamicItem[discord.ui.Button[Any]], template=rf"v1:adm:cancel:{_KEY}"
):
    """Cancels somebody's job."""

    def __init__(self, words: Words, key: str) -> None:
        label = words("admin-button-cancel")
        super().__init__(
            discord.ui.Button[Any](
                label=label, style=discord.ButtonStyle.danger, custom_id=f"v1:adm:cancel:{key}"
            )
        )
        self.key = key

    @classmethod
    async def from_custom_id(
        cls, interaction: Interaction, item: discord.ui.Item[Any], match: re.Match[str], /
    ) -> Self:
        """Rebuild the button of a message from before the restart."""
        return cls(words_of(interaction), match["key"])

    async def manage(self, interaction: Interaction, manager: Manager) -> None:
        """Cancel it, and show what is left."""
        if await administration_of(interaction).cancel(manager, self.key) is None:
            raise Refused("admin-not-waiting")
        await _show(interaction, manager, said=words_of(interaction)("admin-cancelled"))


QUEUE_ITEMS = (QueueButton, WaitingSelect, AdminCancelButton)


async def _find(interaction: Interaction, manager: Manager, key: str) -> Job:
    looks_like_one = re.fullmatch(_KEY, key)
    find = services_of(interaction).store.guild_queries.find
    job = await find(key, manager.guild_id) if looks_like_one else None
    if job is None or job.state is not JobState.QUEUED:
        raise Refused("admin-not-waiting")
    return job


async def _show(
    interaction: Interaction, manager: Manager, *, after: int = 0, said: str | None = None
) -> None:
    words, store = words_of(interaction), services_of(interaction).store
    page = await store.guild_queries.queue(manager.guild_id, after_id=after, limit=PAGE)
    stopped = await store.pauses.standing(manager.guild_id)
    lines = [
        *([said] if said else []),
        *([words("admin-queue-paused")] if stopped else []),
        *_lines(words, page),
    ]
    items: list[discord.ui.Item[Any]] = [WaitingSelect(words, page)] if page.waiting else []
    if after:
        items.append(QueueButton(0, words("admin-button-first")))
    if page.more:
        items.append(QueueButton(page.waiting[-1][1].id, words("admin-button-next")))
    await show(interaction, fitting(words, lines), items)


def _lines(words: Words, page: QueuePage) -> list[str]:
    running = [_line(words, job) for job in page.running]
    waiting = [
        words("admin-waiting-line", place=place, line=_line(words, job)) for place, job in page.waiting
    ]
    titled = [
        *([words("queue-running"), *running] if running else []),
        *([words("queue-waiting"), *waiting] if waiting else []),
    ]
    return titled or [words("queue-empty")]


def _line(words: Words, job: Job) -> str:
    return words(
        "admin-job-line",
        user=str(job.user_id),
        format=format_line(words, Order.of(job)),
        state=state_name(words, job.state),
        since=relative(job.created_at),
    )


def _label(words: Words, place: int, job: Job) -> str:
    return words("admin-waiting-label", place=place, format=format_line(words, Order.of(job)))
