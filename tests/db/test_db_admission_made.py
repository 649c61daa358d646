"""Jobs that begin later, and jobs that are born with their video."""

import asyncio

import pytest

from db.jobs.job import JobState, Relation
from db.money.caps import CapReached
from tests.db.rows import ANN, PLENTY, admit, history, new_job, usage
from tests.support.caps import few

ONE = few(active_per_user=1, per_user_per_day=1, per_day=1)


async def waiting(store):
    return await store.admission.admit(new_job(wait_seconds=5), caps=PLENTY)


async def made(store, **changes):
    new = new_job(ANN, relation=Relation.JOIN, **changes)
    return await store.admission.admit_made(new, video_file="kite.mp4", video_bytes=9)


async def test_a_job_that_waits_is_not_claimed_before_its_time(store, clock):
    job = await waiting(store)

    assert (job.state, job.next_at) == (JobState.QUEUED, clock.now + 5000)
    clock.advance(4.999)
    assert await store.claims.queued(running_cap=9) is None
    clock.advance(0.001)
    assert (await store.claims.queued(running_cap=9)).id == job.id


async def test_one_that_waits_keeps_its_place_while_another_is_served(store):
    waits = await waiting(store)
    due = await admit(store)

    assert await store.job_queries.place(waits) == 1
    assert (await store.claims.queued(running_cap=1)).id == due.id


async def test_a_job_with_a_video_is_born_delivering_and_due_at_once(store, engine):
    job = await made(store)

    assert (job.state, job.video_file, job.video_bytes) == (JobState.DELIVERING, "kite.mp4", 9)
    assert (job.charged, job.result_url, job.cost_micros) == (0, None, 0)
    assert await history(engine, job) == [(None, "delivering")]
    assert (await store.claims.due_delivery()).id == job.id


async def test_a_job_with_a_video_counts_against_no_cap(store, engine):
    for _ in range(3):
        await made(store)
    assert await usage(engine) == {}

    await store.admission.admit(new_job(), caps=ONE)
    with pytest.raises(CapReached):
        await store.admission.admit(new_job(), caps=ONE)
    await made(store)


async def test_a_joined_job_is_made_once_by_one_interaction(store):
    results = await asyncio.gather(*(made(store, interaction_id=7) for _ in range(3)))

    assert len({(job.id, job.key) for job in results}) == 1
