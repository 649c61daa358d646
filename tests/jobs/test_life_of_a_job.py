"""One job from the command to the channel, step by step."""

from db.jobs.job import JobState


async def test_an_order_ends_as_one_video_in_the_channel(stage):
    receipt = await stage.order()
    assert (receipt.job.state, receipt.queue_position) == (JobState.QUEUED, 1)

    assert await stage.pipeline.submitter.step()
    assert (await stage.job(receipt)).state is JobState.RENDERING

    stage.clock.advance(60)
    assert await stage.pipeline.poller.step()
    assert (await stage.job(receipt)).state is JobState.DELIVERING

    assert await stage.pipeline.deliverer.step()
    job = await stage.job(receipt)
    assert job.state is JobState.DELIVERED
    assert stage.audience.delivered == {f"{job.key}-r": job.message_id}
    assert stage.posts == 1
