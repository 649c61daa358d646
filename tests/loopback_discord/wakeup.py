"""A bell that rings at every change, so that tests wait for a fact and never for a time."""

import asyncio
from collections.abc import Callable
from typing import TypeVar

Found = TypeVar("Found")


class Wakeup:
    """Wakes everybody who waits, who then look again."""

    def __init__(self) -> None:
        self._sleepers: list[asyncio.Future[None]] = []

    def notify(self) -> None:
        sleepers, self._sleepers = self._sleepers, []
        for sleeper in sleepers:
            if not sleeper.done():
                sleeper.set_result(None)

    async def until(self, look: Callable[[], Found | None], timeout: float, *, what: str) -> Found:
        try:
            async with asyncio.timeout(timeout):
                while not (found := look()):
                    await self._next_ring()
        except TimeoutError:
            raise TimeoutError(f"no {what} within {timeout:g} s") from None
        return found

    async def _next_ring(self) -> None:
        sleeper = asyncio.get_running_loop().create_future()
        self._sleepers.append(sleeper)
        await sleeper
