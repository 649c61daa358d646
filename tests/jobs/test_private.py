"""A private video: to direct messages or nowhere, whatever goes wrong, and without a word in its channel."""

from db.jobs.job import JobState, Owner, Reason, Route
from jobs.notify.notifier import Unreachable
from tests.support.stage import ANN

DIRECT_MESSAGE_BYTES = 10 * 1024 * 1024

CLOSED = Unreachable("HTTP 403, code 50007")


async def undeliverable(stage):
    """Return a private job whose direct messages were closed."""
    stage.audience.delivery_errors = [CLOSED]
    receipt = await stage.rendered(private=True, may_direct=True)
    await stage.pipeline.deliverer.step()
    return await stage.job(receipt)


async def test_with_direct_messages_closed_it_is_tried_once_kept_and_told(stage):
    job = await undeliverable(stage)
    assert (job.state, job.reason, job.route) == (JobState.FAILED, Reason.UNDELIVERABLE, Route.PRIVATE)
    assert stage.audience.routes == [Route.PRIVATE]
    assert stage.files.video(job.video_file).exists()

    await stage.pipeline.ending_notifier.step()
    assert [told.key for told in stage.audience.endings] == [job.key]


async def test_shown_again_it_goes_to_direct_messages_again_wherever_that_was_asked(stage):
    job = await undeliverable(stage)
    again = await stage.pipeline.jobs.deliver_again(job, channel_id=88, upload_limit=10**9)
    await stage.pipeline.deliverer.step()

    assert (again.route, again.upload_limit) == (Route.PRIVATE, DIRECT_MESSAGE_BYTES)
    assert stage.audience.routes == [Route.PRIVATE, Route.PRIVATE]
    assert list(stage.audience.delivered) == [f"{job.key}-rd"]


async def test_it_is_made_for_what_a_direct_message_takes(stage):
    receipt = await stage.order(private=True, upload_limit=10**9)

    assert receipt.job.upload_limit == DIRECT_MESSAGE_BYTES


async def test_its_channel_sees_no_status_but_its_acknowledgement_follows(stage):
    await stage.submitted(private=True)
    await stage.pipeline.statuses.settle()
    stage.clock.advance(60)
    await stage.pipeline.poller.step()
    await stage.pipeline.statuses.settle()
    await stage.pipeline.deliverer.step()
    await stage.pipeline.statuses.settle()

    assert stage.audience.statuses == []
    assert stage.audience.replies == ["rendering", "delivering", "delivered"]


async def test_progress_of_a_private_job_does_not_edit_its_acknowledgement_over_and_over(stage):
    receipt = await stage.submitted(private=True)
    for _ in range(3):
        stage.pipeline.statuses.changed(await stage.job(receipt))
        await stage.pipeline.statuses.settle()

    assert stage.audience.replies == ["rendering"]


async def test_it_is_found_by_its_owner_where_it_was_sent(stage):
    job = await stage.delivered(private=True)
    direct = Owner(guild_id=0, user_id=ANN.user_id)

    assert await stage.store.job_queries.find_in_guild(job.key, direct) == job
    assert await stage.store.job_queries.by_message(direct, channel_id=4, message_id=job.message_id) == job
