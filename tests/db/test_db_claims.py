"""Claims: one holder at a time, until the lease passes."""

import pytest

from db.jobs.claims import Claims
from db.jobs.job import JobState
from tests.db.rows import ANN, admit, at_once, claim_again, history, job_in, row_of
from tests.db.writes import LOOK
from tests.support.rows import each_row

LEASE_MS = 60_000
DUE_BY_NAME = [JobState.QUEUED, JobState.SUBMITTING, JobState.RENDERING, JobState.DELIVERING, JobState.FAILED]
HELD = [*DUE_BY_NAME[1:], JobState.UNKNOWN, JobState.CANCELLED]


@pytest.fixture
def other(engine):
    return Claims(engine, worker="other", lease_seconds=60)


async def test_two_claimers_never_get_the_same_job(store, other):
    jobs = [await admit(store) for _ in range(10)]

    claimed = await at_once(
        claims.queued(running_cap=1000) for _ in range(8) for claims in (store.claims, other)
    )

    keys = [job.key for job in claimed if job is not None]
    assert sorted(keys) == sorted(job.key for job in jobs)
    assert {job.lease_owner for job in claimed if job is not None} == {"w", "other"}


@each_row("state", HELD, before="emptied")
async def test_two_claimers_never_take_the_same_lapsed_job(store, other, clock, state):
    job = await job_in(store, state)
    clock.advance(60)

    claimed = await at_once(claim_again(claims, state) for claims in (store.claims, other, store.claims))

    assert [found.id for found in claimed if found is not None] == [job.id]


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


@each_row(
    "states, taken",
    [
        ([JobState.SUBMITTING], 1),
        ([JobState.RENDERING], 1),
        ([JobState.RENDERING, JobState.SUBMITTING], 2),
        ([JobState.DELIVERING, JobState.DELIVERED, JobState.FAILED, JobState.UNKNOWN], 0),
    ],
    before="emptied",
)
async def test_the_running_cap_counts_what_is_with_the_provider_and_nothing_else(store, states, taken):
    for state in states:
        await job_in(store, state)
    waiting = await admit(store)

    assert await store.claims.queued(running_cap=taken) is None
    assert (await store.claims.queued(running_cap=taken + 1)).id == waiting.id


async def test_the_running_cap_holds_for_claims_at_the_same_time(store, other):
    for _ in range(6):
        await admit(store)

    claimed = await at_once(
        claims.queued(running_cap=3) for _ in range(4) for claims in (store.claims, other)
    )

    assert sum(job is not None for job in claimed) == 3


@each_row("state", HELD, before="emptied")
async def test_a_held_job_is_nobody_elses_before_its_lease_passes_and_then_has_a_new_fence_and_no_other_change(
    store, other, engine, clock, state
):
    job = await job_in(store, state)
    before = await history(engine, job)
    clock.advance(59.999)
    assert await claim_again(other, state) is None
    assert await claim_again(store.claims, state) is None
    clock.advance(0.001)

    claimed = await claim_again(other, state)

    assert (claimed.id, claimed.state, claimed.attempt) == (job.id, job.state, job.attempt)
    assert (claimed.fence, claimed.lease_owner) == (job.fence + 1, "other")
    assert claimed.next_at == clock.now + LEASE_MS
    assert await history(engine, job) == before


async def test_a_stranded_submission_is_never_queued_again_and_stands_in_nobodys_way(store, engine, clock):
    job = await job_in(store, JobState.SUBMITTING)
    clock.advance(3600)

    assert await store.claims.queued(running_cap=10) is None
    waiting = await admit(store)
    assert (await store.claims.queued(running_cap=10)).id == waiting.id
    assert (await store.claims.stranded()).id == job.id
    assert (await row_of(engine, job))["state"] == "submitting"


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
async def test_renewing_extends_what_is_kept_and_nothing_else(store, engine, clock, state):
    held, job = await job_in(store, state), await job_in(store, state)
    clock.advance(50)

    with store.claims.keep(job):
        await store.claims.renew()

    row = await row_of(engine, job)
    assert row["next_at"] == clock.now + LEASE_MS
    assert row["fence"] == job.fence
    assert (await row_of(engine, held))["next_at"] == held.next_at


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
        await store.outcomes.still_rendering(job, **LOOK)
        due = (await row_of(engine, job))["next_at"]
        await store.claims.renew()

    assert (await row_of(engine, job))["next_at"] == due


@each_row(
    "state, asked",
    [(state, state if state in DUE_BY_NAME else JobState.FAILED) for state in HELD],
    before="emptied",
)
async def test_a_held_job_is_due_when_its_lease_passes_an_ending_like_a_failure(store, clock, state, asked):
    await job_in(store, state)
    clock.advance(20)

    assert await store.claims.next_due(asked) == 40_000


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


@each_row("state", HELD, before="emptied")
async def test_the_one_that_has_been_due_longest_is_claimed_first(store, engine, clock, state):
    late, early = await job_in(store, state), await job_in(store, state)
    clock.advance(60)
    await engine.write(
        lambda transaction: transaction.one(
            "UPDATE jobs SET next_at = next_at - 1000 WHERE id = :id RETURNING id", id=early.id
        )
    )
    claimed = [(await claim_again(store.claims, state)).id for _ in range(2)]
    assert claimed == [early.id, late.id]
