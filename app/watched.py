"""Measurements of the provider (requests, polls, balance) and the jobs (stages, endings, costs) for the metrics."""

from collections import OrderedDict
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path

import aiohttp

from db.jobs.job import OPEN, Job, JobState
from hailuo.errors import HailuoError, TaskNotFound
from hailuo.provider import Balance, ListedTask, Provider, Task, TaskStatus
from hailuo.request import VideoRequest
from telemetry.metrics import UNKNOWN, Metrics
from telemetry.traces import ERROR, Recent, provider_path, provider_trace

MOST_JOBS = 5000
MOST_TASKS = 2000

_STAGES = frozenset(OPEN) - {JobState.UNKNOWN}


@dataclass(frozen=True, slots=True)
class Done:
    """The time at which the provider finished a task (epoch ms), and its charge; None for what it did not report."""

    finished_at: int | None
    cost_usd: float | None


@dataclass(slots=True)
class ProviderWatch:
    """The record of the provider's balance, finished tasks, and recent successes and failures, for the operator."""

    metrics: Metrics
    balance: Balance | None = None  #: the last known balance
    successes: Recent = field(default_factory=Recent)
    failures: Recent = field(default_factory=Recent)
    _done: OrderedDict[str, Done] = field(default_factory=OrderedDict)

    def traces(self, paths: Iterable[str]) -> list[aiohttp.TraceConfig]:
        """Return the trace configurations that measure the requests of the provider's HTTP session."""
        return [provider_trace(self.metrics, provider_path(list(paths)), ended=self._ended)]

    def seen(self, task: Task) -> None:
        """Count a successful poll, and remember the task's cost and end time once it has ended."""
        self.metrics.polls.labels(str(task.status)).inc()
        if task.status is not TaskStatus.RUNNING:
            self._done[task.id] = Done(task.finished_at, task.cost_usd)
            if len(self._done) > MOST_TASKS:
                self._done.popitem(last=False)

    def balance_seen(self, balance: Balance) -> None:
        """Record the balance of the provider's account."""
        self.balance = balance
        self.metrics.provider_balance.set(UNKNOWN if balance.remaining is None else balance.remaining)

    def not_seen(self, error: HailuoError) -> None:
        """Count a failed poll."""
        self.metrics.polls.labels("not found" if isinstance(error, TaskNotFound) else "error").inc()

    def done(self, task_id: str | None) -> Done | None:
        """Return the end time and the cost of a task, None if this process did not see it end."""
        return self._done.get(task_id or "")

    def _ended(self, method: str, path: str, outcome: str, seconds: float) -> None:
        del method, path, seconds
        failed = outcome in {ERROR, "429", "4xx", "5xx"}
        (self.failures if failed else self.successes).add()


@dataclass(frozen=True, slots=True)
class WatchedProvider:
    """A provider whose answers are also recorded by a `ProviderWatch`."""

    provider: Provider
    watch: ProviderWatch

    async def submit(
        self,
        request: VideoRequest,
        first_frame: Path | str | None,
        *,
        last_frame: Path | str | None = None,
        submit_key: str,
        new_key: Callable[[], Awaitable[str]] | None = None,
    ) -> str:
        """Submit an order for one video; the HTTP session's traces measure the request."""
        return await self.provider.submit(
            request, first_frame, last_frame=last_frame, submit_key=submit_key, new_key=new_key
        )

    async def get_task(self, task_id: str, *, api_url: str | None = None) -> Task:
        """Poll a task, and record the answer or the failure."""
        try:
            task = await self.provider.get_task(task_id, api_url=api_url)
        except HailuoError as error:
            self.watch.not_seen(error)
            raise
        self.watch.seen(task)
        return task

    async def cancel(self, task_id: str) -> None:
        """Cancel a task that the provider has not begun."""
        await self.provider.cancel(task_id)

    async def list_tasks(self, *, since: int) -> list[ListedTask]:
        """Return the account's tasks since a time."""
        return await self.provider.list_tasks(since=since)

    async def balance(self) -> Balance:
        """Return the balance of the provider's account, and record it."""
        balance = await self.provider.balance()
        self.watch.balance_seen(balance)
        return balance


@dataclass(frozen=True, slots=True, kw_only=True)
class _Stay:
    """The times at which a job entered its state and its task was finished; None if this process did not see them."""

    since: int | None
    finished_at: int | None = None


class JobWatch:
    """Records all changes of a job's state in this process."""

    def __init__(self, metrics: Metrics, provider: ProviderWatch, *, clock: Callable[[], int]) -> None:
        self._metrics = metrics
        self._provider = provider
        self._clock = clock
        self._stays: OrderedDict[int, _Stay] = OrderedDict()

    def changed(self, job: Job, was: JobState | None) -> None:
        """Record a job's change of state: the time in the last state, delays, endings and costs."""
        self._metrics.changes.labels(str(was or "none"), str(job.state)).inc()
        now = self._clock()
        stay = self._stays.pop(job.id, None) or _Stay(since=_began(job, was))
        if was in _STAGES and stay.since is not None:
            self._metrics.stages.labels(str(was)).observe(_seconds(stay.since, now))
        if job.state in _STAGES:
            self._remember(job, was, now)
        if job.state is JobState.DELIVERED:
            self._delivered(stay, now)
        if job.state in {JobState.FAILED, JobState.CANCELLED, JobState.UNKNOWN} and job.reason:
            self._metrics.endings.labels(str(job.reason)).inc()
        if was is JobState.RENDERING:
            self._metrics.spend.inc(self._cost_of(job))

    def _remember(self, job: Job, was: JobState | None, now: int) -> None:
        task = self._provider.done(job.provider_task_id) if was is JobState.RENDERING else None
        self._stays[job.id] = _Stay(since=now, finished_at=task.finished_at if task else None)
        if len(self._stays) > MOST_JOBS:
            self._stays.popitem(last=False)

    def _delivered(self, stay: "_Stay", now: int) -> None:
        if stay.since is not None:
            self._metrics.delivery_lag.labels("found").observe(_seconds(stay.since, now))
        if stay.finished_at is not None:
            self._metrics.delivery_lag.labels("provider").observe(_seconds(stay.finished_at, now))

    def _cost_of(self, job: Job) -> float:
        """Return the cost in USD of an order that the provider has finished: its own figure, else the price list's."""
        done = self._provider.done(job.provider_task_id)
        if done is not None and done.cost_usd is not None:
            return done.cost_usd
        return job.price_micros / 1_000_000 if job.charged else 0.0


def _began(job: Job, was: JobState | None) -> int | None:
    """Return the time at which a job entered the state `was`, from its row; None if the row does not hold it."""
    match was:
        case JobState.QUEUED:
            return job.queued_at
        case JobState.RENDERING:
            return job.submitted_at
        case JobState.DELIVERING:
            return job.rendered_at
        case _:
            return None


def _seconds(began: int, now: int) -> float:
    return max(0.0, (now - began) / 1000)
