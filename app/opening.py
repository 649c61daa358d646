"""The life of a bot process: its parts are opened in order, run until a stop signal, and closed in reverse."""

import asyncio
import contextlib
import functools
import gc
import logging
import os
import secrets
import socket
from collections.abc import AsyncGenerator, Coroutine
from dataclasses import dataclass
from typing import Any

import aiohttp
import discord
import yarl
from discord.gateway import DiscordWebSocket
from discord.http import Route

from app import VERSION
from app.parts import limits_of, links_of, open_providers, operator_of, storage_of
from app.roles import Role, Shards
from app.start_card import show_start_card
from app.watching import Watched, Watching, open_pages
from cogs.client import ClapperClient, ShardedClapperClient
from cogs.discord.commands import recall_commands
from cogs.discord.interactions import finish_interactions
from cogs.results.moderators import DiscordModerators
from cogs.results.notifier import DiscordNotifier
from config.logs import redact
from config.settings import Settings, SettingsInvalid
from db.engines.clock import SteadyClock
from db.engines.engine import OneProcessOnly
from db.store import is_shared, open_store
from hailuo.provider import Provider
from hailuo.request import Prices
from jobs.orders.variations import FilmTools
from jobs.pipeline import Adapters, Pipeline
from jobs.runtime.worker import StopSignals
from jobs.storage.files import JobFiles
from media.isolation.tasks import first_frame_isolated, fit_isolated, join_isolated, last_frame_isolated
from media.transfer.download import Downloader

CONNECTIONS_TO_DISCORD = 64
"""Limit of connections to Discord.

Without a limit, a burst of commands opens a connection for each, and the acknowledgements wait for all the
handshakes. With the limit, acknowledgements are sent first, and later calls wait (figures:
docs/performance.md).
"""


@dataclass(frozen=True, slots=True)
class OpenBot:
    """A running bot process: its Discord client and the address of its pages."""

    client: ClapperClient
    provider: Provider  #: the account that receives new orders
    pages: str | None = (
        None  #: the address of the health page, the metrics and the operator's page; None if they are not served
    )


@contextlib.asynccontextmanager
async def open_bot(
    settings: Settings,
    *,
    role: Role = Role.EVERYTHING,
    shards: Shards | None = None,
    log_in: bool = True,
    remember_commands: bool = True,
    framed_by: str = "'none'",
) -> AsyncGenerator[OpenBot]:
    """Open all parts of a bot process in order, and close them in reverse.

    Without `log_in`, the caller logs the client in. Without `remember_commands`, each start registers the
    commands anew, for a Discord that forgets them. `framed_by` names the web pages that may embed the
    operator's page (`frame-ancestors` of its content security policy).

    Raises:
        OneProcessOnly: the role needs a database that several processes can share.
    """
    if not role.alone and not is_shared(settings.database):
        raise OneProcessOnly(role)
    async with contextlib.AsyncExitStack() as stack:
        name = _process_name()
        clock = SteadyClock()
        watching = Watching(clock)
        store = await stack.enter_async_context(
            open_store(
                settings.database,
                worker=name,
                lease_seconds=settings.lease_seconds,
                clock=None if is_shared(settings.database) else clock,
                took=watching.took,
            )
        )
        client = _client(settings, shards, watching)
        stack.push_async_callback(client.close)
        limits = limits_of(settings)
        outside = await _open_outside(stack, settings, client, watching, limits.policy.prices, clock)
        await outside.files.clear_up(alone=role.alone)
        pipeline = Pipeline(
            store,
            outside,
            limits=limits,
            clock=clock,
            works=role.works,
            alone=role.alone,
            watch=watching.jobs.changed,
        )
        stack.push_async_callback(pipeline.statuses.close)
        stack.push_async_callback(pipeline.mod_log.close)
        await pipeline.preferences.warm_cache()
        if role.listens:
            facts = store.bot_state if remember_commands else None
            client.prepare(pipeline, store, facts=facts, links=links_of(settings))
        worker = pipeline.worker() if role.works else pipeline.attendant()
        watched = Watched(
            role=role,
            store=store,
            pipeline=pipeline,
            client=client,
            still_seconds=worker.still_seconds,
        )
        pages = await stack.enter_async_context(open_pages(watching, watched, settings, framed_by=framed_by))
        if log_in:
            await client.login(settings.discord_token.get_secret_value())
        if log_in and not role.listens:
            await recall_commands(client, store.bot_state, guild=client.registered_in)
        if is_shared(settings.listen_database):
            from db.engines.wakeups import (
                open_wakeups,
            )  # imported here because the import loads the PostgreSQL driver

            await stack.enter_async_context(
                open_wakeups(settings.listen_database, worker=name, ring=pipeline.wakeup.notify)
            )
        if role.works:
            await stack.enter_async_context(pipeline.records.open())
        await stack.enter_async_context(worker)
        yield OpenBot(client, outside.providers.current.client, pages)


