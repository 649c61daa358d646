"""Fairness: one member has filled the queue, everybody else has one job in it; whose are the first that are served?"""

import asyncio
import contextlib
import tempfile
import time
from collections.abc import AsyncGenerator
from pathlib import Path

from benchmarks.machine import Limits
from benchmarks.postgres import durable_server, empty_database
from benchmarks.report import Bar, Report, Table, figure
from benchmarks.rows import NO_CAPS, new_job, write_history
from db.engines.address import postgres_address
from db.engines.engine import Engine
from db.engines.postgres import open_postgres
from db.engines.sqlite import open_sqlite
from db.store import JobStore, migrate_database

QUEUED_BY_ONE = 2_000
OTHERS = 299
OLD_JOBS = 20_000


async def measure(
    *,
    queued_by_one: int = QUEUED_BY_ONE,
    others: int = OTHERS,
    old_jobs: int = OLD_JOBS,
    postgres: bool = True,
) -> Report:
    """Fill the queue on both engines, and claim as many jobs as there are members."""
    limits = Limits()
    await limits.take()
    rows: list[tuple[str, ...]] = []
    bars: list[Bar] = []
    engines = [("SQLite", _open_sqlite())] + ([("PostgreSQL", _open_postgres())] if postgres else [])
    for name, opening in engines:
        async with opening as engine:
            store = await _filled(engine, queued_by_one=queued_by_one, others=others, old_jobs=old_jobs)
            served, seconds = await _serve(store, others + 1)
        firsts = len(set(served))
        shown = figure(len(served) / seconds, 0)
        rows.append((name, str(len(served)), str(firsts), str(served.count(1)), shown))
        bars.append(
            Bar(
                what=f"members among the first {others + 1} served, {name}",
                figure=firsts,
                bound=others + 1,
                at_least=True,
            )
        )
    title = f"one member with {queued_by_one:,} queued before {others} others with one each"
    columns = ("", "served", "members among them", "of the one", "claims per second")
    return Report(
        name="fairness",
        tables=[limits.table(), Table(title=title, columns=columns, rows=rows)],
        bars=bars,
        notes=["in the order of their coming, the first 300 served would all be those of the one"],
    )


async def _filled(engine: Engine, *, queued_by_one: int, others: int, old_jobs: int) -> JobStore:
    store = JobStore.over(engine, worker="w", lease_seconds=60)
    await write_history(engine, old_jobs)
    members = [1] * queued_by_one + [2 + number for number in range(others)]
    for number, user_id in enumerate(members):
        await store.admission.admit(new_job(number, user_id=user_id), caps=NO_CAPS)
    return store


async def _serve(store: JobStore, count: int) -> tuple[list[int], float]:
    begun, served = time.perf_counter(), list[int]()
    while len(served) < count and (job := await store.claims.queued(running_cap=count + 1)) is not None:
        served.append(job.user_id)
    return served, time.perf_counter() - begun


@contextlib.asynccontextmanager
async def _open_sqlite() -> AsyncGenerator[Engine]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "clapper.db"
        await migrate_database(f"sqlite:///{path}")
        async with open_sqlite(path) as engine:
            yield engine


@contextlib.asynccontextmanager
async def _open_postgres() -> AsyncGenerator[Engine]:
    with durable_server() as server:
        url = await empty_database(server)
        await migrate_database(url)
        async with open_postgres(postgres_address(url), name="w") as engine:
            yield engine


def main() -> Report:
    """Measure and return what was found."""
    return asyncio.run(measure())
