"""Direct notices: whoever wants one hears once of what was posted in a server, and never of anything else."""

import pytest

from db.jobs.job import JobState, Owner
from jobs.notify.notifier import TryLater, Unreachable
from sandbox.faults import Fault, FaultName
from tests.support.stage import ANN, BEN

DIRECT_MESSAGE_BYTES = 10 * 1024 * 1024

CLOSED = Unreachable("HTTP 403, code 50007")


async def posted(stage, **changes):
    """Return a job of Ann's that was delivered, where she wants to hear directly of it."""
    await stage.pipeline.preferences.change(ANN.user_id, notify=True)
    return await stage.delivered(**changes)


async def steps(stage):
    """Notify whoever waits for it; return how many did."""
    done = 0
    while await stage.pipeline.notices.step():
        done += 1
    return done


async def test_whoever_wants_it_hears_once_of_a_posted_video(stage):
    job = await posted(stage)
    assert await steps(stage) == 1
    stage.clock.advance(3600)
    assert await steps(stage) == 0
    assert stage.audience.notified == [job.key]


async def test_nobody_else_does(stage):
    await posted(stage, owner=BEN)
    assert await steps(stage) == 0


async def test_the_setting_in_force_when_the_video_is_posted_counts(stage):
    await stage.pipeline.preferences.change(ANN.user_id, notify=True)
    await stage.rendered()
    await stage.pipeline.preferences.change(ANN.user_id, notify=False)
    await stage.pipeline.deliverer.step()
    assert await steps(stage) == 0


async def test_a_private_video_is_its_own_notice(stage):
    await posted(stage, private=True)
    assert await steps(stage) == 0


async def test_what_was_ordered_in_direct_messages_is_seen_there(stage):
    await posted(stage, owner=Owner(guild_id=0, user_id=ANN.user_id))
    assert await steps(stage) == 0


async def test_what_went_to_direct_messages_since_its_channel_is_closed_is_its_own_notice(stage):
    await stage.pipeline.preferences.change(ANN.user_id, notify=True)
    stage.audience.delivery_errors = [Unreachable("HTTP 403, code 50001")]
    receipt = await stage.rendered(may_direct=True)
    await stage.pipeline.deliverer.step()
    await stage.pipeline.deliverer.step()
    assert (await stage.job(receipt)).state is JobState.DELIVERED
    assert await steps(stage) == 0


async def test_an_ending_without_a_video_is_told_and_not_noticed(stage):
    await stage.pipeline.preferences.change(ANN.user_id, notify=True)
    stage.sandbox.faults.add(Fault(FaultName.MODERATED))
    await stage.submitted()
    assert await steps(stage) == 0


async def test_what_was_shown_again_after_a_failure_is_noticed(stage):
    await stage.pipeline.preferences.change(ANN.user_id, notify=True)
    stage.audience.delivery_errors = [Unreachable("HTTP 403, code 50001")]
    receipt = await stage.rendered()
    await stage.pipeline.deliverer.step()
    await stage.pipeline.ending_notifier.step()
    failed = await stage.job(receipt)
    assert failed.told_at is not None
    stage.clock.advance(3600)
    await stage.pipeline.jobs.deliver_again(failed, channel_id=88, upload_limit=DIRECT_MESSAGE_BYTES)
    await stage.pipeline.deliverer.step()
    assert await steps(stage) == 1
    assert stage.audience.notified == [failed.key]


async def test_closed_direct_messages_get_one_call(stage):
    stage.audience.notice_errors = [CLOSED]
    job = await posted(stage)
    assert await steps(stage) == 1
    stage.clock.advance(3600)
    assert await steps(stage) == 0
    assert stage.audience.notified == []
    now = await stage.store.job_queries.by_id(job.id)
    assert (now.state, now.told_at) == (JobState.DELIVERED, None)


async def test_what_may_work_later_is_tried_again_while_its_nonce_is_known(stage):
    stage.audience.notice_errors = [TryLater("HTTP 503")]
    job = await posted(stage)
    await steps(stage)
    stage.clock.advance(3)
    assert await steps(stage) == 1
    assert stage.audience.notified == [job.key]


@pytest.mark.parametrize("error", [TryLater("HTTP 503"), TryLater("rate limited", retry_after_seconds=90)])
async def test_a_discord_that_stays_away_is_not_called_for_ever(stage, error):
    stage.audience.notice_errors = [error] * 99
    job = await posted(stage)
    for _ in range(20):
        await steps(stage)
        stage.clock.advance(120)
    assert len(stage.audience.notice_errors) >= 90
    assert (await stage.store.job_queries.by_id(job.id)).notice == 0


async def test_a_notice_that_may_have_gone_out_long_ago_is_not_sent_again(stage):
    job = await posted(stage)
    await stage.store.notices.sending(await stage.store.notices.due())
    stage.clock.advance(61)
    assert await steps(stage) == 1
    assert stage.audience.notified == []
    now = await stage.store.job_queries.by_id(job.id)
    assert now.notice == 0
    assert now.told_at is not None


async def test_a_result_that_was_found_deleted_is_not_noticed(stage):
    await stage.pipeline.preferences.change(ANN.user_id, notify=True)
    receipt = await stage.rendered()

    async def gone(delivery):
        return None

    stage.audience.deliver = gone
    await stage.pipeline.deliverer.step()
    assert (await stage.job(receipt)).state is JobState.DELIVERED
    assert await steps(stage) == 0


async def test_what_is_erased_before_its_notice_is_not_noticed(stage):
    job = await posted(stage)
    await stage.pipeline.jobs.erase(job, user_id=ANN.user_id)
    assert await steps(stage) == 0
