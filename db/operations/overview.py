"""Figures about all jobs, for the operator. The cost of a query depends on the open jobs, not on the whole history."""

from collections.abc import Mapping
from dataclasses import dataclass

from db.engines.engine import Engine, Transaction
from db.jobs.job import OPEN, Job, JobState
from db.jobs.job_queries import OPEN_JOBS

LOOKED_AT = 2000
"""How many of the newest changes of state are read."""

SHOWN = 25
"""How many jobs of one state are listed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """The numbers of open jobs, and of today's orders and their cost."""

    jobs: Mapping[JobState, int]  #: by state, for all open states
    oldest_ms: int | None  #: how long the oldest queued job has waited
    orders_today: int  #: jobs that count against the limits of the UTC day
    micros_today: int  #: what they cost or may cost, in millionths of a US dollar


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One change of a job's state, without the job."""

    ago_ms: int
    state: JobState
    reason: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """The number of all orders of one UTC day, and what they cost."""

    day: str
    orders: int
    micros: int  #: what they cost or may cost, in millionths of a US dollar


@dataclass(frozen=True, slots=True, kw_only=True)
class Overview:
    """All figures of the operator's page, read at one moment."""

    now: int
    counts: Counts
    open: Mapping[JobState, list[Job]]
    changes: list[Change]  #: newest first
    days: list[Day]  #: oldest first


class Operations:
    """Queries for the operator, and a test write."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    async def counts(self, *, today: str) -> Counts:
        """Return the number of open jobs, and the orders of the UTC day `today` (YYYY-MM-DD)."""
        return await self._engine.read(lambda transaction: _counts(transaction, today))

    async def overview(self, *, today: str, first_day: str) -> Overview:
        """Return all figures, with the days from `first_day` to `today`."""

        async def body(transaction: Transaction) -> Overview:
            moment = await transaction.one(_NOW)
            days = await transaction.all(_DAYS, first_day=first_day, today=today)
            changes = await transaction.all(_CHANGES, limit=LOOKED_AT)
            return Overview(
                now=moment["moment"] if moment else 0,
                counts=await _counts(transaction, today),
                open={state: await _open(transaction, state) for state in OPEN},
                changes=[
                    Change(ago_ms=row["ago"], state=JobState(row["to_state"]), reason=row["detail"])
                    for row in changes
                ],
                days=[Day(day=row["period"], orders=row["n"], micros=row["micros"]) for row in days],
            )

        return await self._engine.read(body)

    async def sign(self, name: str) -> None:
        """Write a value under `name`, to test that the database can be written to."""

        async def body(transaction: Transaction) -> None:
            await transaction.one(_SIGN, name=name)

        await self._engine.write(body)


async def _counts(transaction: Transaction, today: str) -> Counts:
    rows = {state: await transaction.one(_COUNT[state]) for state in OPEN}
    queue = await transaction.one(_OLDEST)
    used = await transaction.one(_ORDERS, day=today)
    return Counts(
        jobs={state: row["n"] if row else 0 for state, row in rows.items()},
        oldest_ms=-queue["wait"] if queue and queue["wait"] is not None else None,
        orders_today=used["n"] if used else 0,
        micros_today=used["micros"] if used else 0,
    )


async def _open(transaction: Transaction, state: JobState) -> list[Job]:
    return [Job.from_row(row) for row in await transaction.all(OPEN_JOBS[state], limit=SHOWN)]


_NOW = "SELECT <dbnow> AS moment"

_COUNT = {
    JobState.QUEUED: "SELECT COUNT(*) AS n FROM jobs WHERE state = 'queued'",
    JobState.SUBMITTING: "SELECT COUNT(*) AS n FROM jobs WHERE state = 'submitting'",
    JobState.RENDERING: "SELECT COUNT(*) AS n FROM jobs WHERE state = 'rendering'",
    JobState.DELIVERING: "SELECT COUNT(*) AS n FROM jobs WHERE state = 'delivering'",
    JobState.UNKNOWN: "SELECT COUNT(*) AS n FROM jobs WHERE state = 'unknown'",
}

_OLDEST = "SELECT MIN(queued_at) - <dbnow> AS wait FROM jobs WHERE state = 'queued'"

_ORDERS = """
SELECT n, micros FROM counters WHERE scope = 'bot' AND guild_id = 0 AND user_id = 0 AND period = :day
"""

_CHANGES = """
SELECT <dbnow> - at AS ago, to_state, detail FROM job_events ORDER BY id DESC LIMIT :limit
"""

_DAYS = """
SELECT period, n, micros FROM counters
 WHERE scope = 'bot' AND guild_id = 0 AND user_id = 0 AND period >= :first_day AND period <= :today
 ORDER BY period
"""

_SIGN = """
INSERT INTO facts (name, value) VALUES (:name, '1')
ON CONFLICT (name) DO UPDATE SET value = excluded.value
RETURNING name
"""
