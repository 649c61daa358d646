"""Films that are too large come out just below the limit, in one go; films that some player does not show play."""

import errno
import json
from dataclasses import replace
from fractions import Fraction

import av
import pytest
from film_samples import difference, frames_of, key_frames_of, write_noise
from odd_films import (
    FRAGMENTS,
    FRAMES,
    loud_in,
    odd_film,
    picture,
    with_bytes_behind,
    with_cover,
    with_renamed_box,
    without_brand,
)

from media.errors import NotAVideo
from media.isolation.isolated import run_isolated
from media.isolation.tasks import FIT, fit_isolated
from media.video.colour import to_picture
from media.video.facts import VideoFacts, Way, plan
from media.video.fit import fit_to, plan_for
from media.video.probe import probe, reading
from tests.support.rows import each_row

MIB = 2**20
QUIET_HEVC = {"codec": "libx265", "options": {"x265-params": "log-level=none"}}
BT601, BT709, BT2020 = (6, 6, 6, 1), (1, 1, 1, 1), (9, 9, 14, 1)
OURS = (6, 1, 1, 1)
NAMELESS = (2, 2, 2, 0)


@pytest.fixture(scope="module")
def noise(tmp_path_factory):
    path = tmp_path_factory.mktemp("noise") / "noise.mp4"
    return write_noise(path, size=(640, 360), frames=75, bitrate=6_000_000)


@pytest.mark.proof
@each_row("part", [0.71, 0.4])
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


