"""Starts a sandbox: for a block of code (`open_sandbox`), or as a program from the command line (`run`)."""

import argparse
import asyncio
import contextlib
import math
import signal
import socket
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from pathlib import Path

from aiohttp import web

from sandbox.api import Api, Control
from sandbox.contract import BODY_LIMIT_BYTES, FILE_LIFETIME_SECONDS
from sandbox.desk import Desk, Rules
from sandbox.faults import Fault, Faults
from sandbox.guard import Guard
from sandbox.ledger import Ledger, open_ledger_file
from sandbox.minimax import MiniMaxApi
from sandbox.pictures import FetchPicture, Uploads
from sandbox.studio import PreparedClips, Studio
from sandbox.tasks import Pace, TaskBook

HOST = "127.0.0.1"
DEFAULT_API_KEY = "sandbox-key"
_SHUTDOWN_SECONDS = 0.2
"""The time for open transfers to end when the sandbox closes; a slow or endless one would block it for ever."""

_FAULT_HELP = (
    "arm a fault: NAME[+accepted][@WHERE][=VALUE][*TIMES], such as bad_gateway+accepted=html, "
    "rate_limited=30*2 or latency_after@task=1.5*always (names: sandbox/faults.py)"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sandbox:
    """A running sandbox: its URL without a trailing slash, its API key, and its ledger and faults for tests."""

    url: str
    api_key: str
    ledger: Ledger
    faults: Faults


@contextlib.asynccontextmanager
async def open_sandbox(
    port: int = 0,
    *,
    api_key: str = DEFAULT_API_KEY,
    render_seconds: float = 0.0,
    instant: bool = False,
    clip: Path | None = None,
    clip_bytes: int | None = None,
    scale: int = 1,
    clock: Callable[[], float] = time.time,
    file_lifetime_seconds: float = FILE_LIFETIME_SECONDS,
    honours_idempotency: bool = False,
    fast_requires_image: bool = True,
    balance_usd: float = 10_000.0,
    fetch_picture: FetchPicture | None = None,
    ledger_file: Path | None = None,
) -> AsyncIterator[Sandbox]:
    """Run a sandbox on 127.0.0.1 for the `async with` block; port 0 takes a free port.

    A task takes at least `render_seconds` of `clock` (epoch seconds). With `instant`, its video is a tiny clip,
    prepared once, or `clip`, padded to `clip_bytes` if given. Otherwise a real clip is rendered, with its sides
    divided by `scale`.

    Raises:
        OSError: the port is in use, or `ledger_file` cannot be written.
    """
    async with contextlib.AsyncExitStack() as stack:
        listener = stack.enter_context(socket.create_server((HOST, port)))
        url = f"http://{HOST}:{listener.getsockname()[1]}"
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="clapper-sandbox-")))
        lines = stack.enter_context(open_ledger_file(ledger_file)) if ledger_file else None
        pace = Pace(clock=clock, render_seconds=render_seconds, file_lifetime_seconds=file_lifetime_seconds)
        studio = Studio(folder, clock=clock, scale=scale)
        stack.push_async_callback(studio.close)
        desk = Desk(
            rules=Rules(
                api_key=api_key,
                honours_idempotency=honours_idempotency,
                fast_requires_image=fast_requires_image,
                balance_usd=balance_usd,
                fetch_picture=fetch_picture,
            ),
            faults=Faults(),
            ledger=Ledger(clock, lines),
            book=TaskBook(pace, url),
            studio=studio,
            prepared=PreparedClips(folder, given=clip, size_bytes=clip_bytes) if instant else None,
        )
        await _serve(stack, desk, Uploads(folder), listener, url)
        yield Sandbox(url=url, api_key=api_key, ledger=desk.ledger, faults=desk.faults)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the sandbox's command-line options to `parser`."""
    parser.add_argument("--port", type=int, default=0, help="port on 127.0.0.1 (default: a free one)")
    parser.add_argument(
        "--api-key", default=DEFAULT_API_KEY, help="key that callers show (default: %(default)s)"
    )
    parser.add_argument(
        "--render-seconds", type=_seconds, default=4.0, help="least time a task takes (default: %(default)s)"
    )
    parser.add_argument(
        "--instant", action="store_true", help="answer with a tiny prepared clip, render nothing"
    )
    parser.add_argument(
        "--scale", type=int, choices=(1, 2, 4, 8), default=1, help="divide the sides of videos"
    )
    parser.add_argument(
        "--fault", type=_fault, action="append", default=[], metavar="FAULT", help=_FAULT_HELP
    )
    parser.add_argument(
        "--ledger", type=Path, metavar="FILE", help="append each entry to FILE as a line of JSON"
    )


def run(arguments: argparse.Namespace) -> int:
    """Run a sandbox until SIGINT or SIGTERM; return the exit code: 0, or 1 if the port or a file cannot be used."""
    try:
        asyncio.run(_run(arguments))
    except KeyboardInterrupt:  # on systems whose event loop cannot handle signals
        return 0
    except OSError as error:
        print(f"sandbox: {error}", file=sys.stderr)
        return 1
    return 0


async def _serve(
    stack: contextlib.AsyncExitStack, desk: Desk, uploads: Uploads, listener: socket.socket, url: str
) -> None:
    app = web.Application(client_max_size=2 * BODY_LIMIT_BYTES)
    guard = Guard(api_key=desk.rules.api_key, faults=desk.faults, ledger=desk.ledger)
    stack.push_async_callback(guard.close)
    app.add_routes(Api(desk, guard, uploads, url).routes())
    app.add_routes(MiniMaxApi(desk, guard, url).routes())
    app.add_routes(Control(desk.ledger, desk.faults).routes())
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=_SHUTDOWN_SECONDS)
    await runner.setup()
    stack.push_async_callback(runner.cleanup)
    await web.SockSite(runner, listener).start()


async def _run(arguments: argparse.Namespace) -> None:
    async with open_sandbox(
        arguments.port,
        api_key=arguments.api_key,
        render_seconds=arguments.render_seconds,
        instant=arguments.instant,
        scale=arguments.scale,
        ledger_file=arguments.ledger,
    ) as sandbox:
        sandbox.faults.add(*arguments.fault)
        stopped = _stop_on_signals()
        print(f"sandbox provider: {sandbox.url} key: {sandbox.api_key}", flush=True)
        await stopped.wait()


def _stop_on_signals() -> asyncio.Event:
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    with contextlib.suppress(NotImplementedError):  # Windows: Ctrl-C arrives as KeyboardInterrupt
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, stopped.set)
    return stopped


def _fault(text: str) -> Fault:
    try:
        return Fault.parse(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from error


def _seconds(text: str) -> float:
    value = float(text)
    if not 0 <= value < math.inf:
        raise argparse.ArgumentTypeError("must be a number of seconds")
    return value
