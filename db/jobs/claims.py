"""Claims: a worker claims a job that is due and holds it until its lease passes. Notices have claims of their own."""

import contextlib
import time
from collections.abc import Generator
from typing import Any

from db.engines.engine import Engine, LeaseLost, Transaction
from db.jobs.job import Job, JobState, add_event

FOR_EVER_SECONDS = 1e11


class Claims:
    """The claims of due jobs by one worker. A claim is committed before the worker does anything.

    Each claim raises the job's fence; `Outcomes` refuses a write with an older fence.
    """

    def __init__(self, engine: Engine, *, worker: str, lease_seconds: float) -> None:
        self._engine = engine
        self._holder = {"worker": worker, "lease_ms": int(lease_seconds * 1000)}
        self._lease_seconds = lease_seconds
        self._kept: set[tuple[int, int]] = set()
        self._renewed = time.monotonic()

    async def queued(self, *, running_cap: int, ttl_seconds: float = FOR_EVER_SECONDS) -> Job | None:
        """Claim the next job to submit, unless `running_cap` jobs are with the provider, or ordering is paused.

        Jobs that have waited longer than `ttl_seconds` are not claimed.
        """

        async def body(transaction: Transaction) -> Job | None:
            if not await transaction.one(_IS_QUEUED) or not transaction.file_still_there():
                return None
            # One claim after the other: jobs that others claim meanwhile would not be counted.
            await transaction.hold("submissions")
            row = await transaction.one(
                _CLAIM_QUEUED, cap=running_cap, ttl_ms=int(ttl_seconds * 1000), **self._holder
            )
            if row is None:
                return None
            job = Job.from_row(row)
            await transaction.one(_ADVANCE, turn=job.turn)
            await add_event(transaction, job, from_state=JobState.QUEUED)
            return job

        return await self._engine.write(body)

    async def stranded(self) -> Job | None:
        """Claim a job whose worker stopped between the claim and the outcome of a submission."""
        return await self._claim(_CLAIM_STRANDED)

    async def due_poll(self) -> Job | None:
        """Claim a rendering job whose next poll is due."""
        return await self._claim(_CLAIM_POLL)

    async def due_delivery(self) -> Job | None:
        """Claim a job with a result whose delivery is due."""
        return await self._claim(_CLAIM_DELIVERY)

    async def unnotified(self) -> Job | None:
        """Claim an ended or unknown job whose requester has not been notified yet."""
        return await self._claim(_CLAIM_UNTOLD)

    @contextlib.contextmanager
    def keep(self, job: Job) -> Generator[None]:
        """Let `renew` extend the lease of `job` inside this block, which a failed step leaves, too."""
        claim = (job.id, job.fence)
        self._kept.add(claim)
        try:
            yield
        finally:
            self._kept.discard(claim)

    async def renew(self) -> None:
        """Extend the leases of all jobs that this process works on now."""
        kept = sorted(self._kept)  # sorted, so that two workers cannot deadlock
        if kept:
            await self._engine.write(lambda transaction: self._renew(transaction, kept))
        self._renewed = time.monotonic()

    async def _renew(self, transaction: Transaction, kept: list[tuple[int, int]]) -> None:
        for job_id, fence in kept:
            await transaction.one(_RENEW, id=job_id, fence=fence, **self._holder)

    async def next_due(self, *states: JobState) -> int | None:
        """Return in how many milliseconds the next job of `states` is due (0 or less: now); None if there is none."""

        async def body(transaction: Transaction) -> int | None:
            rows = [await transaction.one(_NEXT_DUE[state]) for state in states]
            return min((row["wait"] for row in rows if row and row["wait"] is not None), default=None)

        return await self._engine.read(body)

    async def _claim(self, sql: str) -> Job | None:
        overdue = sorted(self._kept) if self._is_behind() else []

        async def body(transaction: Transaction) -> Job | None:
            await self._renew(transaction, overdue)
            row = await transaction.one(sql, **self._holder)
            return Job.from_row(row) if row else None

        return await self._engine.write(body)

    def _is_behind(self) -> bool:
        """Return whether the leases are so old that this process would soon claim its own jobs again."""
        return time.monotonic() - self._renewed > self._lease_seconds * 2 / 3


class Notices:
    """The claims of delivered jobs whose requester is to get a direct message, and the outcomes of these messages.

    Raises (every method that takes a job):
        LeaseLost: the job was claimed again, or deleted, since it was read.
    """

    def __init__(self, engine: Engine, *, worker: str, lease_seconds: float) -> None:
        self._engine = engine
        self._holder = {"worker": worker, "lease_ms": int(lease_seconds * 1000)}

    async def due(self) -> Job | None:
        """Claim a delivered job whose requester is to get a direct message now; None if there is none."""

        async def body(transaction: Transaction) -> Job | None:
            row = await transaction.one(_CLAIM_NOTICE, **self._holder)
            return Job.from_row(row) if row else None

        return await self._engine.write(body)

    async def next_due(self) -> int | None:
        """Return in how many milliseconds the next message is due (0 or less: now); None if there is none."""

        async def body(transaction: Transaction) -> int | None:
            row = await transaction.one(_NEXT_NOTICE)
            return row["wait"] if row else None

        return await self._engine.read(body)

    async def sending(self, job: Job) -> Job:
        """Record that a try to send the message begins; only the first try's time is kept."""
        return await self._record(job, _NOTICE_SENDING)

    async def later(self, job: Job, *, delay_ms: int) -> Job:
        """Schedule another try for a message that was not sent."""
        return await self._record(job, _NOTICE_LATER, delay_ms=delay_ms)

    async def done(self, job: Job, *, told: bool) -> Job:
        """Finish the notice; `told` says whether the message was, or may have been, sent."""
        return await self._record(job, _NOTICE_DONE, told=int(told))

    async def _record(self, job: Job, sql: str, **values: Any) -> Job:
        async def body(transaction: Transaction) -> Job:
            row = await transaction.one(sql, id=job.id, fence=job.fence, **values)
            if row is None:
                raise LeaseLost(f"notice of job {job.key}, fence {job.fence}")
            return Job.from_row(row)

        return await self._engine.write(body)


