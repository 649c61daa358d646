"""Claims per second: one order claimed and recorded as done, both durable, by one worker and by ten."""

import asyncio
from collections.abc import Sequence

from benchmarks.arena import OURS_SQLITE, open_arena, settings_of, take_turns
from benchmarks.contestants import Contestant
from benchmarks.load import Load, closed_loop
from benchmarks.machine import Limits
from benchmarks.report import Report, Table, figure

WORKERS = (1, 10)
JOBS = 500
OLD_JOBS = 20_000
ROUNDS = 3
SECONDS = 0.6

Loads = dict[tuple[str, int], Load]


async def measure(
    *,
    workers: Sequence[int] = WORKERS,
    old_jobs: int = OLD_JOBS,
    rounds: int = ROUNDS,
    peers: bool = True,
    postgres: bool = True,
) -> Report:
    """Let all contestants work off what is ready."""
    limits = Limits()
    async with open_arena(history=old_jobs, whole_life=True, peers=peers, postgres=postgres) as arena:
        loads = await take_turns(arena.contestants, workers, _run, rounds=rounds, limits=limits)
    return Report(
        name="claims",
        tables=[limits.table(), _table(arena.contestants, workers, loads)],
        notes=[
            "ours: the claim of a finished job with its lease and fence, and the fenced record of its delivery with "
            "the event; all six steps: the same for submission, look and delivery of one job",
            *settings_of(arena.contestants),
        ],
        missing=arena.missing,
    )


async def _run(contestant: Contestant, workers: int) -> Load:
    await contestant.fill(JOBS)

    async def take(_number: int) -> None:
        assert await contestant.take(), f"{contestant.name} had nothing left to claim"

    return await closed_loop(take, callers=workers, count=JOBS, seconds=SECONDS)


def _table(contestants: Sequence[Contestant], workers: Sequence[int], loads: Loads) -> Table:
    columns: list[str] = []
    for count in workers:
        columns += [f"{count} worker{'s' * (count > 1)}", "ratio", "p50 ms", "p99 ms"]
    rows: list[tuple[str, ...]] = []
    for contestant in contestants:
        row = [contestant.name]
        for count in workers:
            load, base = loads[contestant.name, count], loads[OURS_SQLITE, count]
            ratio = figure(load.per_second / base.per_second, 2)
            row += [figure(load.per_second, 0), ratio, figure(load.p50_ms), figure(load.p99_ms)]
        rows.append(tuple(row))
    title = "orders claimed and done per second, ratio to Clapper on SQLite, and how long one took (medians)"
    return Table(title=title, columns=("", *columns), rows=rows)


def main() -> Report:
    """Measure and return what was found."""
    return asyncio.run(measure())
