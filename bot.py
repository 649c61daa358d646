"""The command line: `python bot.py` runs the bot; its subcommands are for the operator.

Each command imports only the modules that it needs.
"""

import argparse
import asyncio
import contextlib
import functools
import gc
import logging
import os
import sys
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from app import VERSION
from app.roles import Role, parse_shards

try:
    from config.loading import ENV_FILE, load_settings_without, settings_of, unread_names
    from config.logs import redact, set_up_logging
    from config.settings import Settings, SettingsInvalid
    from console.options import add_commands
    from db.engines.engine import (
        BackupMissing,
        DatabaseError,
        OneProcessOnly,
        SourceUnusable,
        UnsupportedDatabase,
    )
except ModuleNotFoundError as error:
    # Nothing is installed, or this is another Python than the one that it was installed for.
    needs = "requirements-demo.txt" if sys.argv[1:2] == ["demo"] else "requirements.txt"
    print(f"Packages are missing ({error}): {sys.executable} -m pip install -r {needs}", file=sys.stderr)
    sys.exit(2)

if TYPE_CHECKING:
    from app.opening import OpenBot
    from jobs.money.limits import KillSwitch

log = logging.getLogger(__name__)

T = TypeVar("T")

OK, FAILED, MISUSED = 0, 1, 2
"""Exit codes; 2 stands for settings or arguments that cannot be used."""


def migrate(settings: Settings) -> int:
    """Migrate the database to the newest schema."""
    from db.store import migrate_database

    print(f"{_in_loop(migrate_database(settings.database))} is up to date")
    return OK


def main(arguments: list[str] | None = None) -> int:
    """Run the command line and return the exit code."""
    os.umask(0o077)  # other users of this machine must not read what members write, attach and receive
    words = sys.argv[1:] if arguments is None else arguments
    options = _parser(words[0] if words else "").parse_args(words)
    try:
        return options.command(options)
    except SettingsInvalid as error:
        print("These settings cannot be used:", *error.problems, sep="\n  ", file=sys.stderr)
        return MISUSED
    except (UnsupportedDatabase, OneProcessOnly, SourceUnusable, BackupMissing) as error:
        print(error, file=sys.stderr)
        return MISUSED
    except DatabaseError as error:
        print(error, file=sys.stderr)
        return FAILED
    except KeyboardInterrupt:
        return OK
    except (OSError, _client_error()) as error:
        log.debug("the bot could not start or go on", exc_info=error)
        print(f"The network or the disk failed: {type(error).__name__}: {error}", file=sys.stderr)
        return FAILED


def _client_error() -> type[Exception]:
    """Return the base class of aiohttp's errors.

    It is imported here; whatever raised one has loaded aiohttp already.
    """
    from aiohttp import ClientError

    return ClientError


def _parser(command: str) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="bot.py", description="A Discord bot that makes videos from prompts."
    )
    parser.add_argument("--version", action="version", version=VERSION)
    others = add_commands(
        parser,
        named=command,
        does={
            "run": functools.partial(_run, role=Role.EVERYTHING),
            "gateway": functools.partial(_run, role=Role.GATEWAY),
            "worker": functools.partial(_run, role=Role.WORKER),
            "setup": _setup,
            "check": _check,
            "jobs": _jobs,
            "usage": _usage,
            "guilds": _guilds,
            "pause": _pause,
            "resume": _resume,
            "unblock": _unblock,
            "migrate": lambda _: migrate(_settings()),
            "generate": _generate,
            "copy": _copy,
            "backup": _backup,
            "restore": _restore,
        },
    )
    # An installation without the demo or the sandbox may lack these modules.
    try:
        if command == "demo":
            _add_demo(others["demo"])
        if command == "sandbox":
            _add_sandbox(others["sandbox"])
    except ModuleNotFoundError as error:
        parser.error(_missing(command, error))
    return parser


