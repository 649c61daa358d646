"""The history of a job, append-only: one event for every change of state."""

import logging

from db.engines.engine import Transaction
from db.jobs.job import TRANSITIONS, Job, JobState

log = logging.getLogger(__name__)

_ADD = """
INSERT INTO job_events (job_id, at, fence, from_state, to_state, detail)
VALUES (:job_id, <dbnow>, :fence, :from_state, :to_state, :detail)
RETURNING id
"""

MADE = """
INSERT INTO job_events (job_id, at, fence, to_state)
SELECT id, created_at, fence, state FROM <made>
RETURNING id
"""
"""The first event of a new job."""

_TO_DO = frozenset(
    {JobState.QUEUED, JobState.DELIVERING, JobState.FAILED, JobState.CANCELLED, JobState.UNKNOWN}
)
"""States that somebody can act upon at once: submit, deliver, tell. A task is looked at later, by any process."""


async def add_event(transaction: Transaction, job: Job, *, from_state: JobState | None) -> None:
    """Note that `job` has just come from `from_state` (None: it was made), and wake whoever has to act."""
    if job.state not in TRANSITIONS[from_state]:  # what has happened is noted all the same
        log.error("no transition: job=%s %s->%s", job.key, from_state or "none", job.state)
    if job.state in _TO_DO:
        transaction.ring()
    await transaction.one(
        _ADD,
        job_id=job.id,
        fence=job.fence,
        from_state=from_state,
        to_state=job.state,
        detail=job.reason,
    )
