"""State that all processes of one database share: named values that survive restarts, and a rate limit."""

from db.engines.engine import Engine, Transaction


class BotState:
    """Named values about the bot, stored in the table `facts`."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    async def get(self, name: str) -> str | None:
        """Return the value of `name`; None if it was never set."""

        async def body(transaction: Transaction) -> str | None:
            row = await transaction.one(_GET, name=name)
            return row["value"] if row else None

        return await self._engine.read(body)

    async def set(self, name: str, value: str) -> None:
        """Store `value` under `name`, replacing the old value."""

        async def body(transaction: Transaction) -> None:
            await transaction.one(_SET, name=name, value=value)

        await self._engine.write(body)


class SharedRateLimiter:
    """A rate limiter that gives turns to all processes one after the other. Unused turns are not saved up."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    async def take(self, name: str, *, gap_ms: int) -> int:
        """Take the next turn of `name`, at least `gap_ms` after the previous one; return the wait in milliseconds."""

        async def body(transaction: Transaction) -> int:
            row = await transaction.one(_TAKE, name=name, gap_ms=gap_ms)
            return max(0, row["wait"]) if row else 0

        return await self._engine.write(body)


_GET = "SELECT value FROM facts WHERE name = :name"

_SET = """
INSERT INTO facts (name, value) VALUES (:name, :value)
ON CONFLICT (name) DO UPDATE SET value = excluded.value
RETURNING name
"""

# `free_at` is when the turn after this one may begin.
_TAKE = """
INSERT INTO turns (name, free_at) VALUES (:name, <dbnow> + :gap_ms)
ON CONFLICT (name) DO UPDATE
   SET free_at = CASE WHEN turns.free_at > <dbnow> THEN turns.free_at ELSE <dbnow> END + :gap_ms
RETURNING free_at - :gap_ms - <dbnow> AS wait
"""
