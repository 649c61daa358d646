"""Tells requesters of endings that are not a video. Kept on the row, so a restart forgets nobody."""

import logging
from collections.abc import Callable

from db.jobs.job import Job, JobState
from db.store import JobStore
from jobs.money.circuit_breaker import CircuitBreaker
from jobs.notify.notifier import Notifier, NotifyError, TryLater
from jobs.steps.failpoints import Failpoint, failpoint
from jobs.steps.records import Effect, Kind, Recorder
from jobs.steps.retry import LONGEST_PAUSE_SECONDS, MAX_NOTIFICATIONS, backoff, spread, tried_enough
from jobs.steps.wakeup import Found, unheard

log = logging.getLogger(__name__)


class EndingNotifier:
    """Speaks once about every failed or unknown job."""

    def __init__(
        self,
        store: JobStore,
        notifier: Notifier,
        records: Recorder,
        *,
        circuit_breaker: CircuitBreaker,
        clock: Callable[[], int],
    ) -> None:
        self._records = records
        self._store = store
        self._notifier = notifier
        self._circuit_breaker = circuit_breaker
        self._clock = clock

    async def step(self, found: Found = unheard) -> bool:
        """Tell the next requester; False when all know."""
        job = await self._store.claims.unnotified()
        if job is None:
            return False
        found()
        failpoint(Failpoint.ENDING_CLAIMED)
        with self._store.claims.keep(job):
            await self._notify(job)
        failpoint(Failpoint.ENDING_RECORDED)
        return True

    async def next_due(self) -> int | None:
        """Return in how many ms somebody is to be told."""
        return await self._store.claims.next_due(JobState.FAILED)

    async def _notify(self, job: Job) -> None:
        try:
            await self._notifier.notify_ending(job, await self._circuit_breaker.strikes_after(job))
        except NotifyError as error:
            await self._not_notified(job, error)
            return
        failpoint(Failpoint.ENDING_SENT)
        effect = Effect.of(Kind.ENDING_NOTIFIED, job, reason=job.reason, finished=job.finished_at)
        await self._records.record(job, effect)

    async def _not_notified(self, job: Job, error: NotifyError) -> None:
        """Try later what may work later, for a day at most; who was not told is never noted as told."""
        if job.state is JobState.UNKNOWN:
            over = job.troubles >= MAX_NOTIFICATIONS
        else:
            over = tried_enough(job.finished_at, now=self._clock(), troubles=job.troubles)
        if over or not isinstance(error, TryLater):
            log.error("nobody could be told: job=%s reason=%s: %s", job.key, job.reason, error)
            await self._store.outcomes.not_notified(job)
            return
        asked = error.retry_after_seconds or 0
        delay = backoff(job.troubles + 1, jitter=spread(), at_least=asked, longest=LONGEST_PAUSE_SECONDS)
        await self._store.outcomes.notify_later(job, delay_ms=int(delay * 1000))
