"""Every change of a job's state: one line in the log, and word of it to whoever watches."""

import logging
from collections.abc import Callable
from typing import Protocol

from db.jobs.job import Job, JobState, Reason

log = logging.getLogger(__name__)

Watch = Callable[[Job, JobState | None], None]
"""Hears of a job whose state was another one before (None: there was no job); quick, and breaks nothing."""


class StateListener(Protocol):
    """Called after each change of a job's state."""

    def __call__(self, job: Job, /, *, was: JobState | None) -> None:
        """Take note of a job as it is now; `was` is the state before, None for a new job."""
        ...


def ignore_changes(_job: Job, _was: JobState | None) -> None:
    """Watch nothing."""


def log_change(job: Job, was: JobState | None) -> None:
    """Write the one line about a change of state."""
    before = was or "none"
    log.log(
        _level(job),
        "job changed: job=%s %s->%s%s",
        job.key,
        before,
        job.state,
        f" reason={job.reason}" if job.reason else "",
        extra={
            "job": job.key,
            "guild": str(job.guild_id),
            "interaction": str(job.interaction_id),
            "from": before,
            "to": str(job.state),
            "reason": job.reason and str(job.reason),
            "task": job.provider_task_id,
            "attempt": job.attempt,
        },
    )


def _level(job: Job) -> int:
    """Return the log level: WARNING for an expired job, else INFO; a failure has its own line, with its cause."""
    return logging.WARNING if job.reason is Reason.WAITED_TOO_LONG else logging.INFO
