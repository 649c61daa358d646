"""Group commit: bodies that run whole, one commit for all that wait, and nobody answered before it."""

import asyncio
import gc
import sqlite3
from contextlib import closing

import pytest

from db.engines.sqlite import BATCH
from tests.db.bodies import Gate, breaks_the_commit, note, note_then, note_then_raise, noted
from tests.db.wal import commits_in

database = pytest.fixture(lambda: "sqlite")


async def test_bodies_that_wait_together_share_one_commit_up_to_a_bound(engine, path):
    await asyncio.gather(*(engine.write(note(number)) for number in range(BATCH)))

    assert commits_in(path) == 1
    assert await noted(engine) == list(range(BATCH))
    await asyncio.gather(*(engine.write(note(BATCH + number)) for number in range(BATCH + 1)))
    assert commits_in(path) == 3


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

    with closing(sqlite3.connect(path)) as other:
        assert other.execute("SELECT free_at FROM turns").fetchall() == [(1,)]


async def test_a_commit_that_fails_fails_every_caller_of_its_batch_and_not_the_next(engine):
    answers = await asyncio.gather(
        engine.write(note(1)), engine.write(breaks_the_commit), return_exceptions=True
    )

    assert [type(answer) for answer in answers] == [sqlite3.IntegrityError] * 2
    assert await noted(engine) == []
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
    with closing(sqlite3.connect(path, timeout=0, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")  # no transaction is open


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
