"""Composition root and command line: what is opened, in which order, and closed."""

import argparse
import asyncio
import contextlib
import functools
import logging
import os
import socket
import sys
from collections.abc import AsyncGenerator, Callable, Coroutine
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlsplit

import aiohttp
import discord
import yarl
from discord.gateway import DiscordWebSocket
from discord.http import Route

from cogs.animate import AnimateCog
from cogs.client import ClapperClient
from cogs.help import HelpCog, HelpLinks
from cogs.interactions import finish_interactions
from cogs.jobs import JobsCog
from cogs.message_menus import MessageMenusCog
from cogs.notifier import DiscordNotifier
from cogs.server import ServerCog
from cogs.settings import SettingsCog
from cogs.studio import StudioCog
from cogs.video import VideoCog
from config.logs import redact, set_up_logging
from config.settings import Settings, SettingsInvalid, load_settings, settings_of
from console.check import check
from console.jobs import give_up, list_jobs, submit_again
from db.admission import Caps
from db.errors import DatabaseError, UnsupportedDatabase
from db.job import OPEN, JobState
from db.sqlite import wall_clock
from db.store import migrate_database, open_store
from db.wakeups import open_wakeups
from hailuo.client import HailuoClient
from hailuo.session import open_session
from jobs.files import JobFiles
from jobs.pipeline import Limits, Outside, Pipeline
from jobs.polling import PollPlan
from jobs.providers import Provider, Providers, key_id
from jobs.shelf import BucketShelf, SharedFolder, Shelf
from jobs.stop_signals import StopSignals
from jobs.takes import FilmTools
from media.bucket import Bucket, BucketAccess
from media.download import Downloader
from media.fit import fit_apart
from media.join import join_apart
from media.last_frame import first_frame_apart, last_frame_apart

log = logging.getLogger(__name__)

T = TypeVar("T")

OK, FAILED, MISUSED = 0, 1, 2
"""Exit codes: 2 stands for settings and arguments that cannot be used."""


CONNECTIONS_TO_DISCORD = 64
"""Without a bound each command of a burst opens its own, and acknowledgements wait for all the handshakes. With one,
acknowledgements are first in the line, and what follows them comes after (figures: docs/performance.md)."""

COMMAND_SECONDS = 10.0
"""How long a stop waits for commands that are being answered."""


@dataclass(frozen=True, slots=True)
class OpenBot:
    """The bot with its worker at work."""

    client: ClapperClient


@contextlib.asynccontextmanager
async def open_bot(
    settings: Settings, *, log_in: bool = True, remember_commands: bool = True
) -> AsyncGenerator[OpenBot]:
    """Open everything in order, and close it in reverse. Without `log_in`, somebody else logs the client in.

    Without `remember_commands` they are registered anew, for a Discord that forgets them.
    """
    async with contextlib.AsyncExitStack() as stack:
        worker = _worker_name()
        store = await stack.enter_async_context(
            open_store(settings.database, worker=worker, lease_seconds=settings.lease_seconds)
        )
        providers = await stack.enter_async_context(_open_providers(settings))
        downloader = await stack.enter_async_context(
            Downloader(private_hosts=settings.download_private_hosts)
        )
        client = ClapperClient(
            test_guild=settings.discord_test_guild,
            fast_requires_image=settings.fast_requires_image,
            undo_seconds=settings.undo_seconds,
            connector=aiohttp.TCPConnector(limit=CONNECTIONS_TO_DISCORD),
        )
        stack.push_async_callback(client.close)
        outside = Outside(
            providers=providers,
            notifier=DiscordNotifier(client, client.replies, clock=wall_clock),
            downloader=downloader,
            files=JobFiles(settings.data_dir, _shelf(settings)),
            fit=fit_apart,
            film_tools=FilmTools(
                first_frame_of=first_frame_apart, last_frame_of=last_frame_apart, join=join_apart
            ),
        )
        pipeline = Pipeline(store, outside, limits=_limits(settings), clock=wall_clock)
        stack.push_async_callback(pipeline.statuses.close)
        client.prepare(
            pipeline.service,
            takes=pipeline.takes,
            preferences=pipeline.preferences,
            facts=store.facts if remember_commands else None,
            cogs=[
                VideoCog(),
                StudioCog(),
                AnimateCog(client),
                JobsCog(client),
                MessageMenusCog(client),
                SettingsCog(),
                ServerCog(),
                HelpCog(_links(settings)),
            ],
        )
        await pipeline.preferences.recall()
        if log_in:
            await client.login(settings.discord_token.get_secret_value())
        await stack.enter_async_context(
            open_wakeups(settings.listen_database, worker=worker, ring=pipeline.bell.ring)
        )
        await stack.enter_async_context(pipeline.worker())
        yield OpenBot(client)


