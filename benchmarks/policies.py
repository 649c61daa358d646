"""Ways to decide when to look at a task again: the product's own, and those it is compared with."""

import random
from dataclasses import dataclass, field
from typing import Protocol, cast

from benchmarks.optimal import Lengths
from db.jobs.job_queries import JobQueries
from jobs.money.estimates import Estimates
from jobs.steps.poller import PollPlan, first_poll, next_poll, remaining, spread_out

_FORMAT = "MiniMax-Hailuo-2.3/6s/768p"


class Policy(Protocol):
    """Decides when to look; a policy that learns is told how long each job took, to the look that found it."""

    name: str

    async def first(self) -> float:
        """Return the wait before the first look."""
        ...

    async def next(self, looks: int, elapsed: float, progress: int | None) -> float:
        """Return the wait after `looks` looks at a job that runs since `elapsed` seconds."""
        ...

    def learn(self, seconds: float) -> None:
        """Hear how long a job took."""
        ...


@dataclass(slots=True)
class _Memory:
    """What the product's estimates read: the newest render times, in milliseconds."""

    times: list[int] = field(default_factory=list)

    async def render_times(self, format: str, *, limit: int = 50) -> list[int]:
        return self.times[-limit:]


class Product:
    """The real plan of looks over the real estimates, as the poller puts them together."""

    def __init__(self, *, seed: int, name: str = "Clapper") -> None:
        self.name = name
        self._plan = PollPlan()
        self._memory = _Memory()
        self._estimates = Estimates(cast("JobQueries", self._memory), 90.0)
        self._random = random.Random(seed)

    async def first(self) -> float:
        median = await self._estimates.measured(_FORMAT)
        return first_poll(self._plan, median_seconds=median)

    async def next(self, looks: int, elapsed: float, progress: int | None) -> float:
        hint = remaining(elapsed_seconds=elapsed, progress=progress, estimated_seconds=None)
        wait = next_poll(
            self._plan,
            elapsed_seconds=elapsed,
            median_seconds=await self._estimates.measured(_FORMAT),
            remaining_seconds=hint,
        )
        return spread_out(wait, self._random.uniform(-1, 1))

    def learn(self, seconds: float) -> None:
        self._memory.times.append(int(seconds * 1000))


class _Plain:
    """A policy that neither learns nor reads progress."""

    name = ""

    async def first(self) -> float:
        return await self.next(0, 0.0, None)

    async def next(self, looks: int, elapsed: float, progress: int | None) -> float:
        raise NotImplementedError

    def learn(self, seconds: float) -> None:
        """Forget it."""


class Fixed(_Plain):
    """The same pause for ever."""

    def __init__(self, seconds: float) -> None:
        self.name = f"every {seconds:g} s"
        self._seconds = seconds

    async def next(self, looks: int, elapsed: float, progress: int | None) -> float:
        return self._seconds


class Exponential(_Plain):
    """2, 4, 8, ... up to 30 s."""

    name = "exponential, 2 to 30 s"

    async def next(self, looks: int, elapsed: float, progress: int | None) -> float:
        return min(30.0, 2.0 * 2**looks)


class DurationAware(_Plain):
    """First at the 5th percentile of known lengths, often around the median, seldom after the 95th; +-15 %."""

    name = "duration-aware"

    def __init__(self, lengths: Lengths, *, seed: int) -> None:
        self._median = lengths.median
        self._early, self._late = (lengths.quantile(share) for share in (0.05, 0.95))
        self._random = random.Random(seed)

    async def first(self) -> float:
        return self._early

    async def next(self, looks: int, elapsed: float, progress: int | None) -> float:
        distance = abs(elapsed - self._median) / self._median
        wait = 3.0 + 6.0 * min(1.0, distance) if elapsed < self._late else elapsed / 20
        return wait * self._random.uniform(0.85, 1.15)


class Scheduled(_Plain):
    """A schedule made beforehand."""

    def __init__(self, looks: tuple[float, ...], name: str) -> None:
        self.name = name
        self._looks = looks

    async def next(self, looks: int, elapsed: float, progress: int | None) -> float:
        return next((look - elapsed for look in self._looks[looks:] if look > elapsed), 30.0)
