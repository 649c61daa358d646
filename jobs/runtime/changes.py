"""Changes of a job's state: each writes one line to the log and calls the listeners."""

import logging
from collections.abc import Callable
from typing import Protocol

from db.jobs.job import Job, JobState, Reason

log = logging.getLogger(__name__)

Watch = Callable[[Job, JobState | None], None]
"""A function that takes a job and its state before the change (None: a new job). It is quick, and does not raise."""


class StateListener(Protocol):
    """Protocol of a function that is called after each change of a job's state."""

    def __call__(self, job: Job, /, *, was: JobState | None) -> None:
        """Handle a changed job; `was` is its state before the change, None for a new job."""
        ...


def ignore_changes(_job: Job, _was: JobState | None) -> None:
    """Do nothing; used if a process has no listener for changes."""


def log_change(job: Job, was: JobState | None) -> None:
    """Log one line about a change of a job's state."""
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
