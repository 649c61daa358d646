"""Rate limiters: how often the provider is polled, by one process or by all of a database."""

import asyncio
from typing import Protocol

from db.engines.turns import SharedRateLimiter


class RateLimiter(Protocol):
    """Lets callers through, one after the other."""

    async def acquire(self) -> None:
        """Wait for one's turn."""
        ...


class LocalRateLimiter:
    """Lets callers through at most `per_second` times a second, in the order of their coming."""

    def __init__(self, per_second: float) -> None:
        self._gap = 1 / per_second
        self._free_at = 0.0

    async def acquire(self) -> None:
        """Wait for one's turn."""
        now = asyncio.get_running_loop().time()
        start = max(now, self._free_at)
        self._free_at = start + self._gap
        await asyncio.sleep(start - now)


class DatabaseRateLimiter:
    """The same over all processes of one database, which gives out the turns."""

    def __init__(self, turns: SharedRateLimiter, per_second: float) -> None:
        self._turns = turns
        self._gap_ms = max(1, round(1000 / per_second))

    async def acquire(self) -> None:
        """Wait for one's turn."""
        wait_ms = await self._turns.take("polls", gap_ms=self._gap_ms)
        await asyncio.sleep(wait_ms / 1000)
