"""Step 5 of a job's life: poll the provider's task when a result is likely, and record what it says."""

import logging
from collections.abc import Callable
from typing import assert_never

from db.engines.clock import DOUBT_SECONDS, Trusted
from db.jobs.job import Job, JobState, Reason
from db.store import JobStore
from hailuo.errors import HailuoError, KeyRefused, Misconfigured, OutOfCredit, TaskNotFound
from hailuo.prices import micros_of
from hailuo.provider import FailureKind, Task, TaskStatus
from jobs.money.estimates import Estimates
from jobs.providers import Providers
from jobs.runtime.changes import StateListener
from jobs.runtime.failpoints import Failpoint, failpoint
from jobs.runtime.retry import LOST_AFTER, backoff, spread
from jobs.runtime.worker import Found, unheard
from jobs.steps.circuit_breaker import CircuitBreaker
from jobs.steps.polling import LATE_SECONDS, PollPlan, RateLimiter, next_poll, remaining, spread_out

log = logging.getLogger(__name__)

NEW_TASK_SECONDS = 120.0
"""So long after submission a task may still be unknown to the provider's own status page."""

FILE_SECONDS = 900.0
"""So long the file of a task that is done is waited for; then a person decides."""

LONGEST_FILE_PAUSE_SECONDS = 60.0
"""Between two polls of a task that is done and names no file yet."""

OPERATOR_PAUSE_SECONDS = 60.0


