"""`python bot.py` beside a naive bot of 35 lines, under the same load in the same run: what our promises cost.

The naive bot (`naive_bot.py`) is what somebody writes in an afternoon, and the floor of what discord.py and aiohttp
cost. Both are processes with a loopback Discord and a sandbox of their own; `bot.py` runs with the settings that it
ships with, but for the limits of what members may order.
"""

import asyncio
import statistics
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from benchmarks.acknowledgement import measure_burst
from benchmarks.machine import Limits, Processor, processor_of, resident_mib
from benchmarks.report import Bar, Report, Table, figure
from benchmarks.world import FIRST_USER, World, open_world
from config.settings import Settings
from tests.loopback_discord import VIDEOS, User

NAIVE_BOT = Path(__file__).with_name("naive_bot.py")
STARTS, BURSTS, BURST = 5, 3, 300
SETTLE_SECONDS = 4.0
JOBS, UNDER_WAY, WARM_UP = 240, 30, 6
SETTLED_SECONDS = 2.0
"""After the last video: what is done behind it, statuses for example, belongs to the job."""

CLIP_BYTES = 1_000_000
RENDER_SECONDS = 4.0
"""What the sandbox takes for a video by itself; a rented provider takes one to two minutes, and polls cost then."""

POLLED, POLLED_SECONDS = 20, 90.0
STATUSES, STATUS_SECONDS = 6, 3.0
_AS_SHIPPED = (
    "FIRST_POLL_SECONDS",
    "POLL_INTERVAL_SECONDS",
    "POLLS_PER_SECOND",
    "STATUS_INTERVAL_SECONDS",
    "LEASE_SECONDS",
    "LOG_LEVEL",
)
_OURS: dict[str, Any] = {name: getattr(Settings, name.lower()) for name in _AS_SHIPPED} | {
    "HEALTH_PORT": 0,
    "MAX_RUNNING_JOBS": 1000,
}
_NAIVE: dict[str, Any] = {"program": NAIVE_BOT}

