"""`make fleet`: two gateways and two workers over one PostgreSQL, killed at random moments while many jobs run.

Each job must be delivered once and paid for once. Gateways hold a shard each, so the server's commands reach one of
them and direct messages the other. A kill in the paid call leaves a job `unknown`; the operator submits it again with
`python bot.py jobs`, and the provider answers the same Idempotency-Key with the task that it has already.
"""

import asyncio
import contextlib
import random
import sys
import time
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import asyncpg

from console.jobs import submit_again
from sandbox.ledger import Event
from sandbox.server import Sandbox, open_sandbox
from tests.loopback_discord import (
    ANN,
    LOUNGE,
    VIDEOS,
    Channel,
    Handle,
    LoopbackDiscord,
    open_loopback_discord,
)
from tests.soak import command
from tests.support.caps import few
from tests.support.databases import new_database
from tests.support.processes import UNLIMITED, BotProcess, environment, folder_of_one, living

ROLES = (
    ("gateway", "--shards", "0", "--shard-count", "2"),
    ("gateway", "--shards", "1", "--shard-count", "2"),
    ("worker",),
    ("worker",),
)
RENDER_SECONDS = 0.5
AT_ONCE = 8
KILLS_END_AT = 0.9
"""The share of the deliveries after which nobody is killed any more: it would hit nobody."""
_PLENTY = 1_000_000


@dataclass(slots=True)
class Member:
    """One process of the fleet, in a folder of its own; whatever ends it, the next life begins."""

    number: int
    arguments: tuple[str, ...]
    settings: dict[str, str]
    life: BotProcess | None = None
    lives: int = 0
    kills: int = 0
    closing: bool = False
    broken: list[str] = field(default_factory=list)

    async def run(self) -> None:
        while not self.closing:
            async with living(self.settings, *self.arguments, dies_at=None) as self.life:
                self.lives += 1
                if self.closing:  # it was asked to end while this life was being started
                    await self.life.kill()
                code = await self.life.wait()
            if code not in ((-9,) if self.kills else ()) and not self.closing:
                self.broken.append(f"{self} ended by itself with exit code {code}")

    async def kill(self) -> None:
        if self.life is not None and self.life.code is None:
            self.kills += 1
            await self.life.kill()

    async def end(self) -> None:
        """Ask it to end for good."""
        self.closing = True
        if self.life is not None and self.life.code is None and (code := await self.life.stop()) != 0:
            self.broken.append(f"SIGTERM ended {self} with exit code {code}")

    def __str__(self) -> str:
        return f"process {self.number} ({' '.join(self.arguments)})"


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """The servers that outlive every process, and the processes."""

    discord: LoopbackDiscord
    sandbox: Sandbox
    database: str
    members: Sequence[Member]
    places: Sequence[Channel]

    async def fetch(self, sql: str) -> list[asyncpg.Record]:
        connection = await asyncpg.connect(self.database)
        try:
            return await connection.fetch(sql)
        finally:
            await connection.close()


@dataclass(frozen=True, slots=True, kw_only=True)
class FleetTally(command.Tally):
    states: Counter[str]
    kills: dict[str, int]
    unknown: int
    admitted_by: int


async def run(seed: int, folder: Path, *, jobs: int, kills: int) -> FleetTally:
    begun = time.perf_counter()
    async with _open_stage(folder) as stage, asyncio.TaskGroup() as group:
        lives = [group.create_task(member.run()) for member in stage.members]
        broken: list[str] = []
        decided: list[str] = []
        try:
            async with asyncio.timeout(command.LIMIT_SECONDS), asyncio.TaskGroup() as work:
                work.create_task(_kill(stage, random.Random(seed), jobs=jobs, kills=kills))
                work.create_task(_order(stage, jobs))
                work.create_task(_decide(stage, jobs, decided))
        except* TimeoutError:
            broken.append(f"not done within {command.LIMIT_SECONDS:g} s")
        await asyncio.gather(*(member.end() for member in stage.members))
        await asyncio.gather(*lives)
        broken += [text for member in stage.members for text in member.broken]
        return await _tally(stage, time.perf_counter() - begun, decided, broken)


@contextlib.asynccontextmanager
async def _open_stage(folder: Path) -> AsyncIterator[Stage]:
    async with (
        open_loopback_discord() as discord,
        open_sandbox(instant=True, render_seconds=RENDER_SECONDS, honours_idempotency=True) as sandbox,
    ):
        sandbox.faults.add(command.slow_answer())
        database = await new_database()
        members = [
            Member(number, arguments, _settings(discord, sandbox, database, folder, number))
            for number, arguments in enumerate(ROLES)
        ]
        yield Stage(
            discord=discord,
            sandbox=sandbox,
            database=database,
            members=members,
            places=(VIDEOS, discord.direct(ANN), LOUNGE),
        )