class Poller:
    """Follows rendering jobs to their end."""

    def __init__(
        self,
        store: JobStore,
        providers: Providers,
        *,
        rate_limiter: RateLimiter,
        plan: PollPlan,
        estimates: Estimates,
        circuit_breaker: CircuitBreaker,
        changed: StateListener,
        clock: Callable[[], int],
        trusted: Trusted,
    ) -> None:
        self._store = store
        self._providers = providers
        self._rate_limiter = rate_limiter
        self._plan = plan
        self._changed = changed
        self._clock = clock
        self._trusted = trusted
        self._estimates = estimates
        self._circuit_breaker = circuit_breaker

    async def step(self, found: Found = unheard) -> bool:
        """Poll the task that is due; False when none is."""
        job = await self._store.claims.due_poll()
        if job is None:
            return False
        found()
        failpoint(Failpoint.POLL_CLAIMED)
        with self._store.claims.keep(job):
            await self._rate_limiter.acquire()
            self._changed(await self._poll(job), was=JobState.RENDERING)
        failpoint(Failpoint.POLL_RECORDED)
        return True

    async def next_due(self) -> int | None:
        """Return in how many ms the next task is due."""
        return await self._store.claims.next_due(JobState.RENDERING)

    async def _poll(self, job: Job) -> Job:
        try:
            client = self._providers.client_of(job)
            task = await client.get_task(job.provider_task_id or "", api_url=job.provider_url)
        except TaskNotFound as error:
            return await self._after_not_found(job, error)
        except HailuoError as error:
            return await self._after_error(job, error)
        failpoint(Failpoint.POLL_ANSWERED)
        return await self._record(job, task)

    async def _record(self, job: Job, task: Task) -> Job:
        match task.status:
            case TaskStatus.SUCCEEDED:
                return await self._store.outcomes.rendered(
                    job,
                    result_url=task.video_url or "",
                    expires_at=task.expires_at,
                    cost_micros=_cost(task),
                )
            case TaskStatus.FAILED:
                return await self._record_failure(job, task)
            case TaskStatus.RUNNING if task.lacks_file and self._has_waited_for_file(job):
                return await self._without_file(job, task)
            case TaskStatus.RUNNING:
                return await self._poll_later(job, task)
            case _:
                assert_never(task.status)

    async def _record_failure(self, job: Job, task: Task) -> Job:
        reason = Reason.MODERATED if task.failure() is FailureKind.MODERATED else Reason.PROVIDER
        detail = task.error_message or task.error_code or ""
        log.info("generation failed: job=%s reason=%s code=%s", job.key, reason, task.error_code)
        log.debug("the provider's words: job=%s: %s", job.key, detail)
        # Failed tasks are refunded; where the task itself reports a cost, that wins.
        charged = 1 if task.cost_usd else 0
        failed = await self._store.outcomes.render_failed(
            job, reason=reason, detail=detail, charged=charged, cost_micros=_cost(task)
        )
        await self._circuit_breaker.record_refusal(failed)
        return failed

    async def _without_file(self, job: Job, task: Task) -> Job:
        log.error("the provider is done and names no file: job=%s task=%s", job.key, job.provider_task_id)
        detail = f"{task.raw_status} without a file for {FILE_SECONDS:.0f} s"
        return await self._store.outcomes.without_result(job, detail=detail)

    def _has_waited_for_file(self, job: Job) -> bool:
        return self._seconds_without_file(job) >= FILE_SECONDS and self._trusted(DOUBT_SECONDS)

    def _seconds_without_file(self, job: Job) -> float:
        return 0 if job.rendered_at is None else (self._clock() - job.rendered_at) / 1000

    async def _poll_later(self, job: Job, task: Task) -> Job:
        elapsed = self._elapsed(job)
        hint = remaining(
            elapsed_seconds=elapsed, progress=task.progress, estimated_seconds=task.estimated_seconds
        )
        delay = next_poll(
            self._plan,
            elapsed_seconds=elapsed,
            median_seconds=await self._estimates.measured(job.format),
            remaining_seconds=hint,
        )
        if task.lacks_file:  # ever more rarely: the file is there at once, or it takes its time
            delay = max(delay, min(LONGEST_FILE_PAUSE_SECONDS, self._seconds_without_file(job) / 4))
        return await self._wait(
            job, delay, progress=task.progress, remaining_seconds=hint, done=task.lacks_file
        )

    async def _after_not_found(self, job: Job, error: TaskNotFound) -> Job:
        if job.troubles + 1 < LOST_AFTER or self._elapsed(job) < NEW_TASK_SECONDS:
            return await self._wait_after_trouble(job)
        log.error("the provider lost the task: job=%s task=%s", job.key, job.provider_task_id)
        return await self._store.outcomes.render_failed(
            job, reason=Reason.LOST, detail=error.detail, charged=None
        )

    async def _after_error(self, job: Job, error: HailuoError) -> Job:
        log.debug("the provider's words: job=%s: %s", job.key, error.detail)
        if isinstance(error, KeyRefused | OutOfCredit | Misconfigured):
            log.error("the provider refuses to be asked, an operator must act: %s", error)
            return await self._wait(job, OPERATOR_PAUSE_SECONDS, troubles=job.troubles)
        log.warning("poll failed, will try again: job=%s: %s", job.key, error)
        return await self._wait_after_trouble(job, at_least=error.retry_after_seconds or 0)

    async def _wait_after_trouble(self, job: Job, *, at_least: float = 0) -> Job:
        troubles = job.troubles + 1
        delay = backoff(troubles, jitter=spread(), at_least=at_least, longest=60)
        return await self._wait(job, LATE_SECONDS if self._is_late(job) else delay, troubles=troubles)

    async def _wait(
        self,
        job: Job,
        seconds: float,
        *,
        progress: int | None = None,
        remaining_seconds: float | None = None,
        troubles: int = 0,
        done: bool | None = None,
    ) -> Job:
        return await self._store.outcomes.still_rendering(
            job,
            delay_ms=int(spread_out(seconds, spread()) * 1000),
            progress=progress,
            remaining_ms=None if remaining_seconds is None else int(remaining_seconds * 1000),
            troubles=troubles,
            late=self._is_late(job),
            done=done,
        )

    def _is_late(self, job: Job) -> bool:
        return self._elapsed(job) >= self._plan.late_after_seconds

    def _elapsed(self, job: Job) -> float:
        elapsed = max(0.0, (self._clock() - (job.submitted_at or job.created_at)) / 1000)
        return elapsed if self._trusted(DOUBT_SECONDS) else min(elapsed, self._plan.late_after_seconds - 1)


def _cost(task: Task) -> int | None:
    return None if task.cost_usd is None else micros_of(task.cost_usd)
