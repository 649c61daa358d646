"""`make mutants`: change the program in one small place at a time, and count which changes the tests notice.

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
from collections.abc import Callable, Coroutine, Iterator, Sequence
from pathlib import Path
from typing import Any, TypeVar

from tests.mutation.guards import GUARDS, Guard
from tests.mutation.mutant import Mutant
from tests.mutation.sample import FOLDERS, modules, mutants_in, sample
from tests.mutation.trial import NOT_COPIED, Copy, Verdict, copy_tree, folder_of

ROOT = Path(__file__).parents[2]
T = TypeVar("T")
_SHOWN_CHARACTERS = 3000
NEEDED_SHARE = 0.85
AT_ONCE = 2
"""The tests keep time limits; more of them at once would kill mutants that live."""


async def main(arguments: Sequence[str] | None = None) -> int:
    """Draw mutants of each folder, try them, print what survived and the counts; return the exit code."""
    options = _parser().parse_args(arguments)
    with tempfile.TemporaryDirectory(prefix="clapper-mutants-") as folder:
        tree = Path(folder) / "tree"
        # What is drawn is what is tried, whatever is edited meanwhile.
        shutil.copytree(ROOT, tree, ignore=NOT_COPIED)
        if options.guards:
            return await _try_guards(_copies(tree, Path(folder)), tree)
        drawn = _drawn(tree, options)
        if options.list:
            say("\n".join(map(str, drawn)))
            return 0
        copies = _copies(tree, Path(folder))
        groups = {name: [m for m in drawn if folder_of(m.path) == name] for name in FOLDERS}
        return max([await _try_folder(name, group, copies) for name, group in groups.items() if group])


def _copies(tree: Path, folder: Path) -> list[Copy]:
    os.nice(5)
    return [copy_tree(tree, folder / f"copy{number}") for number in range(AT_ONCE)]


def _drawn(tree: Path, options: argparse.Namespace) -> list[Mutant]:
    drawn: list[Mutant] = []
    for folder in options.folder:
        everything = [m for m in mutants_in(tree, options.only) if folder_of(m.path) == folder]
        drawn += sample(everything, count=options.count, seed=options.seed)
        if everything:
            count = min(options.count, len(everything))
            say(f"{folder}: {len(everything)} mutants, {count} drawn with seed {options.seed}")
    return drawn


async def _try_folder(folder: str, drawn: Sequence[Mutant], copies: Sequence[Copy]) -> int:
    tests = copies[0].tests_of(folder)
    seconds = await _seconds_without_mutant(copies, tests)
    if seconds is None:
        return 2
    waiting = iter(drawn)
    counted = await _side_by_side(copies, lambda copy: _work(copy, waiting, 30 + 3 * seconds))
    # If the tests fail now, what died before may have died of the same.
    if await _seconds_without_mutant(copies, tests) is None:
        return 2
    return _report(folder, sum(counted, Counter[Verdict]()), len(drawn))


async def _try_guards(copies: Sequence[Copy], tree: Path) -> int:
    """Take each guard out, one at a time; return 0 when the tests noticed every one."""
    tests = sorted({test for guard in GUARDS for test in guard.tests})
    seconds = await _seconds_without_mutant(copies, tests)
    if seconds is None:
        return 2
    waiting = iter([(guard, guard.mutant(tree)) for guard in GUARDS])
    counted = await _side_by_side(copies, lambda copy: _work_on_guards(copy, waiting, 30 + 3 * seconds))
    survived = sum(counted)
    say(f"{len(GUARDS)} guards taken out: {len(GUARDS) - survived} noticed, {survived} not (needed: 0)")
    return 1 if survived else 0


async def _work_on_guards(copy: Copy, waiting: Iterator[tuple[Guard, Mutant]], limit_seconds: float) -> int:
    survived = 0
    for guard, mutant in waiting:
        verdict = await copy.attempt(mutant, limit_seconds=limit_seconds, tests=guard.tests)
        say(f"{verdict}: {guard.promise}")
        survived += verdict is not Verdict.KILLED
    return survived


async def _side_by_side(copies: Sequence[Copy], work: Callable[[Copy], Coroutine[Any, Any, T]]) -> list[T]:
    return await asyncio.gather(*(work(copy) for copy in copies))


async def _seconds_without_mutant(copies: Sequence[Copy], tests: Sequence[str]) -> float | None:
    """Run the tests in every copy at once; return how long that took, None when they fail."""
    baselines = await _side_by_side(copies, lambda copy: copy.baseline(tests))
    if not all(passed for passed, _ in baselines):
        say("\n".join(copy.output[-_SHOWN_CHARACTERS:] for copy in copies))
        say("the tests fail without any mutant: nothing can be said")
        return None
    seconds = max(seconds for _, seconds in baselines)
    say(f"without a mutant: {len(copies)} runs at once pass in {seconds:.0f} s")
    return seconds


def _report(folder: str, counts: Counter[Verdict], tried: int) -> int:
    share = 1 - counts[Verdict.SURVIVED] / tried
    say(
        f"{folder}: {tried} mutants: {counts[Verdict.KILLED]} killed, {counts[Verdict.TIMED_OUT]} timed out,"
        f" {counts[Verdict.SURVIVED]} survived, share {share:.1%} (needed: {NEEDED_SHARE:.0%})"
    )
    return 0 if share >= NEEDED_SHARE else 1


async def _work(copy: Copy, waiting: Iterator[Mutant], limit_seconds: float) -> Counter[Verdict]:
    counts: Counter[Verdict] = Counter()
    for mutant in waiting:
        verdict = await copy.attempt(mutant, limit_seconds=limit_seconds)
        counts[verdict] += 1
        if verdict is not Verdict.KILLED:
            say(f"{verdict}: {mutant}")
    return counts


def say(text: str) -> None:
    print(text, flush=True)  # noqa: T201 - the command prints what it finds


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="make mutants", description=__doc__)
    parser.add_argument("--count", type=int, default=60, help="how many mutants to draw of each folder (60)")
    parser.add_argument("--seed", type=int, default=1, help="the same seed draws the same mutants (1)")
    parser.add_argument(
        "--folder", nargs="+", default=FOLDERS, choices=FOLDERS, help="of which folders (all of them)"
    )
    parser.add_argument(
        "--only", nargs="+", default=(), choices=modules(ROOT), metavar="FILE", help="as jobs/steps/poller.py"
    )
    parser.add_argument("--guards", action="store_true", help="take out each guard of safety instead")
    parser.add_argument("--list", action="store_true", help="show what is drawn, try nothing")
    return parser


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
