"""The engine of SQLite: its two connections, its end, and the private names that it borrows of aiosqlite."""

import asyncio
import sqlite3
import threading
import time

import aiosqlite
import pytest

from db.engines import sqlite
from db.engines.sqlite import SqliteEngine, open_sqlite, wall_clock
from tests.db.bodies import Gate, note, noted
from tests.db.rows import read

database = pytest.fixture(lambda: "sqlite")


async def test_a_reading_body_may_not_write(engine):
    with pytest.raises(sqlite3.OperationalError, match="readonly"):
        await engine.read(note(1))

    assert await noted(engine) == []


async def test_a_reading_body_sees_one_moment_while_others_write(engine):
    entered, opened = threading.Event(), threading.Event()

    async def body(transaction):
        before = await transaction.one("SELECT COUNT(*) AS n FROM turns")
        entered.set()
        assert opened.wait(10)
        return before, await transaction.one("SELECT COUNT(*) AS n FROM turns")

    reading = asyncio.create_task(engine.read(body))
    assert await asyncio.to_thread(entered.wait, 10)
    await engine.write(note(1))
    opened.set()

    assert await reading == ({"n": 0}, {"n": 0})
    assert await noted(engine) == [1]


def test_whatever_was_left_out_when_sqlite_was_built_what_is_deleted_is_overwritten():
    assert "PRAGMA secure_delete = ON" in sqlite._pragmas(read_only=False)


@pytest.mark.parametrize(
    ("pragma", "expected"),
    [("journal_mode", "wal"), ("synchronous", 2), ("foreign_keys", 1), ("busy_timeout", 5000)],
)
async def test_both_connections_keep_what_was_paid_for(engine, pragma, expected):
    for ask in (engine.write, engine.read):
        row = await ask(lambda transaction: transaction.one("PRAGMA " + pragma))
        assert list(row.values()) == [expected]


async def test_only_the_reader_is_read_only(engine):
    async def body(transaction):
        return await transaction.one("PRAGMA query_only")

    assert await engine.write(body) == {"query_only": 0}
    assert await engine.read(body) == {"query_only": 1}


async def test_the_clock_of_the_database_is_the_one_it_was_given(engine, clock):
    clock.advance(5)

    assert await read(engine, "SELECT <dbnow> AS now") == [{"now": clock.now}]


async def test_closing_waits_for_the_body_in_hand_and_answers_its_caller(path):
    gate = Gate(1)
    async with open_sqlite(path) as engine:
        in_hand = asyncio.create_task(engine.write(gate.body))
        await gate.reached()
        waiting = asyncio.create_task(engine.write(note(2)))
        await asyncio.sleep(0)
        asyncio.get_running_loop().call_later(0.05, gate.opened.set)

    assert await asyncio.wait_for(asyncio.gather(in_hand, waiting), 5) == [1, 2]


async def test_closing_does_not_wait_for_a_writer_that_is_gone(path):
    async with asyncio.timeout(5), open_sqlite(path) as engine:
        writer = next(task for task in asyncio.all_tasks() if task.get_name() == "sqlite writer")
        writer.cancel()
        await asyncio.wait([writer])
        orphan = asyncio.create_task(engine.write(note(1)))
        await asyncio.sleep(0)

    orphan.cancel()
    await asyncio.wait([orphan])


async def test_a_closed_database_refuses_instead_of_waiting_for_ever(path):
    async with open_sqlite(path) as engine:
        pass

    with pytest.raises(RuntimeError, match="closed"):
        await asyncio.wait_for(engine.write(note(1)), 5)


# aiosqlite's private names: db/engines/sqlite.py runs whole batches on its thread, which no public call of it does.


async def test_aiosqlite_runs_a_function_whole_on_the_thread_of_its_connection(path):
    async with aiosqlite.connect(path) as connection:
        threads = {await connection._execute(threading.get_ident) for _ in range(3)}

        assert isinstance(connection._conn, sqlite3.Connection)
        assert await connection._execute(lambda raw: raw is connection._conn, connection._conn)
        assert len(threads) == 1
        assert threading.get_ident() not in threads


async def test_a_connection_without_the_private_names_fails_the_callers_and_hangs_nobody():
    engine = SqliteEngine(object(), object(), clock=wall_clock)
    committing = asyncio.create_task(engine.run_writer())

    answers = await asyncio.wait_for(
        asyncio.gather(engine.write(note(1)), engine.write(note(2)), return_exceptions=True), 5
    )
    still_at_work = not committing.done()
    committing.cancel()
    await asyncio.wait([committing])

    assert [type(answer) for answer in answers] == [AttributeError] * 2
    assert "_execute" in str(answers[0])
    assert still_at_work


def test_the_wall_clock_counts_milliseconds_of_the_epoch():
    assert abs(wall_clock() - time.time() * 1000) < 60_000
