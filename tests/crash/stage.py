"""Plays a crash run: one sandbox and one Discord that keep their ledgers, and the lives of one bot between them."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from jobs.runtime.failpoints import Failpoint
from sandbox.faults import Fault, FaultName
from sandbox.server import Sandbox, open_sandbox
from tests.crash.ledgers import Rows, read_rows, violations
from tests.crash.mutants import Mutant
from tests.crash.plans import Ending, Run
from tests.loopback_discord import ANN, VIDEOS, LoopbackDiscord, open_loopback_discord
from tests.sqlite_file import put_empty_database
from tests.support.processes import BotProcess, environment, living

LIFE_SECONDS = 25.0
LOOK_SECONDS = 0.02
KILLED = -9
WANTS_NOTICES = "v1:mine:notify:1"
NO_TIME_HOURS = 1e-7
BOTH = 2
_NO_ACCESS = 50013

_FATES = {
    Ending.FAILED: FaultName.FAILS_PROVIDER,
    Ending.MODERATED: FaultName.FAILS_MODERATED,
    Ending.CUT: FaultName.CUT_AFTER_ACCEPTING,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """How a run went: at how many of its beats the bot died, what was broken, and what the bot said of it."""

    run: Run
    deaths: int
    broken: tuple[str, ...]
    state: str
    seconds: float
    log: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """Where a run plays. The servers outlive every bot."""

    discord: LoopbackDiscord
    sandbox: Sandbox
    folder: Path
    ending: Ending
    mutant: Mutant | None

    @property
    def database(self) -> Path:
        return self.folder / "clapper.db"

    @property
    def bots(self) -> int:
        """Return how many bots are connected and have synced their commands."""
        return len(self.discord.gateway.connected) if self.discord.backend.commands.synced else 0

    async def order(self) -> None:
        """Run `/video` as a user does who wants to hear directly of the result."""
        settings = await self.discord.slash("settings", user=ANN, channel=VIDEOS)
        shown = await settings.original()
        if WANTS_NOTICES in str(shown.components):
            await self.discord.click(shown, WANTS_NOTICES, user=ANN)
        await settings.original(predicate=lambda page: WANTS_NOTICES not in str(page.components))
        await self.discord.slash("video", user=ANN, channel=VIDEOS, options={"prompt": "a kite over the sea"})

    @property
    def is_late(self) -> bool:
        """Say whether what is queued shall be found to have waited too long."""
        return self.ending is Ending.WITHDRAWN and bool(self.rows().jobs)

    def rows(self) -> Rows:
        return read_rows(self.database)

    def violations(self) -> list[str]:
        """Reconcile the three ledgers."""
        return violations(self.rows(), self.sandbox.ledger, self.discord.ledger)

    def live(
        self, dies_at: Failpoint | None, *, stops_there: bool = False
    ) -> AbstractAsyncContextManager[BotProcess]:
        """Start the bot."""
        settings = environment(
            self.discord,
            self.sandbox,
            self.folder,
            LEASE_SECONDS=1,
            DATABASE_URL=f"sqlite:///{self.database}",
            FIRST_POLL_SECONDS=0.1,
            EXPECTED_SECONDS=1,
            QUEUE_TTL_HOURS=NO_TIME_HOURS if self.is_late else 6,
        )
        return living(settings, dies_at=dies_at, stops_there=stops_there, mutant=self.mutant)


async def play(run: Run, folder: Path, *, mutant: Mutant | None = None) -> Verdict:
    """Play `run` in an empty `folder` and reconcile the ledgers."""
    begun = time.perf_counter()
    async with open_stage(run.ending, folder, mutant) as stage:
        try:
            deaths = await (_take_over(stage, run.beats[0]) if run.takeover else _live_on(stage, run.beats))
            broken = []
        except (TimeoutError, AssertionError) as error:
            deaths, broken = 0, [str(error) or "a bot did not end in time"]
        rows = stage.rows()
        broken += stage.violations()
    return Verdict(
        run=run,
        deaths=deaths,
        broken=tuple(broken),
        state=",".join(job["state"] for job in rows.jobs),
        seconds=time.perf_counter() - begun,
        log=(folder / "bot.log").read_text(encoding="utf-8", errors="replace"),
    )


@asynccontextmanager
async def open_stage(ending: Ending, folder: Path, mutant: Mutant | None = None) -> AsyncIterator[Stage]:
    """Open both servers; faults lead a job to `ending`."""
    async with AsyncExitStack() as stack:
        discord = await stack.enter_async_context(open_loopback_discord())
        sandbox = await stack.enter_async_context(open_sandbox(instant=True))
        if ending in _FATES:
            sandbox.faults.add(Fault(_FATES[ending]))
        if ending is Ending.UNDELIVERABLE:
            # Neither the channel nor the direct messages, which come next, take the video.
            path = "/channels/*/messages"
            discord.faults.add("POST", path, code=_NO_ACCESS, uploads_only=True, times=None)
        stage = Stage(discord=discord, sandbox=sandbox, folder=folder, ending=ending, mutant=mutant)
        put_empty_database(stage.database)
        yield stage


async def _live_on(stage: Stage, beats: tuple[Failpoint, ...]) -> int:
    """Live once per beat and once more, until the job has its end; return the number of deaths."""
    for deaths, dies_at in enumerate((*beats, None)):
        async with stage.live(dies_at) as life:
            code = await live_to_the_end(stage, life)
        await stage.discord.gateway.wait_until_empty(5)
        if code != KILLED:
            assert code == 0, f"exit code {code}"
            return deaths
    raise AssertionError("killed by nobody")


async def live_to_the_end(stage: Stage, life: BotProcess) -> int:
    """Order, where the user has no job yet, wait for the end of the job or of the bot, and return its exit code."""
    await until(lambda: life.code is not None or stage.bots, "connection")
    if life.code is None and not stage.rows().jobs:
        await stage.order()
    await until(lambda: life.code is not None or stage.rows().settled, "end of the job")
    return await life.stop()


async def _take_over(stage: Stage, beat: Failpoint) -> int:
    """Stop a bot at `beat`, let another finish the job, then let the first go on with what it had in hand."""
    async with stage.live(beat, stops_there=True) as first:
        await until(lambda: stage.bots, "connection")
        await stage.order()
        await until(lambda: first.stopped, "stop")
        # As if there were several workers: the lock of the one that stands still is taken away.
        stage.database.with_name(stage.database.name + ".lock").unlink()
        async with stage.live(None) as second:
            await until(lambda: stage.bots == BOTH and stage.rows().settled, "end of the job")
            first.go_on()
            codes = [await first.stop()]
            # An answer that the first one had in hand may have brought the job back.
            await until(lambda: stage.rows().settled, "end of the job")
            codes.append(await second.stop())
    assert codes == [0, 0], f"exit codes {codes}"
    return 1


async def until(look: Callable[[], object], what: str) -> None:
    """Watch from outside until `look` is truthy.

    Raises:
        TimeoutError: it never was.
    """
    try:
        async with asyncio.timeout(LIFE_SECONDS):
            while not look():
                await asyncio.sleep(LOOK_SECONDS)
    except TimeoutError:
        raise TimeoutError(f"no {what} within {LIFE_SECONDS:g} s") from None
