"""Bringing the video home: once, playable, small enough, and never lost."""

import contextlib
import errno
import resource

import pytest

from db.jobs.job import JobState, Reason, Route
from jobs.notify.notifier import TooLarge, TryLater, Unreachable
from media.errors import NotAVideo
from media.isolation.tasks import fit_isolated
from media.video.facts import Way, plan
from media.video.probe import probe
from sandbox.faults import Fault, FaultName, Where
from sandbox.server import open_sandbox
from tests.media.odd_films import odd_film
from tests.support.stage import open_stage

KIB = 1024


async def test_the_video_is_on_disk_and_plays(stage):
    receipt = await stage.rendered()
    await stage.pipeline.deliverer.step()

    job = await stage.job(receipt)
    facts = probe(stage.files.video(job.video_file))
    assert (facts.codec, facts.pixel_format) == ("h264", "yuv420p")
    assert job.video_bytes == facts.size_bytes


async def test_a_video_that_plainly_plays_is_delivered_without_a_process_of_its_own(stage):
    before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_minflt
    ticket = await stage.rendered()
    await stage.pipeline.deliverer.step()
    assert (await stage.job(ticket)).state is JobState.DELIVERED
    assert resource.getrusage(resource.RUSAGE_CHILDREN).ru_minflt == before  # no process has ended


async def test_a_crash_after_the_send_repeats_it_with_the_same_nonce(stage):
    receipt = await stage.rendered()
    claimed = await stage.store.claims.due_delivery()
    await stage.pipeline.deliverer._deliver(claimed)  # the process dies before the row knows
    await back_to_delivering(stage, receipt)
    await stage.pipeline.deliverer.step()

    assert list(stage.audience.delivered) == [f"{receipt.job.key}-r"]
    assert (await stage.job(receipt)).state is JobState.DELIVERED


async def test_a_send_that_failed_is_tried_again_without_another_download(stage):
    stage.audience.delivery_errors = [TryLater("HTTP 503")]
    receipt = await stage.rendered()
    await stage.pipeline.deliverer.step()
    assert (await stage.job(receipt)).state is JobState.DELIVERING

    stage.clock.advance(5)
    assert await stage.pipeline.deliverer.step()
    job = await stage.job(receipt)
    assert job.state is JobState.DELIVERED
    assert stage.sandbox.ledger.file_gets[job.provider_task_id] == 1


async def test_an_error_nobody_thought_of_does_not_lose_the_video(stage):
    stage.audience.delivery_errors = [TypeError("odd answer")]
    receipt = await stage.rendered()
    await stage.pipeline.deliverer.step()
    stage.clock.advance(5)
    await stage.pipeline.deliverer.step()
    assert (await stage.job(receipt)).state is JobState.DELIVERED


async def test_a_channel_that_is_gone_is_asked_once_and_the_video_kept(stage):
    stage.audience.delivery_errors = [Unreachable("HTTP 404, code 10003")]
    receipt = await stage.rendered()
    await stage.pipeline.deliverer.step()

    job = await stage.job(receipt)
    assert (job.state, job.reason, job.charged) == (JobState.FAILED, Reason.UNDELIVERABLE, 1)
    assert stage.files.video(job.video_file).exists()
    stage.clock.advance(3600)
    assert not await stage.pipeline.deliverer.step()


@pytest.mark.parametrize("refusals", [[Unreachable("403")], [TooLarge("413"), TooLarge("413")]], ids=str)
async def test_a_refusal_of_what_an_earlier_try_has_posted_is_no_failure(stage, refusals):
    stage.audience.delivery_errors = [TryLater("HTTP 503"), *refusals]
    receipt = await stage.rendered()
    await stage.pipeline.deliverer.step()
    stage.audience.delivered[f"{receipt.job.key}-r"] = 5000  # carried out, whatever was answered
    stage.clock.advance(5)
    await stage.pipeline.deliverer.step()

    job = await stage.job(receipt)
    assert (job.state, job.message_id, job.reason) == (JobState.DELIVERED, 5000, None)


async def test_what_an_earlier_try_has_posted_is_not_sent_directly_as_well(stage):
    stage.audience.delivery_errors = [TryLater("HTTP 503"), Unreachable("403")]
    receipt = await stage.rendered(may_direct=True)
    await stage.pipeline.deliverer.step()
    stage.audience.delivered[f"{receipt.job.key}-r"] = 5000
    stage.clock.advance(5)
    await stage.pipeline.deliverer.step()

    job = await stage.job(receipt)
    assert (job.state, job.route) == (JobState.DELIVERED, Route.CHANNEL)
    assert list(stage.audience.delivered) == [f"{receipt.job.key}-r"]


