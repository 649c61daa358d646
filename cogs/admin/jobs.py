"""The parts queue and unknown of `/admin`: a server's open jobs, and those of unknown outcome.

A job's outcome is unknown if nobody can tell whether the provider accepted the order.
"""

import re
from typing import Any

import discord

from cogs.admin.home import Part, show_part, shows
from cogs.discord.buttons import DynamicButton, chosen_value, priced
from cogs.discord.context import KEY, services_of, words_of
from cogs.discord.interactions import Interaction
from cogs.discord.managing import (
    ManagerOnly,
    PageButton,
    administration_of,
    fitting,
)
from cogs.text.catalogue import Refused, Words
from cogs.text.job_pages import state_name
from cogs.text.sentences import dollars, ended, format_line, relative
from db.jobs.guild_queries import QueuePage, UnknownPage
from db.jobs.job import MAY_BE_ORDERED_AGAIN, Job, JobState
from jobs.administration import PAGE
from jobs.orders.order import Order
from jobs.servers.guild_settings import Manager

_KEY = r"(?P<key>[0-9a-f]{16})"


@shows(Part.QUEUE)
async def queue(interaction: Interaction, manager: Manager) -> None:
    """Show the running and the waiting jobs of this server."""
    await _show_queue(interaction, manager)


class QueueButton(PageButton, template=r"v1:adm:queue:(?P<row>\d{1,18})"):
    """A button to another page of the waiting jobs: to the jobs after a given one, or back to the first page."""

    page = "queue"

    async def manage(self, interaction: Interaction, manager: Manager) -> None:
        """Show the page of waiting jobs."""
        await _show_queue(interaction, manager, after=self.row_id)


class WaitingSelect(ManagerOnly, discord.ui.DynamicItem[discord.ui.Select[Any]], template=r"v1:adm:waiting"):
    """A select of the waiting jobs, with which a manager cancels one."""

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

    async def manage(self, interaction: Interaction, manager: Manager) -> None:
        """Ask the manager to confirm the cancellation."""
        words = words_of(interaction)
        job = await _find(interaction, manager, chosen_value(interaction))
        lines = [words("admin-cancel-really"), _queue_line(words, job)]
        items = [AdminCancelButton(words, job.key), QueueButton(words)]
        await show_part(interaction, lines, items)


class AdminCancelButton(ManagerOnly, DynamicButton, template=rf"v1:adm:cancel:{_KEY}"):
    """A button with which a manager cancels a member's job."""

    def __init__(self, words: Words, key: str) -> None:
        super().__init__(
            words("admin-button-cancel"), custom_id=f"v1:adm:cancel:{key}", style=discord.ButtonStyle.danger
        )
        self.key = key

    async def manage(self, interaction: Interaction, manager: Manager) -> None:
        """Cancel the job if it still waits, and show the remaining jobs."""
        if await administration_of(interaction).cancel(manager, self.key) is None:
            raise Refused("admin-not-waiting")
        await _show_queue(interaction, manager, said=words_of(interaction)("admin-cancelled"))


QUEUE_ITEMS = (QueueButton, WaitingSelect, AdminCancelButton)


async def _find(interaction: Interaction, manager: Manager, key: str) -> Job:
    looks_like_one = re.fullmatch(_KEY, key)
    find = services_of(interaction).store.guild_queries.find
    job = await find(key, manager.guild_id) if looks_like_one else None
    if job is None or job.state is not JobState.QUEUED:
        raise Refused("admin-not-waiting")
    return job


async def _show_queue(
    interaction: Interaction, manager: Manager, *, after: int = 0, said: str | None = None
) -> None:
    words, store = words_of(interaction), services_of(interaction).store
    page = await store.guild_queries.queue(manager.guild_id, after_id=after, limit=PAGE)
    stopped = await store.pauses.standing(manager.guild_id)
    lines = [
        *([said] if said else []),
        *([words("admin-queue-paused")] if stopped else []),
        *_queue_lines(words, page),
    ]
    items: list[discord.ui.Item[Any]] = [WaitingSelect(words, page)] if page.waiting else []
    following = page.waiting[-1][1].id if page.more else None
    items += QueueButton.leading_on(words, row=after, following=following)
    await show_part(interaction, fitting(words, lines), items)


def _queue_lines(words: Words, page: QueuePage) -> list[str]:
    running = [_queue_line(words, job) for job in page.running]
    waiting = [
        words("admin-waiting-line", place=place, line=_queue_line(words, job)) for place, job in page.waiting
    ]
    titled = [
        *([words("queue-running"), *running] if running else []),
        *([words("queue-waiting"), *waiting] if waiting else []),
    ]
    return titled or [words("queue-empty")]


def _queue_line(words: Words, job: Job) -> str:
    return words(
        "admin-job-line",
        user=str(job.user_id),
        format=format_line(words, Order.of(job)),
        state=state_name(words, job.state),
        since=relative(job.created_at),
    )


