"""Migrations: from nothing, twice, from a newer program, and when one fails."""

import contextlib
import dataclasses
import sqlite3

import pytest
from sqlalchemy.exc import OperationalError

from db.engines.engine import DatabaseTooNew, DatabaseUnusable
from db.jobs.job import Job, JobState
from db.operations.migrate import migrate_sqlite, newest_revision
from db.store import open_store
from tests.db.rows import ANN, admit


@contextlib.contextmanager
def opened(path):
    """Open a file without the store."""
    connection = sqlite3.connect(path, isolation_level=None)
    try:
        yield connection
    finally:
        connection.close()


def ask(path, sql):
    """Return the rows of a question to a closed database."""
    with opened(path) as connection:
        return connection.execute(sql).fetchall()


def tables(path):
    """Return the names of the tables in a file."""
    return {name for (name,) in ask(path, "SELECT name FROM sqlite_master WHERE type = 'table'")}


async def test_an_empty_folder_becomes_a_database_that_takes_jobs(tmp_path):
    path = tmp_path / "new" / "folder" / "clapper.db"

    async with open_store(f"sqlite:///{path}", worker="w", lease_seconds=60) as store:
        job = await admit(store)
        assert await store.job_queries.find(job.key, ANN) == job


async def test_migrating_again_keeps_schema_and_rows(path):
    async with open_store(f"sqlite:///{path}", worker="w", lease_seconds=60) as store:
        job = await admit(store)
    before = ask(path, "SELECT sql FROM sqlite_master")

    migrate_sqlite(path)
    migrate_sqlite(path)

    assert ask(path, "SELECT sql FROM sqlite_master") == before
    assert ask(path, "SELECT key FROM jobs") == [(job.key,)]


def test_the_schema_has_a_column_for_every_field_of_a_job(path):
    columns = {row[1] for row in ask(path, "PRAGMA table_info(jobs)")}

    assert columns == {field.name for field in dataclasses.fields(Job)}


async def test_the_schema_takes_every_state_and_no_other(path):
    async with open_store(f"sqlite:///{path}", worker="w", lease_seconds=60) as store:
        await admit(store)

    with opened(path) as connection:
        for state in JobState:
            connection.execute("UPDATE jobs SET state = ?", (state,))
        with pytest.raises(sqlite3.IntegrityError):
            connection.execute("UPDATE jobs SET state = 'lost'")


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE jobs SET key = 'same'",
        "UPDATE jobs SET interaction_id = 7",
        "UPDATE jobs SET submit_key = 'same'",
    ],
)
async def test_no_two_jobs_share_a_key(path, sql):
    async with open_store(f"sqlite:///{path}", worker="w", lease_seconds=60) as store:
        await admit(store)
        await admit(store)

    with opened(path) as connection, pytest.raises(sqlite3.IntegrityError, match="UNIQUE"):
        connection.execute(sql)


def test_a_migration_that_fails_leaves_nothing_behind(tmp_path):
    path = tmp_path / "clapper.db"
    with opened(path) as connection:
        connection.execute("CREATE TABLE usage (made_by_somebody_else)")

    with pytest.raises(OperationalError, match="usage already exists"):
        migrate_sqlite(path)

    assert tables(path) == {"usage"}


def test_a_migration_that_failed_can_be_run_again(tmp_path):
    path = tmp_path / "clapper.db"
    with opened(path) as connection:
        connection.execute("CREATE TABLE usage (made_by_somebody_else)")
    with pytest.raises(OperationalError):
        migrate_sqlite(path)
    with opened(path) as connection:
        connection.execute("DROP TABLE usage")

    migrate_sqlite(path)

    assert {"jobs", "job_events", "counters"} < tables(path)


async def test_a_database_of_a_newer_version_is_refused_in_a_sentence_and_left_alone(path):
    with opened(path) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    before = path.read_bytes()

    with pytest.raises(DatabaseTooNew) as caught:
        async with open_store(f"sqlite:///{path}", worker="w", lease_seconds=60):
            pass

    assert str(caught.value) == (
        f"{path} was written by a newer version: its schema is 9999, this version knows up to {newest_revision()}. "
        "Use the newer version, or set DATABASE_URL to another file."
    )
    assert path.read_bytes() == before


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
    with opened(path) as connection:
        connection.execute("BEGIN EXCLUSIVE")

        with pytest.raises(DatabaseUnusable, match="database is locked"):
            migrate_sqlite(path)
