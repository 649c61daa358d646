"""The command `/jobs` (a user's own videos) and the command `/queue` (a server's running and waiting jobs)."""

from collections.abc import Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Self

import discord
from discord import app_commands
from discord.ext import commands

from cogs.discord.acknowledging import defer
from cogs.discord.buttons import (
    AcknowledgedItem,
    CancelButton,
    ClientWithForms,
    DynamicButton,
    ShowAgainButton,
    chosen_value,
)
from cogs.discord.commands import localized, usable_anywhere, usable_in_servers
from cogs.discord.context import find_own, owner_of, services_of, words_of
from cogs.discord.interactions import Interaction
from cogs.results.buttons import retry_button
from cogs.text.catalogue import Refused, Words
from cogs.text.job_pages import job_page, list_label, list_line, list_note
from cogs.text.sentences import format_line, relative
from db.jobs.job import ENDED, Job, JobState
from db.jobs.job_queries import Queue
from db.jobs.pages import Group, Page
from jobs.orders.order import Order
from jobs.orders.variations import may_be_retried

_PLACE = rf"(?P<place>(?:{'|'.join(Group)}):\d{{1,18}})"
_KEPT = ENDED | {JobState.UNKNOWN}
_LISTED = 5
"""The number of jobs that the text of a page shows, each with its state, its age and a link."""


@dataclass(frozen=True, slots=True)
class PageToken:
    """A page of the list of jobs: a group of states, and the job id below which the page begins (0: newest)."""

    group: Group = Group.ALL
    before: int = 0

    def __str__(self) -> str:
        """Return the page's text for a custom id: `group:before`."""
        return f"{self.group}:{self.before}"

    @classmethod
    def read(cls, text: str) -> Self:
        """Parse the page from a custom id."""
        group, before = text.split(":")
        return cls(Group(group), int(before))


_READS = MappingProxyType({"place": PageToken.read})


class ListButton(DynamicButton, template=f"v1:jobs:{_PLACE}"):
    """A button to a page of the list: to an older one, or back from the page of a job."""

    reads = _READS

    def __init__(self, words: Words, place: PageToken, *, older: bool = False) -> None:
        super().__init__(words("jobs-older" if older else "button-back"), custom_id=f"v1:jobs:{place}")
        self.place = place

    async def press(self, interaction: Interaction) -> None:
        """Show the page of the list."""
        await show_list(interaction, self.place)


class NewerButton(DynamicButton, template=f"v1:newer:{_PLACE}"):
    """A button to the page of newer jobs; `before` is the id of the newest job on the present page."""

    reads = _READS

    def __init__(self, words: Words, place: PageToken) -> None:
        super().__init__(words("jobs-newer"), custom_id=f"v1:newer:{place}")
        self.place = place

    async def press(self, interaction: Interaction) -> None:
        """Show the page of newer jobs."""
        page = await services_of(interaction).store.job_queries.newer_page(
            owner_of(interaction), states=self.place.group, after_id=self.place.before
        )
        await _show(interaction, self.place.group, page)


class GroupSelect(AcknowledgedItem, discord.ui.DynamicItem[discord.ui.Select[Any]], template="v1:group"):
    """A select for the group of jobs that the list shows."""

    def __init__(self, words: Words, chosen: Group = Group.ALL) -> None:
        options = [
            discord.SelectOption(label=words(f"jobs-{group.value}"), value=group, default=group is chosen)
            for group in Group
        ]
        super().__init__(discord.ui.Select[Any](custom_id="v1:group", options=options))

    async def press(self, interaction: Interaction) -> None:
        """Show the newest page of the chosen group."""
        value = chosen_value(interaction)
        if value not in set(Group):
            raise Refused("no-such-job")
        await show_list(interaction, PageToken(Group(value)))


class JobSelect(
    AcknowledgedItem, discord.ui.DynamicItem[discord.ui.Select[Any]], template=f"v1:pick:{_PLACE}"
):
    """A select of the jobs on a page of the list; a choice opens the page of that job."""

    reads = _READS

    def __init__(self, words: Words, place: PageToken, jobs: Sequence[Job] = ()) -> None:
        options = [
            discord.SelectOption(label=list_label(job), value=job.key, description=list_note(words, job))
            for job in jobs
        ]
        super().__init__(
            discord.ui.Select[Any](
                custom_id=f"v1:pick:{place}", placeholder=words("jobs-placeholder"), options=options
            )
        )
        self.place = place

    async def press(self, interaction: Interaction) -> None:
        """Show the page of the chosen job."""
        await _show_job(interaction, await find_own(interaction, chosen_value(interaction)), self.place)


