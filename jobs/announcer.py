"""Tells requesters of endings that are not a video. Kept on the row, so a restart forgets nobody."""

import logging

from db.job import Job, JobState
from db.store import JobStore
from jobs.failpoints import Beat, failpoint
from jobs.notifier import Notifier, NotifyError, TryLater
from jobs.retry import MAX_TELLS, backoff, spread

log = logging.getLogger(__name__)


class Announcer:
    """Speaks once about every failed or unknown job."""

    def __init__(self, store: JobStore, notifier: Notifier) -> None:
        self._store = store
        self._notifier = notifier

    async def step(self) -> bool:
        """Tell the next requester; False when all know."""
        job = await self._store.claims.untold()
        if job is None:
            return False
        failpoint(Beat.TELL_CLAIMED)
        with self._store.claims.keep(job):
            await self._tell(job)
        failpoint(Beat.TELL_RECORDED)
        return True

    async def next_due(self) -> int | None:
        """Return in how many ms somebody is to be told."""
        return await self._store.claims.next_due(JobState.FAILED)

    async def _tell(self, job: Job) -> None:
        try:
            await self._notifier.tell(job)
        except NotifyError as error:
            if isinstance(error, TryLater) and job.troubles < MAX_TELLS:
                delay = backoff(job.troubles + 1, jitter=spread(), at_least=error.retry_after_seconds or 0)
                await self._store.outcomes.tell_later(job, delay_ms=int(delay * 1000))
                return
            log.warning("requester could not be told: job=%s reason=%s: %s", job.key, job.reason, error)
        failpoint(Beat.TELL_TOLD)
        await self._store.outcomes.told(job)
