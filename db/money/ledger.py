"""The ledger: all amounts that jobs were expected to cost, did cost, or gave back; and sums of usage.

Rows are added, never changed. Each is written in the transaction of its change of state, so that the entries
of a job always add up to its `cost_micros`.
"""

from dataclasses import dataclass
from typing import NamedTuple

from db.engines.engine import Engine, Row, Transaction
from db.jobs.job import Job
from db.money.caps import Caps, Level, account_of, count_against_limits, give_back, orders_of, settle


async def book_reserve(transaction: Transaction, job: Job, caps: Caps) -> None:
    """Book the expected price of one more order of `job`, and count it against the limits.

    A job's first reserve is written with the job (`LEDGER_RESERVE`), and counted by its admission.

    Raises:
        CapReached: a limit would be passed.
    """
    await transaction.hold(orders_of(job.owner))
    await _add(transaction, job, kind="reserve", micros=job.price_micros)
    await count_against_limits(transaction, job, caps)


async def book_refund(transaction: Transaction, job: Job) -> None:
    """Book the price of an order that costs nothing as given back."""
    await _add(transaction, job, kind="refund", micros=-job.price_micros)
    await give_back(transaction, job)


async def book_commit(transaction: Transaction, job: Job, *, micros: int | None) -> None:
    """Book what the order did cost, in micro-dollars; None means the expected price."""
    difference = 0 if micros is None else micros - job.price_micros
    await _add(transaction, job, kind="commit", micros=difference)
    await settle(transaction, job, difference=difference)


class Ledger:
    """Checks and sums of the ledger's entries."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    async def differences(self, *, limit: int = 20) -> list[str]:
        """Return the keys of jobs whose cost is not the sum of their entries; any key is a sign of a defect."""

        async def body(transaction: Transaction) -> list[str]:
            return [row["key"] for row in await transaction.all(_DIFFERENCES, limit=limit)]

        return await self._engine.read(body)

    async def total(self) -> int:
        """Return the cost of all jobs together, in micro-dollars."""

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

LEDGER_RESERVE = """
INSERT INTO ledger (job_id, kind, order_number, micros, at)
SELECT id, 'reserve', order_number, price_micros, created_at FROM <made>
RETURNING id
"""
"""The statement that writes the first ledger entry of a new job: its expected price."""

_DIFFERENCES = """
SELECT jobs.key FROM jobs
  LEFT JOIN (SELECT job_id, SUM(micros) AS micros FROM ledger GROUP BY job_id) AS booked ON booked.job_id = jobs.id
 WHERE jobs.cost_micros <> COALESCE(booked.micros, 0)
 ORDER BY jobs.id LIMIT :limit
