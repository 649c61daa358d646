"""`python bot.py demo`: its options, and the start of the sandbox, the bot, the simulated Discord and the page."""

import argparse
import asyncio
import importlib.util
import os
import signal
import sys
import tempfile
import webbrowser
from collections.abc import Awaitable
from contextlib import AbstractAsyncContextManager, AbstractContextManager, nullcontext, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import discord

from sandbox.server import open_sandbox

if TYPE_CHECKING:
    from demo.studio import Studio

RENDER_SECONDS = 6.0
"""The least time that a task in the sandbox runs, long enough to watch its progress."""

NOT_INSTALLED = "The demo needs the Discord simulator. Install it with: pip install --require-hashes -r requirements-demo.txt"

_SIMULATOR = ("simcord", "markdown_it", "linkify_it", "regex", "av")


class OpenBot(Protocol):
    """The running bot that the demo uses; its worker runs in real time, its client is not logged in yet."""

    @property
    def client(self) -> discord.Client:
        """The client that the simulator logs in; its `setup_hook` registers the commands."""
        ...

    @property
    def pages(self) -> str | None:
        """The address of the operator's page, None if it is not served."""
        ...


class BotOpener(Protocol):
    """A function that starts the bot with the provider at `api_url`.

    At the end of its context, the worker and the client are closed.
    """

    def __call__(self, *, api_url: str, api_key: str, data_dir: Path) -> AbstractAsyncContextManager[OpenBot]:
        """Return a context manager that yields the running bot."""
        ...


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the command's options to the parser."""
    parser.add_argument(
        "--port", type=int, default=0, help="port of the page on 127.0.0.1 (default: a free one)"
    )
    parser.add_argument(
        "--data-dir", type=Path, help="keep database and files here (default: a temporary folder)"
    )
    parser.add_argument("--no-browser", action="store_true", help="only print the address")
    parser.add_argument(
        "--headless-check", action="store_true", help="make one video without a browser, check it, and end"
    )


def run(arguments: argparse.Namespace, open_bot: BotOpener) -> int:
    """Run the demo until it is stopped; return the exit code (2: the simulator is not installed)."""
    if any(importlib.util.find_spec(name) is None for name in _SIMULATOR):
        print(NOT_INSTALLED, file=sys.stderr)
        return 2
    with _data_dir(arguments.data_dir) as data_dir, suppress(KeyboardInterrupt):
        return asyncio.run(_demo(arguments, open_bot, Path(data_dir)))
    return 0


def _data_dir(chosen: Path | None) -> AbstractContextManager[str | Path]:
    if chosen is None:
        return tempfile.TemporaryDirectory(prefix="clapper-demo-")
    chosen.mkdir(parents=True, exist_ok=True)
    return nullcontext(chosen)


async def _demo(arguments: argparse.Namespace, open_bot: BotOpener, data_dir: Path) -> int:
    """Run the demo until it is stopped.

    The simulated server is opened last, because it takes over the clock of everything that is opened inside it: the
    sandbox and the bot run in real time.
    """
    from demo.studio import open_studio

    stop = _stop_signal()
    async with (
        open_sandbox(port=0, render_seconds=RENDER_SECONDS) as sandbox,
        open_bot(api_url=sandbox.url, api_key=sandbox.api_key, data_dir=data_dir) as bot,
        open_studio(bot.client) as studio,
    ):
        if arguments.headless_check:
            return await _check(studio)
        return await _show(studio, arguments, stop, operators_page=bot.pages)


async def _check(studio: "Studio") -> int:
    from demo.check import CheckFailed, make_one_video

    try:
        print(await make_one_video(studio))
    except CheckFailed as failure:
        print(f"The demo does not work: {failure}", file=sys.stderr)
        return 1
    return 0


async def _show(
    studio: "Studio", arguments: argparse.Namespace, stop: asyncio.Event, *, operators_page: str | None
) -> int:
    from simcord import SetupError

    from demo.page import open_page

    try:
        async with open_page(studio, port=arguments.port, operators_page=operators_page) as page:
            print(f"Clapper demo: {page.url}", flush=True)
            if operators_page:
                print(f"The operator's page: {operators_page}", flush=True)
            print("Open this address in a browser. Ctrl-C ends the demo.", flush=True)
            if not arguments.no_browser and _has_browser():
                await asyncio.to_thread(webbrowser.open, page.url)
            await _first(page.wait_closed(), stop.wait())
    except SetupError as error:
        print(f"The demo cannot open its page: {error}", file=sys.stderr)
        return 1
    print("Demo ended.")
    return 0


async def _first(*waits: Awaitable[object]) -> None:
    tasks = [asyncio.ensure_future(wait) for wait in waits]
    await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    for task in tasks:
        task.cancel()


def _has_browser() -> bool:
    """Return whether a browser with windows is available; a text browser would take over the terminal."""
    windowed = (
        sys.platform in {"win32", "darwin"} or os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")
    )
    return bool(windowed)


def _stop_signal() -> asyncio.Event:
    """Return an event that Ctrl-C and SIGTERM set, except on Windows, where the event loop handles no signals."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    with suppress(NotImplementedError):
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, stop.set)
    return stop
