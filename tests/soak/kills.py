"""`make kills`: kill -9 at random moments while many jobs run; each must be delivered once and paid for once.

A kill between the claim and the stored task id leaves a job `unknown`: nobody can tell whether it was paid for, and
the bot does not guess. A moderator presses *Submit again* for each of those, which sends the same Idempotency-Key; a
provider that honours it answers with the task that it has already. The counts say how often that was needed.
"""

import asyncio
import random
import sqlite3
import sys
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from sandbox.ledger import Event
from tests.crash.mutants import Mutant
from tests.loopback_discord import Handle
from tests.soak import command
from tests.soak.keeper import Keeper, keeping
from tests.soak.members import Members, undecided
from tests.soak.plan import CHANNELS, MEMBERS, Blow, Order
from tests.soak.stage import Stage, open_stage

RUNNING = 10
RENDER_SECONDS = 1.0
MILESTONES = 3
"""What each job gives to progress: ordered, accepted, delivered."""
BUSY_SHARE = 0.95
"""The part of the progress in which kills fall: behind the last delivery they would hit nobody."""
_AT_ONCE = 4


@dataclass(frozen=True, slots=True)
class Moment:
    """When the bot is killed: so many seconds after so many milestones were reached."""

    progress: int
    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class KillTally(command.Tally):
    kills: int
    lives: int
    commands: int
    times_unknown: int
    jobs_unknown: int
    presses: int
    endings: Counter[str]
    about: tuple[str, ...]


def moments(seed: int, *, kills: int, jobs: int) -> list[Moment]:
    """Return when to kill, in order: anywhere between the first order and nearly the last delivery."""
    dice = random.Random(seed)
    progress = sorted(dice.randrange(int(MILESTONES * jobs * BUSY_SHARE)) for _ in range(kills))
    return [Moment(reached, dice.uniform(0, 0.25)) for reached in progress]


async def run(
    seed: int, folder: Path, *, jobs: int = 200, kills: int = 20, mutant: Mutant | None = None
) -> KillTally:
    begun = time.perf_counter()
    async with open_stage(
        folder, running=RUNNING, render_seconds=RENDER_SECONDS, honours_idempotency=True, mutant=mutant
    ) as stage:
        stage.sandbox.faults.add(command.slow_answer())
        members = Members(stage.discord)
        broken: list[str] = []
        async with keeping(stage.discord, stage.live) as keeper:
            try:
                async with asyncio.timeout(command.LIMIT_SECONDS), asyncio.TaskGroup() as group:
                    group.create_task(_kill(stage, keeper, moments(seed, kills=kills, jobs=jobs)))
                    group.create_task(_order(stage, keeper, members, jobs))
                    group.create_task(_decide(stage, keeper, members, jobs))
            except TimeoutError:
                broken.append(f"not done within {command.LIMIT_SECONDS:g} s")
            await keeper.end()
        broken += [*keeper.broken, *stage.violations()]
        return _tally(stage, keeper, members, seconds=time.perf_counter() - begun, broken=broken)


async def _kill(stage: Stage, keeper: Keeper, planned: list[Moment]) -> None:
    for moment in planned:
        while _progress(stage) < moment.progress:
            await asyncio.sleep(command.LOOK_SECONDS / 5)
        await asyncio.sleep(moment.seconds)
        await keeper.strike(Blow.KILL)


def _progress(stage: Stage) -> int:
    accepted = len(stage.sandbox.ledger.accepted)
    delivered = sum(1 for message in stage.discord.ledger.messages if message.attachments)
    return len(stage.rows().jobs) + accepted + delivered


async def _order(stage: Stage, keeper: Keeper, members: Members, jobs: int) -> None:
    """Order until there are `jobs` rows: who got no answer, since the bot was killed, orders again."""
    while (missing := jobs - len(stage.rows().jobs)) > 0:
        life = await keeper.until_ready()
        handles = [await _order_one(members) for _ in range(min(_AT_ONCE, missing))]
        await _answered(stage, keeper, handles, life)