_IS_QUEUED = "SELECT id FROM jobs WHERE state = 'queued' AND next_at <= <dbnow> LIMIT 1"

_CLAIM_QUEUED = """
UPDATE jobs SET state = 'submitting', fence = fence + 1, attempt = attempt + 1,
                lease_owner = :worker, next_at = <dbnow> + :lease_ms
 WHERE id = (SELECT id FROM jobs WHERE state = 'queued' AND next_at <= <dbnow> AND queued_at > <dbnow> - :ttl_ms
                AND guild_id NOT IN (SELECT guild_id FROM pauses WHERE until_at IS NULL OR until_at > <dbnow>)
              ORDER BY turn, id LIMIT 1 /*lock*/)
   AND state = 'queued'
   AND NOT EXISTS (SELECT 1 FROM pauses WHERE guild_id = -1 AND (until_at IS NULL OR until_at > <dbnow>))
   AND (SELECT COUNT(*) FROM jobs WHERE state = 'submitting')
     + (SELECT COUNT(*) FROM jobs WHERE state = 'rendering' AND late_at IS NULL) < :cap
RETURNING *
"""

_ADVANCE = """
INSERT INTO queue_clock (name, turn) VALUES ('queue', :turn)
ON CONFLICT (name) DO UPDATE SET turn = excluded.turn WHERE queue_clock.turn < excluded.turn
RETURNING turn
"""

_CLAIM_STRANDED = """
UPDATE jobs SET fence = fence + 1, lease_owner = :worker, next_at = <dbnow> + :lease_ms
 WHERE id = (SELECT id FROM jobs WHERE state = 'submitting' AND next_at <= <dbnow>
              ORDER BY next_at LIMIT 1 /*lock*/)
   AND state = 'submitting' AND next_at <= <dbnow>
RETURNING *
"""

_CLAIM_POLL = """
UPDATE jobs SET fence = fence + 1, lease_owner = :worker, next_at = <dbnow> + :lease_ms
 WHERE id = (SELECT id FROM jobs WHERE state = 'rendering' AND next_at <= <dbnow>
              ORDER BY next_at LIMIT 1 /*lock*/)
   AND state = 'rendering' AND next_at <= <dbnow>
RETURNING *
"""

_CLAIM_DELIVERY = """
UPDATE jobs SET fence = fence + 1, lease_owner = :worker, next_at = <dbnow> + :lease_ms
 WHERE id = (SELECT id FROM jobs WHERE state = 'delivering' AND next_at <= <dbnow>
              ORDER BY next_at LIMIT 1 /*lock*/)
   AND state = 'delivering' AND next_at <= <dbnow>
RETURNING *
"""

_CLAIM_UNTOLD = """
UPDATE jobs SET fence = fence + 1, lease_owner = :worker, next_at = <dbnow> + :lease_ms
 WHERE id = (SELECT id FROM jobs WHERE reason IS NOT NULL AND told_at IS NULL
                AND next_at <= <dbnow> ORDER BY next_at LIMIT 1 /*lock*/)
   AND reason IS NOT NULL AND told_at IS NULL AND next_at <= <dbnow>
RETURNING *
"""

_RENEW = """
UPDATE jobs SET next_at = <dbnow> + :lease_ms
 WHERE id = :id AND fence = :fence AND lease_owner = :worker
RETURNING id
"""

_NEXT_DUE = {
    JobState.QUEUED: "SELECT MIN(next_at) - <dbnow> AS wait FROM jobs WHERE state = 'queued'",
    JobState.SUBMITTING: "SELECT MIN(next_at) - <dbnow> AS wait FROM jobs WHERE state = 'submitting'",
    JobState.RENDERING: "SELECT MIN(next_at) - <dbnow> AS wait FROM jobs WHERE state = 'rendering'",
    JobState.DELIVERING: "SELECT MIN(next_at) - <dbnow> AS wait FROM jobs WHERE state = 'delivering'",
    JobState.FAILED: """
        SELECT MIN(next_at) - <dbnow> AS wait FROM jobs
         WHERE reason IS NOT NULL AND told_at IS NULL
    """,
}

_CLAIM_NOTICE = """
UPDATE jobs SET fence = fence + 1, lease_owner = :worker, next_at = <dbnow> + :lease_ms
 WHERE id = (SELECT id FROM jobs WHERE notice = 1 AND next_at <= <dbnow>
              ORDER BY next_at LIMIT 1 /*lock*/)
   AND notice = 1 AND next_at <= <dbnow>
RETURNING *
"""

_NEXT_NOTICE = "SELECT MIN(next_at) - <dbnow> AS wait FROM jobs WHERE notice = 1"

_NOTICE_SENDING = """
UPDATE jobs SET told_at = COALESCE(told_at, <dbnow>)
 WHERE id = :id AND fence = :fence AND notice = 1
RETURNING *
"""

_NOTICE_LATER = """
UPDATE jobs SET lease_owner = NULL, next_at = <dbnow> + :delay_ms, troubles = troubles + 1
 WHERE id = :id AND fence = :fence AND notice = 1
RETURNING *
"""

_NOTICE_DONE = """
UPDATE jobs SET notice = 0, lease_owner = NULL, told_at = CASE WHEN :told = 1 THEN told_at END
 WHERE id = :id AND fence = :fence AND notice = 1
RETURNING *
"""
