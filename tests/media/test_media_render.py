"""Rendered films, decoded again: the picture really moves, and the right way."""

import io
import itertools

import pytest
from film_samples import EIGHTH, GREY, difference, film_of, frames_of, patch_in, patches, png, scenery
from PIL import Image

from media.errors import PictureRefused
from media.rendering.drawing import draw_backdrop, drawable
from media.rendering.moves import TRAJECTORIES
from media.rendering.render import ClipSpec, render_clip, size_for
from media.video.probe import probe
from tests.support.rows import each_row

CENTRE = (EIGHTH[0] // 2, EIGHTH[1] // 2)

# What is in the picture goes the other way than the camera: (rightwards, downwards) of a patch in the middle.
SLIDES = {
    "truck_left": (1, 0),
    "truck_right": (-1, 0),
    "pan_left": (1, 0),
    "pan_right": (-1, 0),
    "pedestal_up": (0, 1),
    "pedestal_down": (0, -1),
    "tilt_up": (0, 1),
    "tilt_down": (0, -1),
}


def shift(folder, *moves):
    """Return how far the patch in the middle went and how much it grew: dx, dy, factor."""
    frames = frames_of(film_of(folder, moves=moves, picture=patches(CENTRE)))
    before, after = patch_in(frames[0]), patch_in(frames[-1])
    return after[0] - before[0], after[1] - before[1], after[3] / before[3]


@each_row("move, way", SLIDES.items())
def test_slides_and_turns_move_the_picture_the_right_way(tmp_path, move, way):
    dx, dy, _ = shift(tmp_path, move)
    for moved, sign in ((dx, way[0]), (dy, way[1])):
        assert moved * sign > 8 if sign else abs(moved) <= 1


@each_row("move, lower, upper", [
    ("push_in", 1.25, 1.6), ("zoom_in", 1.25, 1.6), ("pull_out", 0.6, 0.85), ("zoom_out", 0.6, 0.85),
])  # fmt: skip
def test_in_enlarges_and_out_reduces_without_sliding(tmp_path, move, lower, upper):
    dx, dy, factor = shift(tmp_path, move)
    assert lower < factor < upper
    assert abs(dx) <= 1
    assert abs(dy) <= 1


def test_static_does_not_move(tmp_path):
    frames = frames_of(film_of(tmp_path, moves=("static",), picture=patches(CENTRE)))
    assert {patch_in(frame) for frame in frames} == {patch_in(frames[0])}


def test_shake_goes_to_and_fro(tmp_path):
    places = [
        patch_in(frame)[0]
        for frame in frames_of(film_of(tmp_path, moves=("shake",), picture=patches(CENTRE)))
    ]
    ways = [later > earlier for earlier, later in itertools.pairwise(places) if later != earlier]
    turns = sum(one != other for one, other in itertools.pairwise(ways))
    assert turns >= 4
    assert max(abs(place - places[0]) for place in places) >= 1


def test_tracking_sways_once_while_coming_closer(tmp_path):
    frames = frames_of(film_of(tmp_path, moves=("tracking",), picture=patches(CENTRE)))
    start, quarter, three_quarters, end = (
        patch_in(frames[round(at * (len(frames) - 1))]) for at in (0, 0.25, 0.75, 1)
    )
    assert quarter[0] < start[0] - 3
    assert three_quarters[0] > start[0] + 3
    assert abs(end[0] - start[0]) <= 1
    assert end[3] > start[3]


@each_row("move, slanted", [("pan_right", True), ("truck_right", False)])
def test_a_pan_is_seen_at_a_slant_and_a_truck_is_not(tmp_path, move, slanted):
    picture = patches((55, 48), (145, 48), side=50)
    after = frames_of(film_of(tmp_path, moves=(move,), picture=picture))[-1]
    left, right = patch_in(after, (0, 0, 70, 96)), patch_in(after, (80, 0, *EIGHTH))
    assert (left[3] - right[3] >= 2) is slanted


def test_moves_together_all_act(tmp_path):
    dx, dy, factor = shift(tmp_path, "push_in", "truck_left", "pedestal_up")
    assert dx > 8
    assert dy > 8
    assert factor > 1.4


def test_opposite_moves_together_cancel_out(tmp_path):
    dx, dy, _ = shift(tmp_path, "pan_left", "pan_right")
    assert abs(dx) <= 1
    assert abs(dy) <= 1


@each_row("move", [*TRAJECTORIES, None])
def test_the_first_frame_is_the_whole_picture(tmp_path, move):
    picture = scenery()
    moves = (move,) if move else ()
    first = frames_of(film_of(tmp_path, moves=moves, picture=png(picture), caption="words", seconds=1))[0]
    assert difference(first, picture) < 6


@each_row("moves", [
    ("pull_out", "zoom_out"), ("zoom_out", "truck_left", "pan_left"), ("pull_out", "tilt_down", "pedestal_down"),
])  # fmt: skip
def test_nothing_black_comes_in_at_the_edges(tmp_path, moves):
    last = frames_of(film_of(tmp_path, moves=moves, picture=png(Image.new("RGB", EIGHTH, (200, 180, 160)))))[
        -1
    ]
    assert min(low for low, _ in last.getextrema()) > 140


def test_a_picture_of_another_size_fills_the_frame(tmp_path):
    picture = scenery((640, 400))
    first = frames_of(film_of(tmp_path, picture=png(picture), seconds=1))[0]
    assert difference(first, picture.resize(EIGHTH)) < 6


def test_the_caption_appears_after_the_first_half_second_only(tmp_path):
    picture = patches(size=(680, 384))
    wishes = {"width": 680, "height": 384, "moves": ("static",), "picture": picture}
    frames = frames_of(film_of(tmp_path, caption="a red fox", **wishes))
    for frame in frames[:6]:
        assert all(GREY - 4 < value < GREY + 4 for pair in frame.getextrema() for value in pair)
    low, high = frames[-1].convert("L").getextrema()
    assert low < GREY - 15
    assert high > 200


def test_a_caption_in_letters_that_cannot_be_drawn_is_left_out(tmp_path):
    wishes = {"moves": ("static",), "picture": patches(), "seconds": 1}
    with_words = film_of(tmp_path, caption="[推进] 狐狸 🦊", **wishes).read_bytes()
    assert with_words == film_of(tmp_path, caption="", **wishes).read_bytes()


@each_row("text, drawn", [
    ("[推进] a très chic fox — 狐狸 [Push in, 左移]", "a tres chic fox - [Push in]"),
    ("one\ntwo\t\x07three", "one two three"),
    ("全部", ""),
])  # fmt: skip
def test_captions_keep_what_the_font_can_draw(text, drawn):
    assert drawable(text) == drawn


@each_row("caption", ["word " * 400, "x" * 2000])
def test_an_endless_caption_stays_within_two_lines(tmp_path, caption):
    last = frames_of(film_of(tmp_path, caption=caption, moves=("static",), picture=patches()))[-1]
    assert last.crop((0, 0, EIGHTH[0], 60)).convert("L").getextrema()[0] > GREY - 10


def test_the_film_is_what_every_player_plays(tmp_path):
    facts = probe(film_of(tmp_path, seconds=6, fps=24, caption="a lake"))
    assert (facts.codec, facts.pixel_format, facts.faststart) == ("h264", "yuv420p", True)
    assert (facts.width, facts.height) == EIGHTH
    assert facts.duration_seconds == pytest.approx(6, abs=0.05)


def test_the_backdrop_depends_on_the_words_alone():
    assert draw_backdrop("a lake", EIGHTH).tobytes() == draw_backdrop("a lake", EIGHTH).tobytes()
    assert draw_backdrop("a lake", EIGHTH).tobytes() != draw_backdrop("a hill", EIGHTH).tobytes()


def test_progress_rises_to_a_hundred(tmp_path):
    seen = []
    spec = ClipSpec(width=32, height=32, seconds=6)
    render_clip(spec, tmp_path / "film.mp4", on_progress=seen.append)
    assert seen == sorted(set(seen))
    assert seen[-1] == 100


def test_a_failed_render_leaves_nothing_behind(tmp_path):
    with pytest.raises(PictureRefused):
        film_of(tmp_path, picture=patches()[:200])
    with pytest.raises(RuntimeError):
        render_clip(ClipSpec(width=32, height=32, seconds=1), tmp_path / "film.mp4", on_progress=_stop)
    assert list(tmp_path.iterdir()) == []


def _stop(_):
    raise RuntimeError("stopped in the middle")


@each_row("side, picture, size", [
    (768, None, (1366, 768)),
    (1080, None, (1920, 1080)),
    (768, (1000, 1000), (768, 768)),
    (768, (3000, 2000), (1152, 768)),
    (768, (301, 700), (768, 1786)),
    (1080, (1920, 1080), (1920, 1080)),
    (96, None, (170, 96)),
])  # fmt: skip
def test_films_follow_the_picture_with_the_asked_short_side(side, picture, size):
    assert size_for(side, picture) == size


@each_row("wrong", [
    {"width": 171}, {"height": 0}, {"seconds": 0}, {"fps": 0}, {"moves": ("spin",)},
])  # fmt: skip
def test_a_clip_that_cannot_be_rendered_cannot_be_asked_for(wrong):
    with pytest.raises(ValueError, match=r"not a"):
        ClipSpec(**({"width": 170, "height": 96, "seconds": 1} | wrong))


def test_a_photograph_turned_by_its_metadata_is_shown_upright(tmp_path):
    exif = Image.Exif()
    exif[0x0112] = 3
    file = io.BytesIO()
    half = Image.new("RGB", EIGHTH, "black")
    half.paste("white", (0, 0, EIGHTH[0], EIGHTH[1] // 2))
    half.save(file, "JPEG", exif=exif)
    first = frames_of(film_of(tmp_path, picture=file.getvalue(), seconds=1))[0]
    assert first.getpixel((80, 5))[0] < 60
    assert first.getpixel((80, 90))[0] > 200
