"""What outlives the histories: one event loop, one provider, the ways to it, an empty database to start from."""

import asyncio
import contextlib
import sys
import tempfile
from collections.abc import AsyncGenerator, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from hailuo.transport import open_session
from jobs.providers import Account
from jobs.runtime.failpoints import Failpoint
from media.transfer.download import Downloader
from sandbox.server import Sandbox, open_sandbox
from tests.support.clock import FakeClock
from tests.support.stage import provider_at

LINK_SECONDS = 1800
"""Short enough for some links to end before their video is sent."""


class Died(BaseException):
    """A process came to its end at a beat: nothing in it may catch this."""


@dataclass
class Strikes:
    """Stands where the failpoints are bound."""

    beat: Failpoint | None = None

    def __call__(self, reached: Failpoint) -> None:
        if reached is self.beat:
            self.beat = None
            raise Died(reached)


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where histories happen, one after the other."""

    runner: asyncio.Runner
    folder: Path
    clock: FakeClock
    sandbox: Sandbox
    provider: Account
    downloader: Downloader
    strikes: Strikes


@contextlib.contextmanager
def open_place() -> Iterator[Place]:
    """Open a place, in memory where the system has files there: thousands of commits need no disk here."""
    memory = Path("/dev/shm")  # noqa: S108 - a folder of our own is made in it
    with (
        tempfile.TemporaryDirectory(
            prefix="clapper-model-", dir=memory if memory.is_dir() else None
        ) as folder,
        asyncio.Runner() as runner,
        pytest.MonkeyPatch.context() as patch,
    ):
        strikes = Strikes()
        _bind(strikes, patch)
        opening = _open(runner, Path(folder), strikes)
        place = runner.run(opening.__aenter__())
        try:
            yield place
        finally:
            runner.run(opening.__aexit__(None, None, None))


@contextlib.asynccontextmanager
async def _open(runner: asyncio.Runner, folder: Path, strikes: Strikes) -> AsyncGenerator[Place]:
    clock = FakeClock()
    async with (
        open_sandbox(
            instant=True, clock=lambda: clock() / 1000, file_lifetime_seconds=LINK_SECONDS
        ) as sandbox,
        open_session() as session,
        Downloader(private_hosts=frozenset({"127.0.0.1"})) as downloader,
    ):
        yield Place(
            runner=runner,
            folder=folder,
            clock=clock,
            sandbox=sandbox,
            provider=provider_at(sandbox, session),
            downloader=downloader,
            strikes=strikes,
        )


def _bind(strikes: Strikes, patch: pytest.MonkeyPatch) -> None:
    """Put `strikes` wherever a step has its failpoints: each module has bound the name for itself."""
    bound = [
        name
        for name, module in sys.modules.items()
        if name.startswith("jobs.") and hasattr(module, "failpoint")
    ]
    assert {
        "jobs.steps.submitter",
        "jobs.steps.poller",
        "jobs.steps.deliverer",
        "jobs.steps.notifications",
        "jobs.orders.service",
    } <= set(bound)
    for name in bound:
        patch.setattr(sys.modules[name], "failpoint", strikes)
