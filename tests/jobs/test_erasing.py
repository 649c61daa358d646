"""Deleting on request: words, pictures and files go together, and nothing comes back."""

import pytest

from db.jobs.job import JobState, Owner
from jobs.notify.notifier import Unreachable
from jobs.orders.order import Order
from tests.support.films import jpeg_of
from tests.support.stage import ANN, BEN


def kept(stage):
    """Return every file that is kept for jobs."""
    folders = ("frames", "videos")
    return {path.name for folder in folders for path in stage.files.data_dir.glob(f"{folder}/*")}


async def test_an_erased_job_keeps_its_format_and_neither_words_nor_files(stage):
    others = await stage.delivered(picture=jpeg_of(640, 480), owner=BEN)
    stays = kept(stage)
    job = await stage.delivered(picture=jpeg_of(640, 480), upload_limit=4096)
    assert len(kept(stage) - stays) == 3  # the first frame, the video and its smaller copy
    was = await stage.pipeline.jobs.erase(job, user_id=ANN.user_id)

    now = await stage.store.job_queries.by_id(job.id)
    order = Order.of(now)
    assert (was, now.message_id, kept(stage)) == (job, job.message_id, stays)
    assert (order.text, order.moves, order.first_frame_url) == ("", (), None)
    assert "kite" not in now.request_json
    assert order.format == job.format
    assert await stage.pipeline.jobs.video(now) is None
    assert await stage.pipeline.jobs.video(others) is not None


async def test_a_smaller_copy_from_before_goes_along(stage):
    stage.audience.delivery_errors = [Unreachable("HTTP 404")]
    receipt = await stage.rendered(upload_limit=4096)
    await stage.pipeline.deliverer.step()
    await stage.pipeline.jobs.deliver_again(await stage.job(receipt), channel_id=88, upload_limit=10**7)
    await stage.pipeline.deliverer.step()
    job = await stage.job(receipt)
    assert kept(stage) == {f"{job.key}.mp4", f"{job.key}-fit.mp4"}

    await stage.pipeline.jobs.erase(job, user_id=ANN.user_id)
    assert kept(stage) == set()


async def test_a_file_that_is_gone_already_is_no_hindrance(stage):
    job = await stage.delivered()
    stage.files.video(job.video_file).unlink()

    assert await stage.pipeline.jobs.erase(job, user_id=ANN.user_id) == job


async def test_a_job_that_is_being_delivered_keeps_its_files(stage):
    stage.audience.delivery_errors = [Unreachable("HTTP 404")]
    receipt = await stage.rendered()
    await stage.pipeline.deliverer.step()
    job = await stage.job(receipt)
    await stage.pipeline.jobs.deliver_again(job, channel_id=88, upload_limit=10**7)

    assert await stage.pipeline.jobs.erase(job, user_id=ANN.user_id) is None
    await stage.pipeline.deliverer.step()
    assert (await stage.job(receipt)).state is JobState.DELIVERED


async def test_somebody_else_erases_nothing(stage):
    job = await stage.delivered()
    before = kept(stage)

    assert await stage.pipeline.jobs.erase(job, user_id=BEN.user_id) is None
    assert kept(stage) == before


@pytest.mark.parametrize("user_id", [ANN.user_id, None])
async def test_what_was_erased_is_not_shown_again(stage, user_id):
    stage.audience.delivery_errors = [Unreachable("HTTP 404")]
    receipt = await stage.rendered()
    await stage.pipeline.deliverer.step()
    job = await stage.job(receipt)
    await stage.pipeline.jobs.erase(job, user_id=user_id)

    assert await stage.pipeline.jobs.deliver_again(job, channel_id=88, upload_limit=10**7) is None
    assert not await stage.pipeline.ending_notifier.step()


async def test_what_is_left_of_an_erased_job_is_found_and_says_so(stage):
    job = await stage.delivered()
    await stage.pipeline.jobs.erase(job, user_id=ANN.user_id)
    found = await stage.store.job_queries.find_in_guild(job.key, BEN)

    assert found.erased_at == stage.clock.now
    assert await stage.store.job_queries.find_in_guild(job.key, Owner(guild_id=2, user_id=11)) is None
    assert (await stage.store.job_queries.page(ANN)).jobs == []