T = TypeVar("T")
Run = Callable[[dict[str, Any]], Awaitable[Any]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Flow:
    """Jobs from the command to the posted video: what one of them took of the processor, and how often it was polled."""

    jobs: int
    used: Processor
    polls: int

    @property
    def milliseconds(self) -> float:
        """Return what one job took of the processor, with the processes that were started for it."""
        return (self.used.own + self.used.children) / self.jobs * 1000

    @property
    def own_milliseconds(self) -> float:
        """Return what one job took of the bot's own processor time."""
        return self.used.own / self.jobs * 1000

    @property
    def polls_per_job(self) -> float:
        """Return how often one job was polled."""
        return self.polls / self.jobs


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One figure of both bots; `bound` is what their ratio, or ours by itself, may be, None where it is only shown."""

    what: str
    ours: float
    naive: float
    bound: float | None = None
    as_ratio: bool = True

    @property
    def ratio(self) -> float | None:
        """Return ours to the naive bot's."""
        return self.ours / self.naive if self.as_ratio else None

    def bar(self) -> Bar:
        """Return the bar that was set."""
        what = f"{self.what}, to the naive bot" if self.as_ratio else self.what
        return Bar(what=what, figure=self.ratio if self.as_ratio else self.ours, bound=self.bound or 0)


async def measure() -> Report:
    """Measure start, memory and acknowledgements, both bots in turns; then their work, both at the same time."""
    limits = Limits()
    await limits.take()
    lines = [*await at_rest(), *await in_a_burst()]
    await limits.take()
    lines += [*await at_work(), *await polled()]
    await limits.take()
    return Report(
        name="naive",
        tables=[limits.table(), _table(lines)],
        bars=[line.bar() for line in lines if line.bound is not None],
        notes=[
            f"start, memory and acknowledgements: medians of {STARTS} and {BURSTS} rounds in turns, each with a fresh "
            f"process and an empty database; memory {SETTLE_SECONDS:g} s after READY",
            f"processor time: user and system time of the bot and of the processes that it started and ended, over "
            f"{JOBS} jobs, {UNDER_WAY} under way, files of {CLIP_BYTES / 1e6:g} MB; both bots run at the same time. A "
            f"task takes {RENDER_SECONDS:g} s, as in the sandbox by itself",
            f"a rented provider takes about {POLLED_SECONDS:g} s: {POLLED} such jobs at once; the naive bot polls every "
            "5 s",
            f"statuses: messages without a video, {STATUS_SECONDS:g} s after the last of {STATUSES} results in a channel",
        ],
    )


async def at_rest() -> list[Line]:
    """Start each bot several times; return how long it took, and their memory before the first command."""
    ours, naive = await _in_turns(STARTS, _rest)
    medians = [
        [statistics.median(figures) for figures in zip(*found, strict=True)] for found in (ours, naive)
    ]
    (our_start, our_mib), (naive_start, naive_mib) = medians
    return [
        Line(what="start to READY, s", ours=our_start, naive=naive_start, bound=2.5),
        Line(what="resident memory at rest, MiB", ours=our_mib, naive=naive_mib, bound=1.8),
    ]


async def in_a_burst() -> list[Line]:
    """Return how quickly 300 commands at once are acknowledged."""
    ours, naive = map(statistics.median, await _in_turns(BURSTS, _p99))
    what = f"acknowledgement p99, {BURST} at once, ms"
    return [Line(what=what, ours=ours, naive=naive, bound=0.7)]


async def at_work(jobs: int = JOBS, under_way: int = UNDER_WAY, warm_up: int = WARM_UP) -> list[Line]:
    """Return what a job costs, and the statuses that stand after the last of several results."""

    async def work(world: World) -> tuple[Flow, int]:
        return await _flow(world, jobs, under_way, warm_up), await _statuses_left(world)

    (ours, left), (naive, left_by_naive) = await _both(work, RENDER_SECONDS)
    return [
        Line(what="processor time per job, ms", ours=ours.milliseconds, naive=naive.milliseconds, bound=4.0),
        Line(what="  of that in the bot itself", ours=ours.own_milliseconds, naive=naive.own_milliseconds),
        Line(
            what=f"polls per job of {RENDER_SECONDS:g} s", ours=ours.polls_per_job, naive=naive.polls_per_job
        ),
        Line(what="statuses that are left", ours=left, naive=left_by_naive, bound=0, as_ratio=False),
    ]


async def polled() -> list[Line]:
    """Return how often a task is polled that takes as long as a rented provider's, and what such a job costs."""
    ours, naive = await _both(lambda world: _flow(world, POLLED, POLLED, WARM_UP), POLLED_SECONDS)
    return [
        Line(
            what=f"polls per job of {POLLED_SECONDS:g} s",
            ours=ours.polls_per_job,
            naive=naive.polls_per_job,
            bound=0.4,
        ),
        Line(
            what=f"processor time per job of {POLLED_SECONDS:g} s, ms",
            ours=ours.milliseconds,
            naive=naive.milliseconds,
        ),
    ]


async def _in_turns(rounds: int, run: Run) -> tuple[list[Any], list[Any]]:
    found: tuple[list[Any], list[Any]] = ([], [])
    for _ in range(rounds):
        for figures, opening in zip(found, (_OURS, _NAIVE), strict=True):
            figures.append(await run(opening))
    return found


async def _rest(opening: dict[str, Any]) -> tuple[float, float]:
    """Return the seconds from its start to READY, and its resident memory a little later."""
    async with open_world(**opening) as world:
        await asyncio.sleep(SETTLE_SECONDS)
        return world.ready_after, resident_mib(world.bot.pid)


async def _p99(opening: dict[str, Any]) -> float:
    return (await measure_burst(BURST, **opening)).quantile(0.99) * 1000


async def _both(run: Callable[[World], Awaitable[T]], render_seconds: float) -> tuple[T, T]:
    """Return what both bots do at the same time, ours first."""

    async def one(opening: dict[str, Any]) -> T:
        async with open_world(clip_bytes=CLIP_BYTES, render_seconds=render_seconds, **opening) as world:
            return await run(world)

    return await asyncio.gather(one(_OURS), one(_NAIVE))


async def _flow(world: World, jobs: int, under_way: int, warm_up: int) -> Flow:
    """Keep `under_way` jobs under way until so many are posted; `warm_up` others come before."""
    await _jobs(world, warm_up, warm_up)
    before, polls = processor_of(world.bot.pid), world.sandbox.ledger.task_gets.total()
    await _jobs(world, jobs, under_way)
    await asyncio.sleep(SETTLED_SECONDS)
    used = processor_of(world.bot.pid) - before
    return Flow(jobs=jobs, used=used, polls=world.sandbox.ledger.task_gets.total() - polls)


async def _jobs(world: World, jobs: int, under_way: int) -> None:
    before = len(world.videos())
    for number in range(jobs):
        await world.until_delivered(before + number + 1 - under_way)
        await world.order(before + number)
    await world.until_delivered(before + jobs)


async def _statuses_left(world: World) -> int:
    """Return how many messages without a video stand in a channel after several jobs that were ordered at once."""
    before = len(world.videos())
    for number in range(STATUSES):
        user = User(FIRST_USER + before + number, f"user{number}")
        await world.discord.slash("video", user=user, channel=VIDEOS, options={"prompt": f"kite {number}"})
    await world.until_delivered(before + STATUSES)
    await asyncio.sleep(STATUS_SECONDS)
    return sum(not message.attachments for message in world.discord.ledger.visible(VIDEOS))


def _table(lines: Sequence[Line]) -> Table:
    return Table(
        title="both bots, and ours to the naive one",
        columns=("", "bot.py", "naive bot", "ratio", "at most"),
        rows=[
            (
                line.what,
                figure(line.ours, 2),
                figure(line.naive, 2),
                figure(line.ratio, 2),
                figure(line.bound, 1),
            )
            for line in lines
        ],
    )


def main() -> Report:
    """Measure and return what was found."""
    return asyncio.run(measure())
