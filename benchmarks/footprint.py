"""What the bot needs while it waits: memory and processor time with and without running jobs, and its start."""

import asyncio
import functools
import statistics
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.machine import cpu_seconds, resident_mib
from benchmarks.report import Bar, Report, Table, figure
from benchmarks.rows import write_jobs
from benchmarks.world import PATIENCE_SECONDS, World, open_world
from db.engines.sqlite import open_sqlite
from db.store import migrate_database
from jobs.providers import key_id
from sandbox.server import Sandbox

RUNNING = 10_000
ROUNDS = 3
WATCH_SECONDS = 20.0
SETTLE_SECONDS = 4.0
FAR_MS = 3_600_000
ORDERS = (500, 1000)
"""Commands that fill what is filled once, and commands after which the growth is read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rest:
    """A bot at rest: seconds from its start to READY, resident memory, and its share of a core."""

    ready_after: float
    mib: float
    cpu_percent: float


async def measure(
    *,
    running: int = RUNNING,
    rounds: int = ROUNDS,
    watch_seconds: float = WATCH_SECONDS,
    orders: tuple[int, int] = ORDERS,
) -> Report:
    """Watch a bot without work, and one whose work is not due; then restart one whose work is due."""
    without, with_jobs, restarts = [], [], []
    for number in range(rounds):
        watch = watch_seconds if number == 0 else 0.0
        without.append(await _rest(0, watch))
        with_jobs.append(await _rest(running, watch))
        restarts.append(await _first_look_after_ready(running))
    grown_kib = await _growth_by_orders(*orders)
    mib = _median(with_jobs, "mib") - _median(without, "mib")
    per_10k = mib * 10_000 / running
    return Report(
        name="footprint",
        tables=[_table(without, with_jobs, restarts, running), _growth_table(orders, grown_kib)],
        bars=[
            Bar(what="memory per 10,000 running jobs", figure=per_10k, bound=5, unit="MiB"),
            Bar(what="processor at rest, no job", figure=without[0].cpu_percent, bound=0.5, unit="%"),
            Bar(
                what=f"processor at rest, {running:,} running jobs that are not due",
                figure=with_jobs[0].cpu_percent,
                bound=0.5,
                unit="%",
            ),
            Bar(
                what=f"first look after READY, restart with {running:,} running jobs that are due",
                figure=statistics.median(restarts),
                bound=1,
                unit="s",
            ),
        ],
        notes=[
            "running jobs are rows that an earlier life of the bot has left, as after any restart; where a figure is "
            "negative, the first look came before the gateway session",
            "a command answered in this life also leaves its open private reply (for 14 minutes, 5,000 at most), the "
            "face of its status, the member's preferences (bounded), and holes in the allocator's pages",
        ],
    )


async def _rest(running: int, watch_seconds: float) -> Rest:
    prepare = functools.partial(_with_running_jobs, count=running, due_in_ms=FAR_MS) if running else None
    async with open_world(prepare=prepare) as world:
        await asyncio.sleep(min(SETTLE_SECONDS, watch_seconds or SETTLE_SECONDS))
        mib, before, begun = resident_mib(world.bot.pid), cpu_seconds(world.bot.pid), time.perf_counter()
        await asyncio.sleep(watch_seconds)
        used, seconds = cpu_seconds(world.bot.pid) - before, time.perf_counter() - begun
        return Rest(ready_after=world.ready_after, mib=mib, cpu_percent=used / max(seconds, 1e-9) * 100)


async def _growth_by_orders(before: int, orders: int) -> float:
    """Return by how many KiB the bot grows with each order that it answers and that is then rendered for long."""
    async with open_world(render_seconds=36_000, MAX_RUNNING_JOBS=10_000, FIRST_POLL_SECONDS=600) as world:
        await _order_all(world, 0, before)
        begun_with = resident_mib(world.bot.pid)
        await _order_all(world, before, before + orders)
        return (resident_mib(world.bot.pid) - begun_with) * 1024 / orders


async def _order_all(world: World, first: int, last: int) -> None:
    for begun in range(first, last, 50):
        for number in range(begun, min(last, begun + 50)):
            await world.order(number)
        async with asyncio.timeout(PATIENCE_SECONDS):
            while len(world.sandbox.ledger.accepted) < min(last, begun + 50):  # noqa: ASYNC110 - it tells nobody
                await asyncio.sleep(0.05)


async def _first_look_after_ready(running: int) -> float:
    """Return the seconds from READY to the first look at a task, negative where it came before."""
    watching: list[asyncio.Task[float]] = []

    async def prepare(data_dir: Path, sandbox: Sandbox) -> None:
        await _with_running_jobs(data_dir, sandbox, count=running, due_in_ms=0)
        watching.append(asyncio.create_task(_first_look(sandbox)))

    async with open_world(prepare=prepare) as world:
        ready_at = world.started_at + world.ready_after
        async with asyncio.timeout(30):
            return await watching[0] - ready_at


async def _first_look(sandbox: Sandbox) -> float:
    while not sandbox.ledger.task_gets:  # noqa: ASYNC110 - the sandbox tells nobody
        await asyncio.sleep(0.005)
    return time.perf_counter()


async def _with_running_jobs(data_dir: Path, sandbox: Sandbox, *, count: int, due_in_ms: int) -> None:
    url = f"sqlite:///{data_dir / 'clapper.db'}"
    await migrate_database(url)
    async with open_sqlite(data_dir / "clapper.db") as engine:
        await write_jobs(
            engine,
            "rendering",
            count,
            due_in_ms=due_in_ms,
            provider_url=sandbox.url,
            provider_key_id=key_id(sandbox.api_key),
            provider_task_id="task_of_another_life",
            submitted_at=int(time.time() * 1000),
        )


def _median(rests: Sequence[Rest], what: str) -> float:
    return statistics.median(getattr(rest, what) for rest in rests)


def _table(
    without: Sequence[Rest], with_jobs: Sequence[Rest], restarts: Sequence[float], running: int
) -> Table:
    def row(name: str, rests: Sequence[Rest], first_look: float | None) -> tuple[str, ...]:
        return (
            name,
            figure(_median(rests, "ready_after"), 2),
            figure(_median(rests, "mib")),
            figure(rests[0].cpu_percent, 2),
            figure(first_look, 2),
        )

    return Table(
        title=f"medians of {len(without)} rounds; the processor at rest of one",
        columns=("", "start to READY s", "resident MiB", "% of a core", "READY to first look s"),
        rows=[
            row("no job", without, None),
            row(f"{running:,} running jobs", with_jobs, statistics.median(restarts)),
        ],
    )


def _growth_table(orders: tuple[int, int], kib: float) -> Table:
    return Table(
        title=f"growth by {orders[1]:,} orders that are answered and then rendered for long, after {orders[0]:,} others",
        columns=("", "KiB per order"),
        rows=[("resident memory", figure(kib))],
    )


def main() -> Report:
    """Measure and return what was found."""
    return asyncio.run(measure())
