"""An event loop whose time passes only while everything sleeps: hours of the real code in seconds."""

import asyncio
import selectors
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

T = TypeVar("T")


class _Clock:
    now = 0.0


class _Skip(selectors.DefaultSelector):
    """Waits for nothing: what would have been waited is added to the clock."""

    def __init__(self, clock: _Clock) -> None:
        super().__init__()
        self._clock = clock

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        if timeout is None:
            raise RuntimeError("everything waits for something that never comes")
        self._clock.now += max(0.0, timeout)
        return super().select(0)


class _Loop(asyncio.SelectorEventLoop):
    def __init__(self) -> None:
        self._virtual = _Clock()
        super().__init__(_Skip(self._virtual))

    def time(self) -> float:
        return self._virtual.now


def run_in_virtual_time(main: Callable[[], Coroutine[Any, Any, T]]) -> T:
    """Run `main()` to its end on a clock that begins at 0."""
    with asyncio.Runner(loop_factory=_Loop) as runner:
        return runner.run(main())
