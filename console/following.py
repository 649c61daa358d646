"""The unpaid half of `python bot.py generate`: poll a task until it ends, and fetch its file."""

import asyncio
import os
import tempfile
import time
from pathlib import Path

from console.ordering import Ending, Stopped, words_of
from console.progress import Shown
from hailuo.errors import HailuoError, KeyRefused, Misconfigured, OutOfCredit, TaskNotFound
from hailuo.provider import FailureKind, Provider, Task, TaskStatus
from jobs.runtime.retry import LOST_AFTER, backoff
from jobs.steps.poller import NEW_TASK_SECONDS, PollPlan, next_poll, remaining
from media.errors import (
    DownloadBroken,
    DownloadFailed,
    DownloadRefused,
    DownloadTooLarge,
    LinkExpired,
    NotAVideo,
)
from media.isolation.isolated import IsolatedFailed
from media.isolation.tasks import probe_isolated
from media.transfer.download import Downloader
from media.transfer.part_files import put_in_place
from media.video.facts import VideoFacts

FETCHES = 3
"""How often a file is fetched that comes broken."""


class Following:
    """Follows one task. `fresh`: it was ordered just now, so the provider may not find it for a while."""

    def __init__(self, hailuo: Provider, task_id: str, *, plan: PollPlan, fresh: bool, shown: Shown) -> None:
        self._hailuo = hailuo
        self._task_id = task_id
        self._plan = plan
        self._fresh = fresh
        self._shown = shown
        self._begun = time.monotonic()
        self._troubles = 0

    async def until_done(self) -> Task:
        """Return the task that has a video.

        Raises:
            Stopped: it will have none, or the provider refuses to be asked.
        """
        delay = self._plan.first_seconds if self._fresh else 0
        while True:
            await asyncio.sleep(delay)
            try:
                task = await self._hailuo.get_task(self._task_id)
            except HailuoError as error:
                delay = self._after(error)
                continue
            self._troubles = 0
            match task.status:
                case TaskStatus.SUCCEEDED:
                    return task
                case TaskStatus.FAILED:
                    raise _failed(task)
                case TaskStatus.RUNNING:
                    delay = self._until_next_poll(task)

    async def with_new_link(self) -> Task:
        """Return the task as it is now; its link works for a while."""
        return await self._hailuo.get_task(self._task_id)

    def _until_next_poll(self, task: Task) -> float:
        self._shown.show(f"rendering {self._task_id}", task.progress)
        hint = remaining(
            elapsed_seconds=self._elapsed, progress=task.progress, estimated_seconds=task.estimated_seconds
        )
        return next_poll(
            self._plan, elapsed_seconds=self._elapsed, median_seconds=None, remaining_seconds=hint
        )

    def _after(self, error: HailuoError) -> float:
        if isinstance(error, KeyRefused | OutOfCredit | Misconfigured):
            raise Stopped(
                Ending.REFUSED,
                f"The provider refuses to be asked about the order: {words_of(error)}",
                goes_on=True,
            )
        self._troubles += 1
        new = self._fresh and self._elapsed < NEW_TASK_SECONDS
        if isinstance(error, TaskNotFound) and self._troubles >= LOST_AFTER and not new:
            raise Stopped(Ending.BROKEN, f"The provider does not know the task {self._task_id}.")
        self._shown.show("the provider gives no answer, will ask again")
        shortest = self._plan.interval_seconds
        return backoff(
            self._troubles, jitter=0, at_least=error.retry_after_seconds or 0, first=shortest, longest=60
        )

    @property
    def _elapsed(self) -> float:
        return time.monotonic() - self._begun


async def fetch(
    downloader: Downloader, following: Following, task: Task, *, output: Path, overwrite: bool, shown: Shown
) -> VideoFacts:
    """Put the checked file of a task where it is wanted, and return what it is.

    Raises:
        Stopped: it could not be had.
    """
    shown.show("fetching")
    with tempfile.TemporaryDirectory(dir=output.parent, prefix=".clapper-") as folder:
        file = Path(folder) / "video.mp4"
        facts = await _fetch_whole(downloader, following, task, file)
        await asyncio.to_thread(_place, file, output, overwrite=overwrite)
    return facts


async def _fetch_whole(downloader: Downloader, following: Following, task: Task, file: Path) -> VideoFacts:
    for attempt in range(1, FETCHES + 1):
        try:
            await downloader.fetch(task.video_url or "", file)
            return await probe_isolated(file)
        except (DownloadFailed, NotAVideo, IsolatedFailed) as error:
            if attempt == FETCHES:
                raise _not_fetched(error) from error
            fresh = await _renewed(following, task, error)
            if fresh.video_url == task.video_url:
                if isinstance(error, DownloadRefused | DownloadTooLarge):
                    raise _not_fetched(error) from error
                await asyncio.sleep(backoff(attempt, jitter=0))
            task = fresh
    raise AssertionError("the last attempt has an end")


async def _renewed(following: Following, task: Task, fault: Exception) -> Task:
    """Return the task with the link that it has now, whatever was wrong with the one before."""
    try:
        return await following.with_new_link()
    except HailuoError as error:
        if not isinstance(fault, LinkExpired):
            return task
        raise Stopped(
            Ending.FAILED, f"The link is dead, and no new one was given: {words_of(error)}", goes_on=True
        ) from error


def _not_fetched(error: DownloadFailed | NotAVideo | IsolatedFailed) -> Stopped:
    may_pass = isinstance(error, DownloadBroken | LinkExpired | IsolatedFailed)
    ending = Ending.FAILED if may_pass else Ending.BROKEN
    return Stopped(ending, f"The video could not be fetched: {error}.", goes_on=may_pass)


def _place(file: Path, output: Path, *, overwrite: bool) -> None:
    if overwrite:
        put_in_place(file, output)
        return
    try:
        os.link(file, output)  # unlike a move, it never replaces what somebody has put there meanwhile
    except FileExistsError:
        beside = output.with_name(f"{output.stem}-{file.stat().st_mtime_ns}{output.suffix}")
        file.rename(beside)
        raise Stopped(Ending.FAILED, f"{output} is there now, so the video lies in {beside}.") from None


def _failed(task: Task) -> Stopped:
    said = task.error_message or task.error_code or "nothing"
    plain = "".join(letter if letter.isprintable() else " " for letter in said)
    if task.failure() is FailureKind.MODERATED:
        return Stopped(Ending.REFUSED, f"The provider's filter refused the video. It said: {plain}")
    return Stopped(Ending.BROKEN, f"The provider failed to make the video. It said: {plain}")
