"""A database of before: what may have been done since is not done again unasked."""

from db.jobs.job import JobState, Reason
from db.jobs.unknown_jobs import SetAside, set_aside
from tests.db.rows import admit, history, job_in, read, row_of
from tests.support.rows import each_row


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
