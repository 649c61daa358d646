"""How fast `python bot.py` acknowledges a burst of commands, over real sockets.

Loopback Discord and sandbox run in this process, the bot in one of its own: on few cores they compete, so the
figures are upper bounds. A round is a fresh bot with an empty database, warmed up by one command.
"""

import argparse
import asyncio
import statistics
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from benchmarks.load import quantile
from benchmarks.machine import Limits
from benchmarks.report import Bar, Report, Table, figure
from benchmarks.world import PATIENCE_SECONDS, Used, World, open_world
from tests.loopback_discord import Handle

ROUNDS = {50: 3, 200: 3, 500: 3, 2000: 2}
"""Commands at once, and how often."""

BARS = {200: 0.5, 500: 0.6, 2000: 2.5}
"""Seconds that the p99 may take; Discord gives up after 3."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Round:
    """Seconds from gateway event to callback request; how many never came; when all were queued; processor time."""

    seconds: tuple[float, ...]
    missing: int
    acknowledged_after: float
    queued_after: float | None
    used: Used

    def quantile(self, share: float) -> float:
        """Return the value that `share` of the acknowledgements did not exceed."""
        return quantile(self.seconds, share)


async def measure(rounds: dict[int, int] = ROUNDS) -> Report:
    """Run bursts of several sizes."""
    limits = Limits()
    found: dict[int, list[Round]] = {}
    for count, times in rounds.items():
        await limits.take()
        found[count] = [await measure_burst(count) for _ in range(times)]
    return Report(
        name="acknowledgement",
        tables=[limits.table(), _table(found)],
        bars=[
            Bar(
                what=f"p99 of {count} commands at once, median of rounds",
                figure=statistics.median(one.quantile(0.99) for one in found[count]),
                bound=bound,
                unit="s",
            )
            for count, bound in BARS.items()
            if count in found
        ],
        notes=[
            "the loopback servers share a process with the measuring, and the machine with the bot: processor time is "
            "that of either until the last acknowledgement. Where the bot's comes near the time by the clock, the bot "
            "is the limit, with one core; where they add up to the cores, the machine is"
        ],
        missing=[
            f"{one.missing} of {count} commands were never acknowledged"
            for count, rounds_of in found.items()
            for one in rounds_of
            if one.missing
        ],
    )


async def measure_burst(count: int, **opening: Any) -> Round:
    """Run one round of `count` commands at once, in a world that is opened so."""
    async with open_world(**opening) as world:
        await world.order(0)
        await world.until_delivered(1)
        return await _burst(world, count)


async def _burst(world: World, count: int) -> Round:
    before, begun = world.used(), time.perf_counter()
    handles = [await world.order(number) for number in range(1, count + 1)]
    await _until(world, lambda handle: handle.interaction.seconds is not None, handles)
    acknowledged_after, used = time.perf_counter() - begun, world.used() - before
    queued = await _until(world, _is_filled, handles)
    seconds = [handle.interaction.seconds for handle in handles]
    arrived = tuple(value for value in seconds if value is not None)
    return Round(
        seconds=arrived,
        missing=count - len(arrived),
        acknowledged_after=acknowledged_after,
        queued_after=time.perf_counter() - begun if queued else None,
        used=used,
    )


async def _until(world: World, fact: Callable[[Handle], bool], handles: Sequence[Handle]) -> bool:
    open_ones = list(handles)

    def all_done() -> bool:
        while open_ones and fact(open_ones[-1]):  # each is looked at once, however often the bell rings
            open_ones.pop()
        return not open_ones

    try:
        await world.discord.ledger.wakeup.until(all_done, PATIENCE_SECONDS, what="answer to all")
    except TimeoutError:
        return False
    return True


def _is_filled(handle: Handle) -> bool:
    original = handle.interaction.original
    return original is not None and not original.loading


def _table(found: dict[int, list[Round]]) -> Table:
    return Table(
        title="milliseconds from gateway event to callback request",
        columns=(
            "commands at once",
            "p50",
            "p99",
            "most",
            "missing",
            "all acknowledged",
            "all queued",
            "bot's processor",
            "all else's",
        ),
        rows=[_row(count, one) for count, rounds in found.items() for one in rounds],
    )


def _row(count: int, one: Round) -> tuple[str, ...]:
    return (
        str(count),
        *(figure(one.quantile(share) * 1000, 0) for share in (0.5, 0.99, 1.0)),
        str(one.missing),
        figure(one.acknowledged_after * 1000, 0),
        figure(one.queued_after and one.queued_after * 1000, 0),
        figure(one.used.bot * 1000, 0),
        figure(one.used.around * 1000, 0),
    )


def main() -> Report:
    """Measure and return what was found."""
    return asyncio.run(measure())


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m benchmarks.acknowledgement", description=__doc__)
    parser.add_argument("count", nargs="?", type=int, help="commands at once (all bursts)")
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    chosen = {options.count: options.rounds} if options.count else ROUNDS
    report = asyncio.run(measure(chosen))
    print(report)
    sys.exit(1 if report.missing else 0)
