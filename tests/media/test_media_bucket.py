"""Files in S3-compatible storage, against a real server."""

from dataclasses import replace

import pytest

from media.errors import BucketFailed
from media.transfer.bucket import Bucket
from tests.media.s3_server import s3_server


@pytest.fixture(scope="module")
def access():
    """Return what opens a bucket of a running server."""
    with s3_server() as access:
        yield access


@pytest.fixture
def bucket(access, tmp_path):
    """Return a folder of the bucket that only this test uses."""
    return Bucket.open(replace(access, prefix=tmp_path.name))


@pytest.fixture
def film(tmp_path):
    path = tmp_path / "film.mp4"
    path.write_bytes(bytes(range(256)) * 40_000)  # more than one part of an upload
    return path


async def test_what_was_put_away_comes_back_whole(bucket, film, tmp_path):
    await bucket.put("videos/film.mp4", film)
    assert await bucket.fetch("videos/film.mp4", tmp_path / "again.mp4")
    assert (tmp_path / "again.mp4").read_bytes() == film.read_bytes()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["again.mp4", "film.mp4"]


async def test_what_is_put_again_replaces_the_first(bucket, film, tmp_path):
    await bucket.put("videos/film.mp4", film)
    film.write_bytes(b"another")
    await bucket.put("videos/film.mp4", film)
    await bucket.fetch("videos/film.mp4", tmp_path / "again.mp4")
    assert (tmp_path / "again.mp4").read_bytes() == b"another"


async def test_what_is_not_there_is_no_failure_and_leaves_no_file(bucket, tmp_path):
    assert not await bucket.fetch("videos/none.mp4", tmp_path / "none.mp4")
    assert list(tmp_path.iterdir()) == []


async def test_what_is_removed_twice_is_gone_once(bucket, film, tmp_path):
    await bucket.put("videos/film.mp4", film)
    for _ in range(2):
        await bucket.remove(["videos/film.mp4", "videos/never-there.mp4"])
    assert not await bucket.fetch("videos/film.mp4", tmp_path / "again.mp4")


async def test_old_files_go_and_young_ones_stay(bucket, film, tmp_path):
    await bucket.put("videos/film.mp4", film)
    assert await bucket.remove_older(than_seconds=3600) == 0
    assert await bucket.fetch("videos/film.mp4", tmp_path / "again.mp4")
    assert await bucket.remove_older(than_seconds=-3600) == 1
    assert not await bucket.fetch("videos/film.mp4", tmp_path / "gone.mp4")


async def test_a_folder_sees_nothing_of_another(bucket, access, film, tmp_path):
    await bucket.put("videos/film.mp4", film)
    other = Bucket.open(replace(access, prefix="other"))
    assert not await other.fetch("videos/film.mp4", tmp_path / "again.mp4")


async def test_a_server_that_is_not_there_is_named_by_its_setting_without_keys(access, film, tmp_path):
    away = Bucket.open(replace(access, endpoint="http://127.0.0.1:9", retry_seconds=0.1))
    for call in (
        away.put("videos/film.mp4", film),
        away.fetch("videos/film.mp4", tmp_path / "x"),
        away.remove(["videos/film.mp4"]),
        away.remove_older(than_seconds=1),
    ):
        with pytest.raises(BucketFailed, match="storage of MEDIA_URL failed") as caught:
            await call
        assert "test-" not in str(caught.value)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["film.mp4"]
