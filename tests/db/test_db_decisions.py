"""Decisions about jobs of unknown outcome, and what a database of before leaves to decide."""

import pytest

from db.engines.engine import LeaseLost
from db.jobs.job import JobState, Reason
from db.jobs.unknown_jobs import SetAside, set_aside
from db.money.caps import CapReached
from tests.db.rows import ANN, DAY, PLENTY, admit, history, job_in, read, row_of, usage
from tests.support.caps import few
from tests.support.rows import each_row

TOMORROW = "2026-11-24"


def again(store, job, *, guild_id=ANN.guild_id, day=DAY, caps=PLENTY):
    return store.unknown_jobs.submit_again(job.key, guild_id=guild_id, day=day, bot_day=day, caps=caps)


def give_up(store, job, *, guild_id=ANN.guild_id):
    return store.unknown_jobs.give_up(job.key, guild_id=guild_id)


@each_row("decide, state", [(again, "queued"), (give_up, "failed")], before="emptied")
async def test_a_decision_takes_the_job_from_the_step_that_tells_of_it(store, engine, decide, state):
    job = await job_in(store, JobState.UNKNOWN)

    now = await decide(store, job)

    assert (await history(engine, job))[-1] == ("unknown", state)
    assert (now.fence, now.lease_owner) == (job.fence + 1, None)
    with pytest.raises(LeaseLost):
        await store.outcomes.notified(job)


async def told(store, job):
    return await store.outcomes.notified(job)


async def not_told_yet(store, job):
    return await store.outcomes.notify_later(job, delay_ms=3_600_000)


@each_row("before_it", [told, not_told_yet], before="emptied")
async def test_a_requester_hears_that_an_unknown_order_was_given_up(store, before_it):
    job = await before_it(store, await job_in(store, JobState.UNKNOWN))

    now = await give_up(store, job)

    assert (now.reason, now.told_at) == (Reason.AMBIGUOUS_SUBMIT, None)
    assert (await store.claims.unnotified()).key == job.key


async def test_a_video_that_may_have_been_posted_is_given_up_but_never_ordered_again(store, engine):
    await store.outcomes.unclear_delivery(await job_in(store, JobState.DELIVERING), detail="no history")
    job = await store.claims.unnotified()
    before = await row_of(engine, job)

    assert await again(store, job) is None
    assert await row_of(engine, job) == before
    assert (await give_up(store, job)).reason is Reason.AMBIGUOUS_DELIVERY


@each_row("decide", [again, give_up])
@each_row("state", [state for state in JobState if state is not JobState.UNKNOWN], before="emptied")
async def test_only_an_unknown_job_is_decided(store, engine, decide, state):
    job = await job_in(store, state)
    before = await row_of(engine, job)

    assert await decide(store, job) is None
    assert await row_of(engine, job) == before


@each_row("decide", [again, give_up], before="emptied")
async def test_a_decision_is_about_one_job_of_ones_own_server(store, engine, decide):
    other, job = await job_in(store, JobState.UNKNOWN), await job_in(store, JobState.UNKNOWN)
    before = await row_of(engine, other)

    assert await decide(store, job, guild_id=2) is None
    assert await decide(store, job) is not None
    assert await row_of(engine, other) == before


async def test_without_a_second_share_nothing_at_all_has_changed(store, engine):
    job = await job_in(store, JobState.UNKNOWN)
    before, events = await row_of(engine, job), await history(engine, job)

    with pytest.raises(CapReached):
        await again(store, job, caps=few(active_per_user=9, per_user_per_day=1, per_day=9))

    assert (await row_of(engine, job), await history(engine, job)) == (before, events)
    assert await usage(engine) == {("member", ANN.user_id): 1, ("bot", 0): 1}


async def test_the_second_share_is_taken_from_the_day_of_the_decision(store, engine):
    await again(store, await job_in(store, JobState.UNKNOWN), day=TOMORROW)

    assert await usage(engine) == await usage(engine, TOMORROW) == {("member", ANN.user_id): 1, ("bot", 0): 1}


async def test_an_order_sent_again_stands_behind_those_who_waited(store, clock):
    job = await job_in(store, JobState.UNKNOWN)
    waiting = [await admit(store) for _ in range(2)]
    clock.advance(1)
    assert await store.job_queries.queue_position(await again(store, job)) == 3

    served = [(await store.claims.queued(running_cap=9)).id for _ in range(3)]
    assert served == [*(other.id for other in waiting), job.id]