async def test_a_refusal_after_an_earlier_try_is_unclear_where_nobody_can_look(stage):
    stage.audience.delivery_errors = [TryLater("HTTP 503"), Unreachable("403")]
    stage.audience.search_errors = [Unreachable("403")]
    receipt = await stage.rendered()
    await stage.pipeline.deliverer.step()
    stage.clock.advance(5)
    await stage.pipeline.deliverer.step()

    job = await stage.job(receipt)
    assert (job.state, job.reason) == (JobState.UNKNOWN, Reason.AMBIGUOUS_DELIVERY)


async def test_a_refusal_of_the_first_try_is_final_where_nobody_can_look(stage):
    stage.audience.delivery_errors = [Unreachable("403")]
    stage.audience.search_errors = [Unreachable("403")]
    receipt = await stage.rendered()
    await stage.pipeline.deliverer.step()

    job = await stage.job(receipt)
    assert (job.state, job.reason) == (JobState.FAILED, Reason.UNDELIVERABLE)


async def test_a_kept_video_can_be_sent_to_another_channel(stage):
    stage.audience.delivery_errors = [Unreachable("HTTP 404, code 10003")]
    receipt = await stage.rendered()
    await stage.pipeline.deliverer.step()
    again = await stage.pipeline.jobs.deliver_again(
        await stage.job(receipt), channel_id=88, upload_limit=10_000_000
    )
    assert again.channel_id == 88

    await stage.pipeline.deliverer.step()
    job = await stage.job(receipt)
    assert (job.state, job.reason) == (JobState.DELIVERED, None)


async def test_a_video_above_the_limit_is_made_to_fit(stage):
    receipt = await stage.rendered(upload_limit=4 * KIB)
    await stage.pipeline.deliverer.step()

    job = await stage.job(receipt)
    assert job.state is JobState.DELIVERED
    assert job.video_bytes <= 4 * KIB
    assert stage.audience.sizes == [job.video_bytes]


async def test_a_channel_that_refuses_the_size_gets_a_smaller_one_once(stage):
    stage.audience.delivery_errors = [TooLarge("HTTP 413, code 40005")]
    receipt = await stage.rendered()
    await stage.pipeline.deliverer.step()

    job = await stage.job(receipt)
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
    receipt = await stage.rendered()
    await stage.pipeline.deliverer.step()
    assert stage.audience.delivered == {}

    stage.clock.advance(5)
    await stage.pipeline.deliverer.step()
    assert (await stage.job(receipt)).state is JobState.DELIVERED
    assert stage.posts == 1


async def test_a_file_that_stays_damaged_ends_in_words_not_in_another_order(stage):
    stage.sandbox.faults.add(Fault(FaultName.HTML_FILE, times=None))
    receipt = await stage.rendered()
    while (await stage.job(receipt)).state is JobState.DELIVERING:
        await stage.pipeline.deliverer.step()
        stage.clock.advance(600)

    job = await stage.job(receipt)
    assert (job.state, job.reason, job.charged) == (JobState.FAILED, Reason.BAD_RESULT, 1)
    assert stage.posts == 1
    assert stage.audience.delivered == {}
    assert list((stage.files.data_dir / "videos").iterdir()) == []


async def test_an_expired_link_is_asked_for_again(stage):
    stage.sandbox.faults.add(Fault(FaultName.EXPIRED))
    receipt = await stage.rendered()
    await stage.pipeline.deliverer.step()

    job = await stage.job(receipt)
    assert job.state is JobState.DELIVERED
    assert stage.sandbox.ledger.task_gets[job.provider_task_id] == 2


async def test_a_result_deleted_by_a_moderator_stays_deleted(stage):
    receipt = await stage.rendered()
    stage.audience.delivered[f"{receipt.job.key}-r"] = None
    await stage.pipeline.deliverer.step()

    job = await stage.job(receipt)
    assert (job.state, job.message_id) == (JobState.DELIVERED, None)


