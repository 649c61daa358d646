"""While a step works on a job its lease is renewed; a step that has ended, well or not, renews nothing."""

import asyncio

import pytest

from db.jobs.job import JobState
from sandbox.faults import Fault, FaultName, Where

LEASE_SECONDS = 60


async def outlives_its_lease(stage, claim):
    """Let twice the lease pass with renewals between, and say whether the job stayed out of reach."""
    for _ in range(4):
        stage.clock.advance(LEASE_SECONDS / 2)
        await stage.store.claims.renew()
    return await claim() is None


async def test_a_long_delivery_is_not_taken_over(stage):
    kept = []

    async def slowly(delivery):
        kept.append(await outlives_its_lease(stage, stage.store.claims.due_delivery))
        return 5000

    stage.audience.deliver = slowly
    receipt = await stage.rendered()
    await stage.pipeline.deliverer.step()
    assert kept == [True]
    assert (await stage.job(receipt)).state is JobState.DELIVERED


async def test_a_long_poll_is_not_taken_over(stage):
    stage.sandbox.faults.add(Fault(FaultName.LATENCY_BEFORE, "1.0", where=Where.TASK))
    await stage.submitted()
    stage.clock.advance(60)
    looking = asyncio.create_task(stage.pipeline.poller.step())
    while not stage.store.claims._kept:
        await asyncio.sleep(0.01)
    assert await outlives_its_lease(stage, stage.store.claims.due_poll)
    assert await looking


async def test_long_words_are_not_said_twice(stage):
    kept = []

    async def slowly(job, _strikes):
        kept.append(await outlives_its_lease(stage, stage.store.claims.unnotified))

    stage.audience.notify_ending = slowly
    stage.sandbox.faults.add(Fault(FaultName.MODERATED))
    await stage.submitted()
    await stage.pipeline.ending_notifier.step()
    assert kept == [True]


async def test_a_step_that_broke_lets_its_lease_pass(stage):
    async def breaks(_job, _strikes):
        raise ValueError("our own fault")

    stage.audience.notify_ending = breaks
    stage.sandbox.faults.add(Fault(FaultName.MODERATED))
    receipt = await stage.submitted()
    with pytest.raises(ValueError, match="our own fault"):
        await stage.pipeline.ending_notifier.step()
    await stage.store.claims.renew()
    stage.clock.advance(LEASE_SECONDS + 1)
    assert (await stage.store.claims.unnotified()).id == receipt.job.id