async def test_an_order_that_brought_no_file_is_sent_again_as_another_one(store, engine):
    job = await job_in(store, JobState.RENDERING)
    looked = {"delay_ms": 0, "progress": 99, "remaining_ms": 5, "troubles": 0}
    await store.outcomes.still_rendering(job, **looked, late=True, done=True)
    await store.outcomes.without_result(await store.claims.due_poll(), detail="done, and no file")

    now = await again(store, job)

    assert (now.state, now.order_number) == (JobState.QUEUED, 2)
    assert now.submit_key == f"{job.submit_key}-1"
    left = (now.provider_task_id, now.progress, now.expected_at, now.late_at, now.rendered_at)
    assert left == (None,) * 5
    assert (await history(engine, job))[-2:] == [("rendering", "unknown"), ("unknown", "queued")]


async def test_an_order_that_brought_no_file_is_given_up_and_stays_paid_for(store, engine):
    job = await job_in(store, JobState.RENDERING)
    await store.outcomes.without_result(job, detail="done, and no file")

    now = await give_up(store, job)

    assert (now.state, now.reason, now.charged) == (JobState.FAILED, Reason.NO_RESULT, None)
    assert now.cost_micros == now.price_micros


@each_row("state", [JobState.QUEUED, JobState.SUBMITTING], before="emptied")
async def test_an_order_that_waited_or_was_being_placed_waits_for_a_person(store, engine, state):
    job = await job_in(store, state)

    assert await set_aside(engine) == SetAside(orders=1, results=0, notices=0)

    row = await row_of(engine, job)
    assert (row["state"], row["reason"], row["told_at"]) == ("unknown", Reason.AMBIGUOUS_SUBMIT, None)
    assert row["submit_key"] == job.submit_key
    assert row["fence"] > job.fence  # who held it before may not write to it any more
    assert (await history(engine, job))[-1] == (state, "unknown")
    assert await store.claims.queued(running_cap=1000) is None
    assert (await store.claims.unnotified()).key == job.key


@each_row("state", [JobState.RENDERING, JobState.DELIVERING], before="emptied")
async def test_a_video_that_may_be_posted_is_looked_for_before_it_is_posted(store, engine, state):
    job = await job_in(store, state)

    assert await set_aside(engine) == SetAside(orders=0, results=1, notices=0)

    row = await row_of(engine, job)
    assert (row["state"], row["first_sent_at"], row["provider_task_id"]) == (state, job.created_at, "t")
    assert row["fence"] > job.fence
    claim = store.claims.due_poll if state is JobState.RENDERING else store.claims.due_delivery
    assert (await claim()).key == job.key


async def test_when_a_video_was_sent_first_is_kept(store, engine, clock):
    job = await job_in(store, JobState.DELIVERING)
    clock.advance(5)
    sent = await store.outcomes.sending(job)

    await set_aside(engine)

    assert (await row_of(engine, job))["first_sent_at"] == sent.first_sent_at != job.created_at


@each_row(
    "state", [JobState.DELIVERED, JobState.FAILED, JobState.CANCELLED, JobState.UNKNOWN], before="emptied"
)
async def test_what_has_ended_or_is_decided_by_a_person_stays_as_it_is(store, engine, state):
    job = await job_in(store, state)
    before = await row_of(engine, job)

    assert await set_aside(engine) == SetAside(orders=0, results=0, notices=0)

    assert await row_of(engine, job) == before


async def test_a_direct_notice_that_may_have_gone_out_is_dropped(store, engine):
    job = await job_in(store, JobState.DELIVERING)
    await store.outcomes.delivered(job, message_id=5, notice=True)

    assert await set_aside(engine) == SetAside(orders=0, results=0, notices=1)

    assert await store.notices.next_due() is None
    assert (await row_of(engine, job))["fence"] > job.fence


async def test_commands_are_compared_anew_and_other_facts_stay(store, engine):
    await store.bot_state.set("commands:1:global", "abc")
    await store.bot_state.set("something", "else")

    await set_aside(engine)

    assert await read(engine, "SELECT name FROM facts") == [{"name": "something"}]


async def test_a_second_time_changes_nothing(store, engine):
    for state in (JobState.DELIVERING, JobState.UNKNOWN):
        await job_in(store, state)
    await admit(store)
    await set_aside(engine)
    before = await read(engine, "SELECT * FROM jobs ORDER BY id")

    assert await set_aside(engine) == SetAside(orders=0, results=0, notices=0)

    assert await read(engine, "SELECT * FROM jobs ORDER BY id") == before
