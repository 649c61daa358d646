"""Outcomes: every write names its claim, and every change of state leaves an event."""

from itertools import pairwise

import pytest

from db.engines.engine import LeaseLost
from db.jobs.job import Job, JobState, Reason, add_event
from db.jobs.outcomes import Outcomes
from tests.db.rows import claim_again, history, job_in, row_of
from tests.db.writes import ENDING, LOOK, WRITES, every_write
from tests.support.rows import each_row


def test_every_outcome_stands_in_the_table_of_these_tests():
    methods = {name for name in vars(Outcomes) if not name.startswith("_")}

    # What is rescued has lost its lease by then: tests/jobs/test_late_answers.py.
    assert {write.name for write in WRITES} == methods - {"rescued"}


@every_write
async def test_a_write_under_an_older_fence_is_refused_and_changes_nothing(
    store, engine, clock, write, state
):
    job = await job_in(store, state)
    clock.advance(60)
    newer = await claim_again(store.claims, state)
    before = await row_of(engine, job)

    with pytest.raises(LeaseLost, match=f"job {job.key}, fence {job.fence}"):
        await write.call(store.outcomes, job)

    assert await row_of(engine, job) == before
    await write.call(store.outcomes, newer)


@each_row("write", WRITES, before="emptied")
async def test_a_write_in_another_state_is_refused_and_changes_nothing(store, engine, write):
    for state in [*set(JobState) - write.states - {JobState.QUEUED}, JobState.QUEUED]:
        job = await job_in(store, state)
        before, events = await row_of(engine, job), await history(engine, job)

        with pytest.raises(LeaseLost):
            await write.call(store.outcomes, job)

        assert await row_of(engine, job) == before
        assert await history(engine, job) == events


@every_write
async def test_a_write_answers_with_the_row_as_it_is_now_leaves_an_event_of_a_change_and_touches_no_other_job(
    store, engine, write, state
):
    other, job = await job_in(store, state), await job_in(store, state)
    others, events = await row_of(engine, other), await history(engine, job)

    now = await write.call(store.outcomes, job)

    assert now == Job.from_row(await row_of(engine, job))
    assert now.state is (write.leads_to or state)
    assert await history(engine, job) == events + ([(state, write.leads_to)] if write.leads_to else [])
    assert await row_of(engine, other) == others


async def test_an_event_tells_when_under_which_claim_and_why(store, engine, clock):
    job = await job_in(store, JobState.SUBMITTING)
    clock.advance(7)

    await store.outcomes.refused(job, reason=Reason.MODERATED, detail="no kites")

    sql = "SELECT at, fence, detail FROM job_events WHERE job_id = :id ORDER BY id DESC LIMIT 1"
    found = await engine.read(lambda transaction: transaction.one(sql, id=job.id))
    assert found == {"at": clock.now, "fence": job.fence, "detail": "moderated"}


async def test_the_events_of_a_job_are_its_whole_life(store, engine):
    job = await job_in(store, JobState.DELIVERED)

    states = [None, "queued", "submitting", "rendering", "delivering", "delivered"]
    assert await history(engine, job) == [*pairwise(states)]


@each_row("charged", [0, 1, None], before="emptied")
async def test_a_failed_rendering_keeps_what_is_known_of_its_bill(store, charged):
    job = await job_in(store, JobState.RENDERING)

    now = await store.outcomes.render_failed(job, reason=Reason.PROVIDER, detail="broke", charged=charged)

    assert (now.reason, now.detail, now.charged) == (Reason.PROVIDER, "broke", charged)


async def look(store, job, **changes):
    figures = {"delay_ms": 0, "progress": None, "remaining_ms": None, "troubles": 0, "late": False}
    return await store.outcomes.still_rendering(job, **{**figures, **changes})


async def test_what_a_look_reports_is_kept_where_the_next_one_reports_nothing(store, clock):
    job = await store.outcomes.still_rendering(await job_in(store, JobState.RENDERING), **LOOK)
    assert (job.progress, job.expected_at, job.troubles) == (40, clock.now + 20_000, 2)
    assert job.next_at == clock.now + 3000
    clock.advance(3)

    now = await look(store, await store.claims.due_poll())

    assert (now.progress, now.expected_at, now.troubles) == (40, job.expected_at, 0)


async def test_a_job_is_late_since_it_was_first_found_late(store, clock):
    job = await job_in(store, JobState.RENDERING)
    found = []
    for late in (False, True, True, False):
        job = await look(store, job, late=late)
        found.append(job.late_at)
        clock.advance(1)

    assert found == [None, *[clock.now - 3000] * 3]


async def test_a_job_is_delivered_whose_message_nobody_knows(store):
    now = await store.outcomes.delivered(await job_in(store, JobState.DELIVERING), message_id=None)

    assert (now.state, now.message_id) == (JobState.DELIVERED, None)


@each_row("state", sorted(ENDING), before="emptied")
async def test_an_ending_that_reached_nobody_is_told_again_later(store, clock, state):
    now = await store.outcomes.notify_later(await job_in(store, state), delay_ms=3000)
    assert (now.told_at, now.troubles) == (None, 1)
    assert await store.claims.unnotified() is None

    clock.advance(3)

    assert (await store.claims.unnotified()).id == now.id


async def test_an_outcome_of_a_job_that_does_not_exist_is_refused(store, emptied):
    job = await job_in(store, JobState.SUBMITTING)
    await emptied()

    with pytest.raises(LeaseLost):
        await store.outcomes.requeued(job, delay_ms=5000)


async def test_a_video_is_redirected_once(store):
    await store.outcomes.redirected(await job_in(store, JobState.DELIVERING), upload_limit=4)
    job = await store.claims.due_delivery()

    with pytest.raises(LeaseLost):
        await store.outcomes.redirected(job, upload_limit=4)


async def test_a_change_that_is_no_transition_is_an_error_in_the_log(store, caplog):
    job = await job_in(store, JobState.RENDERING)
    assert "no transition" not in caplog.text
    await store.job_queries._engine.write(
        lambda transaction: add_event(transaction, job, from_state=JobState.DELIVERED)
    )
    assert f"no transition: job={job.key} delivered->rendering" in caplog.text