async def _order_one(members: Members) -> Handle:
    number = members.ordered
    plain = {"picture": False, "cancelled": False, "doubled": False}
    return await members.order(Order(member=number % MEMBERS, channel=number % CHANNELS, **plain))


async def _answered(stage: Stage, keeper: Keeper, handles: list[Handle], life: int) -> None:
    """Wait until every order is a row, or will never be one, because the life that had heard it is over."""
    heard = {handle.id for handle in handles}
    while keeper.lives == life and not heard <= {job["interaction_id"] for job in stage.rows().jobs}:
        await asyncio.sleep(command.LOOK_SECONDS)


async def _decide(stage: Stage, keeper: Keeper, members: Members, jobs: int) -> None:
    """Let a moderator send again whatever is unclear, until every job is delivered."""
    while len(rows := stage.rows().jobs) < jobs or any(job["state"] != "delivered" for job in rows):
        for job in undecided(stage.rows()):
            await _press(stage, keeper, members, job)
        await asyncio.sleep(command.LOOK_SECONDS)


async def _press(stage: Stage, keeper: Keeper, members: Members, job: sqlite3.Row) -> None:
    """Press once, and wait until it had its effect; a press that a killed bot had heard is repeated later."""
    life = await keeper.until_ready()
    if (message := members.question(job)) is None:
        return
    await members.press(message, job, again=True)
    while keeper.lives == life and job["key"] in {asked["key"] for asked in undecided(stage.rows())}:
        await asyncio.sleep(command.LOOK_SECONDS)


def _tally(stage: Stage, keeper: Keeper, members: Members, *, seconds: float, broken: list[str]) -> KillTally:
    rows, ledger = stage.rows(), stage.sandbox.ledger
    unknown = Counter(event["job_id"] for event in rows.events if event["to_state"] == "unknown")
    return KillTally(
        seconds=seconds,
        jobs=len(rows.jobs),
        kills=keeper.blows[Blow.KILL],
        lives=keeper.lives,
        commands=members.ordered,
        times_unknown=unknown.total(),
        jobs_unknown=len(unknown),
        presses=members.decided,
        replayed=len(ledger.of(Event.REPLAYED)),
        accepted=len(ledger.accepted),
        films=command.films_in(stage.discord),
        endings=stage.endings(),
        broken=tuple(broken),
        about=tuple(line for text in broken for line in stage.about(text)),
    )


def as_wanted(tally: KillTally, *, jobs: int, kills: int) -> bool:
    """Say whether each job was paid for once and delivered once, whatever the kills."""
    return tally.once_each and (tally.jobs, tally.kills) == (jobs, kills)


def main(arguments: list[str] | None = None) -> int:
    outcome = {"jobs": 200, "run": run, "show": print_tally, "as_wanted": as_wanted}
    return command.kill_meanwhile("kills", command.options_of("kills", __doc__), arguments, **outcome)


def print_tally(tally: KillTally) -> None:
    print(f"seconds: {tally.seconds:.0f}; kills: {tally.kills}; starts after a kill: {tally.lives - 1}")
    print(f"jobs: {tally.jobs}, by {tally.commands} commands (one that a killed bot heard is given again)")
    print(
        f"unknown: {tally.jobs_unknown} jobs, {tally.times_unknown} times;"
        f" resolved by a person: {tally.times_unknown} ({tally.presses} presses on Submit again);"
        f" answered by the provider with the task that it had: {tally.replayed}"
    )
    print(tally.in_words)
    print(f"jobs by ending: {', '.join(f'{name} {count}' for name, count in sorted(tally.endings.items()))}")
    for text in (*tally.broken, *tally.about):
        print(f"  VIOLATION or its log: {text}")


if __name__ == "__main__":
    sys.exit(main())
