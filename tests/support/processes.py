"""`python bot.py` as a process of its own, pointed at loopback servers; it may die at a beat, or be changed."""

import asyncio
import contextlib
import os
import signal
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Protocol, TypeVar

from jobs.runtime.failpoints import Failpoint
from sandbox.server import Sandbox
from tests import nursery
from tests.crash.mutants import Mutant
from tests.loopback_discord import OWNER, LoopbackDiscord
from tests.sqlite_file import put_empty_database

T = TypeVar("T")
BOT = Path(__file__).parents[2] / "bot.py"
LAUNCHER = Path(__file__).parents[1] / "crash" / "mutated_bot.py"
START_SECONDS = 30.0
_STOP_SECONDS = 30.0
_RESUME_SECONDS = 10.0
_SHOWN_CHARACTERS = 6000
_INHERITED = ("PATH", "SYSTEMROOT", "LANG", "LD_LIBRARY_PATH")


UNLIMITED = dict.fromkeys(("MEMBER_ACTIVE", "MEMBER_PER_DAY", "GUILD_PER_DAY", "BOT_USD_PER_DAY"), 100_000)
"""Settings of a bot that has no limits in its way."""


class Running(Protocol):
    """A process of one's own, or one of the nursery's."""

    pid: int
    returncode: int | None

    async def wait(self) -> int: ...


def send(process: Running, number: signal.Signals) -> None:
    """Send a signal, or none to a process that has just ended.

    `Process.send_signal` asks for the exit status first, and takes it from the event loop when the process has ended
    by itself in that moment: the loop then reports 255.
    """
    if process.returncode is None:
        with contextlib.suppress(ProcessLookupError):
            os.kill(process.pid, number)


class BotProcess:
    """A running bot, watched from outside: a killed process tells nobody. Its output is in `log`."""

    def __init__(self, process: Running, log: Path) -> None:
        self._process = process
        self.log = log

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def code(self) -> int | None:
        return self._process.returncode

    @property
    def stopped(self) -> bool:
        """Say whether it stands still since SIGSTOP."""
        options = os.WSTOPPED | os.WNOHANG | os.WNOWAIT
        return self.code is None and os.waitid(os.P_PID, self.pid, options) is not None

    def stand_still(self) -> None:
        """Stop it where it is, as a machine does that is suspended."""
        send(self._process, signal.SIGSTOP)

    def go_on(self) -> None:
        send(self._process, signal.SIGCONT)

    async def kill(self) -> None:
        send(self._process, signal.SIGKILL)
        await self._process.wait()

    async def wait(self) -> int:
        return await self._process.wait()

    async def stop(self, by: signal.Signals = signal.SIGTERM) -> int:
        """Ask it to finish what is in hand, and return the exit code."""
        send(self._process, by)
        async with asyncio.timeout(_STOP_SECONDS):
            return await self.wait()

    def output(self) -> str:
        return self.log.read_text(encoding="utf-8", errors="replace")


def environment(
    discord: LoopbackDiscord, sandbox: Sandbox, data_dir: Path, **settings: object
) -> dict[str, str]:
    """Return the settings of a bot that knows loopback servers only, and is in a hurry; its database is there."""
    if "DATABASE_URL" not in settings:
        put_empty_database(data_dir / "clapper.db")
    named = {
        "DISCORD_TOKEN": discord.token,
        "DISCORD_API_URL": discord.api_url,
        "DISCORD_GATEWAY_URL": discord.gateway_url,
        "HAILUO_API_KEY": sandbox.api_key,
        "HAILUO_API_URL": sandbox.url,
        "DATA_DIR": str(data_dir),
        "DOWNLOAD_PRIVATE_HOSTS": "127.0.0.1",
        "FIRST_POLL_SECONDS": 0.1,
        "POLL_INTERVAL_SECONDS": 0.1,
        "POLLS_PER_SECOND": 100,
        "STATUS_INTERVAL_SECONDS": 0.05,
        "LEASE_SECONDS": 2,
        "SHUTDOWN_GRACE_SECONDS": 10,
        "HEALTH_PORT": "off",
        "LOG_FORMAT": "text",
    }
    inherited = {name: os.environ[name] for name in _INHERITED if name in os.environ}
    return inherited | {name: str(value) for name, value in (named | settings).items()}


