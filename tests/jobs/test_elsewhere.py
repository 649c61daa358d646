"""Where a result goes when its channel does not take it: to direct messages, as a link, or onto the disk."""

import pytest

from db.jobs.job import JobState, Owner, Reason, Route
from jobs.notify.notifier import TooLarge, Unreachable

MAX_DELIVERIES = 50
DIRECT_MESSAGE_BYTES = 10 * 1024 * 1024
LONGEST_LINK = 1500
WORTH_SHOWING_SECONDS = 600

CLOSED = Unreachable("HTTP 403, code 50013")


async def deliver_all(stage):
    """Call the step until nothing is due; return how often something was."""
    steps = 0
    while await stage.pipeline.deliverer.step():
        steps += 1
        assert steps < MAX_DELIVERIES
    return steps


async def test_a_closed_channel_is_tried_once_and_then_the_direct_messages(stage):
    stage.audience.delivery_errors = [CLOSED]
    receipt = await stage.rendered(may_direct=True, upload_limit=50 * 1024 * 1024)
    await deliver_all(stage)

    job = await stage.job(receipt)
    assert (job.state, job.route) == (JobState.DELIVERED, Route.FALLBACK)
    assert stage.audience.routes == [Route.CHANNEL, Route.FALLBACK]
    assert list(stage.audience.delivered) == [f"{job.key}-rd"]
    assert job.upload_limit == DIRECT_MESSAGE_BYTES


async def test_closed_direct_messages_are_tried_once_too_and_the_video_is_kept(stage):
    stage.audience.delivery_errors = [CLOSED, CLOSED]
    receipt = await stage.rendered(may_direct=True)
    await deliver_all(stage)

    job = await stage.job(receipt)
    assert (job.state, job.reason) == (JobState.FAILED, Reason.UNDELIVERABLE)
    assert stage.audience.routes == [Route.CHANNEL, Route.FALLBACK]
    assert stage.files.video(job.video_file).exists()


async def test_who_does_not_want_direct_messages_gets_none(stage):
    stage.audience.delivery_errors = [CLOSED]
    receipt = await stage.rendered(may_direct=False)
    await deliver_all(stage)

    assert (await stage.job(receipt)).reason is Reason.UNDELIVERABLE
    assert stage.audience.routes == [Route.CHANNEL]


async def test_what_was_ordered_in_direct_messages_is_not_sent_there_again(stage):
    stage.audience.delivery_errors = [CLOSED]
    receipt = await stage.rendered(owner=Owner(guild_id=0, user_id=11), may_direct=True)
    await deliver_all(stage)

    assert (await stage.job(receipt)).reason is Reason.UNDELIVERABLE
    assert stage.audience.routes == [Route.CHANNEL]


async def test_a_private_video_never_goes_to_the_channel(stage):
    receipt = await stage.rendered(private=True)
    await deliver_all(stage)

    assert (await stage.job(receipt)).state is JobState.DELIVERED
    assert stage.audience.routes == [Route.PRIVATE]


async def test_shown_again_in_a_channel_it_goes_to_that_channel(stage):
    stage.audience.delivery_errors = [CLOSED, CLOSED]
    receipt = await stage.rendered(may_direct=True)
    await deliver_all(stage)
    await stage.pipeline.ending_notifier.step()
    await stage.pipeline.jobs.deliver_again(await stage.job(receipt), channel_id=88, upload_limit=10**8)
    await deliver_all(stage)

    job = await stage.job(receipt)
    assert (job.state, job.route, job.channel_id) == (JobState.DELIVERED, Route.CHANNEL, 88)


async def test_what_no_message_can_carry_is_posted_as_the_provider_s_link_and_kept(stage):
    stage.audience.delivery_errors = [TooLarge("413"), TooLarge("413")]
    receipt = await stage.rendered()
    await deliver_all(stage)

    job = await stage.job(receipt)
    [link] = stage.audience.links
    assert job.state is JobState.DELIVERED
    assert (link.url, link.expires_at, link.nonce) == (job.result_url, job.result_expires_at, f"{job.key}-r")
    assert job.first_sent_at is not None
    assert stage.files.video(f"{job.key}.mp4").exists()


@pytest.mark.parametrize(
    ("url", "left_seconds"),
    [
        (None, WORTH_SHOWING_SECONDS - 1),
        (None, None),
        ("https://provider.example/" + "v" * LONGEST_LINK, 86_400),
    ],
    ids=["about to expire", "nobody knows how long", "too long for a message"],
)
async def test_a_link_that_helps_nobody_is_not_posted(stage, url, left_seconds):
    stage.audience.delivery_errors = [TooLarge("413"), TooLarge("413")]
    receipt = await stage.rendered()
    job = await stage.store.claims.due_delivery()
    expires_at = left_seconds and stage.clock.now + int(left_seconds * 1000)
    job = await stage.store.outcomes.new_link(job, result_url=job.result_url, expires_at=expires_at)
    job = await stage.pipeline.deliverer._fetcher.fetch(job)
    await stage.store.outcomes.new_link(job, result_url=url or job.result_url, expires_at=expires_at)
    await stage.store.outcomes.deliver_later(job, delay_ms=0)
    await deliver_all(stage)

    job = await stage.job(receipt)
    assert (job.state, job.reason, stage.audience.links) == (JobState.FAILED, Reason.TOO_LARGE, [])
    assert stage.files.video(job.video_file).exists()
