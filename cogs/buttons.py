"""Buttons and selects whose state is the job in the database, so that they work after a restart."""

import logging
import re
from typing import Any, Self

import discord

from cogs import sentences
from cogs.errors import Refused, answer_error
from cogs.job_pages import job_page, list_label, list_note
from cogs.places import owner_of, require_place_to_post, upload_limit_of
from cogs.services import services_of
from db.job import ENDED, Job, JobState, Reason

log = logging.getLogger(__name__)

Interaction = discord.Interaction[Any]


class JobButton(discord.ui.DynamicItem[discord.ui.Button[Any]], template="v0:never"):
    """A button about one job. A press looks the job up anew: what is not the presser's does not exist."""

    action: str
    label: str
    style = discord.ButtonStyle.secondary

    def __init__(self, key: str) -> None:
        button = discord.ui.Button[Any](
            label=self.label, style=self.style, custom_id=f"v1:{self.action}:{key}"
        )
        super().__init__(button)
        self.key = key

    @classmethod
    async def from_custom_id(
        cls, interaction: Interaction, item: discord.ui.Item[Any], match: re.Match[str], /
    ) -> Self:
        """Rebuild the button of a message from before the restart."""
        return cls(match["key"])

    async def callback(self, interaction: Interaction) -> Any:
        """Do what the button says; answer any error privately."""
        try:
            await self.press(interaction, await _find(interaction, self.key))
        except Exception as error:  # noqa: BLE001 - the buttons' counterpart of the command tree's handler
            await answer_error(interaction, error, day_ends_at=services_of(interaction).service.day_ends_at())

    async def press(self, interaction: Interaction, job: Job) -> None:
        """Act on the presser's own `job`."""
        raise NotImplementedError


class CancelButton(JobButton, template=r"v1:cancel:(?P<key>[0-9a-f]{16})"):
    """Cancels a job that still waits."""

    action, label, style = "cancel", sentences.CANCEL, discord.ButtonStyle.danger

    async def press(self, interaction: Interaction, job: Job) -> None:
        """Cancel, or say why it cannot be."""
        cancelled = await services_of(interaction).service.cancel(job.key, owner_of(interaction))
        if cancelled is not None:
            await interaction.response.edit_message(content=sentences.CANCELLED, view=None)
            return
        now = await _find(interaction, job.key)
        await interaction.response.send_message(_why_not_cancelled(now), ephemeral=True)


class ShowAgainButton(JobButton, template=r"v1:again:(?P<key>[0-9a-f]{16})"):
    """Shows a kept video: to its owner alone, or in the channel where it never arrived."""

    action, label = "again", sentences.SHOW_AGAIN

    async def press(self, interaction: Interaction, job: Job) -> None:
        """Show the video."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        if _never_arrived(job):
            await self._deliver_here(interaction, job)
        else:
            await self._show_privately(interaction, job)

    async def _deliver_here(self, interaction: Interaction, job: Job) -> None:
        require_place_to_post(interaction)
        again = await services_of(interaction).service.deliver_again(
            job, channel_id=interaction.channel_id or 0, upload_limit=upload_limit_of(interaction)
        )
        await interaction.followup.send(sentences.SENT_AGAIN if again else sentences.FILE_GONE)

    async def _show_privately(self, interaction: Interaction, job: Job) -> None:
        path = services_of(interaction).service.video(job)
        if path is None:
            raise Refused(sentences.FILE_GONE)
        if path.stat().st_size > upload_limit_of(interaction):
            raise Refused(sentences.FILE_TOO_LARGE)
        file = discord.File(path, filename=f"clapper-{job.key}.mp4", spoiler=bool(job.spoiler))
        await interaction.followup.send(sentences.SHOWN_PRIVATELY, file=file, ephemeral=True)


class BackButton(discord.ui.DynamicItem[discord.ui.Button[Any]], template="v1:jobs"):
    """Leads from one job back to the list."""

    def __init__(self) -> None:
        super().__init__(discord.ui.Button[Any](label=sentences.BACK, custom_id="v1:jobs"))

    @classmethod
    async def from_custom_id(
        cls, interaction: Interaction, item: discord.ui.Item[Any], match: re.Match[str], /
    ) -> Self:
        """Rebuild the button of a message from before the restart."""
        return cls()

    async def callback(self, interaction: Interaction) -> Any:
        """Show the list."""
        content, view = list_page(await services_of(interaction).service.newest(owner_of(interaction)))
        await interaction.response.edit_message(content=content, view=view)


class JobSelect(discord.ui.DynamicItem[discord.ui.Select[Any]], template="v1:pick"):
    """The list of one's own jobs; choosing one opens its page."""

    def __init__(self, jobs: list[Job] | None = None) -> None:
        options = [
            discord.SelectOption(label=list_label(job), value=job.key, description=list_note(job))
            for job in jobs or ()
        ]
        super().__init__(
            discord.ui.Select[Any](
                custom_id="v1:pick", placeholder=sentences.JOBS_PLACEHOLDER, options=options
            )
        )

    @classmethod
    async def from_custom_id(
        cls, interaction: Interaction, item: discord.ui.Item[Any], match: re.Match[str], /
    ) -> Self:
        """Rebuild the select of a message from before the restart."""
        return cls()

    async def callback(self, interaction: Interaction) -> Any:
        """Open the page of the chosen job."""
        values: list[str] = (interaction.data or {}).get("values", [])  # type: ignore[assignment]
        service = services_of(interaction).service
        job = await service.find(values[0], owner_of(interaction)) if values else None
        if job is None:
            await interaction.response.send_message(sentences.NO_SUCH_JOB, ephemeral=True)
            return
        content = job_page(job, expected_at=await service.expected_at(job))
        await interaction.response.edit_message(content=content, view=_page_view(job))


ALL_ITEMS = (CancelButton, ShowAgainButton, BackButton, JobSelect)
"""What the client registers, so that presses on old messages find their way."""


def cancel_view(job: Job) -> discord.ui.View | None:
    """Return the view under an acknowledgement: *Cancel*, while there is something to cancel."""
    if job.state is not JobState.QUEUED:
        return None
    return discord.ui.View(timeout=None).add_item(CancelButton(job.key))


def list_page(jobs: list[Job]) -> tuple[str, discord.ui.View | None]:
    """Return the words and the select of the list of jobs."""
    if not jobs:
        return sentences.JOBS_EMPTY, None
    return sentences.JOBS_TITLE, discord.ui.View(timeout=None).add_item(JobSelect(jobs))


def _page_view(job: Job) -> discord.ui.View:
    view = cancel_view(job) or discord.ui.View(timeout=None)
    if job.video_file and job.state in ENDED:
        view.add_item(ShowAgainButton(job.key))
    return view.add_item(BackButton())


async def _find(interaction: Interaction, key: str) -> Job:
    job = await services_of(interaction).service.find(key, owner_of(interaction))
    if job is None:
        raise Refused(sentences.NO_SUCH_JOB)
    return job


def _never_arrived(job: Job) -> bool:
    return job.state is JobState.FAILED and job.reason in {Reason.UNDELIVERABLE, Reason.TOO_LARGE}


def _why_not_cancelled(job: Job) -> str:
    if job.state is JobState.CANCELLED:
        return sentences.ALREADY_CANCELLED
    return sentences.CANCEL_ENDED if job.state in ENDED else sentences.CANCEL_TOO_LATE