async def back_to_delivering(stage, receipt):
    async def body(transaction):
        await transaction.all(
            "UPDATE jobs SET state = 'delivering', message_id = NULL, next_at = 0 WHERE id = :id",
            id=receipt.job.id,
        )

    await stage.store.job_queries._engine.write(body)


async def test_half_a_day_without_the_file_host_loses_nothing(stage):
    stage.sandbox.faults.add(Fault(FaultName.SERVER_ERROR, where=Where.FILE, times=None))
    receipt = await stage.rendered()
    for _ in range(20):
        await stage.pipeline.deliverer.step()
        stage.clock.advance(1200)
    assert (await stage.job(receipt)).state is JobState.DELIVERING

    stage.sandbox.faults.clear()
    await stage.pipeline.deliverer.step()
    assert (await stage.job(receipt)).state is JobState.DELIVERED


async def test_where_larger_files_are_allowed_the_original_is_shown_again(stage):
    stage.audience.delivery_errors = [Unreachable("HTTP 404")]
    receipt = await stage.rendered(upload_limit=4 * KIB)
    await stage.pipeline.deliverer.step()
    kept = await stage.job(receipt)
    await stage.pipeline.jobs.deliver_again(kept, channel_id=88, upload_limit=10_000_000)
    await stage.pipeline.deliverer.step()
    assert stage.audience.sizes == [stage.files.video(f"{kept.key}.mp4").stat().st_size]


class Fitting:
    """Makes films fit for real, unless a fault is set; counts how often it was asked."""

    def __init__(self):
        self.asked = 0
        self.fault = None

    async def __call__(self, source, target, limit_bytes):
        self.asked += 1
        if self.fault:
            raise self.fault
        return await fit_isolated(source, target, limit_bytes)


@pytest.fixture
async def fitting():
    return Fitting()


@pytest.fixture
async def odd(tmp_path, clock, fitting):
    """Return a stage whose provider makes films that some players do not show."""
    clip = odd_film(tmp_path / "odd.mp4", codec="mpeg4")
    async with contextlib.AsyncExitStack() as stack:
        sandbox = await stack.enter_async_context(open_sandbox(instant=True, clip=clip))
        yield await stack.enter_async_context(open_stage(tmp_path, sandbox, clock, fit=fitting))


async def test_a_film_that_not_every_player_shows_is_made_to_play_once(odd, fitting):
    odd.audience.delivery_errors = [TryLater("HTTP 503"), TryLater("HTTP 503")]
    receipt = await odd.rendered()
    for _ in range(3):
        await odd.pipeline.deliverer.step()
        odd.clock.advance(60)

    job = await odd.job(receipt)
    assert job.state is JobState.DELIVERED
    assert plan(probe(odd.files.video(job.video_file))) is Way.PASS
    assert odd.files.video(f"{job.key}.mp4").read_bytes() == (odd.files.data_dir / "odd.mp4").read_bytes()
    assert (fitting.asked, odd.sandbox.ledger.file_gets[job.provider_task_id]) == (1, 1)


async def test_a_film_that_cannot_be_made_to_play_is_posted_as_it_came(odd, fitting):
    fitting.fault = NotAVideo("not done within 600 s")
    receipt = await odd.rendered()
    await odd.pipeline.deliverer.step()

    job = await odd.job(receipt)
    assert (job.state, job.video_file) == (JobState.DELIVERED, f"{job.key}.mp4")
    assert odd.audience.sizes == [(odd.files.data_dir / "odd.mp4").stat().st_size]


async def test_a_film_that_cannot_be_made_to_fit_is_offered_as_a_link_and_kept(odd, fitting):
    fitting.fault = NotAVideo("not done within 600 s")
    receipt = await odd.rendered(upload_limit=1 * KIB)
    await odd.pipeline.deliverer.step()

    job = await odd.job(receipt)
    assert job.state is JobState.DELIVERED
    assert [link.url for link in odd.audience.links] == [job.result_url]
    assert odd.files.video(f"{job.key}.mp4").exists()


async def test_a_full_disk_is_waited_out(odd, fitting):
    fitting.fault = OSError(errno.ENOSPC, "No space left on device")
    receipt = await odd.rendered()
    for _ in range(12):
        await odd.pipeline.deliverer.step()
        odd.clock.advance(1200)
    assert (await odd.job(receipt)).state is JobState.DELIVERING

    fitting.fault = None
    await odd.pipeline.deliverer.step()
    assert (await odd.job(receipt)).state is JobState.DELIVERED
