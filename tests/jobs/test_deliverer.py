"""Bringing the video home: once, playable, small enough, and never lost."""

import pytest

from db.job import JobState, Reason, Route
from jobs.notifier import TooLarge, TryLater, Unreachable
from media.probe import probe
from sandbox.faults import Fault, FaultName, Where

KIB = 1024


async def test_the_video_is_on_disk_and_plays(stage):
    ticket = await stage.rendered()
    await stage.pipeline.deliverer.step()

    job = await stage.job(ticket)
    facts = probe(stage.files.video(job.video_file))
    assert (facts.codec, facts.pixel_format) == ("h264", "yuv420p")
    assert job.video_bytes == facts.size_bytes


async def test_a_crash_after_the_send_repeats_it_with_the_same_nonce(stage):
    ticket = await stage.rendered()
    claimed = await stage.store.claims.due_delivery()
    await stage.pipeline.deliverer._deliver(claimed)  # the process dies before the row knows
    await back_to_delivering(stage, ticket)
    await stage.pipeline.deliverer.step()

    assert list(stage.audience.delivered) == [f"{ticket.job.key}-r"]
    assert (await stage.job(ticket)).state is JobState.DELIVERED


async def test_a_send_that_failed_is_tried_again_without_another_download(stage):
    stage.audience.delivery_errors = [TryLater("HTTP 503")]
    ticket = await stage.rendered()
    await stage.pipeline.deliverer.step()
    assert (await stage.job(ticket)).state is JobState.DELIVERING

    stage.clock.advance(5)
    assert await stage.pipeline.deliverer.step()
    job = await stage.job(ticket)
    assert job.state is JobState.DELIVERED
    assert stage.sandbox.ledger.file_gets[job.provider_task_id] == 1


async def test_an_error_nobody_thought_of_does_not_lose_the_video(stage):
    stage.audience.delivery_errors = [TypeError("odd answer")]
    ticket = await stage.rendered()
    await stage.pipeline.deliverer.step()
    stage.clock.advance(5)
    await stage.pipeline.deliverer.step()
    assert (await stage.job(ticket)).state is JobState.DELIVERED


async def test_a_channel_that_is_gone_is_asked_once_and_the_video_kept(stage):
    stage.audience.delivery_errors = [Unreachable("HTTP 404, code 10003")]
    ticket = await stage.rendered()
    await stage.pipeline.deliverer.step()

    job = await stage.job(ticket)
    assert (job.state, job.reason, job.charged) == (JobState.FAILED, Reason.UNDELIVERABLE, 1)
    assert stage.files.video(job.video_file).exists()
    stage.clock.advance(3600)
    assert not await stage.pipeline.deliverer.step()


@pytest.mark.parametrize("refusals", [[Unreachable("403")], [TooLarge("413"), TooLarge("413")]], ids=str)
async def test_a_refusal_of_what_an_earlier_try_has_posted_is_no_failure(stage, refusals):
    stage.audience.delivery_errors = [TryLater("HTTP 503"), *refusals]
    ticket = await stage.rendered()
    await stage.pipeline.deliverer.step()
    stage.audience.delivered[f"{ticket.job.key}-r"] = 5000  # carried out, whatever was answered
    stage.clock.advance(5)
    await stage.pipeline.deliverer.step()

    job = await stage.job(ticket)
    assert (job.state, job.message_id, job.reason) == (JobState.DELIVERED, 5000, None)


async def test_what_an_earlier_try_has_posted_is_not_sent_directly_as_well(stage):
    stage.audience.delivery_errors = [TryLater("HTTP 503"), Unreachable("403")]
    ticket = await stage.rendered(may_direct=True)
    await stage.pipeline.deliverer.step()
    stage.audience.delivered[f"{ticket.job.key}-r"] = 5000
    stage.clock.advance(5)
    await stage.pipeline.deliverer.step()

    job = await stage.job(ticket)
    assert (job.state, job.route) == (JobState.DELIVERED, Route.CHANNEL)
    assert list(stage.audience.delivered) == [f"{ticket.job.key}-r"]


async def test_a_refusal_after_an_earlier_try_is_unclear_where_nobody_can_look(stage):
    stage.audience.delivery_errors = [TryLater("HTTP 503"), Unreachable("403")]
    stage.audience.search_errors = [Unreachable("403")]
    ticket = await stage.rendered()
    await stage.pipeline.deliverer.step()
    stage.clock.advance(5)
    await stage.pipeline.deliverer.step()

    job = await stage.job(ticket)
    assert (job.state, job.reason) == (JobState.UNKNOWN, Reason.AMBIGUOUS_DELIVERY)


async def test_a_refusal_of_the_first_try_is_final_where_nobody_can_look(stage):
    stage.audience.delivery_errors = [Unreachable("403")]
    stage.audience.search_errors = [Unreachable("403")]
    ticket = await stage.rendered()
    await stage.pipeline.deliverer.step()

    job = await stage.job(ticket)
    assert (job.state, job.reason) == (JobState.FAILED, Reason.UNDELIVERABLE)


