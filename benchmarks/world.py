"""`python bot.py` as a process between a loopback Discord and a sandbox, which share this process with the measuring."""

import contextlib
import logging
import tempfile
import time
from collections.abc import AsyncGenerator, Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.machine import cpu_seconds
from sandbox.server import Sandbox, open_sandbox
from tests.loopback_discord import (
    LOUNGE,
    SKETCHES,
    VIDEOS,
    Handle,
    Limit,
    LoopbackDiscord,
    Message,
    User,
    open_loopback_discord,
)
from tests.sqlite_file import rows_in
from tests.support.processes import BOT, UNLIMITED, BotProcess, environment, running_bot

PATIENCE_SECONDS = 120.0
CHANNELS = (VIDEOS, LOUNGE, SKETCHES)
NO_CAPS: dict[str, object] = {**UNLIMITED, "LOG_LEVEL": "WARNING", "LEASE_SECONDS": 60}
FIRST_USER = 1_200_000_000_000_000_000
_WIDE = Limit(1_000_000, 1.0)

Prepare = Callable[[Path, Sandbox], Awaitable[None]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Used:
    """Processor seconds: of the bot, and of everything around it, the measuring included."""

    bot: float
    around: float

    def __sub__(self, before: "Used") -> "Used":
        return Used(bot=self.bot - before.bot, around=self.around - before.around)


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """A running bot and what it talks to. `ready_after` is seconds from its start to the gateway session."""

    discord: LoopbackDiscord
    sandbox: Sandbox
    bot: BotProcess
    data_dir: Path
    started_at: float
    ready_after: float

    async def order(self, number: int) -> Handle:
        """Have a member of their own order a video, in one of the channels."""
        user = User(FIRST_USER + number, f"user{number}")
        channel = CHANNELS[number % len(CHANNELS)]
        options = {"prompt": f"kite {number} over a grey sea"}
        return await self.discord.slash("video", user=user, channel=channel, options=options)

    def videos(self) -> list[Message]:
        """Return the results that were posted."""
        return [message for message in self.discord.ledger.messages if message.attachments]

    async def until_delivered(self, count: int) -> None:
        """Wait for so many results."""
        await self.discord.ledger.wakeup.until(
            lambda: len(self.videos()) >= count, PATIENCE_SECONDS, what=f"{count} results"
        )

    def used(self) -> Used:
        """Return the processor time used so far."""
        return Used(bot=cpu_seconds(self.bot.pid), around=time.process_time())

    def rows(self, sql: str) -> list[Any]:
        """Read the bot's database."""
        return rows_in(self.data_dir / "clapper.db", sql)


@contextlib.asynccontextmanager
async def open_world(
    *,
    clip_bytes: int | None = None,
    render_seconds: float = 0.0,
    prepare: Prepare | None = None,
    program: Path = BOT,
    **settings: object,
) -> AsyncGenerator[World]:
    """Start a bot with an empty database, or with one that `prepare` made, in a Discord without rate limits.

    `program` is what is started in place of `bot.py`.
    """
    async with (
        open_loopback_discord() as discord,
        open_sandbox(instant=True, clip_bytes=clip_bytes, render_seconds=render_seconds) as sandbox,
    ):
        discord.rate_limits.default = _WIDE
        # A bot that is killed in the middle of its work breaks calls; that is no news.
        logging.getLogger("aiohttp.server").setLevel(logging.CRITICAL)
        with tempfile.TemporaryDirectory(prefix="clapper-bench-") as folder:
            data_dir = Path(folder)
            if prepare is not None:
                await prepare(data_dir, sandbox)
            env = environment(discord, sandbox, data_dir, **(NO_CAPS | settings))
            started_at = time.perf_counter()
            async with running_bot(discord, env, program=program) as bot:
                ready_after = time.perf_counter() - started_at
                yield World(
                    discord=discord,
                    sandbox=sandbox,
                    bot=bot,
                    data_dir=data_dir,
                    started_at=started_at,
                    ready_after=ready_after,
                )
