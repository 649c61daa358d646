"""The limits that a new job counts against, and the counters that they are compared with."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import assert_never

from db.engine import Row, Transaction
from db.job import Job


class Level(StrEnum):
    """Whose limit it is. What a role allows is a member's limit here."""

    MEMBER = "member"
    GUILD = "guild"
    BOT = "bot"


class Measure(StrEnum):
    """What is limited."""

    ACTIVE = "active"  #: jobs under way at once
    PER_DAY = "per_day"  #: jobs of a day
    MICROS_PER_DAY = "micros_per_day"  #: micro-dollars of a day
    MICROS_PER_MONTH = "micros_per_month"  #: micro-dollars of a calendar month
    COOLDOWN = "cooldown_ms"  #: milliseconds between two jobs


@dataclass(frozen=True, slots=True, kw_only=True)
class LevelCaps:
    """The limits of one level; None: unlimited, 0: nothing at all."""

    active: int | None = None
    per_day: int | None = None
    micros_per_day: int | None = None
    micros_per_month: int | None = None
    cooldown_ms: int | None = None


UNLIMITED = LevelCaps()


@dataclass(frozen=True, slots=True, kw_only=True)
class Caps:
    """The limits of a member in a guild, of that guild, and of everybody together."""

    member: LevelCaps = UNLIMITED
    guild: LevelCaps = UNLIMITED
    bot: LevelCaps = UNLIMITED


class CapReached(Exception):
    """No job was made. `limit` is the figure of the cap that would be passed, `left` what remains below it.

    `resets_at` (epoch ms) is when it counts anew, as far as is known: the days are the business of who asked.
    """

    def __init__(
        self, level: Level, measure: Measure, *, limit: int, left: int = 0, resets_at: int | None = None
    ) -> None:
        super().__init__(f"{level} limit of {limit} ({measure}) reached, {left} left")
        self.level = level
        self.measure = measure
        self.limit = limit
        self.left = left
        self.resets_at = resets_at

    @property
    def name(self) -> str:
        """Return which limit it is: `member-per_day`."""
        return f"{self.level}-{self.measure}"


async def reserve(transaction: Transaction, job: Job, caps: Caps) -> None:
    """Count `job` and its price at every level, and compare.

    The member first, everybody last: on PostgreSQL a counter is held from here to the commit, and the last is
    everybody's. What else is counted is counted while those rows are held.

    Raises:
        CapReached: a limit would be passed.
    """
    counting = {**_counters_of(job), "micros": job.price_micros}
    mine = await transaction.all(_COUNT_MEMBER, **counting)
    shared = await transaction.all(_COUNT_SHARED, **counting)
    for level in Level:
        rows = mine if level is Level.MEMBER else shared
        await _require(transaction, job, _caps_at(caps, level), _counted(level, rows))
        if level is Level.MEMBER:
            active = next(row["active"] for row in shared if row["active"] is not None)
            _at_most(caps.member.active, active, by=1, reached=(level, Measure.ACTIVE))


async def give_back(transaction: Transaction, job: Job) -> None:
    """Return what an uncharged job had taken."""
    await _add(transaction, job, n=-1, micros=-job.price_micros)


async def settle(transaction: Transaction, job: Job, *, difference: int) -> None:
    """Count `difference` micro-dollars more than `job` was expected to cost."""
    if difference:
        await _add(transaction, job, n=0, micros=difference)


async def _add(transaction: Transaction, job: Job, *, n: int, micros: int) -> None:
    await transaction.all(_ADD, **_counters_of(job), n=n, micros=micros)


@dataclass(frozen=True, slots=True)
class _Counted:
    """The counters of one level as they are with the job in them: of all times, and of its day."""

    level: Level
    ever: Row
    day: Row


def _counted(level: Level, rows: Iterable[Row]) -> _Counted:
    mine = [row for row in rows if row["scope"] == level]
    ever, day = sorted(mine, key=lambda row: row["period"])
    return _Counted(level, ever, day)


async def _require(transaction: Transaction, job: Job, caps: LevelCaps, counted: _Counted) -> None:
    level, price = counted.level, job.price_micros
    _at_most(caps.per_day, counted.day["n"], by=1, reached=(level, Measure.PER_DAY))
    _at_most(caps.micros_per_day, counted.day["micros"], by=price, reached=(level, Measure.MICROS_PER_DAY))
    _require_rest(caps, counted, now=job.queued_at)
    if caps.active is not None and level is not Level.MEMBER:
        active = await _number(transaction, _ACTIVE[level], job)
        _at_most(caps.active, active, by=1, reached=(level, Measure.ACTIVE))
    if caps.micros_per_month is not None:
        month = await _number(transaction, _MONTH[level], job)
        _at_most(caps.micros_per_month, month, by=price, reached=(level, Measure.MICROS_PER_MONTH))


def _require_rest(caps: LevelCaps, counted: _Counted, *, now: int) -> None:
    before = counted.ever["previous_at"]
    if caps.cooldown_ms and before is not None and before + caps.cooldown_ms > now:
        rested_at = before + caps.cooldown_ms
        raise CapReached(counted.level, Measure.COOLDOWN, limit=caps.cooldown_ms, resets_at=rested_at)


