"""Claims: one holder at a time, until the lease passes."""

import asyncio

import pytest

from db.engines.engine import LeaseLost
from db.jobs.claims import Claims
from db.jobs.job import JobState, Reason
from tests.db.rows import ANN, admit, history, job_in, row_of
from tests.support.rows import each_row

LEASE_MS = 60_000
HELD = [
    JobState.SUBMITTING,
    JobState.RENDERING,
    JobState.DELIVERING,
    JobState.FAILED,
    JobState.UNKNOWN,
    JobState.CANCELLED,
]
DUE_BY_NAME = [
    JobState.QUEUED,
    JobState.SUBMITTING,
    JobState.RENDERING,
    JobState.DELIVERING,
    JobState.FAILED,
]


def claim_again(claims, state):
    """Ask for a job of `state` as the step that works on it does."""
    match state:
        case JobState.SUBMITTING:
            return claims.stranded()
        case JobState.RENDERING:
            return claims.due_poll()
        case JobState.DELIVERING:
            return claims.due_delivery()
        case _:
            return claims.unnotified()


@pytest.fixture
def other(engine):
    """Return the claims of a second worker."""
    return Claims(engine, worker="other", lease_seconds=60)


async def test_two_claimers_never_get_the_same_job(store, other):
    jobs = [await admit(store) for _ in range(10)]

    claimed = await asyncio.gather(
        *(claims.queued(running_cap=1000) for _ in range(8) for claims in (store.claims, other))
    )

    keys = [job.key for job in claimed if job is not None]
    assert sorted(keys) == sorted(job.key for job in jobs)
    assert {job.lease_owner for job in claimed if job is not None} == {"w", "other"}


@each_row("state", HELD, before="emptied")
async def test_two_claimers_never_take_the_same_lapsed_job(store, other, clock, state):
    job = await job_in(store, state)
    clock.advance(60)

    claimed = await asyncio.gather(
        *(claim_again(claims, state) for claims in (store.claims, other, store.claims))
    )

    assert [found.id for found in claimed if found is not None] == [job.id]


async def test_a_claim_says_who_holds_the_job_and_until_when(store, engine, clock):
    job = await admit(store)

    claimed = await store.claims.queued(running_cap=1)

    assert (claimed.state, claimed.fence, claimed.attempt) == (JobState.SUBMITTING, job.fence + 1, 1)
    assert (claimed.lease_owner, claimed.next_at) == ("w", clock.now + LEASE_MS)
    assert await history(engine, job) == [(None, "queued"), ("queued", "submitting")]


async def test_the_oldest_is_served_first(store):
    jobs = [await admit(store) for _ in range(3)]

    claimed = [await store.claims.queued(running_cap=10) for _ in range(3)]

    assert [job.id for job in claimed] == [job.id for job in jobs]


async def test_a_job_put_off_lets_the_next_one_pass_and_waits_its_time(store, clock):
    put_off = await job_in(store, JobState.SUBMITTING)
    await store.outcomes.requeued(put_off, delay_ms=5000)
    later = await admit(store)

    assert (await store.claims.queued(running_cap=10)).id == later.id
    clock.advance(4.999)
    assert await store.claims.queued(running_cap=10) is None
    clock.advance(0.001)
    again = await store.claims.queued(running_cap=10)
    assert (again.id, again.attempt, again.fence) == (put_off.id, 2, 2)


@each_row("state", [JobState.SUBMITTING, JobState.RENDERING], before="emptied")
async def test_the_running_cap_counts_what_is_with_the_provider(store, state):
    await job_in(store, state)
    waiting = await admit(store)

    assert await store.claims.queued(running_cap=1) is None
    assert (await store.claims.queued(running_cap=2)).id == waiting.id


async def test_the_running_cap_counts_submitting_and_rendering_together(store):
    await job_in(store, JobState.RENDERING)
    await job_in(store, JobState.SUBMITTING)
    await admit(store)

    assert await store.claims.queued(running_cap=2) is None


@each_row(
    "state", [JobState.DELIVERING, JobState.DELIVERED, JobState.FAILED, JobState.UNKNOWN], before="emptied"
)
async def test_a_job_that_the_provider_is_done_with_frees_its_place(store, state):
    await job_in(store, state)
    waiting = await admit(store)

    assert (await store.claims.queued(running_cap=1)).id == waiting.id


async def test_the_running_cap_holds_for_claims_at_the_same_time(store, other):
    for _ in range(6):
        await admit(store)

    claimed = await asyncio.gather(
        *(claims.queued(running_cap=3) for _ in range(4) for claims in (store.claims, other))
    )

    assert sum(job is not None for job in claimed) == 3


@each_row("state", HELD, before="emptied")
async def test_a_held_job_is_nobody_elses_before_its_lease_passes(store, other, clock, state):
    await job_in(store, state)
    clock.advance(59.999)

    assert await claim_again(other, state) is None
    assert await claim_again(store.claims, state) is None


@each_row("state", HELD, before="emptied")
async def test_a_lapsed_job_is_claimable_with_a_new_fence_and_nothing_else_changed(
    store, other, clock, state
):
    job = await job_in(store, state)
    clock.advance(60)

    claimed = await claim_again(other, state)

    assert (claimed.id, claimed.state, claimed.attempt) == (job.id, job.state, job.attempt)
    assert (claimed.fence, claimed.lease_owner) == (job.fence + 1, "other")
    assert claimed.next_at == clock.now + LEASE_MS