@contextlib.asynccontextmanager
async def _open_providers(settings: Settings) -> AsyncGenerator[Providers]:
    async with open_session() as session:

        def provider(api_url: str, api_key: str) -> Provider:
            client = HailuoClient(
                session, api_url=api_url, api_key=api_key, task_path=settings.hailuo_task_path
            )
            return Provider(client=client, api_url=api_url, key_id=key_id(api_key))

        yield Providers(
            provider(settings.hailuo_api_url, settings.hailuo_api_key.get_secret_value()),
            [provider(url, key.get_secret_value()) for url, key in settings.hailuo_former],
        )


@contextlib.asynccontextmanager
async def _open_hailuo(settings: Settings) -> AsyncGenerator[HailuoClient]:
    async with _open_providers(settings) as providers:
        yield providers.current.client


def _shelf(settings: Settings) -> Shelf:
    if settings.media_url is None:
        return SharedFolder()
    keys = {"MEDIA_KEY_ID": settings.media_key_id, "MEDIA_SECRET_KEY": settings.media_secret_key}
    if missing := [name for name, value in keys.items() if value is None]:
        raise SettingsInvalid([f"{name}: is missing. MEDIA_URL needs it." for name in missing])
    key_id, secret = (value.get_secret_value() for value in keys.values() if value is not None)
    place = urlsplit(settings.media_url)
    access = BucketAccess(
        bucket=place.hostname or "",
        prefix=place.path.strip("/"),
        endpoint=settings.media_endpoint_url,
        region=settings.media_region,
        key_id=key_id,
        secret=secret,
    )
    return BucketShelf(Bucket.open(access))


def _links(settings: Settings) -> HelpLinks:
    return HelpLinks(terms=settings.terms_url, privacy=settings.privacy_url, support=settings.support_url)


def _limits(settings: Settings) -> Limits:
    return Limits(
        caps=Caps(
            active_per_user=settings.max_active_per_user,
            per_user_per_day=settings.max_jobs_per_user_per_day,
            per_day=settings.max_jobs_per_day,
        ),
        running_cap=settings.max_running_jobs,
        queue_ttl_seconds=settings.queue_ttl_hours * 3600,
        plan=PollPlan(
            first_seconds=settings.first_poll_seconds,
            interval_seconds=settings.poll_interval_seconds,
            late_after_seconds=settings.late_after_minutes * 60,
        ),
        expected_seconds=settings.expected_seconds,
        polls_per_second=settings.polls_per_second,
        lease_seconds=settings.lease_seconds,
        grace_seconds=settings.shutdown_grace_seconds,
        keep_videos_seconds=settings.keep_videos_days * 86400,
        first_frame_mode=settings.first_frame_mode,
        status_gap_seconds=settings.status_interval_seconds,
    )


def _worker_name() -> str:
    return f"{socket.gethostname()}-{os.getpid()}"


async def run_bot(settings: Settings) -> int:
    """Run until a stop signal, then finish what is in hand."""
    _point_discord_at(settings)
    stop = StopSignals()
    stop.listen()
    try:
        async with open_bot(settings) as bot:
            stop.can_drain = True
            await _stay_connected(bot.client, stop)
    except asyncio.CancelledError:
        if not stop.asked.is_set():
            raise
    return OK if stop.asked.is_set() else FAILED


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


def _point_discord_at(settings: Settings) -> None:
    Route.BASE = settings.discord_api_url
    if settings.discord_gateway_url:
        DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(settings.discord_gateway_url)


def migrate(settings: Settings) -> int:
    """Bring the database to the newest schema."""
    print(f"{_in_loop(migrate_database(settings.database))} is up to date")
    return OK


def main(arguments: list[str] | None = None) -> int:
    """Run the command line; return the exit code."""
    words = sys.argv[1:] if arguments is None else arguments
    options = _parser(words[0] if words else "").parse_args(words)
    try:
        return options.command(options)
    except SettingsInvalid as error:
        print("These settings cannot be used:", *error.problems, sep="\n  ", file=sys.stderr)
        return MISUSED
    except UnsupportedDatabase as error:
        print(error, file=sys.stderr)
        return MISUSED
    except (DatabaseError, discord.LoginFailure) as error:
        print(error, file=sys.stderr)
        return FAILED
    except (discord.ConnectionClosed, discord.PrivilegedIntentsRequired) as error:
        print(f"Discord closed the connection for good: {error}", file=sys.stderr)
        return FAILED
    except discord.DiscordException as error:
        log.error("Discord ended the bot: %s", error)  # noqa: TRY400 - the log takes secrets out of a page's words
        return FAILED
    except (OSError, aiohttp.ClientError) as error:
        log.debug("the bot could not start or go on", exc_info=error)
        print(f"The network or the disk failed: {type(error).__name__}: {error}", file=sys.stderr)
        return FAILED
    except KeyboardInterrupt:
        return OK


