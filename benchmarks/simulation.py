"""Tasks at a provider, looked at through the real shared budget, in virtual time."""

import asyncio
import heapq
import itertools
import random
import statistics
from dataclasses import dataclass, field

from benchmarks.load import quantile
from benchmarks.optimal import Lengths
from benchmarks.policies import Policy
from benchmarks.virtual_time import run_in_virtual_time
from jobs.steps.poller import LocalRateLimiter

COPIES = 4
"""Loops that look at tasks, as the pipeline starts them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Crowd:
    """How many tasks run at once, how long they take, and how many looks per second are allowed."""

    running: int
    lengths: Lengths
    per_second: float
    reports_progress: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What a policy did: seconds from a task's end to the look that found it, and what that cost."""

    mean: float
    p50: float
    p95: float
    polls_per_job: float
    polls_per_second: float
    busiest_second: int
    jobs: int


@dataclass(slots=True, kw_only=True)
class _Task:
    begun: float
    length: float
    looks: int = 0


@dataclass(slots=True)
class _Tally:
    delays: list[float] = field(default_factory=list)
    polls_of: list[int] = field(default_factory=list)
    polled_at: list[float] = field(default_factory=list)


def simulate(policy: Policy, crowd: Crowd, *, seconds: float, warm_up: float, seed: int) -> Seen:
    """Keep `crowd.running` tasks under way for `seconds` after a warm-up."""
    tally = run_in_virtual_time(lambda: _House(policy, crowd, seed).run(warm_up, warm_up + seconds))
    return Seen(
        mean=statistics.fmean(tally.delays),
        p50=quantile(tally.delays, 0.5),
        p95=quantile(tally.delays, 0.95),
        polls_per_job=statistics.fmean(tally.polls_of),
        polls_per_second=len(tally.polled_at) / seconds,
        busiest_second=_busiest_second(tally.polled_at),
        jobs=len(tally.delays),
    )


class _House:
    """The pollers of one process: due tasks in the order of their time, one shared pace."""

    def __init__(self, policy: Policy, crowd: Crowd, seed: int) -> None:
        self._policy = policy
        self._crowd = crowd
        self._pace = LocalRateLimiter(crowd.per_second)
        self._random = random.Random(seed)
        self._due: list[tuple[float, int, _Task]] = []
        self._ids = itertools.count()
        self._changed = asyncio.Event()
        self._tally = _Tally()

    async def run(self, counts_from: float, ends_at: float) -> _Tally:
        for _ in range(self._crowd.running):
            # Begun at any moment of the past, so that they do not all end together.
            await self._begin(ago=self._random.uniform(0, self._crowd.lengths.median))
        pollers = [asyncio.create_task(self._poll_for_ever(counts_from)) for _ in range(COPIES)]
        await asyncio.sleep(ends_at)
        for poller in pollers:
            poller.cancel()
        await asyncio.gather(*pollers, return_exceptions=True)
        return self._tally

    async def _poll_for_ever(self, counts_from: float) -> None:
        while True:
            task = self._take_due()
            if task is None:
                await self._rest()
                continue
            await self._pace.acquire()
            await self._look(task, counts=_now() >= counts_from)

    def _take_due(self) -> _Task | None:
        if self._due and self._due[0][0] <= _now():
            return heapq.heappop(self._due)[2]
        return None

    async def _rest(self) -> None:
        changed = self._changed
        wait = self._due[0][0] - _now() if self._due else 3600.0
        try:
            async with asyncio.timeout(max(0.0, wait) + 1e-6):  # a timer may go off a moment early
                await changed.wait()
        except TimeoutError:
            return

    async def _look(self, task: _Task, *, counts: bool) -> None:
        task.looks += 1
        elapsed = _now() - task.begun
        if counts:
            self._tally.polled_at.append(_now())
        if elapsed < task.length:
            progress = int(100 * elapsed / task.length) if self._crowd.reports_progress else None
            self._put(task, await self._policy.next(task.looks, elapsed, progress))
            return
        if counts:
            self._tally.delays.append(elapsed - task.length)
            self._tally.polls_of.append(task.looks)
        self._policy.learn(elapsed)
        await self._begin()

    async def _begin(self, *, ago: float = 0.0) -> None:
        lengths = self._crowd.lengths
        task = _Task(
            begun=_now() - ago, length=lengths.median * self._random.lognormvariate(0, lengths.sigma)
        )
        self._put(task, max(0.0, await self._policy.first() - ago))

    def _put(self, task: _Task, wait: float) -> None:
        heapq.heappush(self._due, (_now() + wait, next(self._ids), task))
        self._changed.set()
        self._changed = asyncio.Event()


def _now() -> float:
    return asyncio.get_running_loop().time()


def _busiest_second(times: list[float]) -> int:
    """Return the most looks that any second held, wherever it begins."""
    most, first = 0, 0
    for number, time in enumerate(times):
        while times[first] <= time - 1 + 1e-9:
            first += 1
        most = max(most, number - first + 1)
    return most
