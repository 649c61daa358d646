"""What an operator asks about all jobs together, and that it never costs the whole history."""

import pytest

from db.engines.engine import TimedEngine
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
    assert counts.orders_today == 8
    assert (await store.operations.counts(today="2026-11-24")).orders_today == 0


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
