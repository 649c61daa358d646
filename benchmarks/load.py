"""Callers at work: so many at once, each calling again as soon as it was answered."""

import asyncio
import itertools
import statistics
import time
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass

Call = Callable[[int], Awaitable[object]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """What one run of callers saw: operations per second, and how long one took, in milliseconds."""

    per_second: float
    p50_ms: float
    p99_ms: float
    count: int

    @classmethod
    def of(cls, latencies: Sequence[float], seconds: float) -> "Load":
        """Sum up the seconds that each operation took, and those of the whole run."""
        return cls(
            per_second=len(latencies) / seconds,
            p50_ms=quantile(latencies, 0.5) * 1000,
            p99_ms=quantile(latencies, 0.99) * 1000,
            count=len(latencies),
        )


def quantile(values: Iterable[float], share: float) -> float:
    """Return the value that `share` of `values` do not exceed; infinite where there are none."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else float("inf")


def median_of(loads: Sequence[Load]) -> Load:
    """Return the medians of several rounds, figure by figure."""
    return Load(
        per_second=statistics.median(load.per_second for load in loads),
        p50_ms=statistics.median(load.p50_ms for load in loads),
        p99_ms=statistics.median(load.p99_ms for load in loads),
        count=sum(load.count for load in loads),
    )


async def closed_loop(call: Call, *, callers: int, count: int, seconds: float = float("inf")) -> Load:
    """Have `callers` make `count` calls between them, and begin none after `seconds` but their first.

    A call that computes without ever waiting is timed from when it could have begun, like all others.
    """
    numbers, latencies = itertools.count(), []

    async def work() -> None:
        ends_at = time.perf_counter() + seconds
        while (number := next(numbers)) < count:
            begun = time.perf_counter()
            await asyncio.sleep(0)
            await call(number)
            now = time.perf_counter()
            latencies.append(now - begun)
            if now > ends_at:
                return

    begun = time.perf_counter()
    async with asyncio.TaskGroup() as group:
        for _ in range(callers):
            group.create_task(work())
    return Load.of(latencies, time.perf_counter() - begun)
