"""Where a soak plays: one sandbox and one Discord that outlive every bot, and the settings of the bots."""

import logging
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from sandbox.server import Sandbox, open_sandbox
from tests.crash.ledgers import COMMAND, Rows, read_rows, violations
from tests.crash.mutants import Mutant
from tests.loopback_discord import Interaction, LoopbackDiscord, open_loopback_discord
from tests.support.processes import UNLIMITED, BotProcess, environment, living

_SHOWN_LINES = 25
_BROKEN_STEPS = ("step broke", "chore broke", "status broke", "cannot tell what is due")


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    discord: LoopbackDiscord
    sandbox: Sandbox
    folder: Path
    running: int
    mutant: Mutant | None

    @property
    def log(self) -> list[str]:
        return (self.folder / "bot.log").read_text(encoding="utf-8", errors="replace").splitlines()

    def rows(self) -> Rows:
        return read_rows(self.folder / "clapper.db")

    def live(self) -> AbstractAsyncContextManager[BotProcess]:
        settings = environment(
            self.discord,
            self.sandbox,
            self.folder,
            DATABASE_URL=f"sqlite:///{self.folder / 'clapper.db'}",
            EXPECTED_SECONDS=1,
            MAX_RUNNING_JOBS=self.running,
            STRIKES=0,
            **UNLIMITED,
        )
        return living(settings, dies_at=None, mutant=self.mutant)

    def heal(self) -> int:
        """From now on nothing goes wrong. Return how many faults of the provider had met nothing by then."""
        left = len(list(self.sandbox.faults))
        self.sandbox.faults.clear()
        self.discord.faults.clear()
        return left

    def violations(self) -> list[str]:
        """Reconcile the three ledgers, and find what the bots could not bear."""
        broken = [line for line in self.log if any(words in line for words in _BROKEN_STEPS)]
        without_time = Counter(line.partition(" ERROR ")[2] or line for line in broken)
        return [
            *violations(self.rows(), self.sandbox.ledger, self.discord.ledger),
            *(f"{times} times: {text}" for text, times in without_time.items()),
        ]

    def endings(self) -> Counter[str]:
        return Counter(" ".join(filter(None, (job["state"], job["reason"]))) for job in self.rows().jobs)

    def without_a_job(self) -> Counter[str]:
        """Count the commands that made no job, by what their members saw."""
        known = {job["interaction_id"] for job in self.rows().jobs}
        commands = (each for each in self.discord.ledger.interactions.values() if each.type == COMMAND)
        return Counter(_seen(command) for command in commands if command.id not in known)

    def about(self, violation: str) -> list[str]:
        """Return the last lines of the log about the job that `violation` names."""
        _, named, rest = violation.partition("[job ")
        lines = [line for line in self.log if rest.rstrip("]") in line] if named else []
        return lines[-_SHOWN_LINES:]


@asynccontextmanager
async def open_stage(
    folder: Path,
    *,
    running: int,
    render_seconds: float,
    honours_idempotency: bool = False,
    mutant: Mutant | None = None,
) -> AsyncIterator[Stage]:
    """Open both servers; `running` jobs may be with the provider at once."""
    logging.getLogger("aiohttp.server").addFilter(_is_news)
    async with (
        open_loopback_discord() as discord,
        open_sandbox(
            instant=True, render_seconds=render_seconds, honours_idempotency=honours_idempotency
        ) as sandbox,
    ):
        yield Stage(discord=discord, sandbox=sandbox, folder=folder, running=running, mutant=mutant)


def _is_news(record: logging.LogRecord) -> bool:
    """Keep what servers log, but for uploads that a killed bot broke off."""
    return not (record.exc_info and isinstance(record.exc_info[1], ConnectionError))


def _seen(command: Interaction) -> str:
    if command.original is None:
        return "no answer"
    return "thinking" if command.original.loading else command.original.content.splitlines()[0][:50]
