"""Turns that all processes of one database take one after the other."""

from db.engines.engine import Engine, Transaction


class SharedRateLimiter:
    """Who takes a turn learns how long to wait for it; nothing is saved up while nobody comes."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    async def take(self, name: str, *, gap_ms: int) -> int:
        """Take the next turn of `name`, at least `gap_ms` after the one before; return in how many ms it is."""

        async def body(transaction: Transaction) -> int:
            row = await transaction.one(_TAKE, name=name, gap_ms=gap_ms)
            return max(0, row["wait"]) if row else 0

        return await self._engine.write(body)


# `free_at` is when the turn after this one may begin.
_TAKE = """
INSERT INTO turns (name, free_at) VALUES (:name, <dbnow> + :gap_ms)
ON CONFLICT (name) DO UPDATE
   SET free_at = CASE WHEN turns.free_at > <dbnow> THEN turns.free_at ELSE <dbnow> END + :gap_ms
RETURNING free_at - :gap_ms - <dbnow> AS wait
"""
