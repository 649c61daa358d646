"""What can be measured side by side: our store on either engine, and the interface that peers are put behind."""

import contextlib
from collections.abc import AsyncGenerator
from pathlib import Path
from typing import Protocol

from benchmarks.rows import NO_CAPS, new_job, write_history, write_jobs
from db.engines.address import postgres_address, sqlite_path
from db.engines.engine import Engine
from db.engines.postgres import open_postgres
from db.engines.sqlite import open_sqlite
from db.jobs.outcomes import Accepted
from db.store import JobStore, migrate_database

LEASE_SECONDS = 600.0


class Contestant(Protocol):
    """A queue with its own database. `settings` says what it promises about a power cut, and how it is called."""

    name: str
    settings: str

    async def add(self, number: int) -> object:
        """Enqueue one order."""
        ...

    async def fill(self, count: int) -> None:
        """Have at least `count` orders ready to be taken."""
        ...

    async def take(self) -> bool:
        """Claim one order and record that it is done, both durable; False when there was none."""
        ...

    async def clear(self) -> None:
        """End what waits, so that the next round begins like the first."""
        ...


class Ours:
    """Our store: caps, job and event in one transaction; a claim and a fenced outcome in one each."""

    def __init__(self, engine: Engine, *, name: str, settings: str) -> None:
        self.name = name
        self.settings = settings
        self._engine = engine
        self._store = JobStore.over(engine, worker="bench", lease_seconds=LEASE_SECONDS)

    async def add(self, number: int) -> object:
        """Admit one order."""
        return await self._store.admission.admit(new_job(number), caps=NO_CAPS)

    async def fill(self, count: int) -> None:
        """Write jobs that are ready to be delivered."""
        await write_jobs(self._engine, "delivering", count)

    async def take(self) -> bool:
        """Claim a job that is ready to be delivered, and record its message."""
        job = await self._store.claims.due_delivery()
        if job is None:
            return False
        await self._store.outcomes.delivered(job, message_id=5)
        return True

    async def clear(self) -> None:
        """End every job."""
        await self._engine.write(lambda transaction: transaction.all(_END_ALL))


class OurWholeLife(Ours):
    """All six transactions between admission and the last word: three claims, three outcomes."""

    async def fill(self, count: int) -> None:
        """Write jobs that are queued."""
        await write_jobs(self._engine, "queued", count)

    async def take(self) -> bool:
        """Take a job through submission, rendering and delivery."""
        claims, outcomes = self._store.claims, self._store.outcomes
        job = await claims.queued(running_cap=1_000_000)
        if job is None:
            return False
        await outcomes.accepted(job, order=_ORDER, first_poll_ms=0)
        if (job := await claims.due_poll()) is not None:
            await outcomes.rendered(job, result_url="https://files.example/1.mp4", expires_at=None)
        if (job := await claims.due_delivery()) is not None:
            await outcomes.delivered(job, message_id=5)
        return True


_ORDER = Accepted(provider_url="https://provider.example", provider_key_id="k", provider_task_id="t")
_END_ALL = """
UPDATE jobs SET state = 'failed', reason = 'lost', told_at = <dbnow>, finished_at = <dbnow>
 WHERE state IN ('queued', 'submitting', 'rendering', 'delivering')
"""


@contextlib.asynccontextmanager
async def open_ours(
    kind: type[Ours], database_url: str, *, name: str, history: int = 0
) -> AsyncGenerator[Ours]:
    """Migrate and open a database of our own, with `history` old jobs in it."""
    await migrate_database(database_url)
    async with _open_engine(database_url) as (engine, settings):
        if history:
            await write_history(engine, history)
        yield kind(engine, name=name, settings=settings)


@contextlib.asynccontextmanager
async def _open_engine(database_url: str) -> AsyncGenerator[tuple[Engine, str]]:
    if database_url.startswith("sqlite"):
        async with open_sqlite(sqlite_path(database_url)) as engine:
            yield engine, "WAL, synchronous=FULL"
    else:
        async with open_postgres(postgres_address(database_url), name="bench") as engine:
            yield engine, "fsync=on, pool of 10"


def sqlite_url(folder: Path, name: str) -> str:
    """Return the address of a database file in `folder`."""
    return f"sqlite:///{folder / name}.db"
