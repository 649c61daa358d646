"""What members are told of time: when a result is likely, and when the caps of today begin anew."""

import dataclasses
from datetime import UTC, datetime

import pytest

from db.jobs.job import JobState
from jobs.notify.notifier import Unreachable
from jobs.pipeline import Limits
from tests.support.stage import ANN, POLICY, open_stage


@pytest.fixture
async def narrow(tmp_path, sandbox, clock):
    """Return a stage whose provider takes two at once."""
    async with open_stage(tmp_path, sandbox, clock, Limits(policy=POLICY, running_cap=2)) as stage:
        yield stage


async def test_two_at_once_are_served_in_rounds(narrow):
    waits = [((await narrow.order()).expected_at - narrow.clock()) / 1000 for _ in range(5)]
    assert waits == [90, 90, 180, 180, 270]


async def test_whoever_asks_again_is_told_by_the_place_of_now(narrow):
    receipts = [await narrow.order() for _ in range(3)]
    job = await narrow.job(receipts[2])
    assert await narrow.pipeline.jobs.expected_at(job) == narrow.clock() + 180_000
    await narrow.pipeline.jobs.cancel(receipts[0].job.key, ANN)
    assert await narrow.pipeline.jobs.expected_at(job) == narrow.clock() + 90_000


async def test_a_running_job_is_expected_so_long_after_its_submission(stage):
    receipt = await stage.submitted()
    stage.clock.advance(30)
    job = await stage.job(receipt)
    assert await stage.pipeline.jobs.expected_at(job) == job.submitted_at + 90_000


@pytest.mark.parametrize("state", [JobState.DELIVERED, JobState.FAILED, JobState.CANCELLED])
async def test_an_ended_job_is_not_expected(stage, state):
    job = dataclasses.replace(
        await stage.job(await stage.submitted()), state=state, finished_at=stage.clock()
    )
    assert await stage.pipeline.jobs.expected_at(job) is None


@pytest.mark.parametrize("moment", [(0, 0, 0, 0), (12, 34, 56, 789_000), (23, 59, 59, 999_000)])
async def test_the_day_of_the_caps_ends_at_midnight_utc(stage, moment):
    stage.clock.now = int(datetime(2026, 12, 31, *moment, tzinfo=UTC).timestamp() * 1000)
    assert stage.midnight == datetime(2027, 1, 1, tzinfo=UTC).timestamp() * 1000
    job = (await stage.order()).job
    assert (job.usage_day, job.bot_day) == ("2026-12-31", "2026-12-31")


async def test_a_receipt_tells_place_time_and_whether_it_is_new(stage):
    first = await stage.order(interaction_id=1)
    again = await stage.order(interaction_id=1)
    assert (first.queue_position, first.expected_at, first.repeated) == (1, stage.clock() + 90_000, False)
    assert (again.queue_position, again.expected_at, again.repeated) == (1, stage.clock() + 90_000, True)


async def test_the_newest_come_first_twenty_five_unless_asked_otherwise(stage):
    receipts = [await stage.order() for _ in range(27)]
    newest = (await stage.store.job_queries.page(ANN)).jobs
    assert [job.id for job in newest] == [receipt.job.id for receipt in receipts[:1:-1]]
    assert len((await stage.store.job_queries.page(ANN, limit=2)).jobs) == 2


async def test_a_video_is_found_while_its_file_is_there(stage):
    receipt = await stage.rendered()
    assert await stage.pipeline.jobs.video(await stage.job(receipt)) is None
    await stage.pipeline.deliverer.step()
    job = await stage.job(receipt)
    path = await stage.pipeline.jobs.video(job)
    assert path == stage.files.video(job.video_file)
    path.unlink()
    assert await stage.pipeline.jobs.video(job) is None


async def test_what_was_ordered_is_what_the_row_holds(stage):
    receipt = await stage.order()
    job, new = receipt.job, stage.new_order()
    assert (job.guild_id, job.user_id) == (ANN.guild_id, ANN.user_id)
    assert (job.channel_id, job.upload_limit, job.spoiler) == (
        new.requester.channel_id,
        new.requester.upload_limit,
        0,
    )
    assert (job.request_json, job.format) == (new.order.to_json(), new.order.format)
    assert (len(job.key), len(job.submit_key)) == (16, 32)


async def test_what_a_member_or_moderator_did_wakes_the_steps(stage):
    service = stage.pipeline.jobs
    woken = stage.pipeline.wakeup.listen()
    receipt = await stage.order()
    assert woken.is_set()
    woken = stage.pipeline.wakeup.listen()
    await service.cancel(receipt.job.key, ANN)
    assert woken.is_set()
    woken = stage.pipeline.wakeup.listen()
    assert await service.cancel(receipt.job.key, ANN) is None
    assert await service.give_up(receipt.job.key, guild_id=1) is None
    assert not woken.is_set()


async def test_a_video_sent_again_wakes_the_steps(stage):
    stage.audience.delivery_errors = [Unreachable("HTTP 404")]
    receipt = await stage.rendered()
    await stage.pipeline.deliverer.step()
    woken = stage.pipeline.wakeup.listen()
    again = await stage.pipeline.jobs.deliver_again(
        await stage.job(receipt), channel_id=88, upload_limit=4711
    )
    assert woken.is_set()
    assert (again.state, again.channel_id, again.upload_limit) == (JobState.DELIVERING, 88, 4711)
    assert await stage.pipeline.jobs.deliver_again(again, channel_id=99, upload_limit=1) is None
