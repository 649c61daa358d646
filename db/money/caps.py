"""Limits that a new job counts against, and the counters of usage that are compared with them."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import assert_never

from db.engines.engine import Row, Transaction
from db.jobs.job import Job, Owner


class Level(StrEnum):
    """Whose limit it is, and in which time zone its days begin. A limit raised by a role is a member's limit here."""

    MEMBER = "member"  #: a member in one server, as managers allow; days in the server's zone
    MEMBER_UTC = "member_utc"  #: a member in one server, as the operator allows; UTC
    USER = "user"  #: one user in all servers together, as the operator allows; UTC
    GUILD = "guild"  #: a whole server, as its managers allow; days in its zone
    GUILD_UTC = "guild_utc"  #: a whole server, as the operator allows; UTC
    BOT = "bot"  #: all servers together; UTC

    @property
    def is_local(self) -> bool:
        """Whether the level's days begin in the server's time zone instead of UTC."""
        return self in {Level.MEMBER, Level.GUILD}


class Measure(StrEnum):
    """The quantities that can be limited."""

    ACTIVE = "active"  #: jobs under way at once
    PER_DAY = "per_day"  #: jobs of a day
    MICROS_PER_DAY = "micros_per_day"  #: micro-dollars of a day
    MICROS_PER_MONTH = "micros_per_month"  #: micro-dollars of a calendar month
    COOLDOWN = "cooldown_ms"  #: milliseconds between two jobs


DAILY = (Measure.PER_DAY, Measure.MICROS_PER_DAY, Measure.MICROS_PER_MONTH)
"""The measures that count by days and months."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LevelCaps:
    """The limits of one level. None: no limit; 0: nothing is allowed."""

    active: int | None = None
    per_day: int | None = None
    micros_per_day: int | None = None
    micros_per_month: int | None = None
    cooldown_ms: int | None = None


UNLIMITED = LevelCaps()


@dataclass(frozen=True, slots=True, kw_only=True)
class Caps:
    """The limits of each level: one member in one server, one user everywhere, one server, the whole bot.

    Managers set `member` and `guild`, whose days begin in the server's time zone. The operator sets the other levels,
    whose days begin at midnight UTC; `member_utc`, `user` and `guild_utc` have daily and monthly limits alone.
    """

    member: LevelCaps = UNLIMITED
    member_utc: LevelCaps = UNLIMITED
    user: LevelCaps = UNLIMITED
    guild: LevelCaps = UNLIMITED
    guild_utc: LevelCaps = UNLIMITED
    bot: LevelCaps = UNLIMITED

    def at(self, level: Level) -> LevelCaps:
        """Return the limits of one level."""
        return getattr(self, level)


class CapReached(Exception):
    """Raised if a limit would be passed; no job was made.

    `limit` is the limit's figure, `left` is what remains below it. `resets_at` (epoch ms) is when the limit
    resets, if that is known here; the caller knows when days end.
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
        """The name of the limit, for example `member-per_day`; the same for managers' and operator's limits."""
        return f"{self.level.removesuffix('_utc')}-{self.measure}"


def orders_of(owner: Owner) -> str:
    """Return the name of the lock under which a member's orders are counted (`Transaction.hold`)."""
    return f"orders {owner.guild_id} {owner.user_id}"


async def count_against_limits(transaction: Transaction, job: Job, caps: Caps) -> None:
    """Count `job` and its price at every level, then compare the counters with the limits.

    The transaction must hold the lock `orders_of` of the member. The counters are locked in a fixed order
    (member, guild, bot). The bot's row comes last, because every admission contends for it.

    Raises:
        CapReached: a limit would be passed.
    """
    rows = await transaction.all(_COUNT, **_counters_of(job), micros=job.price_micros)
    counted = {(row["scope"], row["period"]): row for row in rows}
    for level in Level:
        await _require(transaction, job, level, caps.at(level), counted)
    # Cooldowns and jobs under way come last: they end sooner, so they are named only if nothing else is used up.
    for level in (Level.MEMBER, Level.GUILD, Level.BOT):
        await _require_pace(transaction, job, level, caps.at(level), counted)


async def give_back(transaction: Transaction, job: Job) -> None:
    """Subtract an uncharged job and its price from all counters."""
    await _add(transaction, job, n=-1, micros=-job.price_micros)


async def settle(transaction: Transaction, job: Job, *, difference: int) -> None:
    """Add `difference` micro-dollars to all counters: what `job` cost above its expected price."""
    if difference:
        await _add(transaction, job, n=0, micros=difference)


async def _add(transaction: Transaction, job: Job, *, n: int, micros: int) -> None:
    await transaction.all(_ADD, **_counters_of(job), n=n, micros=micros)


async def _require(
    transaction: Transaction, job: Job, level: Level, caps: LevelCaps, counted: Mapping[tuple[str, str], Row]
) -> None:
    """Check one level's limits of the day and the month; the counters already include the job."""
    price, today = job.price_micros, job.usage_day if level.is_local else job.bot_day
    day = counted[level, today]
    _at_most(caps.per_day, day["n"], by=1, reached=(level, Measure.PER_DAY))
    _at_most(caps.micros_per_day, day["micros"], by=price, reached=(level, Measure.MICROS_PER_DAY))
    if caps.micros_per_month is not None:
        guild_id, user_id = account_of(level, job.guild_id, job.user_id)
        account = {"scope": level.value, "guild_id": guild_id, "user_id": user_id}
        month = await transaction.one(_MONTH, **account, month=today[:7])
        spent = (month["micros"] if month else None) or 0
        _at_most(caps.micros_per_month, spent, by=price, reached=(level, Measure.MICROS_PER_MONTH))


