"""No answer grows with the history: how many rows each list has at most, and which."""

import sqlite3

import pytest

from db.engines.engine import DatabaseTooOld
from db.engines.sqlite import open_sqlite
from tests.db.rows import ANN, admit


async def many(store, engine, count, columns):
    jobs = [await admit(store) for _ in range(count)]
    await engine.write(lambda transaction: transaction.all(f"UPDATE jobs SET {columns}"))  # noqa: S608 - literals of this file
    return [job.id for job in jobs]


async def test_a_queue_shows_the_first_twenty_five_of_each_kind(store, engine):
    waiting = await many(store, engine, 26, "next_at = id")
    queue = await store.job_queries.queue(ANN.guild_id)
    assert [(place, job.id) for place, job in queue.waiting] == list(enumerate(waiting[:25], start=1))

    await engine.write(lambda transaction: transaction.all("UPDATE jobs SET state = 'rendering'"))
    assert [job.id for job in (await store.job_queries.queue(ANN.guild_id)).running] == waiting[:25]


async def test_fifty_forgotten_statuses_are_swept_at_once_oldest_first(store, engine):
    ids = await many(store, engine, 51, "state = 'cancelled', status_message_id = id")
    assert [job.id for job in await store.job_queries.leftover_statuses()] == ids[:50]


async def test_the_newest_fifty_renderings_make_the_estimate(store, engine):
    await many(store, engine, 51, "submitted_at = 1000, rendered_at = 1000 + id, state = 'delivered'")
    assert await store.job_queries.render_times("a/6s/768p") == list(range(51, 1, -1))


@pytest.mark.parametrize(
    ("version", "accepted"), [((3, 34, 1), False), ((3, 35, 0), True), ((3, 35, 1), True)]
)
async def test_the_oldest_sqlite_that_serves_is_the_first_that_can_answer_a_write(
    path, monkeypatch, version, accepted
):
    monkeypatch.setattr(sqlite3, "sqlite_version_info", version)
    monkeypatch.setattr(sqlite3, "sqlite_version", ".".join(map(str, version)))
    if accepted:
        async with open_sqlite(path):
            return
    with pytest.raises(DatabaseTooOld, match=r"3\.34\.1 is too old: 3\.35\.0 or newer"):
        await open_sqlite(path).__aenter__()
