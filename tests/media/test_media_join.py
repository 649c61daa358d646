"""A chain of clips becomes one film: every frame of each, but the doubled ones."""

import contextlib
import os
import subprocess
import sys
from dataclasses import replace
from fractions import Fraction

import av
import pytest
from broken_films import broken_films
from film_samples import difference, film_of, frames_of, key_frames_of
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from joints import RED, ladder, levels_of, numbers_of, write_film
from memory import needs_proc
from odd_films import loud_in, odd_film, picture

from media.errors import NotAVideo
from media.isolation.tasks import join_isolated
from media.video.colour import Matrix, to_picture
from media.video.facts import MAX_CLIPS, JoinedFacts, Way, plan
from media.video.join import MAX_SECONDS, join, scaled_into
from media.video.probe import probe
from tests.support.rows import each_row


def close_to(levels):
    return pytest.approx(levels, abs=1)


def test_every_frame_is_there_once_and_in_order(tmp_path):
    clips = [write_film(tmp_path / f"{first}.mp4", ladder(9, first=first)) for first in (40, 64, 88)]
    facts = join(clips, tmp_path / "joined.mp4")
    assert levels_of(clips[0])[-1] == levels_of(clips[1])[0]
    assert levels_of(tmp_path / "joined.mp4") == close_to([40 + 3 * number for number in range(25)])
    assert facts.frames == 25


def test_four_clips_of_six_seconds_lose_three_frames(tmp_path):
    clips = [film_of(tmp_path, seconds=6, fps=24)] * 4
    facts = join(clips, tmp_path / "joined.mp4")
    size = (tmp_path / "joined.mp4").stat().st_size
    assert facts == JoinedFacts(frames=573, duration_seconds=573 / 24, width=170, height=96, size_bytes=size)
    with av.open(str(tmp_path / "joined.mp4")) as film:
        assert film.streams.video[0].frames == 573


def test_it_plays_everywhere_at_once_and_at_one_rate(tmp_path):
    clip = film_of(tmp_path, fps=24)
    join([clip, clip], tmp_path / "joined.mp4")
    facts = probe(tmp_path / "joined.mp4")
    assert (facts.codec, facts.pixel_format, facts.faststart) == ("h264", "yuv420p", True)
    assert facts.duration_seconds == pytest.approx(95 / 24, abs=0.01)
    with av.open(str(tmp_path / "joined.mp4")) as film:
        times = [frame.pts * frame.time_base for frame in film.decode(video=0)]
        assert film.streams.video[0].average_rate == 24
    assert times == [Fraction(number, 24) for number in range(95)]


def test_what_the_clips_show_looks_the_same_in_the_film(tmp_path):
    clip = film_of(tmp_path, width=320, height=180, moves=("pan_left",), caption="a lake")
    join([clip], tmp_path / "joined.mp4")
    pairs = zip(frames_of(clip), frames_of(tmp_path / "joined.mp4"), strict=True)
    assert max(difference(one, other) for one, other in pairs) < 2


@each_row("rate, count, expected", [(30, 60, 48), (12, 24, 48), (25, 50, 48), (60, 90, 36)])
def test_another_rate_is_brought_to_the_first_and_lasts_as_long(tmp_path, rate, count, expected):
    first = write_film(tmp_path / "first.mp4", ladder(24))
    other = write_film(tmp_path / "other.mp4", ladder(count, step=2), rate=rate)
    facts = join([first, other], tmp_path / "joined.mp4")
    assert facts.frames == 24 + expected - 1
    seen = levels_of(tmp_path / "joined.mp4")[24:]
    shown = [40 + 2 * int((number + 0.5) * rate / 24) for number in range(1, expected)]
    assert seen == close_to(shown)