async def test_a_kept_video_can_be_sent_to_another_channel(stage):
    stage.audience.delivery_errors = [Unreachable("HTTP 404, code 10003")]
    ticket = await stage.rendered()
    await stage.pipeline.deliverer.step()
    again = await stage.pipeline.service.deliver_again(
        await stage.job(ticket), channel_id=88, upload_limit=10_000_000
    )
    assert again.channel_id == 88

    await stage.pipeline.deliverer.step()
    job = await stage.job(ticket)
    assert (job.state, job.reason) == (JobState.DELIVERED, None)


async def test_a_video_above_the_limit_is_made_to_fit(stage):
    ticket = await stage.rendered(upload_limit=4 * KIB)
    await stage.pipeline.deliverer.step()

    job = await stage.job(ticket)
    assert job.state is JobState.DELIVERED
    assert job.video_bytes <= 4 * KIB
    assert stage.audience.sizes == [job.video_bytes]


async def test_a_channel_that_refuses_the_size_gets_a_smaller_one_once(stage):
    stage.audience.delivery_errors = [TooLarge("HTTP 413, code 40005")]
    ticket = await stage.rendered()
    await stage.pipeline.deliverer.step()

    job = await stage.job(ticket)
    original = stage.files.video(f"{job.key}.mp4").stat().st_size
    assert job.state is JobState.DELIVERED
    assert stage.audience.sizes == [int(original * 0.75)]


@pytest.mark.parametrize(
    "fault",
    [
        Fault(FaultName.TRUNCATED, "50"),
        Fault(FaultName.WITHOUT_MOOV),
        Fault(FaultName.HTML_FILE),
        Fault(FaultName.HTML_FILE, "video/mp4"),
        Fault(FaultName.SERVER_ERROR, where=Where.FILE),
        Fault(FaultName.CUT_MID_RESPONSE, where=Where.FILE),
    ],
    ids=lambda fault: f"{fault.name}-{fault.value}",
)
async def test_a_damaged_file_is_never_posted_but_fetched_again(stage, fault):
    stage.sandbox.faults.add(fault)
    ticket = await stage.rendered()
    await stage.pipeline.deliverer.step()
    assert stage.audience.delivered == {}

    stage.clock.advance(5)
    await stage.pipeline.deliverer.step()
    assert (await stage.job(ticket)).state is JobState.DELIVERED
    assert stage.posts == 1


async def test_a_file_that_stays_damaged_ends_in_words_not_in_another_order(stage):
    stage.sandbox.faults.add(Fault(FaultName.HTML_FILE, times=None))
    ticket = await stage.rendered()
    while (await stage.job(ticket)).state is JobState.DELIVERING:
        await stage.pipeline.deliverer.step()
        stage.clock.advance(600)

    job = await stage.job(ticket)
    assert (job.state, job.reason, job.charged) == (JobState.FAILED, Reason.BAD_RESULT, 1)
    assert stage.posts == 1
    assert stage.audience.delivered == {}
    assert list((stage.files.data_dir / "videos").iterdir()) == []


async def test_an_expired_link_is_asked_for_again(stage):
    stage.sandbox.faults.add(Fault(FaultName.EXPIRED))
    ticket = await stage.rendered()
    await stage.pipeline.deliverer.step()

    job = await stage.job(ticket)
    assert job.state is JobState.DELIVERED
    assert stage.sandbox.ledger.task_gets[job.provider_task_id] == 2


async def test_a_result_deleted_by_a_moderator_stays_deleted(stage):
    ticket = await stage.rendered()
    stage.audience.delivered[f"{ticket.job.key}-r"] = None
    await stage.pipeline.deliverer.step()

    job = await stage.job(ticket)
    assert (job.state, job.message_id) == (JobState.DELIVERED, None)


async def back_to_delivering(stage, ticket):
    async def body(transaction):
        await transaction.all(
            "UPDATE jobs SET state = 'delivering', message_id = NULL, next_at = 0 WHERE id = :id",
            id=ticket.job.id,
        )

    await stage.store.desk._engine.write(body)


async def test_half_a_day_without_the_file_host_loses_nothing(stage):
    stage.sandbox.faults.add(Fault(FaultName.SERVER_ERROR, where=Where.FILE, times=None))
    ticket = await stage.rendered()
    for _ in range(20):
        await stage.pipeline.deliverer.step()
        stage.clock.advance(1200)
    assert (await stage.job(ticket)).state is JobState.DELIVERING

    stage.sandbox.faults.clear()
    await stage.pipeline.deliverer.step()
    assert (await stage.job(ticket)).state is JobState.DELIVERED


async def test_where_larger_files_are_allowed_the_original_is_shown_again(stage):
    stage.audience.delivery_errors = [Unreachable("HTTP 404")]
    ticket = await stage.rendered(upload_limit=4 * KIB)
    await stage.pipeline.deliverer.step()
    kept = await stage.job(ticket)
    await stage.pipeline.service.deliver_again(kept, channel_id=88, upload_limit=10_000_000)
    await stage.pipeline.deliverer.step()
    assert stage.audience.sizes == [stage.files.video(f"{kept.key}.mp4").stat().st_size]
