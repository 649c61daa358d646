"""How `python bot.py generate` orders a video, polls its task, downloads its file, and the ways this can end.

An order is sent again only if it is certain that the first one did not arrive.
"""

import asyncio
import contextlib
import os
import tempfile
import time
from collections.abc import Generator
from enum import IntEnum
from pathlib import Path
from typing import assert_never

from console.progress import Shown
from db.jobs.job import Reason
from hailuo.errors import HailuoError, KeyRefused, Misconfigured, OutOfCredit, TaskNotFound
from hailuo.provider import FailureKind, Provider, Task, TaskStatus
from hailuo.request import VideoRequest, new_submit_key
from jobs.runtime.retry import LOST_AFTER, Fail, Quarantine, Requeue, after_submit_error, backoff
from jobs.runtime.worker import StopSignals
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
from media.transfer.saving import put_in_place
from media.video.facts import VideoFacts


class Ending(IntEnum):
    """The exit codes of the command, documented in docs/generate.md."""

    DONE = 0
    FAILED = 1  #: network or disk error: nothing was ordered, or the video can be fetched later
    MISUSED = 2  #: wrong settings or arguments
    REFUSED = 3  #: refused by the provider: its filter, the key, the credit or the request
    BROKEN = 4  #: ordered, but there is no usable video
    LATE = 5  #: ordered, but not ready in time; it can be fetched later
    UNKNOWN = 6  #: it may have been ordered and charged
    INTERRUPTED = 130  #: by Ctrl-C


class Stopped(Exception):
    """The end of the command, with an exit code and a text. If `goes_on`, the video can be fetched later."""

    def __init__(self, ending: Ending, words: str, *, goes_on: bool = False) -> None:
        super().__init__(words)
        self.ending = ending
        self.goes_on = goes_on


SUBMITS = 5
"""Limit of the submit calls for one order."""

MAY_BE_CHARGED = (
    "Nobody can tell whether the video was ordered: it may have been charged, and is not ordered again by itself. "
    "Look into the provider's own list of tasks; a task that is there can be fetched with --task."
)

_REFUSALS = {
    Reason.MODERATED: "the provider's filter refused the prompt or the picture",
    Reason.KEY_REFUSED: "the provider refused the key (HAILUO_API_KEY)",
    Reason.OUT_OF_CREDIT: "there is no credit left on the provider's account",
    Reason.REJECTED: "the provider refused the request",
}


class Ordering:
    """The submission of one order. `open` is true while a submit call is in flight."""

    def __init__(self, hailuo: Provider, *, shown: Shown, stop: StopSignals) -> None:
        self._hailuo = hailuo
        self._shown = shown
        self._stop = stop
        self._submit_key = new_submit_key()
        self.open = False

    async def place(self, request: VideoRequest, picture: bytes | None) -> str:
        """Submit the order, with retries, and return the id of the provider's task.

        Raises:
            Stopped: no task was created, or the outcome is unknown.
        """
        with _file_of(picture) as path:
            for attempt in range(1, SUBMITS + 1):
                self._shown.show("ordering")
                try:
                    return await self._submit(request, path)
                except HailuoError as error:
                    delay = _delay_after(error, attempt)
                self._leave_if_asked()
                self._shown.show(f"not ordered, will try again in {delay:.0f} s")
                await asyncio.sleep(delay)
        raise AssertionError("the last attempt has an end")

    async def _submit(self, request: VideoRequest, picture: Path | None) -> str:
        # The first Ctrl-C waits for the answer, because only the answer shows what was ordered; the second does not
        # wait.
        self.open = self._stop.can_drain = True
        explaining = asyncio.create_task(self._explain_the_wait(), name="why it does not stop")
        try:
            task_id = await self._hailuo.submit(
                request, picture, submit_key=self._submit_key, new_key=self._new_key
            )
        except HailuoError:
            self.open = self._stop.can_drain = False
            raise
        finally:
            explaining.cancel()
        self.open = self._stop.can_drain = False
        return task_id

    async def _new_key(self) -> str:
        self._submit_key = new_submit_key()
        return self._submit_key

    async def _explain_the_wait(self) -> None:
        await self._stop.asked.wait()
        self._shown.show("waiting for the provider's answer, which names the task; Ctrl-C again leaves it")

    def _leave_if_asked(self) -> None:
        if self._stop.asked.is_set():
            raise asyncio.CancelledError


def _delay_after(error: HailuoError, attempt: int) -> float:
    """Return the seconds to wait before the next try.

    Raises:
        Stopped: the order must not be tried again.
    """
    decision = after_submit_error(error, attempt=attempt, jitter=0)
    match decision:
        case Requeue(delay_seconds) if attempt < SUBMITS:
            return delay_seconds
        case Requeue():
            raise Stopped(Ending.FAILED, f"Nothing was ordered, in {attempt} tries: {words_of(error)}")
        case Fail(reason):
            raise Stopped(
                Ending.REFUSED, f"Nothing was ordered: {_REFUSALS[reason]}. It said: {words_of(error)}"
            )
        case Quarantine():
            raise Stopped(Ending.UNKNOWN, f"{MAY_BE_CHARGED} What happened: {words_of(error)}")
        case _:
            assert_never(decision)


def words_of(error: HailuoError) -> str:
    """Return the provider's message without characters that could control a terminal."""
    return "".join(letter if letter.isprintable() else " " for letter in error.detail)


@contextlib.contextmanager
def _file_of(picture: bytes | None) -> Generator[Path | None]:
    if picture is None:
        yield None
        return
    with tempfile.TemporaryDirectory(prefix="clapper-") as folder:
        path = Path(folder) / "first-frame.jpg"
        path.write_bytes(picture)
        yield path


FETCHES = 3
"""Limit of the downloads of one file."""


class Following:
    """The polling of one task. `fresh`: it was ordered just now, so the provider may not know it yet."""

    def __init__(self, hailuo: Provider, task_id: str, *, plan: PollPlan, fresh: bool, shown: Shown) -> None:
        self._hailuo = hailuo
        self._task_id = task_id
        self._plan = plan
        self._fresh = fresh
        self._shown = shown
        self._begun = time.monotonic()
        self._troubles = 0

    async def until_done(self) -> Task:
        """Poll the task until it has a video, and return it.

        Raises:
            Stopped: the task failed or is unknown, or the provider refuses to answer.
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
        """Poll the task once more; the link in the answer is valid for a while."""
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
    """Download the video of a task to a temporary file, check it, and put it in its place; return its facts.

    Raises:
        Stopped: the video could not be downloaded, or its place is taken.
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
    """Return the task with a new link; without one, return the old task, or raise if its link has expired."""
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
        os.link(file, output)  # a link, unlike a move, never replaces a file that was created meanwhile
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