def _missing(command: str, error: ModuleNotFoundError) -> str:
    if (error.name or "").partition(".")[0] in {"demo", "sandbox"}:
        return f"{command} is not part of this installation: run it in a copy of the project ({error})"
    file = "requirements-demo.txt" if command == "demo" else "requirements.txt"
    return f"{command} needs more packages ({error}): pip install --require-hashes -r {file}"


def _add_demo(parser: argparse.ArgumentParser) -> None:
    from demo import main as demo

    demo.add_arguments(parser)
    parser.set_defaults(command=lambda options: demo.run(options, _open_demo_bot))


def _add_sandbox(parser: argparse.ArgumentParser) -> None:
    from sandbox import server as sandbox

    sandbox.add_arguments(parser)
    parser.set_defaults(command=sandbox.run)


def _open_demo_bot(
    *, api_url: str, api_key: str, data_dir: Path
) -> "contextlib.AbstractAsyncContextManager[OpenBot]":
    from app.opening import open_bot

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
        member_active=5,
        member_per_day=100,
        guild_per_day=1000,
        bot_usd_per_day=1000,
        health_port=0,
    )
    return open_bot(settings, log_in=False, remember_commands=False, framed_by="http://127.0.0.1:*")


def _settings(*, without: tuple[str, ...] = ()) -> Settings:
    settings = load_settings_without(*without)
    set_up_logging(settings.log_level, layout=settings.log_format, secrets=settings.secrets)
    for line in unread_names():
        log.warning("%s", line)
    return settings


def _source(settings: Settings) -> str:
    from db.store import require_source

    return _in_loop(require_source(settings.database))


def _run(options: argparse.Namespace, *, role: Role) -> int:
    try:
        shards = parse_shards(options.shards, options.shard_count)
    except ValueError as error:
        print(error, file=sys.stderr)
        return MISUSED
    settings = _settings()
    gc.disable()  # until all is opened: the loaded objects stay, and scanning them would take a tenth of the start
    import discord

    from app.opening import run_bot

    try:
        return _exit_code(_in_loop(run_bot(settings, role=role, shards=shards)))
    except discord.LoginFailure as error:
        print(error, file=sys.stderr)
    except (discord.ConnectionClosed, discord.PrivilegedIntentsRequired) as error:
        print(f"Discord closed the connection for good: {error}", file=sys.stderr)
    except discord.DiscordException as error:
        log.error("Discord ended the bot: %s", error)  # noqa: TRY400 - the log takes secrets out of a page's words
    finally:
        gc.enable()
    return FAILED


def _check(_options: argparse.Namespace) -> int:
    from app.opening import point_discord_at
    from app.parts import api_url_of, open_hailuo, storage_of, table_of
    from console.check import Tried, check

    settings = _settings()
    point_discord_at(settings)
    tried = Tried(
        data_dir=settings.data_dir,
        database_url=settings.database,
        storage=storage_of(settings) if settings.media_url else None,
        hailuo=open_hailuo(settings),
        hailuo_url=api_url_of(settings),
        hailuo_key=settings.hailuo_api_key.get_secret_value(),
        elsewhere=table_of(settings).elsewhere,
        discord_url=settings.discord_api_url,
        discord_token=settings.discord_token.get_secret_value(),
    )
    return _exit_code(_in_loop(check(tried, clean=functools.partial(redact, secrets=settings.secrets))))


def _setup(options: argparse.Namespace) -> int:
    from dataclasses import replace

    from app.opening import point_discord_at
    from app.parts import open_hailuo
    from config.values import SecretStr
    from console.setup import set_up

    if not sys.stdin.isatty():
        print("setup asks questions: run it in a terminal, or fill in .env by hand.", file=sys.stderr)
        return MISUSED
    settings = load_settings_without("discord_token", "hailuo_api_key")
    point_discord_at(settings)
    asking = set_up(
        Path(ENV_FILE),
        open_provider=lambda key: open_hailuo(replace(settings, hailuo_api_key=SecretStr(key))),
    )
    return _run(options, role=Role.EVERYTHING) if _in_loop(asking) else OK