def _parser(command: str) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="bot.py", description="A Discord bot that makes videos from prompts."
    )
    parser.set_defaults(command=_run)
    commands = parser.add_subparsers(title="commands", metavar="COMMAND")
    commands.add_parser("run", help="run the bot (the default)").set_defaults(command=_run)
    commands.add_parser("check", help="try settings, database, provider key and Discord token").set_defaults(
        command=_check
    )
    _add_jobs(commands.add_parser("jobs", help="list open jobs; decide on those of unknown outcome"))
    commands.add_parser("migrate", help="bring the database to the newest schema").set_defaults(
        command=lambda _: migrate(_settings())
    )
    demo = commands.add_parser("demo", help="the whole bot in a browser, without token or key")
    sandbox = commands.add_parser("sandbox", help="a stand-in for the provider, on this machine")
    # Neither is loaded, or needed on disk, by a bot that runs for real.
    if command == "demo":
        _add_demo(demo)
    if command == "sandbox":
        _add_sandbox(sandbox)
    return parser


def _add_jobs(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--state", choices=OPEN, help="only jobs of this state")
    parser.add_argument("--limit", type=int, default=50, help="how many of each state (50)")
    decision = parser.add_mutually_exclusive_group()
    decision.add_argument(
        "--submit-again", metavar="KEY", help="order it again, which may cost a second time"
    )
    decision.add_argument("--give-up", metavar="KEY", help="end it without an order")
    parser.set_defaults(command=_jobs)


def _add_demo(parser: argparse.ArgumentParser) -> None:
    from demo import main as demo

    demo.add_arguments(parser)
    parser.set_defaults(command=lambda options: demo.run(options, _open_demo_bot))


def _add_sandbox(parser: argparse.ArgumentParser) -> None:
    from sandbox import main as sandbox

    sandbox.add_arguments(parser)
    parser.set_defaults(command=sandbox.run)


def _open_demo_bot(
    *, api_url: str, api_key: str, data_dir: Path
) -> contextlib.AbstractAsyncContextManager[OpenBot]:
    set_up_logging("WARNING")
    settings = settings_of(
        discord_token="none-is-needed",  # noqa: S106 - the simulator takes any
        hailuo_api_key=api_key,
        hailuo_api_url=api_url,
        data_dir=data_dir,
        database_url=f"sqlite:///{data_dir / 'clapper.db'}",
        download_private_hosts="127.0.0.1",
        expected_seconds=9,
        first_poll_seconds=1,
        poll_interval_seconds=0.5,
        shutdown_grace_seconds=5,
        max_jobs_per_user_per_day=100,
        max_jobs_per_day=1000,
    )
    return open_bot(settings, log_in=False, remember_commands=False)


def _settings() -> Settings:
    settings = load_settings()
    set_up_logging(settings.log_level, secrets=settings.secrets)
    return settings


def _run(_options: argparse.Namespace) -> int:
    return _in_loop(run_bot(_settings()))


def _check(_options: argparse.Namespace) -> int:
    settings = _settings()
    _point_discord_at(settings)
    checking = check(
        database_url=settings.database,
        hailuo=_open_hailuo(settings),
        discord_token=settings.discord_token.get_secret_value(),
        clean=functools.partial(redact, secrets=settings.secrets),
    )
    return _exit_code(_in_loop(checking))


def _jobs(options: argparse.Namespace) -> int:
    settings = _settings()
    if options.submit_again:
        today = datetime.now(UTC).date().isoformat()
        caps = _limits(settings).caps
        return _exit_code(
            _in_loop(submit_again(settings.database, options.submit_again, day=today, caps=caps))
        )
    if options.give_up:
        return _exit_code(_in_loop(give_up(settings.database, options.give_up)))
    states = [JobState(options.state)] if options.state else OPEN
    _in_loop(list_jobs(settings.database, states=states, limit=options.limit))
    return OK


def _exit_code(well: bool) -> int:  # noqa: FBT001 - the answer itself
    return OK if well else FAILED


def _in_loop(work: Coroutine[Any, Any, T]) -> T:
    with asyncio.Runner(loop_factory=_loop_factory()) as runner:
        return runner.run(work)


def _loop_factory() -> Callable[[], asyncio.AbstractEventLoop] | None:
    try:
        import uvloop
    except ImportError:  # not made for this platform
        return None
    return uvloop.new_event_loop


if __name__ == "__main__":
    sys.exit(main())
