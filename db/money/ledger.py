"""The ledger: every amount that a job was expected to cost, did cost or gave back. Rows are added, never changed.

Each is written in the transaction of the change of state that it belongs to, so that the entries of a job always add
up to its `cost_micros`.
"""

from db.engines.engine import Engine, Transaction
from db.jobs.job import Job
from db.money.caps import Caps, give_back, orders_of, reserve, settle


async def book_reserve(transaction: Transaction, job: Job, caps: Caps) -> None:
    """Set aside what `job` is expected to cost, for one more order of it.

    Raises:
        CapReached: a limit would be passed.
    """
    await transaction.hold(orders_of(job.owner))
    await _add(transaction, job, kind="reserve", micros=job.price_micros)
    await reserve(transaction, job, caps)


async def book_refund(transaction: Transaction, job: Job) -> None:
    """Give back what was set aside for an order that costs nothing."""
    await _add(transaction, job, kind="refund", micros=-job.price_micros)
    await give_back(transaction, job)


async def book_commit(transaction: Transaction, job: Job, *, micros: int | None) -> None:
    """Book what the order did cost, None: as expected."""
    difference = 0 if micros is None else micros - job.price_micros
    await _add(transaction, job, kind="commit", micros=difference)
    await settle(transaction, job, difference=difference)


class Ledger:
    """Looks at the whole of it."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    async def differences(self, *, limit: int = 20) -> list[str]:
        """Return the keys of jobs whose cost is not the sum of their entries; none, unless something is broken."""

        async def body(transaction: Transaction) -> list[str]:
            return [row["key"] for row in await transaction.all(_DIFFERENCES, limit=limit)]

        return await self._engine.read(body)

    async def total(self) -> int:
        """Return what all jobs cost together, in micro-dollars."""

        async def body(transaction: Transaction) -> int:
            row = await transaction.one(_TOTAL)
            return row["micros"] if row else 0

        return await self._engine.read(body)


async def _add(transaction: Transaction, job: Job, *, kind: str, micros: int) -> None:
    await transaction.one(_ADD, job_id=job.id, kind=kind, order_number=job.order_number, micros=micros)


_ADD = """
INSERT INTO ledger (job_id, kind, order_number, micros, at)
VALUES (:job_id, :kind, :order_number, :micros, <dbnow>)
RETURNING id
"""

RESERVE = """
INSERT INTO ledger (job_id, kind, order_number, micros, at)
SELECT id, 'reserve', order_number, price_micros, created_at FROM <made>
RETURNING id
"""
"""What is set aside for a new job."""

_DIFFERENCES = """
SELECT jobs.key FROM jobs
  LEFT JOIN (SELECT job_id, SUM(micros) AS micros FROM ledger GROUP BY job_id) AS booked ON booked.job_id = jobs.id
 WHERE jobs.cost_micros <> COALESCE(booked.micros, 0)
 ORDER BY jobs.id LIMIT :limit
"""

_TOTAL = "SELECT CAST(COALESCE(SUM(micros), 0) AS BIGINT) AS micros FROM ledger"
