"""Private replies in a process that only admits: what becomes of its jobs is decided elsewhere, and read here."""

from collections.abc import Callable
from dataclasses import dataclass

from db.jobs.job import Job, JobState
from db.jobs.job_queries import JobQueries
from jobs.money.estimates import Estimates
from jobs.notify.notifier import Notifier, NotifyError
from jobs.notify.status_messages import status_of

OPEN_MS = 14 * 60 * 1000
"""So long Discord lets a reply be written to, with a minute to spare."""


@dataclass(slots=True)
class _Followed:
    shown: JobState
    until: int


class ReplyUpdater:
    """Follows the jobs that this process admitted or changed until they end or their replies close."""

    def __init__(
        self, job_queries: JobQueries, notifier: Notifier, *, estimates: Estimates, clock: Callable[[], int]
    ) -> None:
        self._job_queries = job_queries
        self._notifier = notifier
        self._estimates = estimates
        self._clock = clock
        self._followed: dict[int, _Followed] = {}

    def changed(self, job: Job) -> None:
        """Follow `job`, whose present state its reply shows already."""
        self._followed[job.id] = _Followed(shown=job.state, until=self._clock() + OPEN_MS)

    async def sweep(self) -> None:
        """Bring the replies up to date whose jobs have moved on."""
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
            return  # best effort: the result or the ending comes as a message of its own