async def test_a_stranded_submission_is_never_queued_again_by_a_claim(store, engine, clock):
    job = await job_in(store, JobState.SUBMITTING)
    clock.advance(3600)

    assert await store.claims.queued(running_cap=10) is None
    assert (await store.claims.stranded()).id == job.id
    assert (await row_of(engine, job))["state"] == "submitting"


async def test_a_stranded_submission_does_not_stand_in_the_way_of_those_who_wait(store, clock):
    await job_in(store, JobState.SUBMITTING)
    clock.advance(3600)
    waiting = await admit(store)

    assert (await store.claims.queued(running_cap=10)).id == waiting.id


async def test_claiming_a_lapsed_job_is_no_change_of_state(store, engine, clock):
    job = await job_in(store, JobState.RENDERING)
    before = await history(engine, job)
    clock.advance(60)

    await store.claims.due_poll()

    assert await history(engine, job) == before


async def test_nobody_is_told_twice_of_an_ending(store, clock):
    job = await job_in(store, JobState.FAILED)
    await store.outcomes.notified(job)
    clock.advance(3600)

    assert await store.claims.unnotified() is None


@each_row("state", [JobState.QUEUED, JobState.DELIVERED], before="emptied")
async def test_states_without_an_ending_to_tell_are_not_told(store, clock, state):
    await job_in(store, state)
    clock.advance(3600)

    assert await store.claims.unnotified() is None


async def test_who_cancelled_a_job_is_not_told_of_it(store, clock):
    job = await admit(store)
    await store.job_queries.cancel(job.key, ANN)
    clock.advance(3600)

    assert await store.claims.unnotified() is None


@each_row("state", HELD, before="emptied")
async def test_renewing_extends_a_kept_job(store, engine, clock, state):
    job = await job_in(store, state)
    clock.advance(50)

    with store.claims.keep(job):
        await store.claims.renew()

    row = await row_of(engine, job)
    assert row["next_at"] == clock.now + LEASE_MS
    assert row["fence"] == job.fence


async def test_renewing_extends_only_what_is_kept(store, engine, clock):
    held = await job_in(store, JobState.DELIVERING)
    kept = await job_in(store, JobState.RENDERING)
    clock.advance(50)

    with store.claims.keep(kept):
        await store.claims.renew()

    assert (await row_of(engine, held))["next_at"] == held.next_at
    assert (await row_of(engine, kept))["next_at"] == clock.now + LEASE_MS


async def test_a_step_that_dies_no_longer_keeps_its_job(store, engine, clock):
    job = await job_in(store, JobState.RENDERING)
    with pytest.raises(ZeroDivisionError), store.claims.keep(job):
        raise ZeroDivisionError
    clock.advance(50)

    await store.claims.renew()

    assert (await row_of(engine, job))["next_at"] == job.next_at


async def test_a_job_that_another_worker_took_is_not_extended_for_the_first(store, other, engine, clock):
    job = await job_in(store, JobState.RENDERING)
    with store.claims.keep(job):
        clock.advance(60)
        taken = await other.due_poll()
        clock.advance(10)
        await store.claims.renew()

    assert (await row_of(engine, job))["next_at"] == taken.next_at


async def test_a_late_step_that_ends_does_not_end_the_keeping_of_the_next_one(store, engine, clock):
    late = store.claims.keep(await job_in(store, JobState.RENDERING))
    late.__enter__()
    clock.advance(60)
    job = await store.claims.due_poll()
    with store.claims.keep(job):
        late.__exit__(None, None, None)
        clock.advance(50)
        await store.claims.renew()

    assert (await row_of(engine, job))["next_at"] == clock.now + LEASE_MS


async def test_a_recorded_job_is_not_put_off_by_a_renewal(store, engine):
    job = await job_in(store, JobState.RENDERING)
    with store.claims.keep(job):
        await store.outcomes.still_rendering(
            job, delay_ms=3000, progress=None, remaining_ms=None, troubles=0, late=False
        )
        due = (await row_of(engine, job))["next_at"]
        await store.claims.renew()

    assert (await row_of(engine, job))["next_at"] == due


@each_row("state", [state for state in HELD if state in DUE_BY_NAME], before="emptied")
async def test_a_held_job_is_due_when_its_lease_passes(store, clock, state):
    await job_in(store, state)
    clock.advance(20)

    assert await store.claims.next_due(state) == 40_000


@each_row("state", [JobState.UNKNOWN, JobState.CANCELLED], before="emptied")
async def test_another_ending_is_due_to_be_told_like_a_failure(store, clock, state):
    await job_in(store, state)
    clock.advance(20)

    assert await store.claims.next_due(JobState.FAILED) == 40_000


@each_row("state", DUE_BY_NAME, before="emptied")
async def test_nothing_is_due_where_there_is_nothing(store, state):
    await job_in(store, JobState.DELIVERED)

    assert await store.claims.next_due(state) is None


async def test_the_next_due_job_is_the_earliest(store, clock):
    for delay_ms in (9000, 4000):
        job = await job_in(store, JobState.SUBMITTING)
        await store.outcomes.requeued(job, delay_ms=delay_ms)
    assert await store.claims.next_due(JobState.QUEUED) == 4000

    clock.advance(5)

    assert await store.claims.next_due(JobState.QUEUED) == -1000


async def test_a_worker_that_lost_its_job_cannot_record_anything_about_it(store, other, clock):
    job = await job_in(store, JobState.SUBMITTING)
    clock.advance(60)
    assert await other.stranded() is not None

    with pytest.raises(LeaseLost):
        await store.outcomes.refused(job, reason=Reason.REJECTED, detail="")
