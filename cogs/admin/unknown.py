"""`/admin unknown`: orders that may have been charged, for a manager to decide on."""

import re
from typing import Any, Self

import discord

from cogs.discord.buttons import KEY
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
from cogs.text.money import dollars
from cogs.text.sentences import ended, format_line
from cogs.text.timestamps import relative
from db.jobs.guild_queries import UnknownPage
from db.jobs.job import MAY_BE_ORDERED_AGAIN, Job, JobState
from jobs.orders.order import Order
from jobs.servers.administration import PAGE
from jobs.servers.audit import Manager

DECISIONS = ("resubmit", "giveup")


async def unknown(interaction: Interaction) -> None:
    """Show them."""
    manager = await acknowledged_manager(interaction)
    await _show(interaction, manager)


class UnknownButton(
    ManagerOnly,
    discord.ui.DynamicItem[discord.ui.Button[Any]],
    template=r"v1:adm:unknown:(?P<before>\d{1,18})",
):
    """Leads to older ones, or (0) back to the newest."""

    def __init__(self, before: int, label: str) -> None:
        super().__init__(discord.ui.Button[Any](label=label, custom_id=f"v1:adm:unknown:{before}"))
        self.before = before

    @classmethod
    async def from_custom_id(
        cls, interaction: Interaction, item: discord.ui.Item[Any], match: re.Match[str], /
    ) -> Self:
        """Rebuild the button of a message from before the restart."""
        return cls(int(match["before"]), words_of(interaction)("admin-button-back"))

    async def manage(self, interaction: Interaction, manager: Manager) -> None:
        """Show the page."""
        await _show(interaction, manager, before=self.before)


class UnknownSelect(
    ManagerOnly, discord.ui.DynamicItem[discord.ui.Select[Any]], template=r"v1:adm:undecided"
):
    """Chooses one to decide on."""

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

    @classmethod
    async def from_custom_id(
        cls, interaction: Interaction, item: discord.ui.Item[Any], match: re.Match[str], /
    ) -> Self:
        """Rebuild the select of a message from before the restart."""
        return cls(words_of(interaction))

    async def manage(self, interaction: Interaction, manager: Manager) -> None:
        """Show it with what can be decided."""
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
        items.append(UnknownButton(0, words("admin-button-back")))
        await show(interaction, [_line(words, job), ended(words, job)], items)


class UnknownDecision(
    ManagerOnly,
    discord.ui.DynamicItem[discord.ui.Button[Any]],
    template=rf"v1:adm:decide:(?P<decision>{'|'.join(DECISIONS)}):(?P<key>[0-9a-f]{{16}})",
):
    """Decides as its label says."""

    def __init__(self, words: Words, decision: str, key: str, *, price: int = 0) -> None:
        label = words(f"button-{decision}")
        super().__init__(
            discord.ui.Button[Any](
                label=words("button-priced", label=label, price=dollars(words, price)) if price else label,
                style=discord.ButtonStyle.danger if decision == "resubmit" else discord.ButtonStyle.secondary,
                custom_id=f"v1:adm:decide:{decision}:{key}",
            )
        )
        self.decision, self.key = decision, key

    @classmethod
    async def from_custom_id(
        cls, interaction: Interaction, item: discord.ui.Item[Any], match: re.Match[str], /
    ) -> Self:
        """Rebuild the button of a message from before the restart."""
        return cls(words_of(interaction), match["decision"], match["key"])

    async def manage(self, interaction: Interaction, manager: Manager) -> None:
        """Decide, and show what is left."""
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
        await _show(interaction, manager, said=said)


UNKNOWN_ITEMS = (UnknownButton, UnknownSelect, UnknownDecision)


async def _show(
    interaction: Interaction, manager: Manager, *, before: int = 0, said: str | None = None
) -> None:
    words = words_of(interaction)
    unknown = services_of(interaction).store.guild_queries.unknown
    page = await unknown(manager.guild_id, before_id=before or None, limit=PAGE)
    lines = [*([said] if said else []), *_lines(words, page)]
    items: list[discord.ui.Item[Any]] = [UnknownSelect(words, page.jobs)] if page.jobs else []
    if before:
        items.append(UnknownButton(0, words("admin-button-first")))
    if page.more:
        items.append(UnknownButton(page.jobs[-1].id, words("admin-button-next")))
    await show(interaction, fitting(words, lines), items)


def _lines(words: Words, page: UnknownPage) -> list[str]:
    if not page.jobs:
        return [words("admin-unknown-none")]
    listed = [
        words("admin-unknown-line", number=number, line=_line(words, job))
        for number, job in enumerate(page.jobs, start=1)
    ]
    return [words("admin-unknown-title"), *listed]


def _line(words: Words, job: Job) -> str:
    return words(
        "admin-unknown-job",
        user=str(job.user_id),
        format=format_line(words, Order.of(job)),
        price=dollars(words, job.price_micros),
        since=relative(job.created_at),
    )
