"""From changes of jobs to metrics: durations of stages, lag of deliveries, endings, and what it cost."""

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

from app.watched_provider import ProviderWatch
from db.jobs.job import Job, JobState
from telemetry.metrics import Metrics

MOST_JOBS = 5000

_STAGES = frozenset({JobState.QUEUED, JobState.SUBMITTING, JobState.RENDERING, JobState.DELIVERING})


@dataclass(frozen=True, slots=True, kw_only=True)
class _Stay:
    """Since when a job is where it is, and when the provider had done with it, as far as that happened here."""

    since: int | None
    finished_at: int | None = None


class JobWatch:
    """Hears of every change of state in this process (`jobs.steps.changes.Watch`)."""

    def __init__(self, metrics: Metrics, provider: ProviderWatch, *, clock: Callable[[], int]) -> None:
        self._metrics = metrics
        self._provider = provider
        self._clock = clock
        self._stays: OrderedDict[int, _Stay] = OrderedDict()

    def changed(self, job: Job, was: JobState | None) -> None:
        """Count a change of state."""
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
        """Return what an order cost that the provider has done with, in USD: as it says, else as the price list does."""
        done = self._provider.done(job.provider_task_id)
        if done is not None and done.cost_usd is not None:
            return done.cost_usd
        return job.price_micros / 1_000_000 if job.charged else 0.0


def _began(job: Job, was: JobState | None) -> int | None:
    """Return when a job had come to a stage that began in another process, or before a restart."""
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