def _label(words: Words, place: int, job: Job) -> str:
    return words("admin-waiting-label", place=place, format=format_line(words, Order.of(job)))


DECISIONS = ("resubmit", "giveup")


@shows(Part.UNKNOWN)
async def unknown(interaction: Interaction, manager: Manager) -> None:
    """Show the jobs of this server whose outcome is unknown."""
    await _show_unknown(interaction, manager)


class UnknownButton(PageButton, template=r"v1:adm:unknown:(?P<row>\d{1,18})"):
    """A button to older jobs of unknown outcome, or back to the newest."""

    page = "unknown"

    async def manage(self, interaction: Interaction, manager: Manager) -> None:
        """Show the page of jobs of unknown outcome."""
        await _show_unknown(interaction, manager, before=self.row_id)


class UnknownSelect(
    ManagerOnly, discord.ui.DynamicItem[discord.ui.Select[Any]], template=r"v1:adm:undecided"
):
    """A select of the jobs of unknown outcome, with which a manager decides on one."""

    def __init__(self, words: Words, jobs: list[Job] | None = None) -> None:
        options = [
            discord.SelectOption(
                label=words("admin-unknown-label", number=number, format=format_line(words, Order.of(job))),
                value=job.key,
            )
            for number, job in enumerate(jobs or (), start=1)
        ]
        super().__init__(
            discord.ui.Select[Any](
                custom_id="v1:adm:undecided", placeholder=words("admin-unknown-choose"), options=options
            )
        )

    async def manage(self, interaction: Interaction, manager: Manager) -> None:
        """Show the chosen job with a button for each possible decision."""
        words, key = words_of(interaction), chosen_value(interaction)
        job = (
            await services_of(interaction).store.guild_queries.find(key, manager.guild_id)
            if KEY.fullmatch(key)
            else None
        )
        if job is None or job.state is not JobState.UNKNOWN:
            raise Refused("decided-already")
        items: list[discord.ui.Item[Any]] = []
        if job.reason in MAY_BE_ORDERED_AGAIN and job.erased_at is None:
            items.append(UnknownDecision(words, "resubmit", job.key, price=job.price_micros))
        items.append(UnknownDecision(words, "giveup", job.key))
        items.append(UnknownButton(words))
        await show_part(interaction, [_unknown_line(words, job), ended(words, job)], items)


class UnknownDecision(
    ManagerOnly,
    DynamicButton,
    template=rf"v1:adm:decide:(?P<decision>{'|'.join(DECISIONS)}):(?P<key>[0-9a-f]{{16}})",
):
    """A button that resubmits a job of unknown outcome or gives it up."""

    def __init__(self, words: Words, decision: str, key: str, *, price: int = 0) -> None:
        super().__init__(
            priced(words, words(f"button-{decision}"), price),
            custom_id=f"v1:adm:decide:{decision}:{key}",
            style=discord.ButtonStyle.danger if decision == "resubmit" else discord.ButtonStyle.secondary,
        )
        self.decision, self.key = decision, key

    async def manage(self, interaction: Interaction, manager: Manager) -> None:
        """Carry out the decision, then show the jobs that are still unknown."""
        administration = administration_of(interaction)
        decide = administration.submit_again if self.decision == "resubmit" else administration.give_up
        job = await decide(manager, self.key)
        if job is None:
            raise Refused("decided-already")
        said = words_of(interaction)(
            "decided-again" if job.state is JobState.QUEUED else "decided-given-up",
            by=str(manager.user_id),
            user=str(job.user_id),
        )
        await _show_unknown(interaction, manager, said=said)


UNKNOWN_ITEMS = (UnknownButton, UnknownSelect, UnknownDecision)


async def _show_unknown(
    interaction: Interaction, manager: Manager, *, before: int = 0, said: str | None = None
) -> None:
    words = words_of(interaction)
    unknown = services_of(interaction).store.guild_queries.unknown
    page = await unknown(manager.guild_id, before_id=before or None, limit=PAGE)
    lines = [*([said] if said else []), *_unknown_lines(words, page)]
    items: list[discord.ui.Item[Any]] = [UnknownSelect(words, page.jobs)] if page.jobs else []
    following = page.jobs[-1].id if page.more else None
    items += UnknownButton.leading_on(words, row=before, following=following)
    await show_part(interaction, fitting(words, lines), items)


def _unknown_lines(words: Words, page: UnknownPage) -> list[str]:
    if not page.jobs:
        return [words("admin-unknown-none")]
    listed = [
        words("admin-unknown-line", number=number, line=_unknown_line(words, job))
        for number, job in enumerate(page.jobs, start=1)
    ]
    return [words("admin-unknown-title"), *listed]


def _unknown_line(words: Words, job: Job) -> str:
    return words(
        "admin-unknown-job",
        user=str(job.user_id),
        format=format_line(words, Order.of(job)),
        price=dollars(words, job.price_micros),
        since=relative(job.created_at),
    )
