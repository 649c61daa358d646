"""The command line of the sandbox: what can be asked of it, and how it runs until it is told to stop."""

import argparse
import asyncio
import contextlib
import math
import signal
import sys
from pathlib import Path

from sandbox.faults import Fault
from sandbox.server import DEFAULT_API_KEY, open_sandbox

_FAULT_HELP = (
    "arm a fault: NAME[+accepted][@WHERE][=VALUE][*TIMES], such as bad_gateway+accepted=html, "
    "rate_limited=30*2 or latency_after@task=1.5*always (names: sandbox/faults.py)"
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options of the sandbox to `parser`."""
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
    """Serve until SIGINT or SIGTERM and return the exit code: 0, or 1 when the port or a file cannot be had."""
    try:
        asyncio.run(_serve(arguments))
    except KeyboardInterrupt:  # where signals cannot be handled by the loop
        return 0
    except OSError as error:
        print(f"sandbox: {error}", file=sys.stderr)
        return 1
    return 0


async def _serve(arguments: argparse.Namespace) -> None:
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