def test_frames_whose_times_are_rounded_come_out_one_by_one(tmp_path):
    times = [number + wobble for number, wobble in zip(range(20), [0, 0.2, -0.3, 0.3] * 5, strict=True)]
    clip = write_film(tmp_path / "clip.mp4", ladder(20), times=times)
    first = write_film(tmp_path / "first.mp4", ladder(1))
    assert join([first, clip], tmp_path / "joined.mp4").frames == 20
    assert levels_of(tmp_path / "joined.mp4") == close_to([40 + 3 * number for number in range(20)])


def test_another_size_stands_in_the_middle_with_black_beside_it(tmp_path):
    first = write_film(tmp_path / "first.mp4", ladder(2, first=100), size=(320, 180))
    tall = write_film(tmp_path / "tall.mp4", ladder(5, first=150, step=1), size=(180, 320))
    facts = join([first, tall], tmp_path / "joined.mp4")
    assert (facts.width, facts.height) == (320, 180)
    last = frames_of(tmp_path / "joined.mp4")[-1].convert("L")
    assert last.size == (320, 180)
    row = [last.getpixel((x, 90)) for x in range(320)]
    bright = [x for x, light in enumerate(row) if light > 80]
    assert len(bright) == pytest.approx(180 * 180 / 320, abs=3)
    assert sum(bright) / len(bright) == pytest.approx(160, abs=2)
    assert max(row[:100] + row[-100:]) < 12


@each_row("size, room, scaled", [
    ((1920, 1080), (1366, 768), (1366, 768)),
    ((1366, 768), (1920, 1080), (1920, 1080)),
    ((1280, 724), (1366, 768), (1366, 768)),
    ((1080, 1080), (1366, 768), (768, 768)),
    ((768, 1366), (1366, 768), (432, 768)),
    ((4096, 16), (320, 180), (320, 2)),
])  # fmt: skip
def test_a_ratio_is_kept_but_for_a_pixel_or_two(size, room, scaled):
    assert scaled_into(size, room) == scaled


def test_the_colours_of_clips_of_other_matrices_are_the_same_in_the_film(tmp_path):
    kinds = [("bt709", 1, False), ("bt601", 6, False), ("bt601", 5, True)]
    clips = [
        write_film(
            tmp_path / f"{number}.mp4",
            [numbers_of(RED, matrix, full=full)] * 3,
            matrix=number,
            full=full,
        )
        for matrix, number, full in kinds
    ]
    join(clips, tmp_path / "joined.mp4")
    with av.open(str(tmp_path / "joined.mp4")) as film:
        frames = list(film.decode(video=0))
    assert len(frames) == 7
    for frame in frames:
        assert frame.colorspace == Matrix.BT709.code
        seen = to_picture(frame).getpixel((160, 90))
        assert all(abs(one - two) <= 4 for one, two in zip(seen, RED, strict=True))


def test_key_frames_are_chosen_anew(tmp_path):
    clip = write_film(tmp_path / "clip.mp4", ladder(20), every=1)
    join([clip, clip], tmp_path / "joined.mp4")
    assert key_frames_of(clip) == 20
    assert key_frames_of(tmp_path / "joined.mp4") < 5


SEAMS = {
    "with, without, with": ({"sound": "aac", "begins": 0.5}, {}, {"sound": "ac3", "begins": 0.25}),
    "without, with": ({}, {"sound": "aac", "begins": 0.5}),
    "another rate": (
        {"sound": "aac", "begins": 0.5},
        {"sound": "libopus", "begins": 0.5, "rate": 30, "frames": 30},
    ),
    "short and long sound": (
        {"sound": "aac", "begins": 0, "seconds": 0.5},
        {"sound": "aac", "begins": 0.5, "seconds": 3},
        {"sound": "libmp3lame", "begins": 0.5},
    ),
    "fragments": ({"sound": "aac", "begins": 0.5, "movflags": "frag_keyframe+empty_moov"},) * 3,
    "a long chain": ({"sound": "aac", "begins": 0.5},) * 12,
}