def _settings(
    discord: LoopbackDiscord, sandbox: Sandbox, database: str, folder: Path, number: int
) -> dict[str, str]:
    return environment(
        discord,
        sandbox,
        folder_of_one(folder, f"process{number}"),
        DATABASE_URL=database,
        EXPECTED_SECONDS=1,
        MAX_RUNNING_JOBS=20,
        **UNLIMITED,
    )


async def _order(stage: Stage, jobs: int) -> None:
    """Order until there are `jobs` rows: who got no answer, since a gateway was killed, orders again."""
    ordered = 0
    while (missing := jobs - len(await stage.fetch("SELECT id FROM jobs"))) > 0:
        while len(stage.discord.gateway.connected) < 2 or not stage.discord.backend.commands.synced:
            await asyncio.sleep(command.LOOK_SECONDS)
        handles: list[Handle] = []
        for _ in range(min(AT_ONCE, missing)):
            place = stage.places[ordered % len(stage.places)]
            options = {"prompt": f"a kite over the sea, number {ordered}"}
            handles.append(await stage.discord.slash("video", user=ANN, channel=place, options=options))
            ordered += 1
        await _until_rows_or_lives_change(stage, {handle.id for handle in handles})


async def _until_rows_or_lives_change(stage: Stage, asked: set[int]) -> None:
    lives = _gateway_lives(stage)
    while _gateway_lives(stage) == lives:
        rows = await stage.fetch("SELECT interaction_id FROM jobs")
        if asked <= {row["interaction_id"] for row in rows}:
            return
        await asyncio.sleep(command.LOOK_SECONDS)


def _gateway_lives(stage: Stage) -> int:
    return sum(member.kills for member in stage.members if member.arguments[0] == "gateway")


async def _kill(stage: Stage, dice: random.Random, *, jobs: int, kills: int) -> None:
    """Kill one process after the other in turn, each time after a random part of the deliveries."""
    moments = sorted(dice.randrange(int(jobs * KILLS_END_AT)) for _ in range(kills))
    for number, moment in enumerate(moments):
        while len(command.films_in(stage.discord)) < moment:
            await asyncio.sleep(command.LOOK_SECONDS)
        await asyncio.sleep(dice.uniform(0, 0.5))
        await stage.members[number % len(stage.members)].kill()


async def _decide(stage: Stage, jobs: int, decided: list[str]) -> None:
    """Let the operator submit again whatever is unclear, until every job is delivered."""
    caps = few(active_per_user=_PLENTY, per_user_per_day=_PLENTY, per_day=_PLENTY)
    while True:
        rows = await stage.fetch("SELECT key, state, reason FROM jobs")
        if len(rows) >= jobs and all(row["state"] == "delivered" for row in rows):
            return
        for row in rows:
            if (row["state"], row["reason"]) == ("unknown", "ambiguous_submit"):
                today = datetime.now(UTC).date().isoformat()
                if await submit_again(stage.database, row["key"], day=today, caps=caps):
                    decided.append(row["key"])
        await asyncio.sleep(command.LOOK_SECONDS)


async def _tally(stage: Stage, seconds: float, decided: list[str], broken: list[str]) -> FleetTally:
    rows = await stage.fetch("SELECT state, guild_id = 0 AS direct FROM jobs")
    ledger = stage.sandbox.ledger
    return FleetTally(
        seconds=seconds,
        jobs=len(rows),
        accepted=len(ledger.accepted),
        films=command.films_in(stage.discord),
        states=Counter(row["state"] for row in rows),
        kills={str(member): member.kills for member in stage.members},
        unknown=len(decided),
        replayed=len(ledger.of(Event.REPLAYED)),
        admitted_by=len({row["direct"] for row in rows}),
        broken=tuple(broken),
    )


def as_wanted(tally: FleetTally, *, jobs: int, kills: int) -> bool:
    """Say whether each job was paid for once and delivered once, by both gateways, whatever the kills."""
    # Of the commands that a killed gateway had heard, some were admitted before they were given again.
    enough = tally.jobs >= jobs and set(tally.states) == {"delivered"}
    struck = sum(tally.kills.values())
    return enough and tally.once_each and struck == kills and tally.admitted_by == 2


def main(arguments: list[str] | None = None) -> int:
    parser = command.options_of("fleet", __doc__, mutants=False)
    outcome = {"jobs": 500, "run": run, "show": print_tally, "as_wanted": as_wanted}
    return command.kill_meanwhile("fleet", parser, arguments, **outcome)


def print_tally(tally: FleetTally) -> None:
    print(f"seconds: {tally.seconds:.0f}; jobs: {tally.jobs}; by state: {dict(tally.states)}")
    for name, times in tally.kills.items():
        print(f"  killed {times} times: {name}")
    print(
        f"unknown, submitted again by the operator: {tally.unknown}; answered with the task there: {tally.replayed}"
    )
    print(tally.in_words)
    for text in tally.broken:
        print(f"  VIOLATION: {text}")


if __name__ == "__main__":
    sys.exit(main())
