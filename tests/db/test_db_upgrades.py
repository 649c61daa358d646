"""Upgrades: a database of every schema there ever was comes to the newest one with all that it holds."""

import shutil
import sqlite3
from contextlib import asynccontextmanager, closing
from importlib import import_module

import asyncpg
import pytest
from alembic.script import ScriptDirectory
from sqlalchemy.ext.asyncio import create_async_engine

import bot
from console.backup import backups_in
from db.engines.address import postgres_address
from db.engines.postgres_connection import connect
from db.jobs.job import Job, JobState, Owner
from db.money.caps import Caps
from db.operations.backup import contents_of
from db.operations.copying import TABLES
from db.operations.migrate import (
    MIGRATIONS,
    SCHEMA_FILE,
    migrate_postgres,
    migrate_sqlite,
    newest_revision,
    revisions,
)
from db.store import distrust_restored, open_store
from jobs.orders.order import Order
from tests.db import old_schemas
from tests.db.old_schemas import build, made_today, rows_of, schema_of, schema_today, states_of
from tests.db.rows import ANN, DAY, PRICE, admit, counted, job_in
from tests.support.databases import new_database

RELEASED = revisions()[:-1] or revisions()
"""The newest schema is still being written; when it has a successor, it is kept as it was."""

REPLACED = {"usage": "counted anew from the jobs, into a table that knows servers"}
"""Tables that a migration may drop, and where what they held is now."""


@pytest.fixture(params=RELEASED)
def revision(request):
    return request.param


@pytest.fixture
def old(tmp_path, revision):
    path = tmp_path / "data" / "clapper.db"
    path.parent.mkdir()
    build(path, revision)
    return path


def rows(path):
    with closing(sqlite3.connect(path)) as connection:
        connection.row_factory = sqlite3.Row
        names = [
            name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
        ]
        selects = {name: f"SELECT * FROM {name}" for name in names}  # noqa: S608 - names of our own tables
        return {name: [dict(row) for row in connection.execute(sql)] for name, sql in selects.items()}


ADDED = {"member_utc", "user", "guild_utc"}
"""Counters that are made of the jobs."""


def _not_added(rows):
    return [row for row in rows if row.get("scope") not in ADDED]


def kept(before, after):
    """Return the old columns of the rows of `after`, table by table."""
    return {
        name: [
            {column: row[column] for column in old}
            for old, row in zip(before[name], _not_added(after[name]), strict=True)
        ]
        for name in before.keys() & after.keys()
    }


def without_replaced(before, after):
    return {name: there for name, there in before.items() if name in after or name not in REPLACED}


def test_every_schema_that_has_a_successor_is_kept_with_rows_in_every_table():
    assert [name for name in RELEASED if not (old_schemas.FOLDER / f"{name}.sql").exists()] == [], (
        "run: python -m tests.db.old_schemas"
    )


def test_the_rows_cover_every_table_and_every_state(old, revision):
    found = rows(old)
    assert [name for name, there in found.items() if not there] == []
    assert [row["state"] for row in found["jobs"]] == states_of(revision)


def test_the_migrations_of_today_still_make_the_schema_that_was_released(old, revision, tmp_path):
    made_today(tmp_path / "today.db", revision)
    assert schema_of(tmp_path / "today.db") == schema_of(old)


def test_a_new_database_is_what_all_migrations_make_of_nothing():
    assert SCHEMA_FILE.read_text() == schema_today(), "run: python -m tests.db.old_schemas"


def test_the_names_of_the_files_tell_every_revision_in_its_order():
    scripts = ScriptDirectory(str(MIGRATIONS)).walk_revisions()
    assert revisions() == [script.revision for script in scripts][::-1]


def test_an_upgrade_keeps_every_value_and_ends_with_the_schema_of_a_new_database(old, path):
    before = rows(old)
    migrate_sqlite(old)
    after = rows(old)
    assert after.pop("alembic_version") == [{"version_num": newest_revision()}]
    del before["alembic_version"]
    assert kept(before, after) == without_replaced(before, after)
    assert schema_of(old) == schema_of(path)
    assert contents_of(old).schema == newest_revision()


async def test_a_backup_of_an_older_version_is_upgraded_before_its_jobs_are_set_aside(old):
    await distrust_restored(f"sqlite:///{old}")
    assert contents_of(old).schema == newest_revision()


