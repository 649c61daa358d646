"""What plainly plays needs no FFmpeg; whatever is unusual, broken or cut is left to it."""

import random

from broken_films import broken_films
from film_samples import film_of, write_noise
from odd_films import odd_film

from media.errors import NotAVideo
from media.video.facts import Way, plan
from media.video.mp4_headers import read_boxes
from media.video.plain import plays_plainly
from media.video.probe import probe
from tests.support.rows import each_row

PLAIN = {
    "as rendered": {},
    "with sound": {"sound": "aac"},
    "baseline": {"options": {"profile": "baseline"}},
    "main": {"options": {"profile": "main"}},
    "full range": {"pixels": "yuvj420p"},
    "turned": {"turn": 90},
    "without pictures in between": {"options": {"bf": "0"}},
}
UNUSUAL = {
    "index behind": {"movflags": ""},
    "fragments": {"movflags": "frag_keyframe+empty_moov+default_base_moof"},
    "no mp4": {"wrapping": "mov"},
    "wide pixels": {"ratio": 2},
    "other sound": {"sound": "libmp3lame"},
    "every colour": {"pixels": "yuv444p"},
    "ten bits": {"pixels": "yuv420p10le"},
    "hevc": {"codec": "libx265"},
    "interlaced": {"options": {"flags": "+ildct+ilme", "x264-params": "tff=1"}},
}


@each_row("name", PLAIN)
def test_what_plainly_plays_is_told_without_decoding_it(tmp_path, name):
    film = odd_film(tmp_path / "film.mp4", **PLAIN[name])
    assert (plays_plainly(film), plan(probe(film))) == (True, Way.PASS)


@each_row("name", UNUSUAL)
def test_what_is_unusual_is_left_to_ffmpeg(tmp_path, name):
    assert not plays_plainly(odd_film(tmp_path / "film.mp4", **UNUSUAL[name]))


def test_what_the_sandbox_renders_plainly_plays(tmp_path):
    assert plays_plainly(film_of(tmp_path, seconds=6, fps=24))


def test_no_broken_film_plainly_plays(tmp_path):
    whole = film_of(tmp_path).read_bytes()
    for name, film in broken_films(tmp_path).items():
        assert not plays_plainly(film), name
    for kept in range(0, len(whole), 97):
        film = tmp_path / "cut.mp4"
        film.write_bytes(whole[:kept])
        assert not plays_plainly(film), kept


def test_zeros_in_any_stretch_of_the_first_picture_are_seen(tmp_path):
    data = write_noise(tmp_path / "noise.mp4", frames=2, sound=False).read_bytes()
    pictures = next(box for box in read_boxes(tmp_path / "noise.mp4") if box.kind == "mdat")
    film = tmp_path / "holed.mp4"
    for at in range(pictures.start + 8, pictures.start + 8000, 1000):
        film.write_bytes(data[:at] + bytes(64) + data[at + 64 :])
        assert not plays_plainly(film), at


@each_row("wishes", [{}, {"sound": "aac"}])
def test_of_films_with_spoiled_bytes_none_plainly_plays_that_ffmpeg_refuses_or_would_change(tmp_path, wishes):
    data = odd_film(tmp_path / "whole.mp4", **wishes).read_bytes()
    index = next(box for box in read_boxes(tmp_path / "whole.mp4") if box.kind == "moov")
    film, chance, plain = tmp_path / "spoiled.mp4", random.Random(7), 0  # noqa: S311 - seeded, to be the same each time
    for number in range(600):
        spoiled = bytearray(data)
        end = index.start + index.length if number % 2 else len(data)
        for _ in range(chance.choice((1, 1, 3))):
            spoiled[chance.randrange(end)] = chance.randrange(256)
        film.write_bytes(spoiled)
        if plays_plainly(film):
            plain += 1
            assert _way(film) is Way.PASS, number
    assert 100 < plain < 500


def _way(film):
    try:
        return plan(probe(film))
    except NotAVideo as fault:
        return fault
