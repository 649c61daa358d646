"""The operator's page served from a thread, for a browser that is driven synchronously."""

import asyncio
import contextlib
import threading
from collections.abc import Generator
from dataclasses import dataclass

from telemetry.markup import Notice, PageFacts
from telemetry.metrics import Metrics
from telemetry.page import FILES, job_page, page
from telemetry.readiness import LoopLag, Readiness
from telemetry.server import Pages, open_server


@dataclass
class ServedPage:
    """A page at an address; `facts` may be changed while it is served."""

    facts: PageFacts
    url: str = ""
    acts: int = 0

    def pages(self) -> Pages:
        metrics = Metrics(version="1")
        return Pages(
            metrics=metrics,
            readiness=Readiness({}, metrics),
            lag=LoopLag(metrics.loop_lag.observe),
            refresh=_nothing,
            page=self._page,
            job=self._job,
            acts={"/pause": self._pause},
            files=FILES,
        )

    async def _page(self, said: str) -> str:
        return page(self.facts, Notice(said) if said else None)

    async def _job(self, reference: str) -> str:
        return job_page(reference, None, can_act=self.facts.can_act)

    async def _pause(self, _key: str) -> str:
        self.acts += 1
        return Notice.PAUSED


async def _nothing() -> None:
    return


@contextlib.contextmanager
def served(facts: PageFacts, *, token: str | None = None) -> Generator[ServedPage]:
    """Serve a page until the block is left."""
    shown, up, done = ServedPage(facts), threading.Event(), None

    async def serve() -> None:
        nonlocal done
        done = asyncio.Event()
        loops.append(asyncio.get_running_loop())
        async with open_server(shown.pages(), host="127.0.0.1", port=0, token=token) as address:
            shown.url = address or ""
            up.set()
            await done.wait()

    loops: list[asyncio.AbstractEventLoop] = []
    thread = threading.Thread(target=lambda: asyncio.run(serve()), name="served page")
    thread.start()
    try:
        assert up.wait(10)
        yield shown
    finally:
        loops[0].call_soon_threadsafe(done.set)
        thread.join(10)