class PageCancelButton(CancelButton, template=rf"v1:cancel:(?P<key>[0-9a-f]{{16}}):{_PLACE}"):
    """A *Cancel* button on the page of a job; after a press, a *Back* button to the list remains."""

    reads = _READS

    def __init__(self, key: str, words: Words, place: PageToken) -> None:
        super().__init__(key, words, after=f":{place}")
        self.place = place

    async def show_cancelled(self, interaction: Interaction) -> None:
        """Replace the page by the message that the job is cancelled, with a button back to the list."""
        words = words_of(interaction)
        view = discord.ui.View(timeout=None).add_item(ListButton(words, self.place))
        await interaction.edit_original_response(content=words("cancelled"), view=view)

    async def show_as_it_is(self, interaction: Interaction, job: Job) -> None:
        """Show the job's page again, in its present state."""
        await _show_job(interaction, job, self.place)


LIST_ITEMS = (ListButton, NewerButton, GroupSelect, JobSelect, PageCancelButton)
"""The buttons and selects that the client registers."""


async def show_list(interaction: Interaction, place: PageToken) -> None:
    """Show a page of the user's jobs, in the acknowledged reply or in the message whose item was pressed."""
    page = await services_of(interaction).store.job_queries.page(
        owner_of(interaction), states=place.group, before_id=place.before or None
    )
    await _show(interaction, place.group, page)


async def _show(interaction: Interaction, group: Group, page: Page) -> None:
    content, view = list_page(words_of(interaction), group, page)
    await interaction.edit_original_response(content=content, view=view)


def list_page(words: Words, group: Group, page: Page) -> tuple[str, discord.ui.View | None]:
    """Return the text and the view of a page of the list."""
    if not page.jobs and group is Group.ALL and not page.newer:
        return words("jobs-empty"), None
    view = discord.ui.View(timeout=None)
    view.add_item(GroupSelect(words, group))
    if page.jobs:
        view.add_item(JobSelect(words, _place_of(group, page), page.jobs))
    if page.newer:
        above = page.jobs[0].id if page.jobs else 0
        view.add_item(NewerButton(words, PageToken(group, above)))
    if page.more:
        view.add_item(ListButton(words, PageToken(group, page.jobs[-1].id), older=True))
    return "\n".join(_list_lines(words, page)), view


def _list_lines(words: Words, page: Page) -> list[str]:
    """Return the text of a page: its newest jobs; the select below has all of them."""
    if not page.jobs:
        return [words("jobs-none-of-these")]
    lines = [list_line(words, job) for job in page.jobs[:_LISTED]]
    return [words("jobs-title"), *lines, *([words("jobs-more")] if len(page.jobs) > _LISTED else [])]


def _place_of(group: Group, page: Page) -> PageToken:
    return PageToken(group, page.jobs[0].id + 1 if page.newer else 0)


async def _show_job(interaction: Interaction, job: Job, place: PageToken) -> None:
    words = words_of(interaction)
    content = job_page(words, job, expected_at=await services_of(interaction).jobs.expected_at(job))
    view = discord.ui.View(timeout=None)
    if job.state is JobState.QUEUED:
        view.add_item(PageCancelButton(job.key, words, place))
    if job.video_file and job.state in _KEPT:
        view.add_item(ShowAgainButton(job.key, words))
    if may_be_retried(job):
        view.add_item(retry_button(words, job))
    await interaction.edit_original_response(content=content, view=view.add_item(ListButton(words, place)))


_SHOWN = 10
"""Limit of lines in each of the two lists, running and waiting jobs, so that both fit into one message."""


class JobsCog(commands.Cog):
    """The cog of the commands `/jobs` and `/queue`."""

    @app_commands.command(name=localized("command-jobs"), description=localized("command-jobs-description"))
    @usable_anywhere
    async def jobs(self, interaction: Interaction) -> None:
        """List the user's own jobs, newest first."""
        await defer(interaction, ephemeral=True, thinking=True)
        await show_list(interaction, PageToken())

    @app_commands.command(name=localized("command-queue"), description=localized("command-queue-description"))
    @usable_in_servers
    async def queue(self, interaction: Interaction) -> None:
        """Show the running and the waiting jobs of this server."""
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
    expected_at = await services_of(interaction).jobs.expected_at(job)
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
    """Register the cog, its buttons and its selects with the client."""
    client.add_dynamic_items(*LIST_ITEMS)
    await client.add_cog(JobsCog())
