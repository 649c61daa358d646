"""Admissions per second: caps, job and event in one durable transaction, beside what a bare enqueue costs elsewhere."""

import asyncio
from collections.abc import Sequence

from benchmarks.arena import OURS_POSTGRES, OURS_SQLITE, open_arena, settings_of, take_turns, with_history
from benchmarks.contestants import Contestant
from benchmarks.load import Load, closed_loop
from benchmarks.machine import Limits
from benchmarks.report import Bar, Report, Table, figure
from benchmarks.sqlite_peers import NOT_DURABLE, SQLITE_PEERS

CALLERS = (1, 50, 200, 500)
OLD_JOBS = 100_000
ROUNDS = 3
SECONDS = 0.6
BURST = 200
"""The number of commands at once that the bars speak of."""

Loads = dict[tuple[str, int], Load]


async def measure(
    *,
    callers: Sequence[int] = CALLERS,
    old_jobs: int = OLD_JOBS,
    rounds: int = ROUNDS,
    peers: bool = True,
    postgres: bool = True,
) -> Report:
    """Let all contestants take orders from so many callers at once."""
    limits = Limits()
    async with open_arena(history=old_jobs, peers=peers, postgres=postgres) as arena:
        loads = await take_turns(arena.contestants, callers, _run, rounds=rounds, limits=limits)
    return Report(
        name="admission",
        tables=[limits.table(), _table(arena.contestants, callers, loads)],
        bars=_bars(loads, old_jobs),
        notes=[
            "an admission is 9 counters, a check of what is active, the job, its event and its reserve, committed before it "
            "returns; a peer's enqueue is one INSERT of the same payload without any of that",
            *settings_of(arena.contestants),
        ],
        missing=arena.missing,
    )


async def _run(contestant: Contestant, callers: int) -> Load:
    return await closed_loop(contestant.add, callers=callers, count=max(200, 5 * callers), seconds=SECONDS)


def _table(contestants: Sequence[Contestant], callers: Sequence[int], loads: Loads) -> Table:
    base = {count: loads[OURS_SQLITE, count].per_second for count in callers}
    columns = [column for count in callers for column in (f"{count} at once", "ratio", "p50 ms", "p99 ms")]
    rows: list[tuple[str, ...]] = []
    for contestant in contestants:
        row = [contestant.name]
        for count in callers:
            load = loads[contestant.name, count]
            ratio = figure(load.per_second / base[count], 2)
            row += [figure(load.per_second, 0), ratio, figure(load.p50_ms), figure(load.p99_ms)]
        rows.append(tuple(row))
    title = (
        "orders taken per second, ratio to Clapper on SQLite, and how long one took (medians of all rounds)"
    )
    return Table(title=title, columns=("", *columns), rows=rows)


def _bars(loads: Loads, old_jobs: int) -> list[Bar]:
    ours, old = loads.get((OURS_SQLITE, BURST)), loads.get((with_history(OURS_SQLITE, old_jobs), BURST))
    durable = [name for name in SQLITE_PEERS if name != NOT_DURABLE]
    peers = [loads[name, BURST].per_second for name in durable if (name, BURST) in loads]
    postgres, other = loads.get((OURS_POSTGRES, BURST)), loads.get(("procrastinate", BURST))
    best = max(peers, default=0)
    return [
        Bar(
            what=f"admissions on SQLite at {BURST} at once",
            figure=ours and ours.per_second,
            bound=2000,
            unit="per second",
            at_least=True,
        ),
        Bar(
            what="of the fastest bare enqueue on SQLite that survives a power cut",
            figure=ours.per_second / best if ours and best else None,
            bound=1,
            unit="times",
            at_least=True,
        ),
        Bar(what=f"p99 on SQLite at {BURST} at once", figure=ours and ours.p99_ms, bound=150, unit="ms"),
        Bar(
            what=f"p99 on SQLite with {old_jobs:,} old jobs, of that without",
            figure=old.p99_ms / ours.p99_ms if ours and old else None,
            bound=1.3,
            unit="times",
        ),
        Bar(
            what="admissions on PostgreSQL, of procrastinate's bare enqueue",
            figure=postgres.per_second / other.per_second if postgres and other else None,
            bound=0.83,
            unit="times",
            at_least=True,
        ),
    ]


def main() -> Report:
    """Measure and return what was found."""
    return asyncio.run(measure())
