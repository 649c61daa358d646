"""Films that are too large come out just below the limit, in one go."""

from fractions import Fraction

import pytest
from film_samples import frames_of, key_frames_of, write_noise

from media.fit import fit_apart, fit_to, plan_for
from media.probe import NotAVideo, VideoFacts, probe


@pytest.fixture(scope="module")
def noise(tmp_path_factory):
    path = tmp_path_factory.mktemp("noise") / "noise.mp4"
    return write_noise(path, size=(640, 360), frames=75, bitrate=6_000_000)


@pytest.mark.parametrize("part", [0.71, 0.4])
def test_noise_fits_in_one_go_and_keeps_its_size_and_sound(tmp_path, noise, part):
    limit = int(noise.stat().st_size * part)
    reached = fit_to(noise, tmp_path / "fitted.mp4", limit_bytes=limit)
    facts = probe(tmp_path / "fitted.mp4")
    assert 0.8 * limit < reached <= limit
    assert reached == facts.size_bytes
    assert (facts.width, facts.height, facts.codec, facts.pixel_format) == (640, 360, "h264", "yuv420p")
    assert (facts.has_audio, facts.faststart) == (True, True)
    assert facts.duration_seconds == pytest.approx(probe(noise).duration_seconds, abs=0.1)
    assert len(frames_of(tmp_path / "fitted.mp4")) == 75


def test_a_small_limit_makes_the_picture_smaller(tmp_path):
    source = write_noise(tmp_path / "large.mp4", size=(1280, 720), frames=10, sound=False)
    fit_to(source, tmp_path / "fitted.mp4", limit_bytes=15_000)
    facts = probe(tmp_path / "fitted.mp4")
    assert (facts.width, facts.height, facts.has_audio) == (960, 540, False)


def test_key_frames_are_chosen_anew(tmp_path):
    source = write_noise(tmp_path / "film.mp4", frames=25, every=1, sound=False)
    assert key_frames_of(source) == 25
    fit_to(source, tmp_path / "fitted.mp4", limit_bytes=200_000)
    assert key_frames_of(tmp_path / "fitted.mp4") < 5


def test_the_source_may_be_the_target(tmp_path):
    source = write_noise(tmp_path / "film.mp4", frames=25)
    reached = fit_to(source, source, limit_bytes=200_000)
    assert reached == source.stat().st_size <= 200_000


def test_a_broken_source_leaves_nothing_behind(tmp_path):
    source = tmp_path / "broken.mp4"
    source.write_bytes(b"<html>")
    with pytest.raises(NotAVideo):
        fit_to(source, tmp_path / "fitted.mp4", limit_bytes=1_000_000)
    assert list(tmp_path.iterdir()) == [source]


def facts_of(width, height, seconds=10.0):
    return VideoFacts(
        duration_seconds=seconds, width=width, height=height, codec="h264", pixel_format="yuv420p",
        has_audio=False, size_bytes=14_000_000, faststart=True,
    )  # fmt: skip


@pytest.mark.parametrize(("size", "limit_bytes", "planned"), [
    ((1366, 768), 10 * 2**20, (1366, 768)),
    ((1920, 1080), 10 * 2**20, (1920, 1080)),
    ((1920, 1080), 2_000_000, (1280, 720)),
    ((1366, 768), 1_000_000, (960, 540)),
    ((768, 1366), 1_000_000, (540, 960)),
    ((333, 501), 10 * 2**20, (332, 500)),
    ((320, 180), 1000, (320, 180)),
])  # fmt: skip
def test_the_picture_shrinks_only_where_the_bitrate_asks_for_it(size, limit_bytes, planned):
    plan = plan_for(facts_of(*size), rate=Fraction(25), limit_bytes=limit_bytes)
    assert (plan.width, plan.height) == planned


def test_ten_mebibytes_leave_eight_megabits_a_second_for_ten_seconds():
    plan = plan_for(facts_of(1366, 768), rate=Fraction(25), limit_bytes=10 * 2**20)
    assert plan.bitrate == pytest.approx(7_960_000, rel=0.01)


async def test_the_work_in_a_process_of_its_own_gives_the_same_answer(tmp_path):
    source = write_noise(tmp_path / "in.mp4", frames=25)
    target = tmp_path / "out.mp4"
    size = await fit_apart(source, target, 200_000)
    assert size == target.stat().st_size <= 200_000


async def test_faults_of_the_disk_and_of_the_film_come_back_from_a_process_of_its_own_as_they_are(tmp_path):
    source = write_noise(tmp_path / "in.mp4", frames=5)
    (tmp_path / "page.mp4").write_text("<html>")
    with pytest.raises(NotAVideo, match="not an mp4"):
        await fit_apart(tmp_path / "page.mp4", tmp_path / "out.mp4", 60_000)
    with pytest.raises(FileNotFoundError):
        await fit_apart(tmp_path / "absent.mp4", tmp_path / "out.mp4", 60_000)
    with pytest.raises(FileNotFoundError):
        await fit_apart(source, tmp_path / "no" / "out.mp4", 60_000)
