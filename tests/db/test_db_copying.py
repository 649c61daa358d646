"""An installation moves to another database: every row, compared, and as often as it is tried."""

import pytest

from db.engines.sqlite import open_sqlite
from db.jobs.job import JobState
from db.operations import copying
from db.operations.copying import RowsDiffer
from db.store import copy_database, open_store
from tests.db.rows import admit, job_in
from tests.sqlite_file import put_empty_database
from tests.support.databases import new_database


@pytest.fixture
async def filled(tmp_path):
    url = f"sqlite:///{put_empty_database(tmp_path / 'source.db')}"
    async with open_store(url, worker="w", lease_seconds=60) as store:
        for state in (JobState.UNKNOWN, JobState.DELIVERED, JobState.RENDERING):
            await job_in(store, state)
        await admit(store)
        await store.members.save(7, '{"private": true}')
        await store.members.save_guild(9, "{}")
        await store.bot_state.set("commands:1:global", "abc")
    return url


@pytest.fixture(params=["sqlite", "postgresql"])
async def empty(request, tmp_path):
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'target.db'}"
    return await new_database()


async def copied(source, target):
    """Copy and return what was told of each table: rows, and those that were new."""
    told = {}
    await copy_database(source, target, told=lambda one: told.update({one.table: (one.rows, one.written)}))
    return told


async def states(url):
    async with open_store(url, worker="w", lease_seconds=60) as store:
        return [(await store.job_queries.by_id(number)).state for number in range(1, 5)]


async def test_every_row_arrives_and_new_jobs_take_the_next_numbers(filled, empty, monkeypatch):
    monkeypatch.setattr(copying, "PAGE", 3)
    told = await copied(filled, empty)
    assert told["jobs"] == (4, 4)
    assert (told["members"], told["guilds"], told["facts"]) == ((1, 1), (1, 1), (1, 1))
    assert told["counters"][0] == told["counters"][1] > 0
    assert told["job_events"][0] >= 8
    assert await states(empty) == await states(filled)
    async with open_store(empty, worker="w", lease_seconds=60) as store:
        assert (await admit(store)).id == 5
        assert await store.members.settings_of(7) == '{"private": true}'


async def test_a_second_copy_writes_nothing(filled, empty):
    first = await copied(filled, empty)
    again = await copied(filled, empty)
    assert again == {table: (rows, 0) for table, (rows, _) in first.items()}


async def test_a_copy_that_was_interrupted_is_gone_on_with(filled, empty, monkeypatch):
    write, calls = copying._write_missing, []

    async def breaks(source, target, table):
        calls.append(table.name)
        if table.name == "counters":
            raise ConnectionError("the line broke")
        return await write(source, target, table)

    monkeypatch.setattr(copying, "_write_missing", breaks)
    with pytest.raises(ConnectionError):
        await copied(filled, empty)
    monkeypatch.undo()
    told = await copied(filled, empty)
    assert (told["jobs"], told["counters"][0] > 0) == ((4, 0), True)


async def test_a_target_in_use_is_refused_and_left_alone(filled, empty):
    await copied(filled, empty)
    async with open_store(empty, worker="w", lease_seconds=60) as store:
        stranger = await admit(store)
    with pytest.raises(RowsDiffer, match=f"row {stranger.id} of table jobs is not the same"):
        await copied(filled, empty)
    async with open_store(empty, worker="w", lease_seconds=60) as store:
        assert await store.job_queries.by_id(stranger.id) == stranger


async def test_a_row_that_changed_in_the_target_is_found_and_not_overwritten(filled, empty):
    await copied(filled, empty)
    async with open_store(empty, worker="w", lease_seconds=60) as store:
        await store.members.save(7, '{"private": false}')
    with pytest.raises(RowsDiffer, match="row 7 of table members"):
        await copied(filled, empty)
    async with open_store(empty, worker="w", lease_seconds=60) as store:
        assert await store.members.settings_of(7) == '{"private": false}'


async def test_all_tables_of_the_schema_are_copied_but_what_is_over_in_seconds(filled, tmp_path):
    async with open_sqlite(tmp_path / "source.db", clock=lambda: 0) as engine:

        async def names(transaction):
            rows = await transaction.all("SELECT name FROM sqlite_master WHERE type = 'table'")
            return {row["name"] for row in rows}

        found = await engine.read(names)
    kept = {table.name for table in copying.TABLES}
    assert found - kept == {"turns", "alembic_version"}


async def test_the_comparison_sees_a_row_that_was_written_wrongly(filled, tmp_path, monkeypatch):
    def spoils(table, page):
        return inserting(table, [{**row, "user_id": 1} if table.name == "jobs" else row for row in page])

    inserting = copying._inserting
    monkeypatch.setattr(copying, "_inserting", spoils)
    with pytest.raises(RowsDiffer, match="of table jobs"):
        await copied(filled, f"sqlite:///{tmp_path / 'target.db'}")
