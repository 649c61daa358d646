"""What an operator asks about all jobs together, and that no answer grows with the history."""

import sqlite3

import pytest

from db.engines.engine import DatabaseTooOld, TimedEngine
from db.engines.sqlite import open_sqlite
from db.jobs.job import OPEN, JobState, Reason
from db.operations.overview import LOOKED_AT, Day, Operations
from db.store import JobStore
from tests.db.explaining import ExplainingEngine
from tests.db.rows import ANN, DAY, PRICE, admit, job_in, read

HELD = [state for state in OPEN if state is not JobState.QUEUED]


async def test_what_is_under_way_is_counted_by_state(store):
    for state in (*HELD, JobState.FAILED, JobState.DELIVERED):
        await job_in(store, state)
    await admit(store)
    await admit(store)

    counts = await store.operations.counts(today=DAY)

    assert counts.jobs == {**dict.fromkeys(HELD, 1), JobState.QUEUED: 2}
    assert (counts.orders_today, counts.micros_today) == (8, 8 * PRICE)
    next_day = await store.operations.counts(today="2026-11-24")
    assert (next_day.orders_today, next_day.micros_today) == (0, 0)


async def test_the_oldest_that_waits_is_told_by_its_age(store, clock):
    assert (await store.operations.counts(today=DAY)).oldest_ms is None

    await admit(store)
    clock.advance(40)
    await admit(store)
    clock.advance(2)

    assert (await store.operations.counts(today=DAY)).oldest_ms == 42_000


async def test_the_overview_shows_jobs_changes_and_days_of_one_moment(store, clock):
    failed = await job_in(store, JobState.FAILED)
    clock.advance(30)
    unknown = await job_in(store, JobState.UNKNOWN)
    clock.advance(1)

    seen = await store.operations.overview(today=DAY, first_day="2026-11-20")

    assert seen.now == clock()
    assert [job.id for job in seen.open[JobState.UNKNOWN]] == [unknown.id]
    assert [(change.state, change.reason, change.ago_ms) for change in seen.changes][:2] == [
        (JobState.UNKNOWN, Reason.AMBIGUOUS_SUBMIT, 1000),
        (JobState.SUBMITTING, None, 1000),
    ]
    assert (JobState.FAILED, Reason.UNDELIVERABLE, 31_000) in [
        (change.state, change.reason, change.ago_ms) for change in seen.changes
    ]
    assert seen.days == [Day(day=DAY, orders=2, micros=2 * PRICE)]
    assert failed.id not in {job.id for jobs in seen.open.values() for job in jobs}


async def test_days_before_the_first_one_are_left_out(store):
    await admit(store, bot_day="2026-11-01")
    await admit(store)

    seen = await store.operations.overview(today=DAY, first_day="2026-11-02")

    assert [day.day for day in seen.days] == [DAY]


async def test_a_sign_is_a_write(store, engine):
    await store.operations.sign("writable")
    await store.operations.sign("writable")

    assert await read(engine, "SELECT value FROM facts WHERE name = 'writable'") == [{"value": "1"}]


async def test_transactions_are_timed_also_where_they_fail(engine):
    took = []
    timed = TimedEngine(engine, lambda kind, seconds: took.append((kind, seconds >= 0)))
    operations = Operations(timed)

    await operations.counts(today=DAY)
    await operations.sign("writable")
    with pytest.raises(ZeroDivisionError):
        await timed.write(lambda _: 1 / 0)

    assert took == [("read", True), ("write", True), ("write", True)]


async def test_nothing_of_it_reads_the_whole_history(path, clock):
    async with open_sqlite(path, clock=clock) as engine:
        explaining = ExplainingEngine(engine)
        store = JobStore.over(explaining, worker="w", lease_seconds=60)
        for state in (*HELD, JobState.FAILED):
            await job_in(store, state, ANN)
        explaining.plans.clear()

        await store.operations.overview(today=DAY, first_day=DAY)

    steps = {step for plan in explaining.plans.values() for step in plan.split("\n")}
    partial = tuple(f"jobs_{state}" for state in OPEN)
    scans = {step for step in steps if step.startswith("SCAN") and not step.endswith(partial)}
    assert scans <= {"SCAN job_events", "SCAN CONSTANT ROW"}, scans
    assert not {step for step in steps if "TEMP B-TREE" in step}
    assert LOOKED_AT <= 2000


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


async def test_of_each_state_the_overview_shows_no_more_than_fit_a_page(store):
    for _ in range(26):
        await admit(store)
    seen = await store.operations.overview(today=DAY, first_day=DAY)
    assert (len(seen.open[JobState.QUEUED]), seen.counts.jobs[JobState.QUEUED]) == (25, 26)
