"""Jobs per second from the command in the gateway to the posted video, with a provider that needs no time.

`python bot.py` as a process, commands through the loopback gateway, files of 1 MB. As soon as a video is posted the
next command is sent, so that the same number of jobs is under way all the time.
"""

import asyncio
import statistics
import time
from dataclasses import dataclass

from benchmarks.machine import Limits, resident_mib
from benchmarks.report import Bar, Report, Table, figure
from benchmarks.world import PATIENCE_SECONDS, Used, World, open_world

JOBS = 600
UNDER_WAY = 100
ROUNDS = 3
CLIP_BYTES = 1_000_000
GOAL_PER_SECOND = 50.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Flow:
    """One round. `per_second` is that of the middle, where the pipe is full; memory is the bot's, in MiB."""

    jobs: int
    per_second: float
    seconds: float
    used: Used
    requests: int
    before_mib: float
    most_mib: float


async def measure(*, jobs: int = JOBS, under_way: int = UNDER_WAY, rounds: int = ROUNDS) -> Report:
    """Run several rounds, each with a fresh bot."""
    limits = Limits()
    flows: list[Flow] = []
    for _ in range(rounds):
        await limits.take()
        async with open_world(
            clip_bytes=CLIP_BYTES, MAX_RUNNING_JOBS=1000, STATUS_INTERVAL_SECONDS=2
        ) as world:
            flows.append(await _flow(world, jobs, under_way))
    per_second = statistics.median(flow.per_second for flow in flows)
    return Report(
        name="end to end",
        tables=[limits.table(), _table(flows)],
        bars=[
            Bar(
                what="jobs, median of rounds",
                figure=per_second,
                bound=GOAL_PER_SECOND,
                unit="per second",
                at_least=True,
            )
        ],
        notes=[
            f"{under_way} jobs under way at once, by as many members in 3 channels; each is 1 command, 1 order, 1 look "
            "or more, 1 download and 1 upload of 1 MB, 9 durable transactions and 4 calls to Discord or more",
            "the loopback Discord and the sandbox share one process: its processor time is 'all else's'. Jobs per second "
            "times both processor times is what the machine gave; Discord itself takes about 16 messages with a file "
            "per second from one bot",
        ],
    )


async def _flow(world: World, jobs: int, under_way: int) -> Flow:
    await world.order(0)
    await world.until_delivered(1)
    before, before_mib = world.used(), resident_mib(world.bot.pid)
    world.discord.ledger.requests.clear()
    begun, most_mib, ordered = time.perf_counter(), before_mib, 0
    ends_at = begun + PATIENCE_SECONDS
    while (done := len(world.videos()) - 1) < jobs:
        assert time.perf_counter() < ends_at, f"{done} of {jobs} jobs in {PATIENCE_SECONDS:.0f} s"
        while ordered < min(jobs, done + under_way):
            ordered += 1
            await world.order(ordered)
        most_mib = max(most_mib, resident_mib(world.bot.pid))
        await asyncio.sleep(0.05)
    seconds = time.perf_counter() - begun
    return Flow(
        jobs=jobs,
        per_second=_rate_of_the_middle(world, jobs),
        seconds=seconds,
        used=world.used() - before,
        requests=len(world.discord.ledger.requests),
        before_mib=before_mib,
        most_mib=most_mib,
    )


def _rate_of_the_middle(world: World, jobs: int) -> float:
    times = sorted(message.created_at for message in world.videos())
    first, last = jobs // 10, jobs - jobs // 10
    return (last - first) / (times[last] - times[first])


def _table(flows: list[Flow]) -> Table:
    return Table(
        title=f"{flows[0].jobs} jobs with files of {CLIP_BYTES / 1e6:g} MB",
        columns=(
            "round",
            "jobs/s",
            "all in s",
            "bot's processor ms/job",
            "all else's ms/job",
            "calls to Discord/job",
            "memory before MiB",
            "most MiB",
        ),
        rows=[
            (
                str(number),
                figure(flow.per_second),
                figure(flow.seconds),
                figure(flow.used.bot / flow.jobs * 1000),
                figure(flow.used.around / flow.jobs * 1000),
                figure(flow.requests / flow.jobs),
                figure(flow.before_mib, 0),
                figure(flow.most_mib, 0),
            )
            for number, flow in enumerate(flows, 1)
        ],
    )


def main() -> Report:
    """Measure and return what was found."""
    return asyncio.run(measure())
