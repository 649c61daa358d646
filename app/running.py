"""The roles of a process, and how one runs until it is told to stop and finishes what is in hand."""

import asyncio
import functools
import gc
import logging
from dataclasses import dataclass
from enum import StrEnum

import discord
import yarl
from discord.gateway import DiscordWebSocket
from discord.http import Route

from app import VERSION
from app.opening import OpenBot, open_bot
from cogs.discord.interactions import finish_interactions
from config.logs import redact
from config.settings import Settings, SettingsInvalid
from jobs.runtime.worker import StopSignals


class Role(StrEnum):
    """The work of one process."""

    EVERYTHING = "everything"
    GATEWAY = "gateway"  #: listens to Discord and admits jobs
    WORKER = "worker"  #: orders, follows and delivers them; speaks Discord's REST only

    @property
    def listens(self) -> bool:
        """Say whether it is connected to Discord's gateway."""
        return self is not Role.WORKER

    @property
    def works(self) -> bool:
        """Say whether it takes jobs."""
        return self is not Role.GATEWAY

    @property
    def alone(self) -> bool:
        """Say whether no other process changes what it remembers."""
        return self is Role.EVERYTHING


@dataclass(frozen=True, slots=True)
class Shards:
    """Which shards of how many a gateway process holds."""

    ids: tuple[int, ...]
    count: int


def parse_shards(ids: str | None, count: int | None) -> Shards | None:
    """Return the shards of `0-3` or `0,2,5` of `count`; None where neither is given.

    Raises:
        ValueError: the text says what is wrong.
    """
    if ids is None and count is None:
        return None
    if count is None or count < 1:
        raise ValueError("--shards needs --shard-count, the number of shards of all gateways together")
    chosen = tuple(range(count)) if ids is None else _numbers(ids)
    if not all(number < count for number in chosen):
        raise ValueError(f"--shards must lie within 0 and {count - 1}, below --shard-count")
    return Shards(ids=chosen, count=count)


def _numbers(text: str) -> tuple[int, ...]:
    try:
        found = [number for part in text.split(",") for number in _range(part)]
    except ValueError:
        raise ValueError("--shards must look like 0-3 or 0,2,5") from None
    return tuple(dict.fromkeys(found))


def _range(part: str) -> range:
    first, _, last = part.partition("-")
    found = range(int(first), int(last or first) + 1)
    if not found:
        raise ValueError(part)
    return found


log = logging.getLogger(__name__)

COMMAND_SECONDS = 10.0
"""How long a stop waits for commands that are being answered."""


async def run_bot(settings: Settings, *, role: Role, shards: Shards | None = None) -> bool:
    """Run until a stop signal, then finish what is in hand. Say whether it ended because it was told to."""
    point_discord_at(settings)
    if settings.sentry_dsn is None:
        return await _run(settings, role, shards)
    from telemetry.reports import ReportsUnusable, open_reports  # with an address for them alone

    dsn = settings.sentry_dsn.get_secret_value()
    clean = functools.partial(redact, secrets=settings.secrets)
    try:
        with open_reports(dsn, release=f"clapper@{VERSION}", clean=clean):
            return await _run(settings, role, shards)
    except ReportsUnusable as error:
        raise SettingsInvalid([f"SENTRY_DSN: {error}"]) from None


async def _run(settings: Settings, role: Role, shards: Shards | None) -> bool:
    stop = StopSignals()
    stop.listen()
    try:
        async with open_bot(settings, role=role, shards=shards) as bot:
            stop.can_drain = True
            _spare_the_collector()
            await _stay(bot, role, stop)
    except asyncio.CancelledError:
        if not stop.asked.is_set():
            raise
    return stop.asked.is_set()


def point_discord_at(settings: Settings) -> None:
    """Let the library reach Discord where the settings say."""
    Route.BASE = settings.discord_api_url
    if settings.discord_gateway_url:
        DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(settings.discord_gateway_url)


def _spare_the_collector() -> None:
    """Exclude everything that was opened from later garbage collections.

    It stays until the end, and a collection of all of it would stop the loop for about fifty milliseconds, just when
    a burst of commands makes many new objects. It is not collected once before either: there is hardly any garbage.
    """
    gc.freeze()
    gc.enable()


async def _stay(bot: OpenBot, role: Role, stop: StopSignals) -> None:
    if role.listens:
        await _stay_connected(bot.client, stop)
    else:
        log.info("working")
        await stop.asked.wait()
        log.info("stopping: finishing what is in hand")


async def _stay_connected(client: discord.Client, stop: StopSignals) -> None:
    connecting = asyncio.create_task(client.connect(), name="gateway")
    stopping = asyncio.create_task(stop.asked.wait(), name="stop signal")
    await asyncio.wait([connecting, stopping], return_when=asyncio.FIRST_COMPLETED)
    log.info("stopping: finishing what is in hand")
    if connecting.done():
        connecting.result()
    for task in (connecting, stopping):
        task.cancel()
    await asyncio.gather(connecting, stopping, return_exceptions=True)
    await finish_interactions(at_most_seconds=COMMAND_SECONDS)
