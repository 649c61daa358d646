"""Files of jobs: first frames survive a power cut, old files go, young ones stay."""

import os
import time

import pytest

from jobs.storage.files import JobFiles

DAY = 86_400


@pytest.fixture
def files(tmp_path):
    """Return files under a folder that does not exist yet."""
    return JobFiles(tmp_path / "not" / "made" / "yet")


def aged(path, seconds):
    """Make a file that nobody touched for so long."""
    path.write_bytes(b"x")
    os.utime(path, (time.time() - seconds,) * 2)
    return path


async def test_a_first_frame_is_on_disk_whole_before_its_name_is_given(files, monkeypatch):
    synced, fsync = [], os.fsync

    def watched(descriptor):
        synced.append(os.fstat(descriptor).st_size)
        fsync(descriptor)

    monkeypatch.setattr(os, "fsync", watched)
    name = await files.keep_frame("key", b"picture")
    assert synced == [len(b"picture")]
    assert files.frame(name).read_bytes() == b"picture"


async def test_what_is_forgotten_twice_is_gone_once(files):
    name = await files.keep_frame("key", b"picture")
    await files.remove_frame(name)
    await files.remove_frame(name)
    assert not files.frame(name).exists()


async def test_old_frames_and_videos_are_swept_and_counted_young_ones_stay(files):
    old = [aged(files.frame("old.jpg"), 2 * DAY), aged(files.video("old.mp4"), 2 * DAY)]
    young = [aged(files.frame("young.jpg"), DAY / 2), aged(files.video("young.mp4"), DAY / 2)]

    assert await files.sweep(older_than_seconds=DAY) == 2
    assert [path.exists() for path in (*old, *young)] == [False, False, True, True]
    assert await files.sweep(older_than_seconds=DAY) == 0


async def test_a_folder_is_no_old_file(files):
    folder = files.video("kept")
    folder.mkdir()
    os.utime(folder, (0, 0))
    assert await files.sweep(older_than_seconds=DAY) == 0
    assert folder.exists()


@pytest.mark.parametrize(("alone", "left"), [
    (True, [".a.mp4.kept.part", "b.mp4"]), (False, [".a.mp4.kept.part", ".b.mp4.0a1b2c3d.part", "b.mp4"]),
])  # fmt: skip
async def test_what_is_unfinished_goes_at_a_start_unless_others_may_write_it(files, alone, left):
    aged(files.video(".a.mp4.kept.part"), 60)  # a download that the next try goes on with
    aged(files.video(".c.mp4.kept.part"), 2 * 3600)
    aged(files.video(".b.mp4.0a1b2c3d.part"), 60)
    aged(files.frame(".b.jpg.0a1b2c3d.part"), 2 * 3600)
    aged(files.video("b.mp4"), 60).chmod(0o644)
    files.video("folder").mkdir()

    await files.clear_up(alone=alone)
    assert sorted(path.name for path in files.video("").iterdir()) == [*left, "folder"]
    assert list(files.frame("").iterdir()) == []
    assert files.video("b.mp4").stat().st_mode & 0o777 == 0o600
    assert files.video("folder").stat().st_mode & 0o111


async def test_what_came_of_a_download_goes_with_its_job_and_within_the_hour(stage):
    receipt = await stage.rendered()
    kept = aged(stage.files.video(f".{receipt.job.key}.mp4.kept.part"), 60)
    await stage.files.remove_of(await stage.job(receipt))
    assert not kept.exists()
    old = aged(kept, 3700)
    await chore(stage, "files").run()
    assert not old.exists()


async def test_the_chore_sweeps_what_is_older_than_the_operator_keeps(stage):
    old = aged(stage.files.video("old.mp4"), 31 * DAY)
    young = aged(stage.files.video("young.mp4"), 29 * DAY)
    await chore(stage, "files").run()
    assert (old.exists(), young.exists()) == (False, True)


def chore(stage, name):
    """Return a chore of the worker."""
    return next(chore for chore in stage.pipeline.worker()._chores if chore.name == name)
