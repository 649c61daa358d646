"""Pauses, which stop ordering in a guild or everywhere, and blocks, which stop one member from ordering.

Videos that were ordered before are still delivered.
"""

from dataclasses import dataclass
from enum import StrEnum

from db.engines.engine import Engine, Row, Transaction
from db.jobs.job import Job

EVERYWHERE = -1
"""The guild id of pauses and blocks that apply to the whole bot."""


class Cause(StrEnum):
    """The causes of a pause. Several pauses can be active at once; each is lifted separately."""

    OPERATOR = "operator"  #: the operator has paused the bot
    MODERATOR = "moderator"  #: a manager has paused the guild
    BALANCE = "balance"  #: the account at the provider is empty
    KEY = "key"  #: the provider refuses the key
    DATABASE = "database"  #: the database cannot be written to, or its file is gone; never stored
    OUTAGE = "outage"  #: the provider fails again and again; orders are accepted and wait


@dataclass(frozen=True, slots=True, kw_only=True)
class Pause:
    """A pause of ordering. Times are epoch ms; `until_at` None means until it is lifted."""

    guild_id: int
    cause: Cause
    since: int
    until_at: int | None
    times: int  #: how often in a row it was set before it was lifted
    detail: str | None


class Pauses:
    """The stored pauses: set, lift and read them, and find the requesters who are to be notified of one."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    async def standing(self, guild_id: int | None = None) -> list[Pause]:
        """Return the active pauses of a guild, or of all (None); those of the whole bot come first."""

        async def body(transaction: Transaction) -> list[Pause]:
            rows = await transaction.all(_STANDING)
            return [
                _pause(row) for row in rows if guild_id is None or row["guild_id"] in {EVERYWHERE, guild_id}
            ]

        return await self._engine.read(body)

    async def pause(
        self,
        cause: Cause,
        *,
        guild_id: int = EVERYWHERE,
        seconds: float | None = None,
        detail: str | None = None,
    ) -> bool:
        """Pause ordering for `seconds`, or until the pause is lifted; return False if it was already active."""
        duration_ms = None if seconds is None else int(seconds * 1000)

        async def body(transaction: Transaction) -> bool:
            stood = await transaction.one(_STOOD, guild_id=guild_id, cause=cause)
            await transaction.one(
                _PAUSE, guild_id=guild_id, cause=cause, duration_ms=duration_ms, detail=detail
            )
            return stood is None

        return await self._engine.write(body)

    async def causes(self) -> set[Cause]:
        """Return the causes of all pauses of the whole bot that were not lifted, even if their time is over."""

        async def body(transaction: Transaction) -> set[Cause]:
            return {Cause(row["cause"]) for row in await transaction.all(_CAUSES)}

        return await self._engine.read(body)

    async def times(self, cause: Cause, *, guild_id: int = EVERYWHERE) -> int:
        """Return how often in a row this pause was set, even if its time is over; 0 after it was lifted."""

        async def body(transaction: Transaction) -> int:
            row = await transaction.one(_TIMES, guild_id=guild_id, cause=cause)
            return row["times"] if row else 0

        return await self._engine.read(body)

    async def lift(self, cause: Cause, *, guild_id: int = EVERYWHERE) -> bool:
        """Lift one pause, and wake the workers; return whether there was one."""

        async def body(transaction: Transaction) -> bool:
            lifted = await transaction.one(_LIFT, guild_id=guild_id, cause=cause)
            transaction.ring()
            return lifted is not None

        return await self._engine.write(body)

    async def file_still_there(self) -> bool:
        """Return whether the database's file is still there, so that orders can be stored."""

        async def body(transaction: Transaction) -> bool:
            return transaction.file_still_there()

        return await self._engine.read(body)

    async def unnotified(self) -> Job | None:
        """Return a waiting job whose requester is to be notified of a pause; None if there is none.

        The notification is recorded here, before the message is sent, and `not_notified` undoes that: a
        missed message is better than a repeated one.
        """

        async def body(transaction: Transaction) -> Job | None:
            row = await transaction.one(_TAKE_UNTOLD)
            return Job.from_row(row) if row else None

        # This runs every few seconds and nearly always finds none, so it first reads without writing.
        if not await self._engine.read(lambda transaction: transaction.one(_ANY_TO_TELL)):
            return None
        return await self._engine.write(body)

    async def not_notified(self, job: Job) -> None:
        """Undo the record that the requester of `job` was notified, because the message was not sent."""
        await self._engine.write(lambda transaction: transaction.one(_NOT_TOLD, id=job.id))


def _pause(row: Row) -> Pause:
    return Pause(
        guild_id=row["guild_id"],
        cause=Cause(row["cause"]),
        since=row["since"],
        until_at=row["until_at"],
        times=row["times"],
        detail=row["detail"],
    )


_STANDING = """
SELECT guild_id, cause, since, until_at, times, detail FROM pauses
 WHERE until_at IS NULL OR until_at > <dbnow>
 ORDER BY guild_id, cause
"""

_STOOD = """
SELECT cause FROM pauses
 WHERE guild_id = :guild_id AND cause = :cause AND (until_at IS NULL OR until_at > <dbnow>)
"""

