"""The last picture of a film is good enough to be the first of the next, again and again."""

import contextlib
import io

import pytest
from broken_films import broken_films, spoil
from film_samples import difference, film_of, png, scenery
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from joints import RED, drift, first_of, joint_difference, ladder, last_of, numbers_of, write_film
from PIL import Image, JpegImagePlugin

from media.errors import NotAVideo
from media.isolation.tasks import first_frame_isolated, last_frame_isolated
from media.pictures.first_frame import check_first_frame
from media.rendering.render import ClipSpec, render_clip, size_for
from media.video.frames import first_frame, last_frame
from tests.support.rows import each_row

FULL_SIZE = (1366, 768)


def opened(jpeg):
    return Image.open(io.BytesIO(jpeg))


def middle(jpeg):
    picture = opened(jpeg)
    return picture.getpixel((picture.width // 2, picture.height // 2))


def is_close(colour, other, *, by=3):
    return all(abs(one - two) <= by for one, two in zip(colour, other, strict=True))


@each_row("every", [1, 7, 250])
@each_row("count", [1, 2, 30])
def test_it_is_the_last_one_wherever_the_key_frames_are(tmp_path, every, count):
    film = write_film(tmp_path / "film.mp4", ladder(count), every=every)
    for jpeg, level in ((first_frame(film), 40), (last_frame(film), 40 + 3 * (count - 1))):
        assert is_close(middle(jpeg), [round((level - 16) * 255 / 219)] * 3, by=2)


def test_what_lies_before_the_last_key_frame_is_not_decoded(tmp_path):
    film = write_film(tmp_path / "film.mp4", ladder(20), every=5)
    whole = last_frame(film)
    spoil(film, range(5, 15))
    assert last_frame(film) == whole


@pytest.mark.parametrize(
    "moves",
    [
        ("static",),
        *(pytest.param(moves, marks=pytest.mark.proof) for moves in (("push_in",), ("pan_left", "tilt_up"))),
    ],
    ids="+".join,
)
def test_three_joints_neither_show_nor_drift_nor_resize(tmp_path, moves):
    before, picture = tmp_path / "0.mp4", None
    _render(before, moves, picture)
    for number in range(1, 4):
        picture = last_frame(before)
        after = tmp_path / f"{number}.mp4"
        _render(after, moves, picture)
        assert joint_difference(before, after) < 1.2
        assert abs(drift(last_of(before), first_of(after))) < 1
        before = after


def _render(path, moves, picture):
    width, height = size_for(768, opened(picture).size if picture else None)
    assert (width, height) == FULL_SIZE
    spec = {"width": width, "height": height, "seconds": 1, "fps": 12, "moves": moves, "caption": "a fox"}
    render_clip(ClipSpec(**spec, picture=picture), path)


def test_a_still_camera_keeps_the_picture_for_three_generations(tmp_path):
    source = scenery((640, 360))
    picture = png(source)
    for _ in range(4):
        film = film_of(tmp_path, width=640, height=360, moves=("static",), seconds=1, picture=picture)
        picture = last_frame(film)
    assert difference(source, opened(picture)) < 2.5
    assert abs(drift(source, opened(picture))) < 0.7


@each_row("full", [False, True])
@each_row("matrix, number, size", [
    ("bt601", 6, (320, 180)), ("bt601", 5, (1280, 720)), ("bt709", 1, (320, 180)), ("bt709", 1, (1280, 720)),
    ("bt601", 2, (320, 180)), ("bt709", 2, (1280, 720)),
])  # fmt: skip
def test_colours_are_what_the_header_says_or_browsers_guess(tmp_path, matrix, number, size, full):
    colours = [numbers_of(RED, matrix, full=full)] * 2
    film = write_film(tmp_path / "film.mp4", colours, size=size, matrix=number, full=full)
    for take in (first_frame, last_frame):
        assert is_close(middle(take(film)), RED)


def test_the_jpeg_keeps_all_colour_and_nearly_all_detail_and_is_taken_as_a_first_frame(tmp_path):
    picture = opened(last_frame(film_of(tmp_path, width=640, height=360)))
    usual = io.BytesIO()
    picture.save(usual, "JPEG", quality=95)
    assert (picture.format, picture.size) == ("JPEG", (640, 360))
    assert JpegImagePlugin.get_sampling(picture) == 0
    assert picture.quantization == opened(usual.getvalue()).quantization
    assert check_first_frame(last_frame(tmp_path / "film.mp4")).width == 640


@pytest.fixture(scope="module")
def broken(tmp_path_factory):
    return broken_films(tmp_path_factory.mktemp("broken"))


@each_row("name", ["empty", "page", "cut", "zeros", "no frames", "broken end"])
def test_a_broken_film_has_no_last_frame(broken, name):
    with pytest.raises(NotAVideo):
        last_frame(broken[name])


@each_row("name", ["empty", "page", "cut", "zeros", "no frames"])
def test_a_broken_film_has_no_first_frame(broken, name):
    with pytest.raises(NotAVideo):
        first_frame(broken[name])


async def test_a_process_of_its_own_gives_the_same_pictures(tmp_path):
    film = film_of(tmp_path, moves=("push_in",))
    assert await last_frame_isolated(film) == last_frame(film)
    assert await first_frame_isolated(film) == first_frame(film)
    assert first_frame(film) != last_frame(film)


async def test_what_is_refused_there_is_refused_here(tmp_path, broken):
    with pytest.raises(NotAVideo) as here:
        last_frame(broken["page"])
    with pytest.raises(NotAVideo) as apart:
        await last_frame_isolated(broken["page"])
    assert str(apart.value) == str(here.value)
    with pytest.raises(FileNotFoundError):
        await last_frame_isolated(tmp_path / "absent.mp4")


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_no_spoiled_film_ever_raises_anything_else(tmp_path, data):
    film = tmp_path / "sample.mp4"
    if not film.exists():
        write_film(film, ladder(12), size=(64, 64), every=4)
    spoiled = bytearray(film.read_bytes())
    for _ in range(data.draw(st.integers(1, 6))):
        spoiled[data.draw(st.integers(0, len(spoiled) - 1))] = data.draw(st.integers(0, 255))
    (tmp_path / "spoiled.mp4").write_bytes(spoiled)
    with contextlib.suppress(NotAVideo):
        last_frame(tmp_path / "spoiled.mp4")
