"""One life of the bot: a process that may die at a beat."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from jobs.steps.failpoints import Failpoint
from tests import nursery, signals
from tests.crash.mutants import Mutant

LAUNCHER = Path(__file__).with_name("mutated_bot.py")
BOT = Path(__file__).parents[2] / "bot.py"
STOP_SECONDS = 30.0


class Life:
    """A running bot. Watched from outside: a killed process tells nobody."""

    def __init__(self, process: asyncio.subprocess.Process | nursery.Born) -> None:
        self._process = process

    @property
    def code(self) -> int | None:
        """Return the exit code, None while it lives."""
        return self._process.returncode

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def stopped(self) -> bool:
        """Say whether it stands still since SIGSTOP."""
        options = os.WSTOPPED | os.WNOHANG | os.WNOWAIT
        return self.code is None and os.waitid(os.P_PID, self._process.pid, options) is not None

    def stand_still(self) -> None:
        """Stop it where it is, as a machine does that is suspended."""
        signals.send(self._process, signal.SIGSTOP)

    def go_on(self) -> None:
        """Let a stopped process continue."""
        signals.send(self._process, signal.SIGCONT)

    async def end(self) -> int:
        """Ask it to finish what is in hand, and return the exit code."""
        if self.code is None:
            signals.send(self._process, signal.SIGTERM)
        async with asyncio.timeout(STOP_SECONDS):
            return await self.wait()

    async def wait(self) -> int:
        """Return the exit code once it has ended, by itself or by anybody's hand."""
        return await self._process.wait()

    async def kill(self) -> None:
        """Kill it: nothing is finished, nothing is closed."""
        signals.send(self._process, signal.SIGKILL)
        await self._process.wait()

    async def dispose(self) -> None:
        """Make sure that nothing is left of it."""
        if self.code is None:
            await self.kill()


async def _started(
    script: Path, *arguments: str, env: dict[str, str], log: Path
) -> asyncio.subprocess.Process:
    with log.open("ab") as sink:
        return await asyncio.create_subprocess_exec(
            *(sys.executable, str(script), *arguments), env=env, cwd=log.parent, stdout=sink, stderr=sink
        )


@asynccontextmanager
async def living(
    environment: dict[str, str],
    *arguments: str,
    dies_at: Failpoint | None,
    ordering_pauses: bool = False,
    mutant: Mutant | None = None,
) -> AsyncIterator[Life]:
    """Run the bot with these arguments, as it is or by the launcher that changes it; kill it in the end."""
    changes = {"CRASH_MUTANT": mutant, "CRASH_STOPS": "1" if ordering_pauses else None, "FAILPOINT": dies_at}
    script = LAUNCHER if mutant or ordering_pauses else BOT
    log = Path(environment["DATA_DIR"]) / "bot.log"
    env = environment | {name: str(value) for name, value in changes.items() if value}
    # Whether a process stands still is seen by its parent alone.
    if nursery.CAN_FORK and not ordering_pauses:
        life = Life(await nursery.start(script, *arguments, env=env, log=log))
    else:
        life = Life(await _started(script, *arguments, env=env, log=log))
    try:
        yield life
    finally:
        await life.dispose()
