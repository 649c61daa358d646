"""Tells requesters by direct message that their video was posted, where they want that: once, or not at all."""

import logging
from collections.abc import Callable

from db.jobs.job import Job
from db.store import JobStore
from jobs.notify.notifier import NONCE_SECONDS, Notifier, NotifyError, TryLater
from jobs.steps.failpoints import Failpoint, failpoint
from jobs.steps.records import Effect, Kind, Recorder
from jobs.steps.retry import backoff, spread
from jobs.steps.wakeup import Found, unheard

log = logging.getLogger(__name__)


class DeliveryNotices:
    """Sends notices. They are a courtesy: what Discord may have forgotten the nonce of is not sent again."""

    def __init__(
        self, store: JobStore, notifier: Notifier, records: Recorder, *, clock: Callable[[], int]
    ) -> None:
        self._records = records
        self._notices = store.notices
        self._claims = store.claims
        self._notifier = notifier
        self._clock = clock

    async def step(self, found: Found = unheard) -> bool:
        """Notify the next requester; False when nobody waits for it."""
        job = await self._notices.due()
        if job is None:
            return False
        found()
        failpoint(Failpoint.NOTICE_CLAIMED)
        with self._claims.keep(job):
            await self._notify(job)
        failpoint(Failpoint.NOTICE_RECORDED)
        return True

    async def next_due(self) -> int | None:
        """Return in how many ms somebody is to be notified."""
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
        """Say whether an earlier try may have gone out, and Discord has forgotten its nonce."""
        return job.told_at is not None and self._clock() - job.told_at > NONCE_SECONDS * 1000

    async def _try_later(self, job: Job, error: TryLater) -> None:
        log.info("notice will be tried again: job=%s: %s", job.key, error)
        delay = backoff(job.troubles + 1, jitter=spread(), at_least=error.retry_after_seconds or 0)
        await self._notices.later(job, delay_ms=int(delay * 1000))
