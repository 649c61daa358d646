"""How soon a finished video is found, for how many looks: the real plan in virtual time, and the real bot on loopback."""

import asyncio
import statistics
from collections.abc import Sequence

from benchmarks.delivery_lag import Lag, measure_lag
from benchmarks.optimal import Lengths, Schedule, optimal_schedule
from benchmarks.policies import DurationAware, Exponential, Fixed, Policy, Product, Scheduled
from benchmarks.report import Bar, Report, Table, figure
from benchmarks.simulation import Crowd, Seen, simulate

LENGTHS = Lengths(median=90.0, sigma=0.45)
BUDGET = 10.0
POLLS = 12.5
"""Looks per job for which the best schedule is computed."""

CROWDS = {20: 12_000.0, 200: 1500.0, 1000: 2000.0}
"""Running tasks, and the seconds that are simulated with them."""

WARM_UP_SECONDS = 1000.0
SEED = 7
DELIVERIES = 20

Found = dict[tuple[str, int], Seen]


def measure(
    *, crowds: dict[int, float] = CROWDS, warm_up: float = WARM_UP_SECONDS, deliveries: int = DELIVERIES
) -> Report:
    """Simulate every policy with every crowd, and deliver some videos for real."""
    best = optimal_schedule(POLLS, LENGTHS)
    found: Found = {}
    for running, seconds in crowds.items():
        crowd = Crowd(running=running, lengths=LENGTHS, per_second=BUDGET)
        for policy in _policies(best):
            found[policy.name, running] = simulate(policy, crowd, seconds=seconds, warm_up=warm_up, seed=SEED)
        told = Crowd(running=running, lengths=LENGTHS, per_second=BUDGET, reports_progress=True)
        policy = Product(seed=SEED, name="Clapper, tasks report progress")
        found[policy.name, running] = simulate(policy, told, seconds=seconds, warm_up=warm_up, seed=SEED)
    lag = asyncio.run(measure_lag(deliveries))
    return Report(
        name="polling",
        tables=[_optimum(best), *(_table(found, running) for running in crowds), _lag_table(lag)],
        bars=_bars(found, lag),
        notes=[
            f"job lengths: lognormal, median {LENGTHS.median:g} s, sigma {LENGTHS.sigma:g}; a finished job is "
            "followed by a new one; all policies see the same lengths, through the same pollers and the same pace",
            "a delay is from the task's end to the look that finds it; the best schedule knows the distribution, "
            "Clapper measures its median",
        ],
    )


def _policies(best: Schedule) -> list[Policy]:
    return [
        Product(seed=SEED),
        Scheduled(best.looks, name="the best schedule, simulated"),
        Fixed(5),
        Fixed(10),
        Exponential(),
        DurationAware(LENGTHS, seed=SEED),
    ]


def _optimum(best: Schedule) -> Table:
    gaps = [there - here for here, there in zip((0.0, *best.looks), best.looks, strict=False)]
    return Table(
        title="the best schedule by dynamic programming, without any budget",
        columns=("", "mean delay s", "looks per job", "first look s", "then after s"),
        rows=[
            (
                "best",
                figure(best.delay, 2),
                figure(best.polls, 2),
                figure(best.looks[0]),
                " ".join(f"{gap:g}" for gap in gaps[1:12]),
            )
        ],
    )


def _table(found: Found, running: int) -> Table:
    names = [name for name, crowd in found if crowd == running]
    return Table(
        title=f"{running} running tasks, at most {BUDGET:g} looks per second",
        columns=(
            "",
            "mean s",
            "ratio",
            "p50 s",
            "p95 s",
            "looks/job",
            "looks/s",
            "most in a second",
            "jobs",
        ),
        rows=[_row(name, found[name, running], found[Product(seed=0).name, running]) for name in names],
    )


def _row(name: str, seen: Seen, base: Seen) -> tuple[str, ...]:
    return (
        name,
        figure(seen.mean, 2),
        figure(seen.mean / base.mean, 2),
        figure(seen.p50, 2),
        figure(seen.p95, 2),
        figure(seen.polls_per_job, 2),
        figure(seen.polls_per_second, 2),
        str(seen.busiest_second),
        str(seen.jobs),
    )


def _lag_table(lags: Sequence[Lag]) -> Table:
    rows = [
        ("from the task's end to the look that finds it", [lag.found for lag in lags]),
        ("from there to the message", [lag.delivered for lag in lags]),
    ]
    return Table(
        title=f"{len(lags)} videos of 1 MB by the real bot on loopback, seconds",
        columns=("", "mean", "median", "most"),
        rows=[
            (
                what,
                figure(statistics.fmean(values), 2),
                figure(statistics.median(values), 2),
                figure(max(values), 2),
            )
            for what, values in rows
        ],
    )


def _bars(found: Found, lags: Sequence[Lag]) -> list[Bar]:
    few, many = found.get(("Clapper", 20)), found.get(("Clapper", 1000))
    others = [
        seen.mean
        for (name, running), seen in found.items()
        if running == 1000 and not name.startswith(("Clapper", "the best"))
    ]
    return [
        Bar(what="looks per job at 20 running tasks", figure=few and few.polls_per_job, bound=13),
        Bar(
            what="mean delay at 20 running tasks, of the best for as many looks, 12 at least",
            figure=few and few.mean / optimal_schedule(max(12, few.polls_per_job), LENGTHS).delay,
            bound=1.15,
            unit="times",
        ),
        Bar(
            what="mean delay at 1,000 running tasks, of the best other policy",
            figure=many.mean / min(others) if many and others else None,
            bound=1.1,
            unit="times",
        ),
        Bar(
            what="most looks in any second",
            figure=max(seen.busiest_second for seen in found.values()),
            bound=BUDGET,
        ),
        Bar(
            what="median from the look that found it to the message",
            figure=statistics.median(lag.delivered for lag in lags),
            bound=1,
            unit="s",
        ),
    ]


def main() -> Report:
    """Measure and return what was found."""
    return measure()