async def test_a_bot_works_on_with_what_was_upgraded(old, revision):
    async with open_store(f"sqlite:///{old}", worker="w", lease_seconds=60) as store:
        await works_on_with_it(store, states_of(revision))


async def test_after_an_upgrade_the_operators_limits_count_what_was_ordered_before(store, engine):
    await job_in(store, JobState.DELIVERED)
    unknown = await job_in(store, JobState.UNKNOWN)
    for owner in (ANN, Owner(guild_id=2, user_id=ANN.user_id), Owner(guild_id=1, user_id=22)):
        await admit(store, owner)
    await store.job_queries.cancel((await admit(store)).key, ANN)
    await store.unknown_jobs.submit_again(unknown.key, guild_id=1, day=DAY, bot_day=DAY, caps=Caps())
    before = await counted(engine)
    migration = import_module("db.migrations.versions.0007_utc_counters")

    async def count_anew(transaction):
        await transaction.one("DELETE FROM counters WHERE scope IN ('member_utc', 'user', 'guild_utc')")
        for statement in migration.COUNTED_SO_FAR:
            await transaction.one(statement + " RETURNING n")

    await engine.write(count_anew)
    assert await counted(engine) == before
    assert before["user", 0, ANN.user_id] == (5, 5 * PRICE)


async def works_on_with_it(store, states):
    jobs = [await store.job_queries.by_id(number) for number in range(1, len(states) + 1)]
    assert [job.state for job in jobs] == states
    assert {Order.of(job).text for job in jobs} == {"a kite over the sea"}
    for claim in (store.claims.due_poll, store.claims.due_delivery, store.claims.stranded):
        assert isinstance(await claim(), Job)
    assert (await store.claims.queued(running_cap=1000)).state is JobState.SUBMITTING


def test_a_backup_that_is_older_than_the_schema_is_made_and_restored(
    old, revision, tmp_path, monkeypatch, capsys
):
    monkeypatch.setenv("DATA_DIR", str(old.parent))
    monkeypatch.chdir(tmp_path)
    assert bot.main(["backup", str(tmp_path / "backups")]) == 0
    [backup] = backups_in(tmp_path / "backups")
    shutil.rmtree(old.parent)
    assert bot.main(["restore", str(backup), "--nothing-ran-since"]) == 0, capsys.readouterr().err
    assert contents_of(old).schema == newest_revision()
    assert [row["state"] for row in rows(old)["jobs"]] == states_of(revision)


@asynccontextmanager
async def connection_of(url):
    address = postgres_address(url)
    engine = create_async_engine(
        "postgresql+asyncpg://",
        async_creator=lambda: connect(address),
        connect_args={"prepared_statement_cache_size": 0},
    )
    try:
        async with engine.begin() as connection:
            yield connection
    finally:
        await engine.dispose()


@pytest.fixture
async def old_on_a_server(revision):
    url = await new_database(migrated=False)
    async with connection_of(url) as connection:
        await connection.run_sync(old_schemas.upgrade, revision)
        for statement in rows_of(revision):
            await connection.exec_driver_sql(statement)
        for table in ("jobs", "job_events"):  # the rows have brought their numbers along
            await connection.exec_driver_sql(f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), 1000)")
    return url


async def rows_on(url):
    found = {}
    connection = await asyncpg.connect(url)
    try:
        for table in TABLES:
            if await connection.fetchval("SELECT to_regclass($1) IS NOT NULL", table.name):
                sql = f"SELECT * FROM {table.name} ORDER BY {', '.join(table.key)}"  # noqa: S608 - names of our own tables
                found[table.name] = [dict(row) for row in await connection.fetch(sql)]
        return found
    finally:
        await connection.close()


async def test_on_a_server_an_upgrade_keeps_every_value_and_a_bot_works_on_with_it(old_on_a_server, revision):
    before = await rows_on(old_on_a_server)
    assert [row["state"] for row in before["jobs"]] == states_of(revision)
    await migrate_postgres(postgres_address(old_on_a_server))
    after = await rows_on(old_on_a_server)
    assert kept(before, after) == without_replaced(before, after)
    async with open_store(old_on_a_server, worker="w", lease_seconds=60) as store:
        await works_on_with_it(store, states_of(revision))