_PAUSE = """
INSERT INTO pauses (guild_id, cause, since, until_at, times, detail)
VALUES (:guild_id, :cause, <dbnow>, <dbnow> + :duration_ms, 1, :detail)
ON CONFLICT (guild_id, cause) DO UPDATE
   SET times = CASE WHEN pauses.until_at <= <dbnow> THEN pauses.times + 1 ELSE pauses.times END,
       since = CASE WHEN pauses.until_at <= <dbnow> THEN <dbnow> ELSE pauses.since END,
       until_at = excluded.until_at, detail = excluded.detail
RETURNING cause
"""

_CAUSES = "SELECT cause FROM pauses WHERE guild_id = -1"

_TIMES = "SELECT times FROM pauses WHERE guild_id = :guild_id AND cause = :cause"

_LIFT = "DELETE FROM pauses WHERE guild_id = :guild_id AND cause = :cause RETURNING cause"

# An outage ends by itself, so its waiting requesters are not notified.
_ANY_TO_TELL = """
SELECT cause FROM pauses WHERE cause <> 'outage' AND (until_at IS NULL OR until_at > <dbnow>) LIMIT 1
"""

_TAKE_UNTOLD = """
UPDATE jobs SET pause_told_at = <dbnow>
 WHERE id = (SELECT jobs.id FROM jobs
               JOIN pauses ON pauses.guild_id IN (-1, jobs.guild_id) AND pauses.cause <> 'outage'
                AND (pauses.until_at IS NULL OR pauses.until_at > <dbnow>)
              WHERE jobs.state = 'queued' AND jobs.queued_at <= pauses.since
                AND (jobs.pause_told_at IS NULL OR jobs.pause_told_at < pauses.since)
              ORDER BY jobs.turn, jobs.id LIMIT 1)
   AND state = 'queued'
RETURNING *
"""

_NOT_TOLD = "UPDATE jobs SET pause_told_at = NULL WHERE id = :id RETURNING id"


MODERATOR, STRIKES = "moderator", "strikes"
"""The causes of a block: a manager's decision, or too many refusals by the provider's filter."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """A block of one member. Times are epoch ms; `until_at` None means for good; guild -1 means everywhere."""

    guild_id: int
    user_id: int
    since: int
    until_at: int | None
    cause: str


class Blocks:
    """The stored blocks: set, lift and read them, and count the filter's refusals of a member."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    async def block(
        self, user_id: int, *, guild_id: int = EVERYWHERE, cause: str, seconds: float | None = None
    ) -> bool:
        """Block a member, for `seconds` or for good; return False if the member was already blocked there."""
        duration_ms = None if seconds is None else int(seconds * 1000)
        return await self._changes(_BLOCK, user_id, guild_id=guild_id, cause=cause, duration_ms=duration_ms)

    async def unblock(self, user_id: int, *, guild_id: int = EVERYWHERE) -> bool:
        """Let a member order again; return whether the member was blocked there."""
        return await self._changes(_UNBLOCK, user_id, guild_id=guild_id)

    async def of(self, guild_id: int, *, limit: int = 25) -> list[Block]:
        """Return up to `limit` blocks in a guild, newest first."""

        async def body(transaction: Transaction) -> list[Block]:
            return [Block(**row) for row in await transaction.all(_OF, guild_id=guild_id, limit=limit)]

        return await self._engine.read(body)

    async def refusals(self, user_id: int, *, within_ms: int) -> int:
        """Return how many of a member's orders the provider's filter refused within `within_ms`, in all guilds."""

        async def body(transaction: Transaction) -> int:
            row = await transaction.one(_REFUSALS, user_id=user_id, within_ms=within_ms)
            return row["n"] if row else 0

        return await self._engine.read(body)

    async def suspended_until(self, user_id: int) -> int | None:
        """Return when the suspension of a member by the filter ends (epoch ms); None if there is none."""

        async def body(transaction: Transaction) -> int | None:
            row = await transaction.one(_SUSPENDED, user_id=user_id)
            return row["until_at"] if row else None

        return await self._engine.read(body)

    async def _changes(self, sql: str, user_id: int, *, guild_id: int, **values: str | int | None) -> bool:
        async def body(transaction: Transaction) -> bool:
            return await transaction.one(sql, user_id=user_id, guild_id=guild_id, **values) is not None

        return await self._engine.write(body)


_BLOCK = """
INSERT INTO blocks (guild_id, user_id, since, until_at, cause)
VALUES (:guild_id, :user_id, <dbnow>, <dbnow> + :duration_ms, :cause)
ON CONFLICT (guild_id, user_id) DO UPDATE
   SET since = excluded.since, until_at = excluded.until_at, cause = excluded.cause
 WHERE blocks.until_at <= <dbnow>
RETURNING user_id
"""

_UNBLOCK = "DELETE FROM blocks WHERE guild_id = :guild_id AND user_id = :user_id RETURNING user_id"

_OF = """
SELECT guild_id, user_id, since, until_at, cause FROM blocks
 WHERE guild_id = :guild_id AND (until_at IS NULL OR until_at > <dbnow>)
 ORDER BY since DESC, user_id LIMIT :limit
"""

_SUSPENDED = """
SELECT until_at FROM blocks
 WHERE guild_id = -1 AND user_id = :user_id AND cause = 'strikes' AND until_at > <dbnow>
"""

# The index jobs_by_owner serves this; a member has few jobs.
_REFUSALS = """
SELECT COUNT(*) AS n FROM jobs
 WHERE user_id = :user_id AND state = 'failed' AND reason = 'moderated' AND finished_at > <dbnow> - :within_ms
"""