@each_row("kind", SEAMS)
def test_what_is_heard_stays_beside_what_is_seen_at_every_seam(tmp_path, kind):
    clips = [odd_film(tmp_path / f"{number}.mp4", **made) for number, made in enumerate(SEAMS[kind])]
    join(clips, tmp_path / "joined.mp4")
    facts = probe(tmp_path / "joined.mp4")
    assert (facts.has_audio, plan(facts)) == (True, Way.PASS)
    assert _spans(loud_in(tmp_path / "joined.mp4")) == [
        pytest.approx(span, abs=0.04) for span in _spans_of(SEAMS[kind])
    ]


def _spans_of(clips):
    """Return from when to when each clip is loud: clips last a second, less the picture that is left out."""
    spans, start = [], Fraction(0)
    for number, clip in enumerate(clips):
        left_out = Fraction(bool(number), 24)
        if "sound" in clip:
            loud = (clip["begins"], min(1, clip.get("seconds", 1)))
            spans.append(tuple(float(max(0, at - left_out) + start) for at in loud))
        start += 1 - left_out
    return spans


def _spans(moments):
    spans = []
    for at in moments:
        if spans and at - spans[-1][1] < 0.06:
            spans[-1][1] = at + 0.005
        else:
            spans.append([at, at + 0.005])
    return [tuple(span) for span in spans]


def test_a_chain_without_sound_stays_without_a_track_of_it(tmp_path):
    clip = write_film(tmp_path / "clip.mp4", ladder(5))
    join([clip, clip], tmp_path / "joined.mp4")
    assert not probe(tmp_path / "joined.mp4").has_audio


def test_turned_and_wide_clips_stand_upright_in_the_film(tmp_path):
    turned = odd_film(tmp_path / "turned.mp4", turn=-90)
    wide = odd_film(tmp_path / "wide.mp4", ratio=Fraction(2), size=(176, 432))
    join([turned, wide], tmp_path / "joined.mp4")
    facts = probe(tmp_path / "joined.mp4")
    assert (facts.width, facts.height) == (144, 176)
    frames = frames_of(tmp_path / "joined.mp4")
    assert difference(frames[0], picture().rotate(-90, expand=True)) < 6
    assert difference(frames[-1], picture(23).resize((144, 176))) < 6


def test_other_codings_are_taken(tmp_path):
    old = write_film(tmp_path / "old.mp4", ladder(5), codec="mpeg4")
    assert join([old, old], tmp_path / "joined.mp4").frames == 9
    assert probe(tmp_path / "joined.mp4").codec == "h264"


def test_the_film_may_take_the_place_of_a_clip(tmp_path):
    clip = film_of(tmp_path)
    assert join([clip, clip], clip).frames == 47
    assert probe(clip).duration_seconds == pytest.approx(47 / 12, abs=0.01)


@pytest.fixture(scope="module")
def broken(tmp_path_factory):
    return broken_films(tmp_path_factory.mktemp("broken"))


@each_row("name", ["empty", "page", "cut", "zeros", "no frames", "broken end"])
@each_row("place", [0, 1])
def test_one_broken_clip_leaves_nothing_behind(tmp_path, broken, name, place):
    clips = [film_of(tmp_path)]
    clips.insert(place, broken[name])
    with pytest.raises(NotAVideo):
        join(clips, tmp_path / "joined.mp4")
    assert [path.name for path in tmp_path.iterdir()] == ["film.mp4"]


@each_row("count", [0, MAX_CLIPS + 1])
async def test_no_clip_and_too_many_are_refused(tmp_path, count):
    clips = [tmp_path / "clip.mp4"] * count
    with pytest.raises(ValueError, match="not 1 to 20 clips"):
        join(clips, tmp_path / "joined.mp4")
    with pytest.raises(ValueError, match="not 1 to 20 clips"):
        await join_isolated(clips, tmp_path / "joined.mp4")


