"""The engine: group commit, bodies that run whole, its two connections, and its end."""

import asyncio
import gc
import inspect
import re
import sqlite3
import threading
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path

import aiosqlite
import pytest

from db.errors import DatabaseTooOld
from db.sqlite import BATCH, SqliteEngine, open_sqlite
from tests.db.rows import read
from tests.db.wal import commits_in

NOTE = "INSERT INTO usage (day, scope, scope_id, n) VALUES ('d', 'note', :number, 1) RETURNING scope_id"
PINNED = Path(__file__).parents[2] / "requirements.txt"


def note(number):
    """Return a body that writes one row and answers with its number."""

    async def body(transaction):
        row = await transaction.one(NOTE, number=number)
        return row["scope_id"]

    return body


def note_then(number, fail):
    """Return a body that writes one row and then awaits `fail()`."""

    async def body(transaction):
        await transaction.one(NOTE, number=number)
        await fail()

    return body


def note_then_raise(number, error):
    """Return a body that writes one row and breaks."""

    async def fail():
        raise error

    return note_then(number, fail)


async def noted(engine):
    """Return the numbers that are in the database."""
    rows = await read(engine, "SELECT scope_id FROM usage ORDER BY scope_id")
    return [row["scope_id"] for row in rows]


async def breaks_the_commit(transaction):
    """Leave a broken reference behind that SQLite looks at only in COMMIT."""
    await transaction.all("PRAGMA defer_foreign_keys = ON")
    await transaction.one(
        "INSERT INTO job_events (job_id, at, fence, to_state) VALUES (999, 1, 1, 'queued') RETURNING id"
    )


@dataclass
class Gate:
    """A body that holds the database's thread until the test opens it."""

    number: int
    entered: threading.Event = field(default_factory=threading.Event)
    opened: threading.Event = field(default_factory=threading.Event)

    async def body(self, transaction):
        await transaction.one(NOTE, number=self.number)
        self.entered.set()
        assert self.opened.wait(10)
        return self.number

    async def reached(self):
        assert await asyncio.to_thread(self.entered.wait, 10)


async def test_bodies_that_wait_together_share_one_commit(engine, path):
    await asyncio.gather(*(engine.write(note(number)) for number in range(BATCH)))

    assert commits_in(path) == 1
    assert await noted(engine) == list(range(BATCH))


async def test_a_batch_is_bounded(engine, path):
    await asyncio.gather(*(engine.write(note(number)) for number in range(BATCH + 1)))

    assert commits_in(path) == 2


async def test_every_caller_gets_the_answer_of_its_own_body(engine):
    answers = await asyncio.gather(*(engine.write(note(number)) for number in range(10)))

    assert answers == list(range(10))


@pytest.mark.parametrize("error", [ValueError("no"), asyncio.CancelledError("no")], ids=repr)
async def test_a_failing_body_leaves_its_batch_intact(engine, error):
    bodies = [note(1), note_then_raise(2, error), note(3)]

    answers = await asyncio.gather(*map(engine.write, bodies), return_exceptions=True)

    assert answers[0] == 1
    assert isinstance(answers[1], type(error))
    assert answers[2] == 3
    assert await noted(engine) == [1, 3]


async def test_no_caller_is_answered_before_the_commit(engine):
    gate = Gate(2)
    first = asyncio.create_task(engine.write(note(1)))
    second = asyncio.create_task(engine.write(gate.body))
    await gate.reached()

    done, _ = await asyncio.wait([first, second], timeout=0.05)
    seen_meanwhile = await noted(engine)
    gate.opened.set()

    assert not done
    assert seen_meanwhile == []
    assert await asyncio.gather(first, second) == [1, 2]


async def test_what_a_caller_was_told_is_there_for_another_connection(engine, path):
    await engine.write(note(1))

    other = sqlite3.connect(path)
    found = other.execute("SELECT scope_id FROM usage").fetchall()
    other.close()

    assert found == [(1,)]


async def test_a_commit_that_fails_fails_every_caller_of_its_batch(engine):
    answers = await asyncio.gather(
        engine.write(note(1)), engine.write(breaks_the_commit), return_exceptions=True
    )

    assert [type(answer) for answer in answers] == [sqlite3.IntegrityError] * 2
    assert await noted(engine) == []


async def test_the_next_batch_goes_on_after_a_commit_that_failed(engine):
    with pytest.raises(sqlite3.IntegrityError):
        await engine.write(breaks_the_commit)

    assert await engine.write(note(1)) == 1


