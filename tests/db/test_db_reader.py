"""Looks beside a running bot: what is open, longest waiting first; nothing is written, locked or migrated."""

import pytest

from db.engines.engine import DatabaseNotMigrated, DatabaseTooNew, DatabaseUnusable
from db.engines.sqlite import open_sqlite_reader
from db.jobs.job import OPEN, JobState
from db.operations.migrate import require_newest_schema
from db.store import open_store_for_reading
from tests.db.rows import admit, job_in, read
from tests.support.rows import each_row

database = pytest.fixture(lambda: "sqlite")


@each_row("state", OPEN, before="emptied")
async def test_the_open_jobs_of_a_state_are_those_and_no_others(store, state):
    for other in set(JobState) - {state, JobState.QUEUED}:
        await job_in(store, other)
    job = await job_in(store, state)
    if state is not JobState.QUEUED:
        await admit(store)

    assert [found.id for found in await store.job_queries.open_jobs(state, limit=9)] == [job.id]


@each_row("state", OPEN, before="emptied")
async def test_whoever_has_waited_longest_comes_first_and_no_more_than_asked_for(store, clock, state):
    jobs = []
    for _ in range(3):
        jobs.append((await job_in(store, state)).id)
        clock.advance(1)

    assert [found.id for found in await store.job_queries.open_jobs(state, limit=9)] == jobs
    assert len(await store.job_queries.open_jobs(state, limit=2)) == 2


async def test_a_job_that_was_put_off_keeps_its_turn(store, clock):
    job = await job_in(store, JobState.SUBMITTING)
    await store.outcomes.requeued(job, delay_ms=60_000)
    due = await admit(store)

    found = await store.job_queries.open_jobs(JobState.QUEUED, limit=9)
    assert [job.id for job in found] == [job.id, due.id]


async def test_an_operator_finds_any_job_by_its_key(store):
    jobs = [await admit(store) for _ in range(2)]

    assert (await store.job_queries.by_key(jobs[1].key)).id == jobs[1].id
    assert await store.job_queries.by_key("no such key") is None


async def test_a_reader_looks_while_the_bot_has_the_file_open(store, path):
    job = await admit(store)
    async with open_store_for_reading(f"sqlite:///{path}") as reader:
        assert (await reader.job_queries.by_key(job.key)).id == job.id
        later = await admit(store)
        assert (await reader.job_queries.by_key(later.key)).id == later.id
        with pytest.raises(RuntimeError, match="opened for reading"):
            await admit(reader)


async def test_a_reader_writes_nothing(path, clock):
    async def body(transaction):
        return await transaction.all("DELETE FROM jobs")

    async with open_sqlite_reader(path, clock=clock) as reader:
        with pytest.raises(RuntimeError, match="opened for reading"):
            await reader.write(body)
        with pytest.raises(Exception, match="readonly"):
            await reader.read(body)
        assert await read(reader, "SELECT <dbnow> AS now") == [{"now": clock.now}]


def test_a_file_that_is_not_there_is_named_and_not_made(tmp_path):
    with pytest.raises(DatabaseNotMigrated, match=r"clapper\.db"):
        require_newest_schema(tmp_path / "clapper.db")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("revision", "error"),
    [("0001", DatabaseNotMigrated), ("9999", DatabaseTooNew), (None, DatabaseNotMigrated)],
)
async def test_a_schema_that_is_not_ours_is_refused_and_left_as_it_is(engine, path, revision, error):
    require_newest_schema(path)
    sql = "UPDATE alembic_version SET version_num = :revision" if revision else "DELETE FROM alembic_version"
    await engine.write(lambda transaction: transaction.all(sql, revision=revision))

    with pytest.raises(error):
        require_newest_schema(path)
    found = await read(engine, "SELECT version_num FROM alembic_version")
    assert found == ([{"version_num": revision}] if revision else [])


def test_a_file_that_is_no_database_is_named(tmp_path):
    (tmp_path / "clapper.db").write_bytes(b"no database at all, " * 100)
    with pytest.raises(DatabaseUnusable):
        require_newest_schema(tmp_path / "clapper.db")
