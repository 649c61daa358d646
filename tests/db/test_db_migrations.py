"""Migrations, on either engine: from nothing, twice, from a newer program, and when one fails."""

import dataclasses
import sqlite3
from contextlib import closing

import asyncpg
import pytest

from db.engines.address import is_postgres, place_of, sqlite_path
from db.engines.engine import DatabaseTooNew, DatabaseUnusable
from db.jobs.job import Job, JobState
from db.operations.migrate import migrate_sqlite, newest_revision
from db.store import migrate_database, open_store, open_store_for_reading
from tests.db.rows import ANN, admit
from tests.support.databases import new_database

TABLES = {
    "sqlite": "SELECT name FROM sqlite_master WHERE type = 'table' AND name <> 'sqlite_sequence'",
    "postgresql": "SELECT table_name FROM information_schema.tables WHERE table_schema = 'public'",
}
COLUMNS = {
    "sqlite": "SELECT name FROM pragma_table_info('jobs')",
    "postgresql": "SELECT column_name FROM information_schema.columns WHERE table_name = 'jobs'",
}
REFUSED = (sqlite3.IntegrityError, asyncpg.IntegrityConstraintViolationError)
VERSION = "SELECT version_num FROM alembic_version"


@pytest.fixture
async def empty(database, tmp_path):
    if database == "postgresql":
        return await new_database(migrated=False)
    return f"sqlite:///{tmp_path / 'new' / 'folder' / 'clapper.db'}"


@pytest.fixture
async def url(empty):
    await migrate_database(empty)
    return empty


async def ask(url, sql):
    """Return the first column of a question, without the store."""
    if not is_postgres(url):
        path = sqlite_path(url)
        path.parent.mkdir(parents=True, exist_ok=True)
        with closing(sqlite3.connect(path, isolation_level=None)) as connection:
            return [row[0] for row in connection.execute(sql)]
    connection = await asyncpg.connect(url)
    try:
        return [row[0] for row in await connection.fetch(sql)]
    finally:
        await connection.close()


def where(url):
    return place_of(url).removeprefix("sqlite:///")


async def test_an_empty_place_becomes_a_database_that_takes_jobs(empty):
    async with open_store(empty, worker="w", lease_seconds=60) as store:
        job = await admit(store)
        assert await store.job_queries.find(job.key, ANN) == job

    assert await ask(empty, VERSION) == [newest_revision()]


async def test_migrating_again_keeps_schema_and_rows(url, database):
    async with open_store(url, worker="w", lease_seconds=60) as store:
        job = await admit(store)
    sql = "SELECT sql FROM sqlite_master" if database == "sqlite" else TABLES[database]
    schema = await ask(url, sql)

    for _ in range(2):
        assert await migrate_database(url) == where(url)

    assert await ask(url, sql) == schema
    assert await ask(url, "SELECT key FROM jobs") == [job.key]


async def test_the_schema_has_a_column_for_every_field_of_a_job(url, database):
    assert {*await ask(url, COLUMNS[database])} == {field.name for field in dataclasses.fields(Job)}


async def test_the_schema_takes_every_state_and_no_other(url):
    async with open_store(url, worker="w", lease_seconds=60) as store:
        await admit(store)

    for state in JobState:
        await ask(url, f"UPDATE jobs SET state = '{state}'")  # noqa: S608 - literals of the program
    with pytest.raises(REFUSED, match=r"(?i)check"):
        await ask(url, "UPDATE jobs SET state = 'lost'")


@pytest.mark.parametrize("same", ["key = 'same'", "interaction_id = 7", "submit_key = 'same'"])
async def test_no_two_jobs_share_a_key(url, same):
    async with open_store(url, worker="w", lease_seconds=60) as store:
        await admit(store)
        await admit(store)

    with pytest.raises(REFUSED, match=r"(?i)unique"):
        await ask(url, f"UPDATE jobs SET {same}")  # noqa: S608 - literals of this file


async def test_a_migration_that_fails_leaves_nothing_behind_and_can_be_run_again(empty, database):
    await ask(empty, "CREATE TABLE usage (made_by_somebody_else INTEGER)")

    with pytest.raises(Exception, match=r'"?usage"? already exists'):
        await migrate_database(empty)
    assert await ask(empty, TABLES[database]) == ["usage"]

    await ask(empty, "DROP TABLE usage")
    await migrate_database(empty)
    assert {"jobs", "job_events", "counters"} < {*await ask(empty, TABLES[database])}


async def test_a_database_of_a_newer_version_is_refused_in_a_sentence_and_left_alone(url, database):
    await ask(url, "UPDATE alembic_version SET version_num = '9999'")
    file = sqlite_path(url) if database == "sqlite" else None
    before = file and file.read_bytes()

    for opening in (open_store(url, worker="w", lease_seconds=60), open_store_for_reading(url)):
        with pytest.raises(DatabaseTooNew) as caught:
            async with opening:
                pass
        assert str(caught.value) == (
            f"{where(url)} was written by a newer version: its schema is 9999, this version knows up to "
            f"{newest_revision()}. Use the newer version, or set DATABASE_URL to another {'file' if file else 'database'}."
        )
    assert (file and file.read_bytes()) == before
    assert await ask(url, VERSION) == ["9999"]


def test_a_file_that_is_no_database_is_named_in_a_sentence_and_left_alone(tmp_path):
    path = tmp_path / "letter.txt"
    path.write_text("Dear reader, this is no database.\n" * 99)
    before = path.read_bytes()

    with pytest.raises(DatabaseUnusable, match=r"letter\.txt cannot be used as a database: file is not a"):
        migrate_sqlite(path)

    assert path.read_bytes() == before


def test_a_folder_in_the_place_of_the_file_is_named_in_a_sentence(tmp_path):
    with pytest.raises(DatabaseUnusable, match="unable to open database file"):
        migrate_sqlite(tmp_path)


def test_a_file_in_the_place_of_the_folder_is_named_in_a_sentence(tmp_path):
    (tmp_path / "data").write_text("")

    with pytest.raises(DatabaseUnusable, match="File exists"):
        migrate_sqlite(tmp_path / "data" / "clapper.db")


async def test_a_database_that_somebody_else_holds_open_is_named_in_a_sentence(path):
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("BEGIN EXCLUSIVE")

        with pytest.raises(DatabaseUnusable, match="database is locked"):
            migrate_sqlite(path)
