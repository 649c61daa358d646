"""The public status message of each running job, and the private reply to its requester. Both are best effort.

Only the newest state of a job is shown; an older state that still waits is dropped. Edits of one channel keep
a minimum distance in time, and wait while a result is being posted to the channel. The messages of ended jobs
are deleted in a queue of their own, because Discord counts deletions apart.
"""

import asyncio
import contextlib
import dataclasses
import logging
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple
from weakref import WeakValueDictionary

from db.jobs.job import Job, JobState, Route
from db.jobs.job_queries import JobQueries
from jobs.money.estimates import Estimates
from jobs.notify.notifier import BusyChannels, Notifier, NotifyError, Status, TryLater
from jobs.orders.order import Order
from jobs.runtime.records import Effect, Kind, Recorder

log = logging.getLogger(__name__)


PROGRESS_STEP = 10
"""Percent points of reported progress after which a status message is edited."""


OPEN_MS = 14 * 60 * 1000
"""How long Discord lets a reply be edited, less a minute to be safe."""


_SHOWN = frozenset({JobState.RENDERING, JobState.DELIVERING})


@dataclass(frozen=True, slots=True)
class _Face:
    """The parts of a job's state that a status message shows: if they change, an edit is due."""

    state: JobState
    progress: int
    late: bool

    @classmethod
    def of(cls, job: Job) -> "_Face":
        return cls(job.state, (job.progress or 0) // PROGRESS_STEP, job.late_at is not None)


class _Line(NamedTuple):
    """The key of a queue of jobs: a channel, and whether their status messages are updated or deleted."""

    channel_id: int
    ended: bool


class StatusMessages:
    """The sender of status messages, which posts, edits and deletes them, with one queue for each channel."""

    def __init__(
        self,
        job_queries: JobQueries,
        notifier: Notifier,
        *,
        busy: BusyChannels,
        estimates: Estimates,
        records: Recorder,
        clock: Callable[[], int],
        gap_seconds: float,
    ) -> None:
        self._job_queries = job_queries
        self._notifier = notifier
        self._busy = busy
        self._records = records
        self._clock = clock
        self._gap_seconds = gap_seconds
        self._estimates = estimates
        self._newest: defaultdict[_Line, dict[int, Job]] = defaultdict(dict)
        self._serving: dict[_Line, asyncio.Task[None]] = {}
        self._in_hand: WeakValueDictionary[int, asyncio.Lock] = WeakValueDictionary()
        self._messages: dict[int, int] = {}
        self._faces: dict[int, _Face] = {}
        self._silent: set[int] = set()  #: jobs whose status message Discord refuses or a moderator deleted

    def changed(self, job: Job) -> None:
        """Queue the newest state of `job` to be shown; return at once."""
        if job.state in {JobState.QUEUED, JobState.SUBMITTING}:
            return
        line = _Line(job.channel_id, ended=job.state not in _SHOWN)
        self._newest.get(line._replace(ended=not line.ended), {}).pop(job.id, None)
        self._newest[line][job.id] = job
        if line not in self._serving:
            task = asyncio.create_task(self._serve(line), name=f"statuses of {job.channel_id}")
            self._serving[line] = task

    async def sweep(self) -> None:
        """Delete remaining status messages of ended jobs, for example after a crash."""
        served = {line.channel_id for line in self._serving}
        for job in await self._job_queries.leftover_statuses():
            if job.channel_id not in served:
                self.changed(job)

    async def close(self) -> None:
        """Cancel pending updates of status messages; the next start shows them."""
        tasks = list(self._serving.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def settle(self) -> None:
        """Wait until all queued states are shown."""
        while self._serving:
            await asyncio.gather(*self._serving.values(), return_exceptions=True)

    async def _serve(self, line: _Line) -> None:
        waiting = self._newest[line]
        try:
            while waiting:
                if not line.ended:
                    await self._busy.wait_until_free(line.channel_id)
                if await self._serve_first(waiting) and not line.ended:
                    await asyncio.sleep(self._gap_seconds)  # the minimum time between two edits
        finally:
            self._serving.pop(line, None)
            if not waiting:
                self._newest.pop(line, None)

    async def _serve_first(self, waiting: dict[int, Job]) -> bool:
        """Show the job that has waited longest, if it is still queued; return whether Discord was called."""
        job_id = next(iter(waiting), None)
        if job_id is None:
            return False
        async with self._in_hand.setdefault(job_id, asyncio.Lock()):
            job = waiting.pop(job_id, None)
            return job is not None and await self._show(job)

    async def _show(self, job: Job) -> bool:
        try:
            return await self._bring_up_to_date(job)
        except TryLater as error:
            log.info("status not shown for now: job=%s: %s", job.key, error)
        except NotifyError as error:
            log.info("no more statuses of this job: job=%s: %s", job.key, error)
            self._faces[job.id] = _Face.of(job)
            self._silent.add(job.id)
        except Exception:
            # Best effort: a job that cannot be shown does not hold up the other jobs of its channel.
            log.exception("status broke: job=%s", job.key)
        return True

    async def _bring_up_to_date(self, job: Job) -> bool:
        await self._update_reply(job)
        message_id = self._messages.get(job.id, job.status_message_id)
        if job.state not in _SHOWN:
            return await self._remove(job, message_id)
        if job.id in self._silent or job.route is Route.PRIVATE:
            self._faces[job.id] = _Face.of(job)
            return False
        if message_id is None:
            return await self._post(job)
        return await self._edit(job, message_id)

    async def _update_reply(self, job: Job) -> None:
        face = self._faces.get(job.id)
        if face is None or face.state is not job.state:
            with contextlib.suppress(NotifyError):
                await self._notifier.update_reply(await self._status(job))

    async def _post(self, job: Job) -> bool:
        message_id = await self._notifier.post_status(await self._status(job))
        self._messages[job.id] = message_id
        self._faces[job.id] = _Face.of(job)
        await self._records.record(job, Effect.of(Kind.STATUS, job, message=message_id))
        return True

    async def _edit(self, job: Job, message_id: int) -> bool:
        face = _Face.of(job)
        if self._faces.get(job.id) == face:
            return False
        status = await self._status(_with_status(job, message_id))
        was_away = job.id not in self._faces
        await self._notifier.edit_status(dataclasses.replace(status, was_away=was_away))
        self._faces[job.id] = face
        return True

    async def _remove(self, job: Job, message_id: int | None) -> bool:
        self._faces.pop(job.id, None)
        self._messages.pop(job.id, None)
        self._silent.discard(job.id)
        if message_id is None:
            return False
        await self._delete(_with_status(job, message_id))
        await self._job_queries.set_status_message(job.id, None)
        return True

    async def _delete(self, job: Job) -> None:
        """Delete the message, or find it gone; a deletion that may work later is left to `sweep`."""
        try:
            await self._notifier.delete_status(job)
        except TryLater:
            raise
        except NotifyError as error:
            log.info("status cannot be deleted: job=%s: %s", job.key, error)

    async def _status(self, job: Job) -> Status:
        return await status_of(job, self._estimates, now=self._clock())


async def status_of(job: Job, estimates: Estimates, *, now: int) -> Status:
    """Return the content of a running job's status message at `now` (epoch ms)."""
    return Status(job=job, order=Order.of(job), expected_at=await estimates.ready_at(job, now))


def _with_status(job: Job, message_id: int) -> Job:
    return dataclasses.replace(job, status_message_id=message_id)


@dataclass(slots=True)
class _Followed:
    shown: JobState
    until: int


class ReplyUpdater:
    """The updater of private replies in a process that only admits jobs, while other processes work on them.

    It reads the rows of the jobs that this process admitted or changed, until they end or Discord allows no
    more edits.
    """

    def __init__(
        self, job_queries: JobQueries, notifier: Notifier, *, estimates: Estimates, clock: Callable[[], int]
    ) -> None:
        self._job_queries = job_queries
        self._notifier = notifier
        self._estimates = estimates
        self._clock = clock
        self._followed: dict[int, _Followed] = {}

    def changed(self, job: Job) -> None:
        """Follow `job`, whose present state the reply already shows."""
        self._followed[job.id] = _Followed(shown=job.state, until=self._clock() + OPEN_MS)

    async def sweep(self) -> None:
        """Update the replies of followed jobs whose state has changed."""
        for job_id, followed in list(self._followed.items()):
            job = await self._job_queries.by_id(job_id)
            if job is not None and job.state is not followed.shown:
                followed.shown = job.state
                await self._show(job)
            if job is None or job.finished_at is not None or self._clock() >= followed.until:
                self._followed.pop(job_id, None)

    async def _show(self, job: Job) -> None:
        status = await status_of(job, self._estimates, now=self._clock())
        try:
            await self._notifier.update_reply(status)
        except NotifyError:
            return  # best effort: the result or the ending comes as its own message
