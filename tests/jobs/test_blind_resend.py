"""A send whose answer was lost: repeated while Discord remembers the nonce, looked for afterwards."""

import pytest

from db.jobs.job import JobState, Reason
from jobs.notify.notifier import TryLater, Unreachable


@pytest.fixture
async def sent(stage):
    """Return the receipt of a video whose send broke after it was handed to Discord."""
    stage.audience.delivery_errors = [TryLater("ServerDisconnectedError")]
    receipt = await stage.rendered()
    await stage.pipeline.deliverer.step()
    return receipt


async def test_soon_after_the_same_nonce_is_sent_again(stage, sent):
    stage.clock.advance(10)
    await stage.pipeline.deliverer.step()
    assert (await stage.job(sent)).state is JobState.DELIVERED
    assert stage.audience.searches == []


async def test_later_what_is_in_the_channel_is_not_sent_again(stage, sent):
    stage.audience.delivered[f"{sent.job.key}-r"] = 4711
    stage.clock.advance(3600)
    await stage.pipeline.deliverer.step()

    job = await stage.job(sent)
    assert (job.state, job.message_id) == (JobState.DELIVERED, 4711)
    assert stage.audience.sizes == []


async def test_later_what_is_not_in_the_channel_is_sent(stage, sent):
    stage.clock.advance(3600)
    await stage.pipeline.deliverer.step()
    assert (await stage.job(sent)).state is JobState.DELIVERED
    assert (len(stage.audience.searches), len(stage.audience.sizes)) == (1, 1)


async def test_where_nobody_can_look_nothing_is_sent_and_the_requester_is_told(stage, sent):
    stage.audience.search_errors = [Unreachable("HTTP 403, code 50001")]
    stage.clock.advance(3600)
    await stage.pipeline.deliverer.step()
    await stage.pipeline.ending_notifier.step()

    job = await stage.job(sent)
    assert (job.state, job.reason) == (JobState.UNKNOWN, Reason.AMBIGUOUS_DELIVERY)
    assert stage.audience.sizes == []
    assert [told.reason for told in stage.audience.endings] == [Reason.AMBIGUOUS_DELIVERY]
    assert stage.files.video(job.video_file).exists()


async def test_a_search_that_fails_for_now_is_made_again(stage, sent):
    stage.audience.search_errors = [TryLater("HTTP 503")]
    stage.clock.advance(3600)
    await stage.pipeline.deliverer.step()
    assert (await stage.job(sent)).state is JobState.DELIVERING

    stage.clock.advance(600)
    await stage.pipeline.deliverer.step()
    assert (await stage.job(sent)).state is JobState.DELIVERED
    assert len(stage.audience.searches) == 2