@each_row("size, limit_bytes, planned", [
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
    size = await fit_isolated(source, target, 200_000)
    assert size == target.stat().st_size <= 200_000


async def test_faults_of_the_disk_and_of_the_film_come_back_from_a_process_of_its_own_as_they_are(tmp_path):
    source = write_noise(tmp_path / "in.mp4", frames=5)
    (tmp_path / "page.mp4").write_text("<html>")
    with pytest.raises(NotAVideo, match="not an mp4"):
        await fit_isolated(tmp_path / "page.mp4", tmp_path / "out.mp4", 60_000)
    with pytest.raises(FileNotFoundError):
        await fit_isolated(tmp_path / "absent.mp4", tmp_path / "out.mp4", 60_000)
    with pytest.raises(FileNotFoundError):
        await fit_isolated(source, tmp_path / "no" / "out.mp4", 60_000)


ENCODED = {
    "hevc": QUIET_HEVC,
    "hevc of ten bits": QUIET_HEVC | {"pixels": "yuv420p10le"},
    "ten bits": {"pixels": "yuv420p10le"},
    "4:2:2": {"pixels": "yuv422p"},
    "4:4:4": {"pixels": "yuv444p"},
    "rgb": {"codec": "libx264rgb", "pixels": "rgb24"},
    "lossless": {"options": {"qp": "0"}},
    "vp9": {"codec": "libvpx-vp9"},
    "mpeg4": {"codec": "mpeg4"},
    "prores": {"codec": "prores_ks", "pixels": "yuv422p10le", "wrapping": "mov"},
}


@each_row("kind", ENCODED)
def test_pictures_that_some_player_does_not_show_are_made_anew_and_look_the_same(tmp_path, kind):
    source = odd_film(tmp_path / "odd.mp4", **ENCODED[kind], tags=OURS, sound="aac")
    assert plan(probe(source)) is Way.ENCODE
    fit_to(source, tmp_path / "plays.mp4", limit_bytes=MIB)
    facts = probe(tmp_path / "plays.mp4")
    assert plan(facts) is Way.PASS
    assert plan(replace(facts, width=4096, height=2304)) is Way.PASS
    assert plan(replace(facts, width=4096, height=2306)) is Way.ENCODE
    assert (facts.codec, facts.pixel_format, facts.has_audio) == ("h264", "yuv420p", True)
    assert facts.duration_seconds == pytest.approx(probe(source).duration_seconds, abs=0.05)
    assert _seen_in(source) == pytest.approx(_seen_in(tmp_path / "plays.mp4"), abs=4)


def _seen_in(path):
    """Return the levels in the middle of each quarter of the first and the last picture, one after the other."""
    with av.open(str(path)) as film:
        frames = [to_picture(frame) for frame in film.decode(video=0)]
    assert len(frames) == FRAMES
    return [level for frame in (frames[0], frames[-1]) for level in _quarters(frame)]


def _quarters(seen):
    points = [(seen.width * x // 4, seen.height * y // 4) for x in (1, 3) for y in (1, 3)]
    return [level for point in points for level in seen.getpixel(point)]


PUT_IN_ORDER = {
    "index at the end": lambda path: odd_film(path, movflags="", sound="aac"),
    "fragments": lambda path: odd_film(path, movflags=FRAGMENTS, options={"g": "6"}, sound="aac"),
    "fragments without sound": lambda path: odd_film(path, movflags="dash+" + FRAGMENTS),
    "quicktime": lambda path: odd_film(path, wrapping="mov", sound="aac"),
    "quicktime of old": lambda path: without_brand(odd_film(path)),
    "bytes behind": lambda path: with_bytes_behind(odd_film(path, sound="aac"), bytes(4)),
    "a page behind": lambda path: with_bytes_behind(odd_film(path), b"<html>moved</html>"),
    "a cover": lambda path: with_cover(path.parent),
    "index at the end, turned": lambda path: odd_film(path, movflags="", turn=90, ratio=Fraction(4, 3)),
    "sound without description": lambda path: with_renamed_box(odd_film(path, sound="aac"), b"stsd"),
    "sound of studios": lambda path: odd_film(path, wrapping="mov", sound="pcm_s16le"),
    "sound of cinemas": lambda path: odd_film(path, sound="ac3"),
    "sound of browsers": lambda path: odd_film(path, sound="libopus"),
}


@each_row("kind", PUT_IN_ORDER)
def test_what_only_lies_wrongly_is_put_in_order_and_every_picture_stays_as_it_was(tmp_path, kind):
    source = PUT_IN_ORDER[kind](tmp_path / "odd.mp4")
    before = probe(source)
    assert plan(before) is Way.REMUX
    fit_to(source, tmp_path / "plays.mp4", limit_bytes=MIB)
    after = probe(tmp_path / "plays.mp4")
    assert plan(after) is Way.PASS
    assert _pictures_in(tmp_path / "plays.mp4") == _pictures_in(source)
    assert _begins(tmp_path / "plays.mp4") == 0
    assert (after.width, after.height, after.has_audio) == (before.width, before.height, before.has_audio)
    assert after.duration_seconds == pytest.approx(before.duration_seconds, abs=0.1)


def _begins(path):
    with av.open(str(path)) as film:
        return film.streams.video[0].start_time


def _pictures_in(path):
    with av.open(str(path)) as film:
        return [bytes(packet) for packet in film.demux(film.streams.video[-1]) if packet.size]


@each_row("sound", ["aac", "ac3", "pcm_s16le"])
@each_row("codec", ["libx264", "mpeg4"])
def test_sound_stays_beside_its_pictures(tmp_path, sound, codec):
    wrapping = "mov" if sound.startswith("pcm") else "mp4"
    source = odd_film(
        tmp_path / "odd.mp4", codec=codec, wrapping=wrapping, movflags="", sound=sound, begins=0.5
    )
    fit_to(source, tmp_path / "plays.mp4", limit_bytes=MIB)
    loud = loud_in(tmp_path / "plays.mp4")
    assert loud[0] == pytest.approx(0.5, abs=0.02)
    assert loud[-1] == pytest.approx(1, abs=0.04)


COLOURS = {
    "ours, as large": ((192, 768), OURS, 768, OURS),
    "601, as large": ((192, 768), BT601, 768, BT601),
    "709, as large": ((192, 768), BT709, 768, BT709),
    "2020": ((192, 768), BT2020, 768, BT2020),
    "full": ((192, 768), (*OURS[:3], 2), 768, (*OURS[:3], 2)),
    "nameless, large": ((192, 768), NAMELESS, 768, BT709),
    "nameless, small": ((192, 480), NAMELESS, 480, BT601),
    "ours, smaller": ((1366, 768), OURS, 540, OURS),
    "709, smaller": ((1366, 768), BT709, 540, (6, 1, 1, 1)),
    "full 709, smaller": ((1366, 768), (*BT709[:3], 2), 540, (6, 1, 1, 2)),
    "2020, smaller": ((1366, 768), BT2020, 540, BT2020),
    "nameless, smaller": ((1366, 768), NAMELESS, 540, (6, 1, 1, 1)),
    "709, upright": ((1080, 1920), BT709, 960, BT709),
}


@each_row("kind", COLOURS)
def test_colours_are_named_and_stay_what_they_were_at_every_size(tmp_path, kind):
    size, tags, lines, expected = COLOURS[kind]
    source = odd_film(
        tmp_path / "film.mp4", size=size, tags=tags, frames=6, options={"crf": "8", "preset": "ultrafast"}
    )
    limit = source.stat().st_size - 1 if lines == size[1] else 9000
    fit_to(source, tmp_path / "fitted.mp4", limit_bytes=limit)
    with av.open(str(source)) as before, av.open(str(tmp_path / "fitted.mp4")) as after:
        first, fitted = next(before.decode(video=0)), next(after.decode(video=0))
    assert fitted.height == lines
    assert (fitted.colorspace, fitted.color_primaries, fitted.color_trc, fitted.color_range) == expected
    assert _quarters(to_picture(fitted)) == pytest.approx(_quarters(to_picture(first)), abs=5)


def test_what_is_turned_or_has_wide_pixels_is_shown_as_before(tmp_path):
    source = odd_film(tmp_path / "odd.mp4", codec="mpeg4", size=(160, 120), turn=90, ratio=Fraction(2))
    fit_to(source, tmp_path / "plays.mp4", limit_bytes=MIB)
    facts = probe(tmp_path / "plays.mp4")
    assert (facts.width, facts.height) == (120, 320) == (probe(source).width, probe(source).height)
    upright = picture(size=(160, 120)).resize((320, 120)).rotate(90, expand=True)
    assert difference(frames_of(tmp_path / "plays.mp4")[0], upright) < 6


def test_sound_that_is_damaged_costs_only_itself(tmp_path):
    source = odd_film(tmp_path / "odd.mp4", codec="mpeg4", sound="aac")
    with av.open(str(source)) as film:
        packets = [(packet.pos, packet.size) for packet in film.demux(audio=0) if packet.size]
    data = bytearray(source.read_bytes())
    for at, size in packets[10:20]:
        data[at : at + size] = b"\xff" * size
    source.write_bytes(data)
    fit_to(source, tmp_path / "plays.mp4", limit_bytes=MIB)
    loud = loud_in(tmp_path / "plays.mp4")
    assert loud[0] < 0.05
    assert loud[-1] > 0.9
    assert not [at for at in loud if 0.3 < at < 0.4]


async def test_a_film_that_becomes_larger_than_a_file_may_is_no_fault_of_the_disk(tmp_path):
    source = write_noise(tmp_path / "noise.mp4", frames=25)
    order = {"source": str(source), "target": str(tmp_path / "out.mp4"), "limit_bytes": 60_000}
    with pytest.raises(NotAVideo, match="within the limits"):
        await run_isolated(replace(FIT, file_bytes=20_000), json.dumps(order).encode())


@each_row("number, raises", [
    (errno.EFBIG, NotAVideo), (errno.EAGAIN, NotAVideo), (errno.ENOSPC, OSError), (errno.EIO, OSError),
])  # fmt: skip
def test_limits_of_the_process_are_told_apart_from_faults_of_the_disk(noise, number, raises):
    with pytest.raises(raises), reading(noise):
        raise OSError(number, "it says")


@pytest.mark.proof
async def test_a_film_of_four_thousand_pixels_is_made_to_play_within_the_limits(tmp_path):
    source = odd_film(tmp_path / "film.mp4", codec="mpeg4", size=(3840, 2160), frames=8)
    await fit_isolated(source, tmp_path / "plays.mp4", 10 * MIB)
    facts = probe(tmp_path / "plays.mp4")
    assert (plan(facts), facts.width, facts.height) == (Way.PASS, 1920, 1080)
