"""A database that lets one step wait before one of its operations, as a process that is stopped there would."""

import asyncio

from db.engines.engine import Body, Engine, T


class HaltingEngine:
    """Passes everything on. One operation of the watched task waits until `go_on`."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._watched: asyncio.Task | None = None
        self._left = 0
        self._gate = asyncio.Event()
        self.halted = asyncio.Event()

    def watch(self, task: asyncio.Task, *, operation: int) -> None:
        """Halt `task` before its operation of this number, counted from 1."""
        self._watched, self._left = task, operation
        self._gate.clear()
        self.halted.clear()

    def go_on(self) -> None:
        """Let the halted operation happen, and every later one."""
        self._watched = None
        self._gate.set()

    async def write(self, body: Body[T], *, holding: str | None = None, repeatable: bool = False) -> T:
        """Run `body`, perhaps much later."""
        await self._pass()
        return await self._engine.write(body, holding=holding, repeatable=repeatable)

    async def read(self, body: Body[T]) -> T:
        """Run `body`, perhaps much later."""
        await self._pass()
        return await self._engine.read(body)

    async def forget(self) -> None:
        """Remove what is left of overwritten rows."""
        await self._engine.forget()

    async def _pass(self) -> None:
        if self._watched is None or asyncio.current_task() is not self._watched:
            return
        self._left -= 1
        if self._left == 0:
            self.halted.set()
            await self._gate.wait()
