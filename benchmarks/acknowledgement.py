"""How fast `python bot.py` acknowledges a burst of commands, over real sockets.

Loopback Discord and sandbox run in this process, the bot in one of its own: on few cores they compete, so the
figures are upper bounds. A round is a fresh bot with an empty database, warmed up by one command.
"""

import argparse
import asyncio
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from sandbox.server import Sandbox, open_sandbox
from tests.loopback_discord import VIDEOS, Handle, LoopbackDiscord, User, open_loopback_discord
from tests.transport.bot_process import environment, running_bot

COMMANDS = 200
ROUNDS = 3
GOAL_SECONDS = 0.5
_PATIENCE_SECONDS = 60.0
_FIRST_USER = 1_200_000_000_000_000_000
_NO_CAPS = {
    "MAX_ACTIVE_PER_USER": 100_000,
    "MAX_JOBS_PER_USER_PER_DAY": 100_000,
    "MAX_JOBS_PER_DAY": 100_000,
    "LOG_LEVEL": "WARNING",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Round:
    """Seconds from gateway event to callback request, sorted; how many never came; when all were queued."""

    seconds: tuple[float, ...]
    missing: int
    queued_after: float | None

    def quantile(self, share: float) -> float:
        """Return the value that `share` of the acknowledgements did not exceed."""
        if not self.seconds:
            return float("inf")
        return self.seconds[min(len(self.seconds) - 1, int(share * len(self.seconds)))]

    def row(self, name: str) -> str:
        """Return one line of the table."""
        figures = (self.quantile(0.5), self.quantile(0.99), self.quantile(1.0))
        shown = "".join(f"{seconds * 1000:>9.0f}" for seconds in figures)
        queued = "-" if self.queued_after is None else f"{self.queued_after * 1000:.0f}"
        return f"{name:<8}{len(self.seconds):>7}{shown}{self.missing:>9}{queued:>14}"


HEADER = f"{'round':<8}{'acked':>7}{'p50 ms':>9}{'p99 ms':>9}{'max ms':>9}{'missing':>9}{'all queued ms':>14}"


async def measure(count: int) -> Round:
    """Run one round of `count` commands at once."""
    with tempfile.TemporaryDirectory(prefix="clapper-bench-") as data_dir:
        async with open_loopback_discord() as discord, open_sandbox(instant=True) as sandbox:
            env = environment(discord, sandbox, Path(data_dir), **_NO_CAPS)
            async with running_bot(discord, env):
                await _warm_up(discord, sandbox)
                return await _burst(discord, count)


async def _warm_up(discord: LoopbackDiscord, sandbox: Sandbox) -> None:
    await _order(discord, 0)
    await discord.wait_for_message(VIDEOS, lambda message: bool(message.attachments), _PATIENCE_SECONDS)
    assert len(sandbox.ledger.accepted) == 1


async def _burst(discord: LoopbackDiscord, count: int) -> Round:
    started = time.perf_counter()
    handles = [await _order(discord, number) for number in range(1, count + 1)]
    queued_after = await _until_queued(discord, handles, started)
    seconds = [handle.interaction.seconds for handle in handles]
    arrived = sorted(value for value in seconds if value is not None)
    return Round(seconds=tuple(arrived), missing=count - len(arrived), queued_after=queued_after)


async def _order(discord: LoopbackDiscord, number: int) -> Handle:
    user = User(_FIRST_USER + number, f"user{number}")
    return await discord.slash("video", user=user, channel=VIDEOS, options={"prompt": f"kite {number}"})


async def _until_queued(discord: LoopbackDiscord, handles: list[Handle], started: float) -> float | None:
    try:
        await discord.ledger.bell.until(
            lambda: all(map(_is_filled, handles)), _PATIENCE_SECONDS, what="answer to all"
        )
    except TimeoutError:
        return None
    return time.perf_counter() - started


def _is_filled(handle: Handle) -> bool:
    original = handle.interaction.original
    return original is not None and not original.loading


def main(arguments: list[str] | None = None) -> int:
    """Print the table; return 1 when a command was never acknowledged."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.acknowledgement", description=__doc__)
    parser.add_argument("count", nargs="?", type=int, default=COMMANDS, help="commands at once")
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    options = parser.parse_args(arguments)
    print(f"{options.count} commands at once, gateway event to callback request")
    print(HEADER)
    rounds = []
    for number in range(1, options.rounds + 1):
        rounds.append(asyncio.run(measure(options.count)))
        print(rounds[-1].row(str(number)), flush=True)
    worst = max(found.quantile(0.99) for found in rounds)
    print(f"worst p99 {worst * 1000:.0f} ms; the goal is under {GOAL_SECONDS * 1000:.0f} ms")
    return 1 if any(found.missing for found in rounds) else 0


if __name__ == "__main__":
    sys.exit(main())
