"""The command line: the names, help texts and options of all commands. The functions that run them are passed in."""

import argparse
from collections.abc import Callable, Mapping

from db.jobs.job import OPEN

Command = Callable[[argparse.Namespace], int]

HELP = {
    "run": "run the bot (the default)",
    "gateway": "admit jobs only; others work on them (PostgreSQL)",
    "worker": "work on jobs that gateways admit; needs no gateway of its own (PostgreSQL)",
    "setup": "ask for the two secrets, try them, write .env",
    "check": "try settings, database, provider key and Discord token",
    "jobs": "list open jobs; decide on those of unknown outcome",
    "usage": "what was ordered and spent, by day",
    "guilds": "what each server ordered and spent",
    "pause": "order nothing any more; what was ordered is still delivered",
    "resume": "let orders out again",
    "unblock": "let a suspended or blocked member order again",
    "migrate": "bring the database to the newest schema",
    "generate": "one video from this terminal, without Discord",
    "copy": "move an installation to another database",
    "backup": "copy database and files into a folder, beside a running bot",
    "restore": "put a backup in the place of an installation",
    "demo": "the whole bot in a browser, without token or key",
    "sandbox": "a stand-in for the provider, on this machine",
}


def add_commands(
    parser: argparse.ArgumentParser, *, named: str, does: Mapping[str, Command]
) -> dict[str, argparse.ArgumentParser]:
    """Add all commands to the parser, and the options of the command `named`; without a name, `run` is the command.

    Return the parsers of the commands that `does` has no function for, by name.
    """
    commands = parser.add_subparsers(title="commands", metavar="COMMAND")
    parsers = {name: commands.add_parser(name, help=text) for name, text in HELP.items()}
    parser.set_defaults(command=does["run"], shards=None, shard_count=None)
    for name, command in does.items():
        parsers[name].set_defaults(command=command)
    if named in _OPTIONS:
        _OPTIONS[named](parsers[named])
    return {name: each for name, each in parsers.items() if name not in does}


def _gateway(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--shards", metavar="0-3", help="the shards of this process; all of them by default")
    parser.add_argument("--shard-count", type=int, metavar="N", help="the shards of all processes together")


def _jobs(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--state", choices=OPEN, help="only jobs of this state")
    parser.add_argument("--limit", type=int, default=50, help="how many of each state (50)")
    parser.add_argument("--json", action="store_true", help="for scripts")
    decision = parser.add_mutually_exclusive_group()
    decision.add_argument(
        "--submit-again", metavar="KEY", help="order it again, which may cost a second time"
    )
    decision.add_argument("--give-up", metavar="KEY", help="end it without an order")


def _usage(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--days", type=int, default=30, help="so many days, today included (30)")
    parser.add_argument("--json", action="store_true", help="for scripts")


def _unblock(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("user", type=int, metavar="USER_ID")
    parser.add_argument("--guild", type=int, metavar="ID", help="in this server only; by default everywhere")


def _copy(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "source", help="sqlite:///path/to/clapper.db or postgresql://user:password@host/database"
    )
    parser.add_argument("target", help="the same for the database to fill; tables are made if needed")


def _generate(parser: argparse.ArgumentParser) -> None:
    from console.generate import add_arguments

    add_arguments(parser)


def _backup(parser: argparse.ArgumentParser) -> None:
    from console.backup import add_arguments

    add_arguments(parser)


def _restore(parser: argparse.ArgumentParser) -> None:
    from console.restore import add_arguments

    add_arguments(parser)


_OPTIONS: dict[str, Callable[[argparse.ArgumentParser], None]] = {
    "gateway": _gateway,
    "jobs": _jobs,
    "usage": _usage,
    "guilds": _usage,
    "unblock": _unblock,
    "generate": _generate,
    "copy": _copy,
    "backup": _backup,
    "restore": _restore,
}