def _jobs(options: argparse.Namespace) -> int:
    from console.jobs import give_up, list_jobs, submit_again
    from db.jobs.job import OPEN, JobState

    settings = _settings()
    source = _source(settings)
    if options.submit_again:
        from datetime import UTC, datetime

        from app.parts import caps_of

        today = datetime.now(UTC).date().isoformat()
        caps = caps_of(settings)
        return _exit_code(_in_loop(submit_again(source, options.submit_again, day=today, caps=caps)))
    if options.give_up:
        return _exit_code(_in_loop(give_up(source, options.give_up)))
    states = [JobState(options.state)] if options.state else OPEN
    _in_loop(list_jobs(source, states=states, limit=options.limit, as_json=options.json))
    return OK


def _usage(options: argparse.Namespace) -> int:
    from console.jobs import show_usage

    _in_loop(show_usage(_source(_settings()), days=options.days, as_json=options.json))
    return OK


def _guilds(options: argparse.Namespace) -> int:
    from console.jobs import show_guilds

    settings = _settings()
    showing = show_guilds(
        _source(settings), days=options.days, allowed=settings.allowed_guilds, as_json=options.json
    )
    _in_loop(showing)
    return OK


def _pause(_options: argparse.Namespace) -> int:
    from console.jobs import pause

    return _stopping(pause)


def _resume(_options: argparse.Namespace) -> int:
    from console.jobs import resume

    return _stopping(resume)


def _stopping(command: "Callable[[str, KillSwitch], Coroutine[Any, Any, bool]]") -> int:
    from jobs.money.limits import KillSwitch

    settings = _settings()
    return _exit_code(_in_loop(command(settings.database, KillSwitch(settings.data_dir))))


def _unblock(options: argparse.Namespace) -> int:
    from console.jobs import unblock

    return _exit_code(_in_loop(unblock(_source(_settings()), options.user, guild_id=options.guild)))


def _copy(options: argparse.Namespace) -> int:
    from console.restore import copy

    _in_loop(copy(options.source, options.target))
    return OK


def _backup(options: argparse.Namespace) -> int:
    from console.backup import backup
    from db.engines.address import is_postgres

    settings = _settings(without=("discord_token", "hailuo_api_key"))
    if not is_postgres(settings.database):
        _source(settings)
    backup(
        settings.database,
        settings.data_dir,
        options.target,
        videos=not options.without_videos,
        keep=options.keep,
    )
    return OK


def _restore(options: argparse.Namespace) -> int:
    from console.restore import distrust, restore

    settings = _settings(without=("discord_token", "hailuo_api_key"))
    if options.in_place == (options.source is not None):
        print("restore takes either SOURCE or --in-place", file=sys.stderr)
        return MISUSED
    if options.in_place:
        _in_loop(distrust(_source(settings)))
        return OK
    restore(
        settings.database,
        settings.data_dir,
        options.source,
        replace=options.replace,
        nothing_ran_since=options.nothing_ran_since,
    )
    return OK


def _generate(options: argparse.Namespace) -> int:
    from app.parts import limits_of, open_hailuo
    from console.generate import CannotBeAsked, Tools, generate, generate_options
    from media.transfer.download import Downloader

    settings = _settings(without=("discord_token",))
    try:
        chosen = generate_options(options, fast_requires_image=settings.fast_requires_image)
    except CannotBeAsked as fault:
        print(fault, file=sys.stderr)
        return MISUSED
    tools = Tools(
        hailuo=open_hailuo(settings, model=chosen.request.options.model if chosen.request else None),
        downloader=Downloader(private_hosts=settings.download_private_hosts),
        plan=limits_of(settings).plan,
    )
    return _in_loop(generate(chosen, tools))


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
