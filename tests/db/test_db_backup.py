"""Copies of a SQLite database, made beside its writer, and the commands for one on a server."""

import asyncio
import sqlite3
from contextlib import closing

import pytest

from db.engines.engine import DatabaseTooNew, DatabaseUnusable
from db.engines.sqlite import open_sqlite
from db.jobs.job import JobState
from db.operations.backup import contents_of, copy_sqlite, dump_command, finish_sqlite, restore_command
from db.store import JobStore
from tests.db.rows import admit, job_in
from tests.support.rows import each_row

database = pytest.fixture(lambda: "sqlite")


async def test_a_copy_holds_what_was_committed_while_others_go_on_writing(path, tmp_path, clock):
    async with open_sqlite(path, clock=clock) as engine:
        store = JobStore.over(engine, worker="w", lease_seconds=60)
        before = [await admit(store) for _ in range(20)]
        writing = [asyncio.create_task(admit(store)) for _ in range(200)]
        copies = [tmp_path / f"copy-{number}.db" for number in range(3)]
        for copy in copies:
            await asyncio.to_thread(copy_sqlite, path, copy)
        await asyncio.gather(*writing)
    for copy in copies:
        contents = contents_of(copy)
        assert len(before) <= contents.jobs["queued"] <= len(before) + len(writing)
        assert contents.rows["job_events"] == contents.rows["jobs"] == contents.jobs["queued"]


async def test_an_uncommitted_transaction_is_not_in_the_copy(path, tmp_path):
    with closing(sqlite3.connect(path, isolation_level=None)) as writer:
        writer.execute("PRAGMA journal_mode = WAL")
        writer.execute("BEGIN IMMEDIATE")
        writer.execute("INSERT INTO facts VALUES ('half', 'done')")
        copy_sqlite(path, tmp_path / "copy.db")
    assert contents_of(tmp_path / "copy.db").rows["facts"] == 0


async def test_the_contents_name_the_files_of_jobs_and_whether_they_are_open(store, path, tmp_path):
    await job_in(store, JobState.FAILED)
    await admit(store, first_frame="a.jpg")
    await admit(store)
    copy_sqlite(path, tmp_path / "copy.db")
    named = contents_of(tmp_path / "copy.db").files
    assert [(files.first_frame, files.video_file, files.open) for files in named] == [
        (None, "kite.mp4", False),
        ("a.jpg", None, True),
    ]


async def test_what_was_deleted_is_not_in_the_copy(path, tmp_path):
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("PRAGMA secure_delete = OFF")  # the default of some builds, and not of others
        connection.execute("INSERT INTO facts VALUES ('secret', 'canary-words')")
        connection.execute("DELETE FROM facts")
    assert b"canary-words" in path.read_bytes()
    copy_sqlite(path, tmp_path / "copy.db")
    assert b"canary-words" not in (tmp_path / "copy.db").read_bytes()


def test_a_copy_is_never_written_over_another_file(path, tmp_path):
    (tmp_path / "there").write_text("precious")
    with pytest.raises(DatabaseUnusable):
        copy_sqlite(path, tmp_path / "there")
    assert (tmp_path / "there").read_text() == "precious"


def test_nothing_is_made_of_a_file_that_is_not_there(tmp_path):
    with pytest.raises(DatabaseUnusable, match="there is no such file"):
        copy_sqlite(tmp_path / "gone.db", tmp_path / "copy.db")
    assert list(tmp_path.iterdir()) == []


def test_a_damaged_page_is_found(path):
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        (page,) = connection.execute(
            "SELECT rootpage FROM sqlite_master WHERE name = 'jobs_by_owner'"
        ).fetchone()
        (size,) = connection.execute("PRAGMA page_size").fetchone()
    with path.open("r+b") as file:
        file.seek((page - 1) * size)
        file.write(b"\xff" * size)
    with pytest.raises(DatabaseUnusable):
        contents_of(path)


def test_rows_without_the_rows_they_belong_to_are_found(path):
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("INSERT INTO job_events (job_id, at, fence, to_state) VALUES (9, 1, 0, 'queued')")
    with pytest.raises(DatabaseUnusable, match="1 rows belong to rows that are not there"):
        contents_of(path)


def test_a_database_of_a_newer_version_is_refused(path):
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(DatabaseTooNew):
        contents_of(path)


def test_a_finished_database_is_one_file(path):
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("INSERT INTO facts VALUES ('a', 'b')")
    finish_sqlite(path)
    assert contents_of(path).rows["facts"] == 1
    assert [file.name for file in path.parent.iterdir()] == [path.name]


@each_row(
    "url, said",
    [
        ("postgresql://ann:canary@host:5433/clapper", "postgresql://ann@host:5433/clapper"),
        (
            "postgresql://ann:canary@a,b/clapper?sslmode=require&pool_size=5",
            "postgresql://ann@a,b/clapper?sslmode=require",
        ),
        ("postgresql:///clapper?host=/run/pg&password=canary", "postgresql:///clapper?host=%2Frun%2Fpg"),
    ],
)
def test_the_command_for_a_server_is_whole_but_for_the_password(url, said, tmp_path):
    dump, restore = dump_command(url, tmp_path), restore_command(url, tmp_path)
    assert dump.startswith(f"pg_dump --format=custom --file={tmp_path}/clapper.dump ")
    assert restore.startswith("pg_restore --clean --if-exists --single-transaction --dbname=")
    assert said in dump
    assert said in restore
    assert "canary" not in dump + restore
