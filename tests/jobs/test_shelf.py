"""Files in S3-compatible storage: every host finds what another one kept."""

import shutil
from dataclasses import replace

import pytest

from db.jobs.job import JobState
from jobs.storage.bucket_storage import BucketStorage
from jobs.storage.files import JobFiles
from media.transfer.bucket import Bucket
from tests.media.s3_server import s3_server
from tests.support.films import jpeg_of
from tests.support.stage import open_stage


@pytest.fixture(scope="module")
def access():
    """Return what opens a bucket of a running server."""
    with s3_server() as access:
        yield access


@pytest.fixture
def storage(access, tmp_path):
    """Return a storage of the test's own."""
    return BucketStorage(Bucket.open(replace(access, prefix=tmp_path.name)))


@pytest.fixture
async def stage(tmp_path, sandbox, clock, storage):
    """Return an open stage whose files lie in the storage."""
    files = JobFiles(tmp_path, storage)
    async with open_stage(tmp_path, sandbox, clock, files=files) as stage:
        yield replace(stage, files=files)


def another_host(stage):
    """Take every local file away, as on a host that has never seen the job."""
    for folder in ("frames", "videos"):
        shutil.rmtree(stage.files.data_dir / folder, ignore_errors=True)


async def test_each_step_of_a_job_may_run_on_another_host(stage):
    receipt = await stage.order(picture=jpeg_of(640, 480))
    another_host(stage)
    await stage.pipeline.submitter.step()
    stage.clock.advance(60)
    await stage.pipeline.poller.step()
    await stage.pipeline.deliverer.step()
    job = await stage.job(receipt)
    assert (job.state, len(stage.audience.delivered)) == (JobState.DELIVERED, 1)
    another_host(stage)
    video = await stage.pipeline.jobs.video(job)
    assert video.stat().st_size == job.video_bytes


async def test_a_video_that_another_host_brought_is_not_fetched_from_the_provider_again(stage):
    receipt = await stage.rendered()
    stage.audience.delivery_errors = [OSError("the line broke")]
    await stage.pipeline.deliverer.step()
    another_host(stage)
    stage.clock.advance(10)
    await stage.pipeline.deliverer.step()
    assert (await stage.job(receipt)).state is JobState.DELIVERED
    assert sum(stage.sandbox.ledger.file_gets.values()) == 1


async def test_what_is_erased_is_on_no_shelf(stage):
    job = await stage.delivered(picture=jpeg_of(640, 480))
    await stage.pipeline.jobs.erase(job, user_id=job.user_id)
    another_host(stage)
    assert await stage.pipeline.jobs.video(job) is None
    assert not (await stage.files.frame_here(job.first_frame)).exists()


async def test_without_its_shelf_a_command_orders_nothing(tmp_path, sandbox, clock, access):
    away = BucketStorage(Bucket.open(replace(access, endpoint="http://127.0.0.1:9", retry_seconds=0.1)))
    async with open_stage(tmp_path, sandbox, clock, files=JobFiles(tmp_path, away)) as stage:
        with pytest.raises(Exception, match="storage of MEDIA_URL failed"):
            await stage.order(picture=jpeg_of(640, 480))
        assert await stage.pipeline.submitter.next_due() is None


async def test_while_the_shelf_cannot_be_reached_a_job_waits_and_nothing_is_ordered(stage, access):
    receipt = await stage.order(picture=jpeg_of(640, 480))
    another_host(stage)
    bucket = stage.files.storage._bucket
    stage.files.storage._bucket = Bucket.open(
        replace(access, endpoint="http://127.0.0.1:9", retry_seconds=0.1)
    )
    await stage.pipeline.submitter.step()
    job = await stage.job(receipt)
    assert (job.state, stage.posts) == (JobState.QUEUED, 0)
    assert job.next_at > stage.clock()
    stage.files.storage._bucket = bucket
    stage.clock.advance(10)
    await stage.pipeline.submitter.step()
    assert ((await stage.job(receipt)).state, stage.posts) == (JobState.RENDERING, 1)
