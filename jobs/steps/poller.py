"""The step that polls: ask for the provider's task when a result is likely, and record its status.

If render times scatter as they usually do, the best schedule for a given number of polls begins at nearly
half of the median render time and becomes denser towards the median. It stays as dense after the median,
because a task that is not done by then is as likely to end in any of the following seconds. `PollPlan` is
that schedule within a few percent (docs/performance.md).
"""

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol, assert_never

from db.engines.bot_state import SharedRateLimiter
from db.engines.clock import DOUBT_SECONDS, Trusted
from db.jobs.job import Job, JobState, Reason
from db.store import JobStore
from hailuo.errors import HailuoError, KeyRefused, Misconfigured, OutOfCredit, TaskNotFound
from hailuo.models import micros_of
from hailuo.provider import FailureKind, Task, TaskStatus
from jobs.money.estimates import Estimates
from jobs.providers import Providers
from jobs.runtime.changes import StateListener
from jobs.runtime.failpoints import Failpoint, failpoint
from jobs.runtime.retry import LOST_AFTER, backoff, spread
from jobs.runtime.worker import Claimed, ignore_claim
from jobs.steps.circuit_breaker import CircuitBreaker

FIRST_SHARE = 0.46
POLLS_IN_A_MEDIAN = 21
"""The density of polls from the median on: their number in a time as long as the median."""

EARLY = 3.3
"""How much less dense the polls before the median are; it grows with the square of the missing share of the median."""

OVERTIME_SHARE = 2.5
"""The number of medians after which polls become rarer, because something is unusual."""

UNMEASURED_SECONDS = 90.0
LONGEST_SECONDS = 30.0
LATE_SECONDS = 300.0
WATCH_INTERVALS = 10 / 3
"""The longest wait while a task reports progress that people watch, in intervals of the plan."""
TELLING_PERCENT = 10
"""Progress below this is not used for estimates, because a task that waits for its turn hardly progresses."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PollPlan:
    """The operator's figures for polling, in seconds."""

    first_seconds: float = 15.0
    interval_seconds: float = 3.0
    late_after_seconds: float = 1200.0


def first_poll(plan: PollPlan, *, median_seconds: float | None) -> float:
    """Return the seconds from submission to the first poll: nearly half of the median, else the plan's figure."""
    if median_seconds is None:
        return plan.first_seconds
    return max(plan.interval_seconds, median_seconds * FIRST_SHARE)


def next_poll(
    plan: PollPlan,
    *,
    elapsed_seconds: float,
    median_seconds: float | None,
    remaining_seconds: float | None,
) -> float:
    """Return the seconds to wait before the next poll of a running task.

    `median_seconds` is the measured median of the task's format; `remaining_seconds` is an estimate from the
    task's own report. Each is None if it is not known.
    """
    if elapsed_seconds >= plan.late_after_seconds:
        return LATE_SECONDS
    usual = UNMEASURED_SECONDS if median_seconds is None else max(1.0, median_seconds)
    share = elapsed_seconds / usual
    overtime = max(1.0, share / OVERTIME_SHARE)
    if remaining_seconds is not None:
        return max(
            plan.interval_seconds * overtime, min(plan.interval_seconds * WATCH_INTERVALS, remaining_seconds)
        )
    gap = plan.interval_seconds
    if median_seconds is not None:
        gap = max(gap, usual / POLLS_IN_A_MEDIAN * (1 + EARLY * max(0.0, 1 - share) ** 2))
    return min(LONGEST_SECONDS, gap * overtime)


def remaining(
    *, elapsed_seconds: float, progress: int | None, estimated_seconds: float | None
) -> float | None:
    """Estimate the remaining seconds from the task's progress, else from its initial estimate; None: unknown."""
    if progress and TELLING_PERCENT <= progress < 100:
        return elapsed_seconds * (100 - progress) / progress
    if estimated_seconds and estimated_seconds > elapsed_seconds:
        return estimated_seconds - elapsed_seconds
    return None


def spread_out(seconds: float, jitter: float) -> float:
    """Return `seconds` changed by up to 15 %, so that polls of different jobs do not coincide."""
    return seconds * (1 + 0.15 * jitter)


class RateLimiter(Protocol):
    """Protocol of a rate limiter for polls, which makes callers wait."""

    async def acquire(self) -> None:
        """Wait until the rate limit allows the next call."""
        ...


class LocalRateLimiter:
    """A rate limiter for one process: at most `per_second` calls a second, first come, first served."""

    def __init__(self, per_second: float) -> None:
        self._gap = 1 / per_second
        self._free_at = 0.0

    async def acquire(self) -> None:
        """Wait until the rate limit allows the next call."""
        now = asyncio.get_running_loop().time()
        start = max(now, self._free_at)
        self._free_at = start + self._gap
        await asyncio.sleep(start - now)


class DatabaseRateLimiter:
    """A rate limiter that all processes of one database share."""

    def __init__(self, turns: SharedRateLimiter, per_second: float) -> None:
        self._turns = turns
        self._gap_ms = max(1, round(1000 / per_second))

    async def acquire(self) -> None:
        """Wait until the rate limit allows the next call."""
        wait_ms = await self._turns.take("polls", gap_ms=self._gap_ms)
        await asyncio.sleep(wait_ms / 1000)


log = logging.getLogger(__name__)

NEW_TASK_SECONDS = 120.0
"""How long after submission the provider's status page may not know the task yet."""

FILE_SECONDS = 900.0
"""How long a finished task may lack its file; then a person decides."""

LONGEST_FILE_PAUSE_SECONDS = 60.0
"""The longest wait between two polls of a finished task that names no file yet."""

OPERATOR_PAUSE_SECONDS = 60.0


class Poller:
    """The step that polls the tasks of rendering jobs until they end."""

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

    async def step(self, claimed: Claimed = ignore_claim) -> bool:
        """Poll the next task that is due; return False if none is due."""
        job = await self._store.claims.due_poll()
        if job is None:
            return False
        claimed()
        failpoint(Failpoint.POLL_CLAIMED)
        with self._store.claims.keep(job):
            await self._rate_limiter.acquire()
            self._changed(await self._poll(job), was=JobState.RENDERING)
        failpoint(Failpoint.POLL_RECORDED)
        return True

    async def next_due(self) -> int | None:
        """Return in how many milliseconds the next poll is due; None if none is."""
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
        # Failed tasks are refunded, unless the task itself reports a cost.
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
        if task.lacks_file:  # poll ever more rarely: a file that is not there at once takes long
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
