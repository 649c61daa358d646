"""After hours of downtime: nothing starts by surprise, nothing that was paid for is lost."""

from db.jobs.job import JobState, Reason
from tests.support.stage import ANN, open_stage

RENDERING, QUEUED = 5, 20


async def test_down_for_seven_hours_with_twenty_queued_and_five_rendering(tmp_path, sandbox, clock):
    async with open_stage(tmp_path, sandbox, clock) as stage:
        for _ in range(RENDERING):
            await stage.submitted()
        for _ in range(QUEUED):
            await stage.order()
    clock.advance(7 * 3600)
    async with open_stage(tmp_path, sandbox, clock) as stage:
        pipeline = stage.pipeline
        for step in (
            pipeline.submitter.step,
            pipeline.poller.step,
            pipeline.deliverer.step,
            pipeline.ending_notifier.step,
        ):
            while await step():
                pass

        jobs = [await stage.store.job_queries.by_id(number + 1) for number in range(RENDERING + QUEUED)]
        assert stage.posts == RENDERING
        assert len(stage.audience.delivered) == RENDERING
        assert [job.state for job in jobs[:RENDERING]] == [JobState.DELIVERED] * RENDERING
        assert {(job.state, job.reason, job.charged) for job in jobs[RENDERING:]} == {
            (JobState.CANCELLED, Reason.WAITED_TOO_LONG, 0)
        }
        assert [job.reason for job in stage.audience.endings] == [Reason.WAITED_TOO_LONG] * QUEUED
        assert await stage.shares() == {RENDERING}


async def test_what_waited_a_little_less_is_still_made(stage):
    receipt = await stage.order()
    stage.clock.advance(6 * 3600 - 1)
    assert await stage.pipeline.submitter.step()
    assert (await stage.job(receipt)).state is JobState.RENDERING


async def test_whoever_cancelled_is_not_told_of_it(stage):
    receipt = await stage.order()
    await stage.pipeline.jobs.cancel(receipt.job.key, ANN)
    assert not await stage.pipeline.ending_notifier.step()
