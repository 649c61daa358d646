"""`make mutants`: change jobs/ and db/ in one small place at a time, and count which changes the tests notice.

Own code, because mutmut 3 changes nothing outside functions, where the SQL of db/ stands, and neither it nor
cosmic-ray knows the guards of a statement.
"""

import argparse
import asyncio
import os
import shutil
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

from tests.mutation.mutant import Mutant
from tests.mutation.sample import modules, mutants_in, sample
from tests.mutation.trial import NOT_COPIED, Copy, Verdict, copy_tree

ROOT = Path(__file__).parents[2]
_SHOWN_CHARACTERS = 3000
NEEDED_SHARE = 0.85
AT_ONCE = 2
"""The tests keep time limits; more of them at once would kill mutants that live."""


async def main(arguments: Sequence[str] | None = None) -> int:
    """Draw mutants, try them, print what survived and the counts; return the exit code."""
    options = _parser().parse_args(arguments)
    with tempfile.TemporaryDirectory(prefix="clapper-mutants-") as folder:
        tree = Path(folder) / "tree"
        # What is drawn is what is tried, whatever is edited meanwhile.
        shutil.copytree(ROOT, tree, ignore=NOT_COPIED)
        everything = mutants_in(tree, options.only)
        drawn = sample(everything, count=options.count, seed=options.seed)
        say(f"{len(everything)} mutants, {len(drawn)} drawn with seed {options.seed}")
        if options.list:
            say("\n".join(map(str, drawn)))
            return 0
        os.nice(5)
        return await _try_all(
            drawn, [copy_tree(tree, Path(folder) / f"copy{number}") for number in range(AT_ONCE)]
        )


async def _try_all(drawn: Sequence[Mutant], copies: Sequence[Copy]) -> int:
    seconds = await _seconds_without_mutant(copies)
    if seconds is None:
        return 2
    waiting = iter(drawn)
    counted = await asyncio.gather(*(_work(copy, waiting, 30 + 3 * seconds) for copy in copies))
    if await _seconds_without_mutant(copies) is None:  # then what died before may have died of the same
        return 2
    return _report(sum(counted, Counter[Verdict]()), len(drawn))


async def _seconds_without_mutant(copies: Sequence[Copy]) -> float | None:
    """Run all tests in every copy at once; return how long that took, None when they fail."""
    baselines = await asyncio.gather(*(copy.baseline() for copy in copies))
    if not all(passed for passed, _ in baselines):
        say("\n".join(copy.output[-_SHOWN_CHARACTERS:] for copy in copies))
        say("the tests fail without any mutant: nothing can be said")
        return None
    seconds = max(seconds for _, seconds in baselines)
    say(f"without a mutant: {len(copies)} runs at once pass in {seconds:.0f} s")
    return seconds


def _report(counts: Counter[Verdict], tried: int) -> int:
    share = 1 - counts[Verdict.SURVIVED] / tried
    say(
        f"{tried} mutants: {counts[Verdict.KILLED]} killed, {counts[Verdict.TIMED_OUT]} timed out,"
        f" {counts[Verdict.SURVIVED]} survived, share {share:.1%} (needed: above {NEEDED_SHARE:.0%})"
    )
    return 0 if share > NEEDED_SHARE else 1


async def _work(copy: Copy, waiting: Iterator[Mutant], limit_seconds: float) -> Counter[Verdict]:
    counts: Counter[Verdict] = Counter()
    for mutant in waiting:
        verdict = await copy.attempt(mutant, limit_seconds=limit_seconds)
        counts[verdict] += 1
        if verdict is not Verdict.KILLED:
            say(f"{verdict}: {mutant}")
    return counts


def say(text: str) -> None:
    """Print at once."""
    print(text, flush=True)  # noqa: T201 - the command prints what it finds


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="make mutants", description=__doc__)
    parser.add_argument("--count", type=int, default=150, help="how many mutants to draw (150)")
    parser.add_argument("--seed", type=int, default=1, help="the same seed draws the same mutants (1)")
    parser.add_argument(
        "--only", nargs="+", default=(), choices=modules(ROOT), metavar="FILE", help="as jobs/poller.py"
    )
    parser.add_argument("--list", action="store_true", help="show what is drawn, try nothing")
    return parser


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