"""

_TOTAL = "SELECT CAST(COALESCE(SUM(micros), 0) AS BIGINT) AS micros FROM ledger"


@dataclass(frozen=True, slots=True, kw_only=True)
class Spent:
    """A number of jobs, and what they cost or may cost in micro-dollars."""

    n: int = 0
    micros: int = 0


class Span(NamedTuple):
    """The days from `since` to `until`, both included."""

    since: str
    until: str


class Usage:
    """Queries of the usage counters. Days are YYYY-MM-DD in the guild's time zone; days of the bot are in UTC."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    async def of_all_levels(
        self, guild_id: int, user_id: int, *, guild_days: Span, bot_days: Span
    ) -> dict[Level, dict[str, Spent]]:
        """Return the usage per day of each level (member, guild, bot), read in one transaction."""

        async def body(transaction: Transaction) -> dict[Level, dict[str, Spent]]:
            used: dict[Level, dict[str, Spent]] = {}
            for level in Level:
                days = guild_days if level.is_local else bot_days
                used[level] = await _by_day(transaction, level, *account_of(level, guild_id, user_id), days)
            return used

        return await self._engine.read(body)

    async def of_member(self, guild_id: int, user_id: int, *, since: str, until: str) -> dict[str, Spent]:
        """Return a member's usage per day from `since` to `until`; days without usage are absent."""
        return await self._by_day(Level.MEMBER, guild_id, user_id, since=since, until=until)

    async def of_guild(self, guild_id: int, *, since: str, until: str) -> dict[str, Spent]:
        """Return a guild's usage per day from `since` to `until`; days without usage are absent."""
        return await self._by_day(Level.GUILD, guild_id, 0, since=since, until=until)

    async def of_bot(self, *, since: str, until: str) -> dict[str, Spent]:
        """Return the usage of all servers per day from `since` to `until`; days without usage are absent."""
        return await self._by_day(Level.BOT, 0, 0, since=since, until=until)

    async def top_members(self, guild_id: int, *, since: str, limit: int) -> list[tuple[int, Spent]]:
        """Return up to `limit` (member id, usage) pairs: who spent most in a guild since the day `since`."""
        return await self._ranked(_TOP_MEMBERS, guild_id=guild_id, since=since, limit=limit)

    async def members_by_day(
        self, guild_id: int, *, since: str, until: str, limit: int
    ) -> list[tuple[str, int, Spent]]:
        """Return up to `limit` entries (day, member id, usage) of a guild, oldest day first."""
        values = {"guild_id": guild_id, "since": since, "until": until, "limit": limit}

        async def body(transaction: Transaction) -> list[tuple[str, int, Spent]]:
            rows = await transaction.all(_MEMBERS_BY_DAY, **values)
            return [(row["period"], row["user_id"], _spent(row)) for row in rows]

        return await self._engine.read(body)

    async def guilds(self, *, since: str, limit: int = 1000) -> list[tuple[int, Spent]]:
        """Return (guild id, usage) since the day `since`, the most first; id 0 is direct messages."""
        return await self._ranked(_GUILDS, since=since, limit=limit)

    async def _by_day(
        self, level: Level, guild_id: int, user_id: int, *, since: str, until: str
    ) -> dict[str, Spent]:
        span = Span(since, until)
        return await self._engine.read(
            lambda transaction: _by_day(transaction, level, guild_id, user_id, span)
        )

    async def _ranked(self, sql: str, **values: int | str) -> list[tuple[int, Spent]]:
        async def body(transaction: Transaction) -> list[tuple[int, Spent]]:
            return [(row["subject"], _spent(row)) for row in await transaction.all(sql, **values)]

        return await self._engine.read(body)


async def _by_day(
    transaction: Transaction, level: Level, guild_id: int, user_id: int, span: Span
) -> dict[str, Spent]:
    rows = await transaction.all(
        _BY_DAY, scope=level.value, guild_id=guild_id, user_id=user_id, since=span.since, until=span.until
    )
    return {row["period"]: _spent(row) for row in rows}


def _spent(row: Row) -> Spent:
    return Spent(n=row["n"], micros=row["micros"])


_BY_DAY = """
SELECT period, n, micros FROM counters
 WHERE scope = :scope AND guild_id = :guild_id AND user_id = :user_id AND period >= :since AND period <= :until
 ORDER BY period
"""

_TOP_MEMBERS = """
SELECT user_id AS subject, CAST(SUM(n) AS BIGINT) AS n, CAST(SUM(micros) AS BIGINT) AS micros FROM counters
 WHERE scope = 'member' AND guild_id = :guild_id AND period >= :since
 GROUP BY user_id HAVING SUM(n) > 0
 ORDER BY SUM(micros) DESC, SUM(n) DESC, user_id LIMIT :limit
"""

_MEMBERS_BY_DAY = """
SELECT period, user_id, n, micros FROM counters
 WHERE scope = 'member' AND guild_id = :guild_id AND period >= :since AND period <= :until
   AND (n > 0 OR micros > 0)
 ORDER BY period, user_id LIMIT :limit
"""

_GUILDS = """
SELECT guild_id AS subject, CAST(SUM(n) AS BIGINT) AS n, CAST(SUM(micros) AS BIGINT) AS micros FROM counters
 WHERE scope = 'guild' AND period >= :since
 GROUP BY guild_id
 ORDER BY SUM(micros) DESC, SUM(n) DESC, guild_id LIMIT :limit
"""
