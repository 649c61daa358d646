"""The moderators' log of a server: a channel that shows each posted video with its first frame, and members' reports.

It is best effort: it comes after a delivery, never delays or repeats one, and a crash may lose an entry.
Private results are not shown.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from enum import Enum, auto
from pathlib import Path
from typing import Protocol

from db.jobs.guild_queries import LogPost, LogPosts
from db.jobs.job import Job, JobState, Route
from db.jobs.job_queries import JobQueries
from jobs.notify.notifier import NotifyError, TryLater
from jobs.orders.order import Order
from jobs.runtime.records import Effect, Kind, Recorder
from jobs.servers.preferences import Preferences
from jobs.storage.files import JobFiles, VideoGone
from media.errors import NotAVideo
from media.isolation.isolated import IsolatedFailed
from media.isolation.tasks import thumbnail_isolated

log = logging.getLogger(__name__)

AT_ONCE = 2
MOST_WAITING = 500
"""The maximum of videos that wait to be shown; beyond it, videos are left out of the log."""

PICTURE_SIDE = 640
"""Pixels of the longer side of a picture in the log."""

TRIES = 3
FIRST_WAIT_SECONDS, LONGEST_WAIT_SECONDS = 2.0, 60.0

FirstFrameOf = Callable[[Path], Awaitable[bytes]]


@dataclass(frozen=True, slots=True, kw_only=True)
class LogEntry:
    """An entry of the moderators' log. `picture` is a small JPEG, None if there is none."""

    job: Job
    order: Order
    channel_id: int
    picture: bytes | None


class Moderators(Protocol):
    """Protocol of the messages to moderators of a server. Calls are bounded in time and raise only `NotifyError`."""

    async def show(self, entry: LogEntry) -> int:
        """Post a video to the log; return the message's id. Repeating the call posts nothing more."""
        ...

    async def strike_out(self, job: Job, post: LogPost) -> None:
        """Remove the words and the picture of a deleted video from its log entry."""
        ...

    async def report(self, job: Job, *, by: int, channel_id: int) -> None:
        """Post to the log that the member `by` reports a video."""
        ...


class Reported(Enum):
    """The possible outcomes of a report."""

    SENT = auto()
    NO_LOG = auto()  #: the server has no moderators' log
    BEFORE = auto()  #: this member has reported this video already
    NOT_SENT = auto()  #: the log cannot be posted to


class ModLog:
    """The posts of videos and reports to the moderators' logs, and the removal of deleted videos from them."""

    def __init__(
        self,
        job_queries: JobQueries,
        posts: LogPosts,
        *,
        preferences: Preferences,
        files: JobFiles,
        first_frame_of: FirstFrameOf,
        moderators: Moderators | None,
        records: Recorder,
        wait_seconds: float = FIRST_WAIT_SECONDS,
    ) -> None:
        self._job_queries = job_queries
        self._posts = posts
        self._preferences = preferences
        self._files = files
        self._first_frame_of = first_frame_of
        self._moderators = moderators
        self._records = records
        self._wait_seconds = wait_seconds
        self._gate = asyncio.Semaphore(AT_ONCE)
        self._showing: set[asyncio.Task[None]] = set()

    def changed(self, job: Job) -> None:
        """Post a job to the log in the background, if it was just delivered for all to see."""
        in_the_open = job.state is JobState.DELIVERED and job.route is Route.CHANNEL and job.guild_id
        if self._moderators is None or not in_the_open or job.message_id is None:
            return
        if len(self._showing) >= MOST_WAITING:
            log.warning("left out of its moderators' log, too many wait: job=%s", job.key)
            return
        task = asyncio.create_task(self._show(self._moderators, job), name=f"log of {job.key}")
        self._showing.add(task)
        task.add_done_callback(self._showing.discard)

    async def settle(self) -> None:
        """Wait until all videos in the background are posted."""
        while self._showing:
            await asyncio.gather(*self._showing, return_exceptions=True)

    async def close(self) -> None:
        """Cancel the posts in the background; they are not made up for later."""
        for task in self._showing:
            task.cancel()
        await asyncio.gather(*self._showing, return_exceptions=True)

    async def strike_out(self, job: Job) -> None:
        """Remove a deleted video from the log, if it is there."""
        post = await self._posts.of(job)
        if post is None or self._moderators is None:
            return
        try:
            await self._moderators.strike_out(job, post)
        except NotifyError as error:
            log.warning("not struck out of its moderators' log: job=%s: %s", job.key, error)

    async def report(self, job: Job, *, by: int) -> Reported:
        """Post a member's report of a video to the log, once for each member and video; return the outcome."""
        channel_id = (await self._preferences.guild(job.guild_id)).log_channel
        if channel_id is None or self._moderators is None:
            return Reported.NO_LOG
        if not await self._posts.report(job, by):
            return Reported.BEFORE
        try:
            await self._moderators.report(job, by=by, channel_id=channel_id)
        except NotifyError as error:
            log.warning("report reached nobody: job=%s: %s", job.key, error)
            await self._posts.take_back(job, by)
            return Reported.NOT_SENT
        return Reported.SENT

    async def _show(self, moderators: Moderators, job: Job) -> None:
        try:
            channel_id = (await self._preferences.guild(job.guild_id)).log_channel
            if channel_id is None:
                return
            async with self._gate:
                await self._post(moderators, job, channel_id)
        except NotifyError as error:
            log.warning("not shown in its moderators' log: job=%s: %s", job.key, error)
        except Exception:
            # Best effort: no other step depends on the log.
            log.exception("moderators' log broke: job=%s", job.key)

    async def _post(self, moderators: Moderators, job: Job, channel_id: int) -> None:
        picture = await self._picture_of(job)
        if await self._is_erased(job):
            return
        entry = LogEntry(job=job, order=Order.of(job), channel_id=channel_id, picture=picture)
        message_id = await self._patiently(moderators, entry)
        await self._records.record(job, Effect.of(Kind.LOGGED, job, channel=channel_id, message=message_id))
        if await self._is_erased(job):  # deleted meanwhile, before the post was recorded
            await self.strike_out(job)

    async def _patiently(self, moderators: Moderators, entry: LogEntry) -> int:
        for attempt in range(1, TRIES):
            try:
                return await moderators.show(entry)
            except TryLater as error:
                asked = error.retry_after_seconds or 0
                await asyncio.sleep(min(max(self._wait_seconds * attempt, asked), LONGEST_WAIT_SECONDS))
        return await moderators.show(entry)

    async def _is_erased(self, job: Job) -> bool:
        now = await self._job_queries.by_id(job.id)
        return now is None or now.erased_at is not None

    async def _picture_of(self, job: Job) -> bytes | None:
        """Return a thumbnail of the first frame that was ordered, else of the first frame of the video."""
        try:
            return await thumbnail_isolated(await self._first_frame(job), longest=PICTURE_SIDE)
        except (OSError, IsolatedFailed, NotAVideo, VideoGone) as error:
            log.info("no first picture for the moderators' log: job=%s: %s", job.key, error)
            return None

    async def _first_frame(self, job: Job) -> bytes:
        if job.first_frame is None:
            return await self._first_frame_of(await self._files.best_video(job))
        path = await self._files.frame_here(job.first_frame)
        return await asyncio.to_thread(path.read_bytes)
