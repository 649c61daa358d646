"""Keeps one bot alive, as a service manager does: whatever ends it, the next life begins."""

import asyncio
import contextlib
from collections import Counter
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import AbstractAsyncContextManager, asynccontextmanager

from tests.crash.stage import LOOK_SECONDS
from tests.loopback_discord import LoopbackDiscord
from tests.soak.plan import Blow
from tests.soak.resources import Meter, held_by
from tests.support.processes import BotProcess

READY_SECONDS = 60.0
PAUSE_SECONDS = 3.0
_SAMPLE_SECONDS = 0.25
_GONE_SECONDS = 10.0


class Keeper:
    """One bot after the other. `broken` says what a life should not have done."""

    def __init__(
        self, discord: LoopbackDiscord, live: Callable[[], AbstractAsyncContextManager[BotProcess]]
    ) -> None:
        self._discord = discord
        self._live = live
        self._life: BotProcess | None = None
        self._expected: Blow | None = None
        self._closing = False
        self.lives = 0
        self.blows: Counter[Blow] = Counter()
        self.broken: list[str] = []
        self.meter = Meter()

    @property
    def ready(self) -> bool:
        alive = self._life is not None and self._life.code is None
        return alive and bool(self._discord.gateway.connected) and self._discord.backend.commands.synced

    async def until_ready(self) -> int:
        """Wait until a bot is connected, and return the number of its life."""
        try:
            async with asyncio.timeout(READY_SECONDS):
                while not self.ready:
                    await asyncio.sleep(LOOK_SECONDS)
        except TimeoutError:
            raise TimeoutError(f"no bot was ready within {READY_SECONDS:g} s") from None
        return self.lives

    async def strike(self, blow: Blow) -> None:
        """Do something to the process, as soon as there is one that is ready."""
        await self.until_ready()
        if (life := self._life) is None or life.code is not None:
            return
        self.blows[blow] += 1
        match blow:
            case Blow.KILL:
                self._expected = blow
                await life.kill()
            case Blow.STOP:
                self._expected = blow
                self._judge_stop(await _ended(life))
            case Blow.PAUSE:
                life.stand_still()
                await asyncio.sleep(PAUSE_SECONDS)
                if life.code is None:
                    life.go_on()

    def note_done(self) -> None:
        """Keep what the present bot holds now that its work is done."""
        self.meter.done = held_by(self._life.pid) if self._life else None

    async def run(self) -> None:
        while not self._closing:
            async with self._live() as life:
                self._life, self._expected = life, None
                self.lives += 1
                await self._watch(life)
            await self._discord.gateway.wait_until_empty(_GONE_SECONDS)

    async def _watch(self, life: BotProcess) -> None:
        self.meter.new = None
        while life.code is None:
            if self.meter.new is None and self.ready:
                self.meter.new = held_by(life.pid)
            self.meter.note(held_by(life.pid))
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(life.wait(), _SAMPLE_SECONDS)
        if self._expected is None:
            self.broken.append(f"the bot ended by itself with exit code {life.code}")

    async def end(self) -> None:
        self._expected, self._closing = Blow.STOP, True
        if self._life is not None and self._life.code is None:
            self._judge_stop(await _ended(self._life))

    def _judge_stop(self, code: int | None) -> None:
        if code != 0:
            how = "nothing" if code is None else f"exit code {code}"
            self.broken.append(f"SIGTERM ended the bot with {how}")


@asynccontextmanager
async def beside(doing: Coroutine[None, None, None]) -> AsyncIterator[None]:
    """Let something go on beside the block, and end it with the block."""
    task = asyncio.create_task(doing)
    try:
        yield
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task


@asynccontextmanager
async def keeping(
    discord: LoopbackDiscord, live: Callable[[], AbstractAsyncContextManager[BotProcess]]
) -> AsyncIterator[Keeper]:
    keeper = Keeper(discord, live)
    async with beside(keeper.run()):
        yield keeper


async def _ended(life: BotProcess) -> int | None:
    """Return the exit code after SIGTERM; None where it had to be killed."""
    try:
        return await life.stop()
    except TimeoutError:
        await life.kill()
        return None