def _client(settings: Settings, shards: Shards | None, watching: Watching) -> ClapperClient:
    kind = ClapperClient if shards is None else ShardedClapperClient
    options = {} if shards is None else {"shard_ids": list(shards.ids), "shard_count": shards.count}
    client = kind(
        test_guild=settings.discord_test_guild,
        fast_requires_image=settings.fast_requires_image,
        undo_seconds=settings.undo_seconds,
        connector=aiohttp.TCPConnector(limit=CONNECTIONS_TO_DISCORD),
        http_trace=watching.traffic.trace(),
        **options,
    )
    watching.watch(client)
    return client


async def _open_outside(
    stack: contextlib.AsyncExitStack,
    settings: Settings,
    client: ClapperClient,
    watching: Watching,
    prices: Prices,
    clock: SteadyClock,
) -> Adapters:
    return Adapters(
        providers=await stack.enter_async_context(open_providers(settings, watching.provider)),
        notifier=DiscordNotifier(
            client, client.replies, clock=clock, prices=prices, operator=operator_of(settings)
        ),
        downloader=await stack.enter_async_context(Downloader(private_hosts=settings.download_private_hosts)),
        files=JobFiles(settings.data_dir, storage_of(settings)),
        fit=fit_isolated,
        film_tools=FilmTools(
            first_frame_of=first_frame_isolated, last_frame_of=last_frame_isolated, join=join_isolated
        ),
        moderators=DiscordModerators(client),
    )


def _process_name() -> str:
    # Every container numbers its first process 1, and a cloned host keeps its name: only the random part is unique.
    return f"{socket.gethostname()}-{os.getpid()}-{secrets.token_hex(2)}"


log = logging.getLogger(__name__)

COMMAND_SECONDS = 10.0
"""The longest time, in seconds, that a stop waits for commands in progress."""


async def run_bot(settings: Settings, *, role: Role, shards: Shards | None = None) -> bool:
    """Run the bot until a stop signal, then finish the current work; return whether a stop signal ended it.

    Raises:
        SettingsInvalid: SENTRY_DSN cannot be used.
    """
    point_discord_at(settings)
    if settings.sentry_dsn is None:
        return await _run(settings, role, shards)
    from telemetry.reports import (
        ReportsUnusable,
        open_reports,
    )  # imported here because only error reports need it

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
            await _stay(bot, settings, role, stop)
    except asyncio.CancelledError:
        if not stop.asked.is_set():
            raise
    return stop.asked.is_set()


def point_discord_at(settings: Settings) -> None:
    """Set the addresses at which discord.py reaches Discord, as the settings say."""
    Route.BASE = settings.discord_api_url
    discord.VoiceClient.warn_nacl = discord.VoiceClient.warn_dave = False  # nothing here speaks
    if settings.discord_gateway_url:
        DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(settings.discord_gateway_url)


def _spare_the_collector() -> None:
    """Exclude everything that was opened from later garbage collections.

    These objects stay until the process ends. A collection of all of them would block the event loop for
    about fifty milliseconds, just when a burst of commands creates many objects. They are not collected once
    beforehand either: there is hardly any garbage.
    """
    gc.freeze()
    gc.enable()


async def _stay(bot: OpenBot, settings: Settings, role: Role, stop: StopSignals) -> None:
    if role.listens:
        card = show_start_card(bot.client, settings, bot.provider, pages=bot.pages)
        async with _beside(card):
            await _stay_connected(bot.client, stop)
    else:
        log.info("working")
        await stop.asked.wait()
        log.info("stopping: finishing what is in hand")


@contextlib.asynccontextmanager
async def _beside(work: Coroutine[Any, Any, None]) -> AsyncGenerator[None]:
    task = asyncio.create_task(work, name="start card")
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


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
