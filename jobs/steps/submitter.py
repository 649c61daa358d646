"""The step that submits: claim the job, make the one paid call to the provider, store the task's id."""

import logging
from pathlib import Path
from typing import assert_never

from db.engines.clock import DOUBT_SECONDS, Trusted
from db.jobs.job import Job, JobState, Reason
from db.store import JobStore
from hailuo.errors import HailuoError
from hailuo.request import new_submit_key
from jobs.money.estimates import Estimates
from jobs.money.limits import KillSwitch
from jobs.orders.order import Order
from jobs.providers import Account
from jobs.runtime.changes import StateListener
from jobs.runtime.failpoints import Failpoint, failpoint
from jobs.runtime.records import Effect, Kind, Recorder
from jobs.runtime.retry import Fail, Quarantine, Requeue, after_submit_error, backoff, spread
from jobs.runtime.worker import Claimed, ignore_claim
from jobs.steps.circuit_breaker import CircuitBreaker
from jobs.steps.poller import PollPlan, first_poll
from jobs.storage.files import JobFiles
from media.errors import BucketFailed

log = logging.getLogger(__name__)


class Submitter:
    """The step that submits queued jobs, and sets aside jobs whose submission was interrupted."""

    def __init__(
        self,
        store: JobStore,
        account: Account,
        *,
        files: JobFiles,
        passes_urls: bool,
        running_cap: int,
        queue_ttl_seconds: float,
        plan: PollPlan,
        estimates: Estimates,
        circuit_breaker: CircuitBreaker,
        switch: KillSwitch,
        records: Recorder,
        changed: StateListener,
        trusted: Trusted,
    ) -> None:
        self._store = store
        self._account = account
        self._files = files
        self._passes_urls = passes_urls
        self._running_cap = running_cap
        self._queue_ttl_seconds = queue_ttl_seconds
        self._plan = plan
        self._changed = changed
        self._estimates = estimates
        self._circuit_breaker = circuit_breaker
        self._switch = switch
        self._trusted = trusted
        self._records = records

    async def step(self, claimed: Claimed = ignore_claim) -> bool:
        """Submit the next job; return False if none can be submitted now."""
        job = None if self._switch.is_on else await self._claim()
        if job is None:
            await self._withdraw_expired()
            return await self._set_aside_stranded()
        claimed()
        failpoint(Failpoint.SUBMIT_CLAIMED)
        self._changed(job, was=JobState.QUEUED)
        with self._store.claims.keep(job):
            self._changed(await self._submit(job), was=JobState.SUBMITTING)
        failpoint(Failpoint.SUBMIT_RECORDED)
        return True

    async def next_due(self) -> int | None:
        """Return in how many milliseconds this step has work; None if there is none in sight."""
        return await self._store.claims.next_due(JobState.QUEUED, JobState.SUBMITTING)

    async def _claim(self) -> Job | None:
        return await self._store.claims.queued(
            running_cap=self._running_cap, ttl_seconds=self._queue_ttl_seconds
        )

    async def _withdraw_expired(self) -> None:
        if not self._trusted(DOUBT_SECONDS):
            return
        for job in await self._store.admission.withdraw_expired(ttl_seconds=self._queue_ttl_seconds):
            failpoint(Failpoint.WITHDRAWN)
            self._changed(job, was=JobState.QUEUED)

    async def _set_aside_stranded(self) -> bool:
        job = await self._store.claims.stranded()
        if job is None:
            return False
        failpoint(Failpoint.STRANDED_CLAIMED)
        log.error("submission was cut short: job=%s", job.key)
        job = await self._store.outcomes.unknown(job, detail="the process stopped while ordering")
        self._changed(job, was=JobState.SUBMITTING)
        failpoint(Failpoint.STRANDED_RECORDED)
        return True

    async def _submit(self, job: Job) -> Job:
        order = Order.of(job)
        try:
            picture = await self._picture(job, order)
            first_poll_ms = await self._first_poll_ms(order)
            job, task_id = await self._order(job, order, picture)
        except BucketFailed as error:
            return await self._put_back(job, error, delay_seconds=backoff(job.attempt, jitter=spread()))
        except OSError as error:
            log.exception("first frame cannot be read: job=%s", job.key)
            return await self._refused(job, Reason.FRAME_GONE, str(error))
        except HailuoError as error:
            return await self._record_error(job, error)
        # Between the provider's answer and the row nothing else is awaited: an interruption would lose a paid task.
        job = await self._record(job, task_id, first_poll_ms)
        await self._circuit_breaker.record_success()
        return job

    async def _record(self, job: Job, task_id: str, first_poll_ms: int) -> Job:
        ordered = Effect.of(
            Kind.ORDERED,
            job,
            task=task_id,
            url=self._account.api_url,
            key_id=self._account.key_id,
            first_poll_ms=first_poll_ms,
        )
        return await self._records.record(job, ordered)

    async def _first_poll_ms(self, order: Order) -> int:
        median = await self._estimates.measured(order.format)
        return int(first_poll(self._plan, median_seconds=median) * 1000)

    async def _order(self, job: Job, order: Order, picture: Path | str | None) -> tuple[Job, str]:
        async def new_key() -> str:
            nonlocal job
            rekeyed, submit_key = self._store.outcomes.rekeyed, new_submit_key()
            job = await self._records.until_written(lambda: rekeyed(job, submit_key=submit_key))
            log.warning("ordered again with another picture and key: job=%s", job.key)
            _about_to_order()
            return submit_key

        _about_to_order()
        client = self._account.client_of(job)
        task_id = await client.submit(order.request, picture, submit_key=job.submit_key, new_key=new_key)
        failpoint(Failpoint.SUBMIT_ORDERED)
        return job, task_id

    async def _picture(self, job: Job, order: Order) -> Path | str | None:
        if job.first_frame is None:
            return None
        if self._passes_urls and order.first_frame_url:
            return order.first_frame_url
        return await self._files.frame_here(job.first_frame)

    async def _record_error(self, job: Job, error: HailuoError) -> Job:
        decision = after_submit_error(error, attempt=job.attempt, jitter=spread())
        log.debug("the provider's words: job=%s: %s", job.key, error.detail)
        match decision:
            case Requeue(delay_seconds):
                put_back = await self._put_back(job, error, delay_seconds=delay_seconds)
                await self._circuit_breaker.record_failure(error)
                return put_back
            case Fail(reason):
                log.log(_level(reason), "submission refused: job=%s reason=%s: %s", job.key, reason, error)
                refused = await self._refused(job, reason, error.detail)
                await self._circuit_breaker.record_refusal(refused)
                return refused
            case Quarantine():
                log.error("submission outcome unknown: job=%s: %s", job.key, error)
                unknown = self._store.outcomes.unknown
                set_aside = await self._records.until_written(lambda: unknown(job, detail=error.detail))
                await self._circuit_breaker.record_failure(error)
                return set_aside
            case _:
                assert_never(decision)

    # Both are retried until written: a row left in `submitting` counts as unknown, for a person to decide.

    async def _refused(self, job: Job, reason: Reason, detail: str) -> Job:
        refused = self._store.outcomes.refused
        return await self._records.until_written(lambda: refused(job, reason=reason, detail=detail))

    async def _put_back(self, job: Job, error: Exception, *, delay_seconds: float) -> Job:
        log.warning("not submitted, will try again: job=%s: %s", job.key, error)
        requeued, delay_ms = self._store.outcomes.requeued, int(delay_seconds * 1000)
        return await self._records.until_written(lambda: requeued(job, delay_ms=delay_ms))


def _about_to_order() -> None:
    failpoint(Failpoint.SUBMIT_ORDERING)


def _level(reason: Reason) -> int:
    operators_turn = reason in {Reason.KEY_REFUSED, Reason.OUT_OF_CREDIT}
    return logging.ERROR if operators_turn else logging.INFO