async def until(
    look: Callable[[], T], what: str, *, show: Callable[[], object] = str, seconds: float = 60
) -> T:
    """Watch from outside until `look` is truthy; return what it finds."""
    try:
        async with asyncio.timeout(seconds):
            while not (found := look()):
                await asyncio.sleep(0.05)
    except TimeoutError:
        raise AssertionError(f"no {what}: {show()}") from None
    return found


async def resume(discord: LoopbackDiscord) -> None:
    """Let orders go on, as whoever runs the bot does in its direct messages."""
    handle = await discord.slash("operator resume", user=OWNER, channel=discord.direct(OWNER))
    await handle.original(_RESUME_SECONDS)


def folder_of_one(folder: Path, name: str) -> Path:
    """Return the data folder of one of several processes: its own, but for the files that all of them share."""
    own = folder / name
    own.mkdir(exist_ok=True)
    for files in ("frames", "videos"):
        (folder / files).mkdir(exist_ok=True)
        if not (own / files).exists():
            (own / files).symlink_to(folder / files)
    return own


@asynccontextmanager
async def running_bot(
    discord: LoopbackDiscord,
    env: dict[str, str],
    *arguments: str,
    ready: bool = True,
    prefix: tuple[str, ...] = (),
    program: Path | None = None,
) -> AsyncIterator[BotProcess]:
    """Start `bot.py` and, unless `ready` is False, wait until it is connected; kill it in the end.

    It runs in its own data folder, so that no `.env` of a developer is read. `prefix` stands before the command; `program` is
    started in place of `bot.py`. With either of them `python` starts it, else the nursery.

    What goes wrong in the block carries the bot's output as a note.
    """
    bot = await _started(env, *arguments, prefix=prefix, program=program or BOT, forks=program is None)
    try:
        if ready:
            await _wait_until_ready(bot, discord)
        yield bot
    except BaseException as error:
        error.add_note(f"the bot said:\n{bot.output()[-_SHOWN_CHARACTERS:]}")
        raise
    finally:
        await bot.kill()
    if ready:
        await discord.gateway.wait_until_empty(5.0)


@asynccontextmanager
async def living(
    env: dict[str, str],
    *arguments: str,
    dies_at: Failpoint | None = None,
    stops_there: bool = False,
    mutant: Mutant | None = None,
) -> AsyncIterator[BotProcess]:
    """Run a bot that dies, or stops, at a beat, or is changed by a mutant; kill it in the end."""
    changes = {"CRASH_MUTANT": mutant, "CRASH_STOPS": "1" if stops_there else None, "FAILPOINT": dies_at}
    env = env | {name: str(value) for name, value in changes.items() if value}
    program = LAUNCHER if mutant or stops_there else BOT
    # Whether a process stands still is seen by its parent alone.
    bot = await _started(env, *arguments, program=program, forks=not stops_there)
    try:
        yield bot
    finally:
        await bot.kill()


async def _started(
    env: dict[str, str],
    *arguments: str,
    prefix: tuple[str, ...] = (),
    program: Path = BOT,
    forks: bool = True,
) -> BotProcess:
    """Start a program in its data folder: by the nursery, unless something stands before it or it must be a child."""
    log = Path(env["DATA_DIR"]) / "bot.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("ab") as sink:
        if nursery.CAN_FORK and forks and not prefix:
            return BotProcess(await nursery.start(program, *arguments, env=env, log=log), log)
        words = (*prefix, sys.executable, str(program), *arguments)
        return BotProcess(
            await asyncio.create_subprocess_exec(*words, env=env, cwd=log.parent, stdout=sink, stderr=sink),
            log,
        )


async def _wait_until_ready(bot: BotProcess, discord: LoopbackDiscord) -> None:
    """Wait for the gateway session, or for the end of a bot that never gets there."""
    ready = asyncio.ensure_future(discord.wait_until_ready(START_SECONDS))
    ended = asyncio.ensure_future(bot.wait())
    try:
        await asyncio.wait([ready, ended], return_when=asyncio.FIRST_COMPLETED)
        if not ready.done():
            raise AssertionError(f"the bot ended with exit code {ended.result()} before it was ready")
        await ready
    finally:
        ready.cancel()
        ended.cancel()
        await asyncio.gather(ready, ended, return_exceptions=True)


async def run_to_end(discord: LoopbackDiscord, env: dict[str, str], *arguments: str) -> tuple[int, str]:
    async with running_bot(discord, env, *arguments, ready=False) as bot:
        async with asyncio.timeout(START_SECONDS):
            code = await bot.wait()
        return code, bot.output()
