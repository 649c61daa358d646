"""What a store needs of a database: bodies that run whole, in one transaction, on either engine.

A body is an `async def` that awaits nothing but its transaction and changes nothing outside of it. On SQLite those
awaits never suspend, so the writer's thread can run the whole body in one hop; on PostgreSQL they are real, and a
body that surely left nothing behind may be run again.
"""

import time
from collections.abc import Awaitable, Callable
from typing import Any, Protocol, TypeVar

T = TypeVar("T")
Row = dict[str, Any]

UNDER_WAY = "('queued', 'submitting', 'rendering', 'delivering')"
"""The states of jobs that a step still works on: `<under_way>` in a statement, letter for letter as in the index."""


class Transaction(Protocol):
    """The statements of one body. SQL is the shared subset; parameters are written `:name`.

    `<dbnow>` in a statement stands for the database's clock in epoch milliseconds, `<under_way>` for `UNDER_WAY`,
    `/*lock*/` for the engine's way to pass over rows that another claimer holds.
    """

    async def one(self, sql: str, /, **parameters: Any) -> Row | None:
        """Run one statement and return its first row, if any."""
        ...

    async def all(self, sql: str, /, **parameters: Any) -> list[Row]:
        """Run one statement and return all of its rows."""
        ...

    async def make(self, sql: str, /, *records: str, **parameters: Any) -> Row | None:
        """Run an INSERT that returns the row it made, if any, and `records` of that row, which is `<made>` in them.

        Where the engine can, all of it is one statement.
        """
        ...

    async def hold(self, name: str) -> None:
        """Wait until no other transaction holds `name`, and hold it to the end of this one.

        What is counted afterwards can grow by nobody else who holds the same name.
        """
        ...

    def in_place(self) -> bool:
        """Say whether what is written now will be found after a restart: nobody deleted or replaced the file."""
        ...

    def ring(self) -> None:
        """Wake the workers of other processes when this transaction is on disk: there is work for them."""
        ...


Body = Callable[[Transaction], Awaitable[T]]


class Engine(Protocol):
    """Runs bodies. A body that raises leaves nothing behind; a returned value means it is on disk."""

    async def write(self, body: Body[T], *, holding: str | None = None, repeatable: bool = False) -> T:
        """Run `body` in a durable transaction of its own, which holds `holding` from its beginning.

        `repeatable`: if an earlier run of this very body was committed, it finds that and writes nothing. So after a
        commit without an answer it is simply run again, and its number is not asked for before the commit.
        """
        ...

    async def read(self, body: Body[T]) -> T:
        """Run `body` on a consistent snapshot; it may not write."""
        ...

    async def forget(self) -> None:
        """Remove from disk what the engine still keeps of overwritten rows."""
        ...


Took = Callable[[str, float], None]
"""Called after each transaction with `read` or `write`, and its seconds."""


class TimedEngine:
    """Runs bodies on another engine and reports how long each took, also if it failed."""

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
