"""The worker: it runs steps until it is stopped, sleeps until work is due or it is woken, and drains at the end."""

import asyncio
import contextlib
import logging
import signal
import time
from collections.abc import Awaitable, Callable, Sequence, Set
from dataclasses import dataclass
from types import TracebackType
from typing import Self

from db.engines.engine import LeaseLost
from db.jobs.job import JobState

log = logging.getLogger(__name__)


SWEEP_SECONDS = 15.0
"""The longest sleep; it covers wake-ups that were lost when their process died."""


BLOCKED_SECONDS = 1.0
"""The wait while work is due but cannot be claimed, for example because the limit of running jobs is reached."""


BROKEN_SECONDS = 1.0
"""The wait after a step that raised an unexpected error."""


Claimed = Callable[[], None]
"""A function that a step calls as soon as it has claimed a job, so that another task can look for the next one."""


def ignore_claim() -> None:
    """Do nothing with the claim: for a step that is called directly, without a loop."""


class Wakeup:
    """The means to wake sleeping loops.

    A loop calls `listen`, looks for work, then waits for the event: so no wake-up in between is lost.
    """

    def __init__(self) -> None:
        self._next: dict[Set[JobState], asyncio.Event] = {}

    def notify(self, state: JobState | None = None) -> None:
        """Wake every loop that listens to `state`; wake all loops if `state` is None."""
        for states in [heard for heard in self._next if state is None or state in heard]:
            self._next.pop(states).set()

    def listen(self, states: Set[JobState] = frozenset(JobState)) -> asyncio.Event:
        """Return the event that the next wake-up for one of `states` sets."""
        return self._next.setdefault(states, asyncio.Event())


async def wait_until_set(event: asyncio.Event, *, at_most_seconds: float) -> None:
    """Wait until the event is set, but at most `at_most_seconds`."""
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(at_most_seconds):
            await event.wait()


@dataclass(frozen=True, slots=True, kw_only=True)
class Loop:
    """A step that `copies` asyncio tasks run again and again.

    `next_due` returns in how many milliseconds work is due, None if none is in sight. A job that changes to
    one of the states in `woken_by` may be work for the step. One copy at a time looks for work and sleeps
    until there is some, because each look costs a transaction; the other copies work, or wait for their turn
    to look.
    """

    name: str
    step: Callable[[Claimed], Awaitable[bool]]
    next_due: Callable[[], Awaitable[int | None]]
    copies: int = 1
    woken_by: Set[JobState] = frozenset(JobState)


@dataclass(frozen=True, slots=True, kw_only=True)
class Chore:
    """A function that the worker calls every `every_seconds`, besides the steps."""

    name: str
    run: Callable[[], Awaitable[object]]
    every_seconds: float


class Worker:
    """The runner of loops and chores inside `async with`; leaving the block drains it.

    Draining lets running steps finish for up to `grace_seconds`, and claims no new jobs.
    """

    def __init__(
        self, loops: Sequence[Loop], *, chores: Sequence[Chore] = (), wakeup: Wakeup, grace_seconds: float
    ) -> None:
        self._loops = loops
        self._chores = chores
        self._wakeup = wakeup
        self._grace_seconds = grace_seconds
        self._stopping = asyncio.Event()
        self._steps: list[asyncio.Task[None]] = []
        self._aside: list[asyncio.Task[None]] = []
        self._signs: dict[str, float] = {}

    def still_seconds(self) -> dict[str, float]:
        """Return how many seconds ago each loop last began a step, ended a step, or looked for work."""
        now = time.monotonic()
        return {name: now - last for name, last in self._signs.items()}

    def _sign(self, loop: Loop) -> None:
        self._signs[loop.name] = time.monotonic()

    async def __aenter__(self) -> Self:
        for loop in self._loops:
            self._sign(loop)
            looking = asyncio.Lock()
            for copy in range(loop.copies):
                name = f"{loop.name} {copy + 1}"
                self._steps.append(asyncio.create_task(self._run_loop(loop, looking), name=name))
        for chore in self._chores:
            self._aside.append(asyncio.create_task(self._run_chore(chore), name=chore.name))
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._stopping.set()
        self._wakeup.notify()
        unfinished = set(self._steps)
        try:
            unfinished = await self._drain()
        finally:  # also if the drain is cancelled: each step is cancelled, too
            if unfinished:
                names = ", ".join(task.get_name() for task in unfinished)
                log.warning("steps did not finish in time: %s", names)
            # Chores are cancelled last: leases are renewed until the last step has ended.
            for task in [*unfinished, *self._aside]:
                task.cancel()
            await asyncio.gather(*unfinished, *self._aside, return_exceptions=True)

    async def _drain(self) -> set[asyncio.Task[None]]:
        """Wait for the running steps; return the tasks that did not finish in time."""
        if not self._steps:
            return set()
        _, unfinished = await asyncio.wait(self._steps, timeout=self._grace_seconds)
        return unfinished

    async def _run_loop(self, loop: Loop, looking: asyncio.Lock) -> None:
        while not self._stopping.is_set():
            with contextlib.ExitStack() as held:
                await looking.acquire()
                held.callback(looking.release)
                await self._look(loop, held.close)

    async def _look(self, loop: Loop, claimed: Claimed) -> None:
        """Run the step if work is due, else sleep until work may be due."""
        if self._stopping.is_set():
            return
        self._sign(loop)
        woken = self._wakeup.listen(loop.woken_by)
        due = await self._next_due(loop)
        if due is not None and due <= 0 and await self._try_step(loop, claimed):
            return
        if not self._stopping.is_set():
            self._sign(loop)
            await wait_until_set(woken, at_most_seconds=_sleep_seconds(due))

    async def _next_due(self, loop: Loop) -> int | None:
        try:
            return await loop.next_due()
        except Exception:
            log.exception("cannot tell what is due: step=%s", loop.name)
            return None

    async def _try_step(self, loop: Loop, claimed: Claimed) -> bool:
        try:
            return await loop.step(claimed)
        except LeaseLost as lost:
            log.info("lease lost: step=%s %s", loop.name, lost)
            return True
        except Exception:
            log.exception("step broke: step=%s", loop.name)
            await self._pause(BROKEN_SECONDS)
            return False

    async def _run_chore(self, chore: Chore) -> None:
        while True:
            try:
                await chore.run()
            except Exception:
                log.exception("chore broke: chore=%s", chore.name)
            await asyncio.sleep(chore.every_seconds)

    async def _pause(self, seconds: float) -> None:
        await wait_until_set(self._stopping, at_most_seconds=seconds)


def _sleep_seconds(due_ms: int | None) -> float:
    if due_ms is None:
        return SWEEP_SECONDS
    if due_ms <= 0:
        return BLOCKED_SECONDS
    return min(SWEEP_SECONDS, due_ms / 1000)


class StopSignals:
    """The handler of SIGTERM and SIGINT.

    The first signal sets `asked`, so that a running bot drains. A second signal, or one before `can_drain` is
    set, cancels the main task.
    """

    def __init__(self) -> None:
        self.asked = asyncio.Event()
        self.can_drain = False
        self._running = asyncio.current_task()

    def listen(self) -> None:
        """Handle the signals of this process from now on."""
        for name in (signal.SIGTERM, signal.SIGINT):
            with contextlib.suppress(NotImplementedError):  # Windows: Ctrl-C raises KeyboardInterrupt instead
                asyncio.get_running_loop().add_signal_handler(name, self._ask)

    def _ask(self) -> None:
        if self._running and (self.asked.is_set() or not self.can_drain):
            self._running.cancel()
        self.asked.set()