def _at_most(limit: int | None, total: int, *, by: int, reached: tuple[Level, Measure]) -> None:
    """Refuse a total above its limit; `by` is what this job has added to it."""
    if limit is not None and total > limit:
        level, measure = reached
        raise CapReached(level, measure, limit=limit, left=max(0, limit - (total - by)))


def _caps_at(caps: Caps, level: Level) -> LevelCaps:
    match level:
        case Level.MEMBER:
            return caps.member
        case Level.GUILD:
            return caps.guild
        case Level.BOT:
            return caps.bot
        case _:
            assert_never(level)


async def _number(transaction: Transaction, sql: str, job: Job) -> int:
    row = await transaction.one(
        sql,
        guild_id=job.guild_id,
        user_id=job.user_id,
        month=job.usage_day[:7],
        bot_month=job.bot_day[:7],
    )
    return (row["n"] if row else None) or 0


def _counters_of(job: Job) -> Row:
    return {
        "guild_id": job.guild_id,
        "user_id": job.user_id,
        "day": job.usage_day,
        "bot_day": job.bot_day,
    }


# The list of states is the predicate of jobs_under_way. A job that is late holds up nobody's next one, and a joined
# chain was not ordered.
_ACTIVE = {
    Level.GUILD: """
        SELECT COUNT(*) AS n FROM jobs
         WHERE guild_id = :guild_id AND state IN ('queued', 'submitting', 'rendering', 'delivering')
           AND late_at IS NULL AND (relation IS NULL OR relation <> 'join')
    """,
    Level.BOT: """
        SELECT COUNT(*) AS n FROM jobs
         WHERE state IN ('queued', 'submitting', 'rendering', 'delivering')
           AND late_at IS NULL AND (relation IS NULL OR relation <> 'join')
    """,
}

# The order of the rows is the order in which PostgreSQL holds them.
_COUNT_MEMBER = """
INSERT INTO counters (period, scope, guild_id, user_id, n, micros, last_at, previous_at)
VALUES ('', 'member', :guild_id, :user_id, 1, :micros, <dbnow>, NULL),
       (:day, 'member', :guild_id, :user_id, 1, :micros, <dbnow>, NULL)
ON CONFLICT (scope, guild_id, user_id, period) DO UPDATE
   SET n = counters.n + 1, micros = counters.micros + excluded.micros,
       last_at = excluded.last_at, previous_at = counters.last_at
RETURNING scope, period, n, micros, previous_at
"""

# The member's row is held by now: what is under way of theirs grows by nobody else. In this statement it costs no
# round trip of its own.
_COUNT_SHARED = """
INSERT INTO counters (period, scope, guild_id, user_id, n, micros, last_at, previous_at)
VALUES ('', 'guild', :guild_id, 0, 1, :micros, <dbnow>, NULL),
       (:day, 'guild', :guild_id, 0, 1, :micros, <dbnow>, NULL),
       ('', 'bot', 0, 0, 1, :micros, <dbnow>, NULL),
       (:bot_day, 'bot', 0, 0, 1, :micros, <dbnow>, NULL)
ON CONFLICT (scope, guild_id, user_id, period) DO UPDATE
   SET n = counters.n + 1, micros = counters.micros + excluded.micros,
       last_at = excluded.last_at, previous_at = counters.last_at
RETURNING scope, period, n, micros, previous_at,
    CASE WHEN scope = 'bot' AND period = '' THEN
      (SELECT COUNT(*) FROM jobs
        WHERE jobs.guild_id = :guild_id AND jobs.user_id = :user_id
          AND state IN ('queued', 'submitting', 'rendering', 'delivering')
          AND late_at IS NULL AND (relation IS NULL OR relation <> 'join'))
    END AS active
"""

# What is taken back or settled is no new job: nobody's pause between two begins anew.
_ADD = """
INSERT INTO counters (period, scope, guild_id, user_id, n, micros)
VALUES ('', 'member', :guild_id, :user_id, :n, :micros),
       (:day, 'member', :guild_id, :user_id, :n, :micros),
       ('', 'guild', :guild_id, 0, :n, :micros),
       (:day, 'guild', :guild_id, 0, :n, :micros),
       ('', 'bot', 0, 0, :n, :micros),
       (:bot_day, 'bot', 0, 0, :n, :micros)
ON CONFLICT (scope, guild_id, user_id, period) DO UPDATE
   SET n = counters.n + excluded.n, micros = counters.micros + excluded.micros
RETURNING n
"""

_MONTH = {
    Level.MEMBER: """
        SELECT CAST(SUM(micros) AS BIGINT) AS n FROM counters
         WHERE scope = 'member' AND guild_id = :guild_id AND user_id = :user_id
           AND period >= :month AND period < :month || '~'
    """,
    Level.GUILD: """
        SELECT CAST(SUM(micros) AS BIGINT) AS n FROM counters
         WHERE scope = 'guild' AND guild_id = :guild_id AND user_id = 0
           AND period >= :month AND period < :month || '~'
    """,
    Level.BOT: """
        SELECT CAST(SUM(micros) AS BIGINT) AS n FROM counters
         WHERE scope = 'bot' AND guild_id = 0 AND user_id = 0
           AND period >= :bot_month AND period < :bot_month || '~'
    """,
}
