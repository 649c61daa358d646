"""Members who may not order: in one guild, as its managers decided, or anywhere, after refusals of the provider."""

from dataclasses import dataclass

from db.engines.engine import Engine, Transaction
from db.settings.pauses import EVERYWHERE

MODERATOR, STRIKES = "moderator", "strikes"
"""Causes of a block."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """One member who may not order. Times are epoch ms, `until_at` None: for good; guild -1 stands for everywhere."""

    guild_id: int
    user_id: int
    since: int
    until_at: int | None
    cause: str


class Blocks:
    """Sets and lifts them."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    async def block(
        self, user_id: int, *, guild_id: int = EVERYWHERE, cause: str, seconds: float | None = None
    ) -> bool:
        """Block a member, for `seconds` or for good; say whether they were not blocked there before."""
        duration_ms = None if seconds is None else int(seconds * 1000)
        return await self._changes(_BLOCK, user_id, guild_id=guild_id, cause=cause, duration_ms=duration_ms)

    async def unblock(self, user_id: int, *, guild_id: int = EVERYWHERE) -> bool:
        """Let a member order again; say whether they were blocked there."""
        return await self._changes(_UNBLOCK, user_id, guild_id=guild_id)

    async def of(self, guild_id: int, *, limit: int = 25) -> list[Block]:
        """Return who is blocked in a guild, newest first."""

        async def body(transaction: Transaction) -> list[Block]:
            return [Block(**row) for row in await transaction.all(_OF, guild_id=guild_id, limit=limit)]

        return await self._engine.read(body)

    async def refusals(self, user_id: int, *, within_ms: int) -> int:
        """Return how many of a member's orders the provider's filter has refused lately, in whatever guild."""

        async def body(transaction: Transaction) -> int:
            row = await transaction.one(_REFUSALS, user_id=user_id, within_ms=within_ms)
            return row["n"] if row else 0

        return await self._engine.read(body)

    async def suspended_until(self, user_id: int) -> int | None:
        """Return when a member may order again whom the filter has refused too often (epoch ms), None: now."""

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

# `jobs_by_owner` finds them; a member has few.
_REFUSALS = """
SELECT COUNT(*) AS n FROM jobs
 WHERE user_id = :user_id AND state = 'failed' AND reason = 'moderated' AND finished_at > <dbnow> - :within_ms
"""
