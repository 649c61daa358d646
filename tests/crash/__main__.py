"""`make crash`: every death and every pair of deaths; with `--mutants`, what each mutant must break."""

import argparse
import asyncio
import sys
import tempfile
import time
from collections.abc import Iterable
from pathlib import Path

from tests.crash.mutants import SHOWN_BY, Mutant
from tests.crash.plans import Run, controls, pairs, singles, takeovers
from tests.crash.stage import Verdict, play

_SHOWN_CHARACTERS = 3000


async def main(arguments: list[str] | None = None) -> int:
    """Play what was asked for, print the counts, return the exit code."""
    options = _parser().parse_args(arguments)
    at_once = asyncio.Semaphore(options.jobs)
    if options.mutants:
        return await _play_mutants(at_once)
    plans = {"controls": controls(), "singles": singles(), "pairs": pairs(), "takeovers": takeovers()}
    broken = [await _play_all(name, plans[name], at_once) for name in options.only or plans]
    return 1 if any(broken) else 0


async def _play_all(name: str, runs: list[Run], at_once: asyncio.Semaphore) -> int:
    begun = time.perf_counter()
    verdicts = await asyncio.gather(*(_play(run, at_once) for run in runs))
    broken = [verdict for verdict in verdicts if verdict.broken]
    deaths = sum(verdict.deaths for verdict in verdicts)
    complete = sum(1 for verdict in verdicts if verdict.deaths == len(verdict.run.beats))
    print(
        f"{name}: {len(runs)} runs, {deaths} deaths, {complete} died at every beat asked for,"
        f" {_violations(broken)} violations, {time.perf_counter() - begun:.0f} s",
        flush=True,
    )
    return len(broken)


async def _play_mutants(at_once: asyncio.Semaphore) -> int:
    survivors = 0
    for mutant in Mutant:
        verdicts = await asyncio.gather(*(_play(run, at_once, mutant) for run in SHOWN_BY[mutant]))
        found = [text for verdict in verdicts for text in verdict.broken]
        survivors += not found
        print(f"{mutant}: {len(verdicts)} runs, {len(found)} violations: {'; '.join(found)}", flush=True)
    print(f"{len(Mutant)} mutants, {survivors} not seen")
    return 1 if survivors else 0


async def _play(run: Run, at_once: asyncio.Semaphore, mutant: Mutant | None = None) -> Verdict:
    async with at_once:
        with tempfile.TemporaryDirectory(prefix="clapper-crash-") as folder:
            verdict = await play(run, Path(folder), mutant=mutant)
    if verdict.broken and mutant is None:
        _print_broken(verdict)
    return verdict


def _violations(broken: Iterable[Verdict]) -> int:
    return sum(len(verdict.broken) for verdict in broken)


def _print_broken(verdict: Verdict) -> None:
    print(f"BROKEN {verdict.run} ({verdict.deaths} deaths, {verdict.state or 'no row'})")
    for text in verdict.broken:
        print(f"  {text}")
    print(verdict.log[-_SHOWN_CHARACTERS:], flush=True)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="make crash", description=__doc__)
    parser.add_argument("--mutants", action="store_true", help="show that every mutant breaks something")
    parser.add_argument(
        "--only", nargs="+", choices=["controls", "singles", "pairs", "takeovers"], help="play a part of it"
    )
    parser.add_argument("--jobs", type=int, default=3, help="how many runs at once (3)")
    return parser


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
