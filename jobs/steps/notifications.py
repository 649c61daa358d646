"""The two steps that notify the requester of an ending without a video, or of a posted video."""

import logging
from collections.abc import Callable

from db.jobs.job import Job, JobState
from db.store import JobStore
from jobs.notify.notifier import NONCE_SECONDS, Notifier, NotifyError, TryLater
from jobs.runtime.failpoints import Failpoint, failpoint
from jobs.runtime.records import Effect, Kind, Recorder
from jobs.runtime.retry import LONGEST_PAUSE_SECONDS, MAX_NOTIFICATIONS, backoff, spread, tried_enough
from jobs.runtime.worker import Claimed, ignore_claim
from jobs.steps.circuit_breaker import CircuitBreaker

log = logging.getLogger(__name__)


class EndingNotifier:
    """The step that notifies requesters once of failed or unknown jobs.

    The row says who was notified, so that a restart loses none.
    """

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

    async def step(self, claimed: Claimed = ignore_claim) -> bool:
        """Notify the next requester; return False if none is due."""
        job = await self._store.claims.unnotified()
        if job is None:
            return False
        claimed()
        failpoint(Failpoint.ENDING_CLAIMED)
        with self._store.claims.keep(job):
            await self._notify(job)
        failpoint(Failpoint.ENDING_RECORDED)
        return True

    async def next_due(self) -> int | None:
        """Return in how many milliseconds the next notification is due; None if none is."""
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
        """Retry a failed notification later, for at most a day; then record that the requester was not notified."""
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


class DeliveryNotices:
    """The step that sends a direct message to requesters who want one when their video is posted.

    A message that may have been sent already is not repeated once Discord has forgotten its nonce.
    """

    def __init__(
        self, store: JobStore, notifier: Notifier, records: Recorder, *, clock: Callable[[], int]
    ) -> None:
        self._records = records
        self._notices = store.notices
        self._claims = store.claims
        self._notifier = notifier
        self._clock = clock

    async def step(self, claimed: Claimed = ignore_claim) -> bool:
        """Notify the next requester; return False if none is due."""
        job = await self._notices.due()
        if job is None:
            return False
        claimed()
        failpoint(Failpoint.NOTICE_CLAIMED)
        with self._claims.keep(job):
            await self._notify(job)
        failpoint(Failpoint.NOTICE_RECORDED)
        return True

    async def next_due(self) -> int | None:
        """Return in how many milliseconds the next direct message is due; None if none is."""
        return await self._notices.next_due()

    async def _notify(self, job: Job) -> None:
        if self._may_be_forgotten(job):
            log.warning("whether its requester was notified is not known: job=%s", job.key)
            await self._notices.done(job, told=True)
            return
        await self._notices.sending(job)
        try:
            await self._notifier.notify_delivered(job)
        except TryLater as error:
            await self._try_later(job, error)
            return
        except NotifyError as error:
            log.info("requester takes no notice: job=%s: %s", job.key, error)
            await self._notices.done(job, told=False)
            return
        failpoint(Failpoint.NOTICE_SENT)
        await self._records.record(job, Effect.of(Kind.DELIVERY_NOTIFIED, job))

    def _may_be_forgotten(self, job: Job) -> bool:
        """Return whether an earlier try may have sent the message, and Discord has forgotten its nonce."""
        return job.told_at is not None and self._clock() - job.told_at > NONCE_SECONDS * 1000

    async def _try_later(self, job: Job, error: TryLater) -> None:
        log.info("notice will be tried again: job=%s: %s", job.key, error)
        delay = backoff(job.troubles + 1, jitter=spread(), at_least=error.retry_after_seconds or 0)
        await self._notices.later(job, delay_ms=int(delay * 1000))
