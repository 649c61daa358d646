"""Queues on PostgreSQL that others use, with a pool of ten connections like ours."""

import asyncio
import contextlib
import importlib
import uuid
from collections.abc import AsyncGenerator, Callable
from datetime import timedelta
from typing import Any

import asyncpg  # pyright: ignore[reportMissingTypeStubs] - it ships none

from benchmarks.contestants import Contestant
from benchmarks.rows import REQUEST

POOL = 10

Opener = Callable[[str], contextlib.AbstractAsyncContextManager[Contestant]]


class _Procrastinate:
    name = "procrastinate"

    def __init__(self, app: Any, task: Any, status: Any, worker: int) -> None:
        implementation = importlib.import_module("psycopg").pq.__impl__
        self.settings = f"fsync=on, psycopg ({implementation}) pool of 10"
        self._app, self._task, self._done, self._worker = app, task, status, worker

    async def add(self, number: int) -> object:
        return await self._task.defer_async(request=REQUEST)

    async def fill(self, count: int) -> None:
        await self._task.batch_defer_async(*({"request": REQUEST} for _ in range(count)))

    async def take(self) -> bool:
        manager = self._app.job_manager
        job = await manager.fetch_job(queues=None, worker_id=self._worker)
        if job is None:
            return False
        await manager.finish_job(job, status=self._done, delete_job=False)
        return True

    async def clear(self) -> None:
        await self._app.connector.execute_query_async("TRUNCATE procrastinate_jobs CASCADE")


@contextlib.asynccontextmanager
async def procrastinate(url: str) -> AsyncGenerator[Contestant]:
    """Install procrastinate's schema and open its app."""
    module = importlib.import_module("procrastinate")
    jobs = importlib.import_module("procrastinate.jobs")
    app = module.App(connector=module.PsycopgConnector(conninfo=url, min_size=POOL, max_size=POOL))

    @app.task(name="make")
    async def make(request: str) -> None:
        """Do nothing: only the queue is measured."""

    async with app.open_async():
        await app.schema_manager.apply_schema_async()
        worker = await app.job_manager.register_worker()
        yield _Procrastinate(app, make, jobs.Status.SUCCEEDED, worker)


class _PgQueuer:
    name = "pgqueuer"
    settings = "fsync=on, asyncpg pool of 10; claims in batches of 10, as its worker does"

    def __init__(self, queries: Any, entry: Any) -> None:
        self._queries, self._entry = queries, entry
        self._manager = uuid.uuid4()
        self._claimed: list[Any] = []
        self._dequeuing = asyncio.Lock()

    async def add(self, number: int) -> object:
        return await self._queries.enqueue("make", REQUEST.encode())

    async def fill(self, count: int) -> None:
        await self._queries.enqueue(["make"] * count, [REQUEST.encode()] * count, [0] * count)

    async def take(self) -> bool:
        async with self._dequeuing:  # as its worker does: one call at a time
            if not self._claimed:
                self._claimed += await self._queries.dequeue(
                    batch_size=10,
                    entrypoints={"make": self._entry},
                    queue_manager_id=self._manager,
                    global_concurrency_limit=None,
                    heartbeat_timeout=timedelta(seconds=600),
                )
            if not self._claimed:
                return False
            job = self._claimed.pop()
        await self._queries.log_jobs([(job, "successful", None)])
        return True

    async def clear(self) -> None:
        self._claimed.clear()
        await self._queries.clear_queue()


@contextlib.asynccontextmanager
async def pgqueuer(url: str) -> AsyncGenerator[Contestant]:
    """Install pgqueuer's schema and open its queries."""
    drivers = importlib.import_module("pgqueuer.db")
    queries = importlib.import_module("pgqueuer.queries")
    repository = importlib.import_module("pgqueuer.ports.repository")
    async with asyncpg.create_pool(url, min_size=POOL, max_size=POOL) as pool:
        opened = queries.Queries(drivers.AsyncpgPoolDriver(pool))
        await opened.install()
        yield _PgQueuer(opened, repository.EntrypointExecutionParameter(concurrency_limit=0))


POSTGRES_PEERS: dict[str, Opener] = {"procrastinate": procrastinate, "pgqueuer": pgqueuer}
