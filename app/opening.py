"""Opens a process of Clapper in order, and closes it in reverse."""

import contextlib
import os
import secrets
import socket
from collections.abc import AsyncGenerator
from dataclasses import dataclass

import aiohttp

from app.parts import limits_of, links_of, open_providers, operator_of, storage_of
from app.running import Role, Shards
from app.watching import Watched, Watching, open_pages
from cogs.client import ClapperClient, ShardedClapperClient
from cogs.results.moderators import DiscordModerators
from cogs.results.notifier import DiscordNotifier
from config.settings import Settings
from db.engines.clock import SteadyClock
from db.engines.engine import OneProcessOnly
from db.store import is_shared, open_store
from hailuo.request import Prices
from jobs.orders.variations import FilmTools
from jobs.pipeline import Adapters, Pipeline
from jobs.storage.files import JobFiles
from media.isolation.tasks import first_frame_isolated, fit_isolated, join_isolated, last_frame_isolated
from media.transfer.download import Downloader

CONNECTIONS_TO_DISCORD = 64
"""Without a bound each command of a burst opens its own, and acknowledgements wait for all the handshakes. With one,
acknowledgements are first in the line, and what follows them comes after (figures: docs/performance.md)."""


@dataclass(frozen=True, slots=True)
class OpenBot:
    """One process, with its worker at work where it has one."""

    client: ClapperClient
    pages: str | None = None  #: the address of health, metrics and the operator's page


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
    """Open everything in order, and close it in reverse. Without `log_in`, somebody else logs the client in.

    Without `remember_commands` they are registered anew, for a Discord that forgets them. Pages of `framed_by` may
    show the operator's page inside of theirs.

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
        outside = await _open_outside(stack, settings, client, watching, limits.terms.prices, clock)
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
        await pipeline.preferences.recall()
        if role.listens:
            facts = store.bot_state if remember_commands else None
            client.prepare(pipeline, store, facts=facts, links=links_of(settings))
        worker = pipeline.worker() if role.works else pipeline.attendant()
        watched = Watched(
            role=role,
            store=store,
            client=client,
            still_seconds=worker.still_seconds,
        )
        pages = await stack.enter_async_context(open_pages(watching, watched, settings, framed_by=framed_by))
        if log_in:
            await client.login(settings.discord_token.get_secret_value())
        if is_shared(settings.listen_database):
            from db.engines.wakeups import open_wakeups  # with the driver of PostgreSQL

            await stack.enter_async_context(
                open_wakeups(settings.listen_database, worker=name, ring=pipeline.wakeup.notify)
            )
        if role.works:
            await stack.enter_async_context(pipeline.records.open())
        await stack.enter_async_context(worker)
        yield OpenBot(client, pages)


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
    # The number of a process is 1 in every container, and a host may be cloned with its name.
    return f"{socket.gethostname()}-{os.getpid()}-{secrets.token_hex(2)}"