async def _require_pace(
    transaction: Transaction, job: Job, level: Level, caps: LevelCaps, counted: Mapping[tuple[str, str], Row]
) -> None:
    """Check the limits that do not count by day: the cooldown between two jobs, and the number of open jobs."""
    _require_rest(caps, level, counted[level, ""], now=job.queued_at)
    if caps.active is not None:
        everybody = counted[Level.BOT, ""]
        active = everybody["active"] if level is Level.MEMBER else await _active(transaction, level, job)
        _at_most(caps.active, active, by=1, reached=(level, Measure.ACTIVE))


def _require_rest(caps: LevelCaps, level: Level, ever: Row, *, now: int) -> None:
    before = ever["previous_at"]
    if caps.cooldown_ms and before is not None and before + caps.cooldown_ms > now:
        rested_at = before + caps.cooldown_ms
        raise CapReached(level, Measure.COOLDOWN, limit=caps.cooldown_ms, resets_at=rested_at)


def _at_most(limit: int | None, total: int, *, by: int, reached: tuple[Level, Measure]) -> None:
    """Raise if a total is above its limit; `by` is what this job has added to the total."""
    if limit is not None and total > limit:
        level, measure = reached
        raise CapReached(level, measure, limit=limit, left=max(0, limit - (total - by)))


async def _active(transaction: Transaction, level: Level, job: Job) -> int:
    row = await transaction.one(_ACTIVE[level], guild_id=job.guild_id)
    return row["n"] if row else 0


def account_of(level: Level, guild_id: int, user_id: int) -> tuple[int, int]:
    """Return the (guild, user) ids under which a level counts an order; 0 stands for all."""
    match level:
        case Level.MEMBER | Level.MEMBER_UTC:
            return guild_id, user_id
        case Level.USER:
            return 0, user_id
        case Level.GUILD | Level.GUILD_UTC:
            return guild_id, 0
        case Level.BOT:
            return 0, 0
        case _:
            assert_never(level)


def _counters_of(job: Job) -> Row:
    return {
        "guild_id": job.guild_id,
        "user_id": job.user_id,
        "day": job.usage_day,
        "bot_day": job.bot_day,
    }


# `<under_way>` matches the partial index jobs_under_way. Late jobs do not count, so that they hold up no other job;
# joins do not count, because they were not ordered.
_ACTIVE = {
    Level.GUILD: """
        SELECT COUNT(*) AS n FROM jobs
         WHERE guild_id = :guild_id AND state IN <under_way>
           AND late_at IS NULL AND (relation IS NULL OR relation <> 'join')
    """,
    Level.BOT: """
        SELECT COUNT(*) AS n FROM jobs
         WHERE state IN <under_way>
           AND late_at IS NULL AND (relation IS NULL OR relation <> 'join')
    """,
}

# PostgreSQL locks the rows in this order. The member's open jobs cannot grow meanwhile, because the lock of the
# member's orders is held.
_COUNT = """
INSERT INTO counters (period, scope, guild_id, user_id, n, micros, last_at, previous_at)
VALUES ('', 'member', :guild_id, :user_id, 1, :micros, <dbnow>, NULL),
       (:day, 'member', :guild_id, :user_id, 1, :micros, <dbnow>, NULL),
       (:bot_day, 'member_utc', :guild_id, :user_id, 1, :micros, <dbnow>, NULL),
       (:bot_day, 'user', 0, :user_id, 1, :micros, <dbnow>, NULL),
       ('', 'guild', :guild_id, 0, 1, :micros, <dbnow>, NULL),
       (:day, 'guild', :guild_id, 0, 1, :micros, <dbnow>, NULL),
       (:bot_day, 'guild_utc', :guild_id, 0, 1, :micros, <dbnow>, NULL),
       ('', 'bot', 0, 0, 1, :micros, <dbnow>, NULL),
       (:bot_day, 'bot', 0, 0, 1, :micros, <dbnow>, NULL)
ON CONFLICT (scope, guild_id, user_id, period) DO UPDATE
   SET n = counters.n + 1, micros = counters.micros + excluded.micros,
       last_at = excluded.last_at, previous_at = counters.last_at
RETURNING scope, period, n, micros, previous_at,
    CASE WHEN scope = 'bot' AND period = '' THEN
      (SELECT COUNT(*) FROM jobs
        WHERE jobs.guild_id = :guild_id AND jobs.user_id = :user_id
          AND state IN <under_way>
          AND late_at IS NULL AND (relation IS NULL OR relation <> 'join'))
    END AS active
"""

# `last_at` is not set: a refund or a correction is no new job, so no cooldown begins again.
_ADD = """
INSERT INTO counters (period, scope, guild_id, user_id, n, micros)
VALUES ('', 'member', :guild_id, :user_id, :n, :micros),
       (:day, 'member', :guild_id, :user_id, :n, :micros),
       (:bot_day, 'member_utc', :guild_id, :user_id, :n, :micros),
       (:bot_day, 'user', 0, :user_id, :n, :micros),
       ('', 'guild', :guild_id, 0, :n, :micros),
       (:day, 'guild', :guild_id, 0, :n, :micros),
       (:bot_day, 'guild_utc', :guild_id, 0, :n, :micros),
       ('', 'bot', 0, 0, :n, :micros),
       (:bot_day, 'bot', 0, 0, :n, :micros)
ON CONFLICT (scope, guild_id, user_id, period) DO UPDATE
   SET n = counters.n + excluded.n, micros = counters.micros + excluded.micros
RETURNING n
"""

_MONTH = """
SELECT CAST(SUM(micros) AS BIGINT) AS micros FROM counters
 WHERE scope = :scope AND guild_id = :guild_id AND user_id = :user_id
   AND period >= :month AND period < :month || '~'
"""
