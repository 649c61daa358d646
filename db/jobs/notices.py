"""Notices: direct messages that tell requesters where their video was posted; claims and outcomes of them alone."""

from typing import Any

from db.engines.engine import Engine, Transaction
from db.engines.errors import LeaseLost
from db.jobs.job import Job


class Notices:
    """Hands out the jobs whose requester is still to be notified, and records how that went.

    Raises (every method that names a job):
        LeaseLost: the job was claimed again, or erased, since it was read.
    """

    def __init__(self, engine: Engine, *, worker: str, lease_seconds: float) -> None:
        self._engine = engine
        self._holder = {"worker": worker, "lease_ms": int(lease_seconds * 1000)}

    async def due(self) -> Job | None:
        """Claim a delivered job whose requester is to be notified."""

        async def body(transaction: Transaction) -> Job | None:
            row = await transaction.one(_CLAIM, **self._holder)
            return Job.from_row(row) if row else None

        return await self._engine.write(body)

    async def next_due(self) -> int | None:
        """Return in how many milliseconds the next one is due (0 or less: now), None without one."""

        async def body(transaction: Transaction) -> int | None:
            row = await transaction.one(_NEXT_DUE)
            return row["wait"] if row else None

        return await self._engine.read(body)

    async def sending(self, job: Job) -> Job:
        """The notice is about to go out, perhaps not for the first time."""
        return await self._record(job, _SENDING)

    async def later(self, job: Job, *, delay_ms: int) -> Job:
        """It did not go out; try again."""
        return await self._record(job, _LATER, delay_ms=delay_ms)

    async def done(self, job: Job, *, told: bool) -> Job:
        """It went out, or may have; or surely did not: then nobody is noted as told."""
        return await self._record(job, _DONE, told=int(told))

    async def _record(self, job: Job, sql: str, **values: Any) -> Job:
        async def body(transaction: Transaction) -> Job:
            row = await transaction.one(sql, id=job.id, fence=job.fence, **values)
            if row is None:
                raise LeaseLost(f"notice of job {job.key}, fence {job.fence}")
            return Job.from_row(row)

        return await self._engine.write(body)


_CLAIM = """
UPDATE jobs SET fence = fence + 1, lease_owner = :worker, next_at = <dbnow> + :lease_ms
 WHERE id = (SELECT id FROM jobs WHERE notice = 1 AND next_at <= <dbnow>
              ORDER BY next_at LIMIT 1 /*lock*/)
   AND notice = 1 AND next_at <= <dbnow>
RETURNING *
"""

_NEXT_DUE = "SELECT MIN(next_at) - <dbnow> AS wait FROM jobs WHERE notice = 1"

_SENDING = """
UPDATE jobs SET told_at = COALESCE(told_at, <dbnow>)
 WHERE id = :id AND fence = :fence AND notice = 1
RETURNING *
"""

_LATER = """
UPDATE jobs SET lease_owner = NULL, next_at = <dbnow> + :delay_ms, troubles = troubles + 1
 WHERE id = :id AND fence = :fence AND notice = 1
RETURNING *
"""

_DONE = """
UPDATE jobs SET notice = 0, lease_owner = NULL, told_at = CASE WHEN :told = 1 THEN told_at END
 WHERE id = :id AND fence = :fence AND notice = 1
RETURNING *
"""
