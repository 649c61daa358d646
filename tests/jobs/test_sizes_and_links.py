"""Bytes and links at their edges: what just fits is left alone, what expired is asked for again, once."""

import pytest

from db.jobs.job import JobState, Reason
from jobs.notify.notifier import TooLarge, Unreachable
from sandbox.faults import Fault, FaultName, Where

LONGEST_LINK = 1500
WORTH_SHOWING_SECONDS = 600

KIB = 1024


async def size_of_video(stage):
    """Return how large the provider's film is."""
    receipt = await stage.rendered()
    await stage.pipeline.deliverer.step()
    return (await stage.job(receipt)).video_bytes


def counting(fetcher):
    """Count the re-encodings from now on."""
    fit, calls = fetcher._fit, []

    async def counted(source, target, limit):
        calls.append(limit)
        return await fit(source, target, limit)

    fetcher._fit = counted
    return calls


@pytest.mark.parametrize(("missing", "encoded"), [(0, 0), (1, 1)])
async def test_a_video_of_just_the_limit_is_not_encoded_again(stage, missing, encoded):
    size = await size_of_video(stage)
    limits = counting(stage.pipeline.deliverer._fetcher)
    receipt = await stage.rendered(upload_limit=size - missing)
    await stage.pipeline.deliverer.step()

    job = await stage.job(receipt)
    assert (job.state, job.video_bytes) == (JobState.DELIVERED, size - missing)
    assert limits == [size - missing] * encoded


async def test_a_video_that_cannot_be_made_small_enough_is_not_posted_above_the_limit(stage):
    async def one_byte_more(_source, target, limit):
        target.write_bytes(b"x" * (limit + 1))
        return limit + 1

    stage.pipeline.deliverer._fetcher._fit = one_byte_more
    await stage.rendered(upload_limit=4 * KIB)
    await stage.pipeline.deliverer.step()
    assert (stage.audience.sizes, len(stage.audience.links)) == ([], 1)


@pytest.mark.parametrize(("missing", "shown"), [(0, "original"), (1, "smaller")])
async def test_the_original_is_shown_again_where_it_just_fits(stage, missing, shown):
    size = await size_of_video(stage)
    stage.audience.delivery_errors = [Unreachable("HTTP 404")]
    receipt = await stage.rendered(upload_limit=4 * KIB)
    await stage.pipeline.deliverer.step()
    limit = size - missing
    await stage.pipeline.jobs.deliver_again(await stage.job(receipt), channel_id=88, upload_limit=limit)
    await stage.pipeline.deliverer.step()

    job = await stage.job(receipt)
    assert (job.video_file == f"{job.key}.mp4") is (shown == "original")
    assert stage.audience.sizes[-1] == (size if shown == "original" else 4 * KIB)


@pytest.mark.parametrize(
    ("left_ms", "length", "links"),
    [
        (WORTH_SHOWING_SECONDS * 1000, LONGEST_LINK, 1),
        (WORTH_SHOWING_SECONDS * 1000 - 1, LONGEST_LINK, 0),
        (WORTH_SHOWING_SECONDS * 1000, LONGEST_LINK + 1, 0),
    ],
)
async def test_a_link_that_is_just_short_and_lasting_enough_is_posted(stage, left_ms, length, links):
    await stage.rendered()
    job = await stage.pipeline.deliverer._fetcher.fetch(await stage.store.claims.due_delivery())
    url = "https://provider.example/".ljust(length, "v")
    expires_at = stage.clock.now + int(left_ms)
    await stage.store.outcomes.new_link(job, result_url=url, expires_at=expires_at)
    await stage.store.outcomes.deliver_later(job, delay_ms=0)
    stage.audience.delivery_errors = [TooLarge("413"), TooLarge("413")]
    await stage.pipeline.deliverer.step()
    assert len(stage.audience.links) == links


async def test_an_expired_link_is_replaced_on_the_row_with_its_time(stage):
    stage.sandbox.faults.add(Fault(FaultName.EXPIRED))
    receipt = await stage.rendered()
    before = await stage.job(receipt)
    stage.clock.advance(1)
    await stage.pipeline.deliverer.step()
    after = await stage.job(receipt)
    assert after.result_url != before.result_url
    assert after.state is JobState.DELIVERED


async def test_a_link_that_stays_expired_is_asked_for_once_per_try(stage):
    stage.sandbox.faults.add(Fault(FaultName.EXPIRED, times=None))
    receipt = await stage.rendered()
    await stage.pipeline.deliverer.step()
    job = await stage.job(receipt)
    assert (job.state, job.troubles) == (JobState.DELIVERING, 1)
    assert stage.sandbox.ledger.task_gets[job.provider_task_id] == 2


async def test_a_link_that_leads_where_nobody_goes_ends_the_job_at_once(stage):
    stage.sandbox.faults.add(Fault(FaultName.REDIRECT, "http://[::1]:1/secret", where=Where.FILE, times=None))
    receipt = await stage.rendered()
    await stage.pipeline.deliverer.step()
    job = await stage.job(receipt)
    assert (job.state, job.reason, job.charged) == (JobState.FAILED, Reason.BAD_RESULT, 1)


async def test_a_video_that_left_the_disk_is_fetched_again(stage):
    stage.audience.delivery_errors = [Unreachable("HTTP 404")]
    receipt = await stage.rendered()
    await stage.pipeline.deliverer.step()
    kept = await stage.job(receipt)
    stage.files.video(kept.video_file).unlink()
    await stage.pipeline.jobs.deliver_again(kept, channel_id=88, upload_limit=10_000_000)
    await stage.pipeline.deliverer.step()
    assert (await stage.job(receipt)).state is JobState.DELIVERED


async def test_the_second_size_is_three_quarters_of_the_first(stage):
    size = await size_of_video(stage)
    limits = counting(stage.pipeline.deliverer._fetcher)
    stage.audience.delivery_errors = [TooLarge("413")]
    await stage.rendered()
    await stage.pipeline.deliverer.step()
    assert limits == [int(size * 0.75)]