@pytest.mark.parametrize("moment", ["waiting", "running"])
async def test_a_cancelled_caller_does_not_undo_its_body(engine, path, moment):
    gate = Gate(1)
    running = asyncio.create_task(engine.write(gate.body))
    await gate.reached()
    waiting = asyncio.create_task(engine.write(note(2)))
    await asyncio.sleep(0)
    cancelled = {"running": running, "waiting": waiting}[moment]

    cancelled.cancel()
    await asyncio.wait([cancelled])
    gate.opened.set()
    await engine.write(note(3))

    assert cancelled.cancelled()
    assert await noted(engine) == [1, 2, 3]
    assert_no_transaction_is_open(path)


def assert_no_transaction_is_open(path):
    """Fail unless somebody else may write at once."""
    other = sqlite3.connect(path, timeout=0, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    other.execute("ROLLBACK")
    other.close()


async def test_a_failure_whose_caller_has_gone_is_not_reported_as_forgotten(engine):
    forgotten = []
    asyncio.get_running_loop().set_exception_handler(lambda _, context: forgotten.append(context))
    gate = Gate(1)
    running = asyncio.create_task(engine.write(gate.body))
    await gate.reached()
    failing = asyncio.create_task(engine.write(note_then_raise(2, ValueError("no"))))
    await asyncio.sleep(0)

    failing.cancel()
    await asyncio.wait([failing])
    del failing  # its traceback would keep the future alive
    gate.opened.set()
    await running
    await engine.write(note(3))
    gc.collect()

    assert forgotten == []


async def test_a_body_that_awaits_anything_else_is_refused_and_leaves_nothing(engine):
    answers = await asyncio.gather(
        engine.write(note_then(1, lambda: asyncio.sleep(0))), engine.write(note(2)), return_exceptions=True
    )

    assert isinstance(answers[0], RuntimeError)
    assert str(answers[0]) == "a transaction body may await its transaction only"
    assert await noted(engine) == [2]


async def test_a_reading_body_that_awaits_anything_else_is_refused(engine):
    async def body(transaction):
        await asyncio.sleep(0)

    with pytest.raises(RuntimeError, match="may await its transaction only"):
        await engine.read(body)


async def test_a_reading_body_may_not_write(engine):
    with pytest.raises(sqlite3.OperationalError, match="readonly"):
        await engine.read(note(1))

    assert await noted(engine) == []


async def test_a_reading_body_sees_one_moment_while_others_write(engine):
    entered, opened = threading.Event(), threading.Event()

    async def body(transaction):
        before = await transaction.one("SELECT COUNT(*) AS n FROM usage")
        entered.set()
        assert opened.wait(10)
        return before, await transaction.one("SELECT COUNT(*) AS n FROM usage")

    reading = asyncio.create_task(engine.read(body))
    assert await asyncio.to_thread(entered.wait, 10)
    await engine.write(note(1))
    opened.set()

    assert await reading == ({"n": 0}, {"n": 0})
    assert await noted(engine) == [1]


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


async def test_a_sqlite_without_returning_is_refused(path, monkeypatch):
    monkeypatch.setattr(sqlite3, "sqlite_version_info", (3, 34, 1))
    monkeypatch.setattr(sqlite3, "sqlite_version", "3.34.1")

    with pytest.raises(DatabaseTooOld, match=r"3\.34\.1 is too old: 3\.35\.0 or newer"):
        async with open_sqlite(path):
            pass


# aiosqlite's private names: db/sqlite.py runs whole batches on its thread, which no public call of it does.


def test_the_aiosqlite_under_test_is_the_pinned_one():
    pinned = re.search(r"^aiosqlite==([\d.]+)", PINNED.read_text(), re.MULTILINE)

    assert pinned
    assert version("aiosqlite") == pinned[1], (
        "install requirements-dev.txt, or look at the private names anew"
    )


def test_aiosqlite_still_has_the_private_names_that_the_engine_calls():
    missing = {"_execute", "_conn"} - set(dir(aiosqlite.Connection))

    assert not missing, f"aiosqlite no longer has {missing}: db/sqlite.py needs another way onto its thread"
    assert list(inspect.signature(aiosqlite.Connection._execute).parameters)[:3] == ["self", "fn", "args"]


async def test_aiosqlite_runs_a_function_whole_on_the_thread_of_its_connection(path):
    async with aiosqlite.connect(path) as connection:
        threads = {await connection._execute(threading.get_ident) for _ in range(3)}

        assert isinstance(connection._conn, sqlite3.Connection)
        assert await connection._execute(lambda raw: raw is connection._conn, connection._conn)
        assert len(threads) == 1
        assert threading.get_ident() not in threads


async def test_a_connection_without_the_private_names_fails_the_callers_and_hangs_nobody():
    engine = SqliteEngine(object(), object())
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
