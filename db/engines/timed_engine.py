"""An engine whose transactions are timed, as their callers see them."""

import time
from collections.abc import Callable
from typing import TypeVar

from db.engines.engine import Body, Engine

T = TypeVar("T")

Took = Callable[[str, float], None]
"""Hears of each transaction: `read` or `write`, and its seconds."""


class TimedEngine:
    """Runs bodies on another engine and says how long each took, also where it failed."""

    def __init__(self, engine: Engine, took: Took) -> None:
        self._engine = engine
        self._took = took

    async def write(self, body: Body[T], *, holding: str | None = None, repeatable: bool = False) -> T:
        """Run `body` in a durable transaction of its own."""
        began = time.perf_counter()
        try:
            return await self._engine.write(body, holding=holding, repeatable=repeatable)
        finally:
            self._took("write", time.perf_counter() - began)

    async def read(self, body: Body[T]) -> T:
        """Run `body` on a consistent snapshot; it may not write."""
        began = time.perf_counter()
        try:
            return await self._engine.read(body)
        finally:
            self._took("read", time.perf_counter() - began)

    async def forget(self) -> None:
        """Remove from disk what the engine still keeps of overwritten rows."""
        await self._engine.forget()
