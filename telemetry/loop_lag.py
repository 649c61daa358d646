"""How late the event loop calls what is due: a short sleep, over and over, and by how much it was too long."""

import asyncio
import contextlib
import time
from collections.abc import Callable
from typing import Self

EVERY_SECONDS = 0.25


class LoopLag:
    """Measures inside `async with`; `latest` is the last measurement, or the one that is overdue."""

    def __init__(self, observe: Callable[[float], None], *, every_seconds: float = EVERY_SECONDS) -> None:
        self._observe = observe
        self._every_seconds = every_seconds
        self._latest = 0.0
        self._task: asyncio.Task[None] | None = None

    @property
    def latest(self) -> float:
        """Return the lag in seconds as it was measured last."""
        return self._latest

    async def __aenter__(self) -> Self:
        self._task = asyncio.create_task(self._measure(), name="event loop lag")
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task

    async def _measure(self) -> None:
        while True:
            began = time.perf_counter()
            await asyncio.sleep(self._every_seconds)
            self._latest = max(0.0, time.perf_counter() - began - self._every_seconds)
            self._observe(self._latest)
