"""What the commands of this folder share: their options, and what is counted where processes are killed."""

import argparse
import asyncio
import os
import secrets
import tempfile
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from sandbox.faults import Fault, FaultName
from tests.crash.mutants import Mutant

LIMIT_SECONDS = 900.0
LOOK_SECONDS = 0.1


def slow_answer() -> Fault:
    """Return the moment that the provider takes over a paid call: none answers in no time, and a kill must fit in."""
    return Fault(FaultName.LATENCY_AFTER, "0.1", times=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """How it went, by the ledgers; `films` counts the messages that carry each video."""

    seconds: float
    jobs: int
    accepted: int
    films: Counter[str]
    replayed: int
    broken: tuple[str, ...]

    @property
    def once_each(self) -> bool:
        """Say whether each job was paid for once and delivered once."""
        once = list(self.films.values()) == [1] * self.jobs
        return once and self.accepted == self.jobs and not self.broken

    @property
    def in_words(self) -> str:
        times = Counter(number > 1 for number in self.films.values())
        return (
            f"delivered once: {times[False]}; delivered twice: {times[True]}\nPOSTs accepted: {self.accepted}"
        )


def films_in(discord) -> Counter[str]:
    files = (file.filename for message in discord.ledger.messages for file in message.attachments)
    return Counter(name for name in files if name.endswith(".mp4"))


def options_of(name, about, *, mutants=True) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog=f"make {name}", description=about)
    seed = int(os.environ.get("SOAK_SEED") or secrets.randbelow(1_000_000))
    parser.add_argument("--seed", type=int, default=seed)
    if mutants:
        what = "break the bot; it must be seen"
        parser.add_argument("--mutant", type=Mutant, choices=list(Mutant), help=what)
    return parser


def kill_meanwhile(name, parser, arguments, *, jobs, run, show, as_wanted) -> int:
    """Run it, print the counts, return the exit code."""
    parser.add_argument("--jobs", type=int, default=jobs)
    parser.add_argument("--kills", type=int, default=20)
    options = vars(parser.parse_args(arguments))
    seed, wanted = options.pop("seed"), {"jobs": options["jobs"], "kills": options["kills"]}
    print(f"{name}: seed {seed}, {wanted['jobs']} jobs, {wanted['kills']} times kill -9", flush=True)
    with tempfile.TemporaryDirectory(prefix=f"clapper-{name}-") as folder:
        tally = asyncio.run(run(seed, Path(folder), **options))
    show(tally)
    good = as_wanted(tally, **wanted)
    print("as wanted" if good else f"NOT AS WANTED (seed {seed})", flush=True)
    return 0 if good else 1