def test_what_lasts_too_long_is_refused(tmp_path):
    long = write_film(tmp_path / "long.mp4", ladder(2), times=[0, MAX_SECONDS * 24 / 2])
    with pytest.raises(NotAVideo, match="of at most 240"):
        join([long, long], tmp_path / "joined.mp4")
    assert not (tmp_path / "joined.mp4").exists()


def test_a_clip_that_lies_about_its_length_is_stopped(tmp_path):
    long = write_film(tmp_path / "long.mp4", ladder(3), size=(32, 32), times=[0, 1, MAX_SECONDS * 24 + 9])
    data = bytearray(long.read_bytes())
    for kind, at in ((b"mvhd", 20), (b"tkhd", 24), (b"mdhd", 20)):
        where = data.index(kind) + at
        data[where : where + 4] = (100).to_bytes(4, "big")
    long.write_bytes(data)
    if probe(long).duration_seconds > MAX_SECONDS:
        pytest.fail("the lie does not work")
    with pytest.raises(NotAVideo, match="unlike its header"):
        join([long], tmp_path / "joined.mp4")


MEASURE = """
import sys
from pathlib import Path
from memory import peak_mib
from media.video.join import join
clip, target, count = Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3])
print(join([clip] * count, target).frames, peak_mib())
"""


@pytest.mark.proof
@needs_proc
def test_memory_does_not_grow_with_the_number_of_clips(tmp_path):
    clip = write_film(tmp_path / "clip.mp4", ladder(48, step=2), size=(640, 360))
    frames, peaks = zip(*(_measured(clip, tmp_path / "joined.mp4", count) for count in (2, 10)), strict=True)
    assert frames == (95, 471)
    assert peaks[1] - peaks[0] < 40  # 376 frames more weigh 124 MiB


def _measured(clip, target, count):
    run = subprocess.run(
        [sys.executable, "-W", "error", "-c", MEASURE, str(clip), str(target), str(count)],
        capture_output=True,
        text=True,
        env={"PYTHONPATH": os.pathsep.join(["tests/media", "."])},
    )
    return tuple(map(int, run.stdout.split()))


async def test_a_process_of_its_own_gives_the_same_film(tmp_path):
    clips = [film_of(tmp_path), write_film(tmp_path / "other.mp4", ladder(5))]
    apart = await join_isolated(clips, tmp_path / "apart.mp4")
    here = join(clips, tmp_path / "here.mp4")
    # The encoder itself differs by a few bytes from run to run.
    assert replace(apart, size_bytes=here.size_bytes) == here
    assert apart.size_bytes == (tmp_path / "apart.mp4").stat().st_size
    assert levels_of(tmp_path / "apart.mp4") == close_to(levels_of(tmp_path / "here.mp4"))


async def test_what_is_refused_there_is_refused_here(tmp_path, broken):
    with pytest.raises(NotAVideo, match="not an mp4"):
        await join_isolated([broken["page"]], tmp_path / "joined.mp4")
    with pytest.raises(FileNotFoundError):
        await join_isolated([tmp_path / "absent.mp4"], tmp_path / "joined.mp4")
    with pytest.raises(FileNotFoundError):
        await join_isolated([film_of(tmp_path)], tmp_path / "no" / "joined.mp4")


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_no_spoiled_clip_ever_raises_anything_else(tmp_path, data):
    clip = tmp_path / "sample.mp4"
    if not clip.exists():
        write_film(clip, ladder(12), size=(64, 64), every=4)
    spoiled = bytearray(clip.read_bytes())
    for _ in range(data.draw(st.integers(1, 6))):
        spoiled[data.draw(st.integers(0, len(spoiled) - 1))] = data.draw(st.integers(0, 255))
    (tmp_path / "spoiled.mp4").write_bytes(spoiled)
    with contextlib.suppress(NotAVideo):
        join([clip, tmp_path / "spoiled.mp4"], tmp_path / "joined.mp4")
