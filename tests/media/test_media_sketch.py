"""The free preview of camera moves: small, quick, of the member's own picture."""

import resource
import tempfile

import pytest
from film_samples import difference, frames_of, patch_in, patches, scenery
from picture_samples import FORMATS, file_of, picture, png_bomb
from PIL import Image

from media.errors import PictureFault, PictureRefused
from media.isolation.tasks import sketch_isolated
from media.rendering.drawing import draw_backdrop
from media.rendering.moves import TRAJECTORIES
from media.rendering.render import ClipSpec, render_clip, sketch
from media.video.probe import probe
from tests.support.rows import each_row

QUICK = {"push_in", "truck_left", "tilt_up"}


def film_at(folder, data):
    path = folder / "sketch.mp4"
    path.write_bytes(data)
    return path


@pytest.mark.parametrize(
    "move", [move if move in QUICK else pytest.param(move, marks=pytest.mark.proof) for move in TRAJECTORIES]
)
def test_it_shows_what_the_film_will_do(tmp_path, move):
    source = file_of(scenery((640, 360)), "JPEG", quality=92)
    seen = frames_of(film_at(tmp_path, sketch(source, [move])))
    spec = {"width": 640, "height": 360, "seconds": 2, "moves": (move,), "picture": source}
    render_clip(ClipSpec(**spec), tmp_path / "film.mp4")
    promised = [frame.resize((320, 180)) for frame in frames_of(tmp_path / "film.mp4")]
    assert len(seen) == 48
    for number in (0, 24, 47):
        assert difference(seen[number], promised[number]) < 3


def test_moves_together_all_act(tmp_path):
    source = patches((320, 180), size=(640, 360), side=60)
    frames = frames_of(film_at(tmp_path, sketch(source, ["push_in", "truck_left"])))
    before, after = patch_in(frames[0]), patch_in(frames[-1])
    assert after[0] > before[0] + 10
    assert after[3] > before[3] * 1.3


@each_row("size, small", [
    ((1366, 768), (320, 180)),
    ((1000, 1000), (320, 320)),
    ((768, 1366), (320, 568)),
    ((401, 1000), (228, 568)),
    ((1000, 401), (320, 128)),
    ((4032, 3024), (320, 240)),
    ((301, 301), (320, 320)),
])  # fmt: skip
def test_it_is_small_keeps_the_ratio_and_plays_inline(tmp_path, size, small):
    data = sketch(file_of(Image.effect_noise(size, 60).convert("RGB"), "JPEG"), ["push_in"])
    facts = probe(film_at(tmp_path, data))
    assert (facts.width, facts.height) == small
    assert (facts.codec, facts.pixel_format, facts.faststart) == ("h264", "yuv420p", True)
    assert facts.duration_seconds == pytest.approx(2, abs=0.05)
    assert not facts.has_audio


def test_a_photograph_weighs_about_a_hundred_kilobytes_at_most():
    source = file_of(scenery((1366, 768)), "JPEG", quality=92)
    for moves in (["shake", "pan_left"], ["push_in"], []):
        assert len(sketch(source, moves)) < 100_000


def test_without_a_picture_the_prompt_gives_the_landscape(tmp_path):
    first = frames_of(film_at(tmp_path, sketch(None, ["static"], prompt="a lake")))[0]
    assert difference(first, draw_backdrop("a lake", (320, 180))) < 3
    assert difference(first, draw_backdrop("a hill", (320, 180))) > 10


@each_row("size", [(1366, 768), (768, 1366)])
def test_it_is_less_than_a_tenth_of_the_work_of_a_film(tmp_path, size):
    film = ClipSpec(width=1366, height=768, seconds=6)
    frames = frames_of(film_at(tmp_path, sketch(file_of(picture(size), "JPEG"), [])))
    pixels = len(frames) * frames[0].width * frames[0].height
    assert pixels < film.frames * film.width * film.height / 10


async def test_two_seconds_of_a_processor_are_enough_for_a_photograph_from_the_start_of_the_process():
    photograph = file_of(Image.effect_noise((4000, 3000), 60).convert("RGB"), "JPEG", quality=92)
    before = _processor_seconds_of_children()
    await sketch_isolated(photograph, ["shake", "pan_left"])
    assert _processor_seconds_of_children() - before < 2


def _processor_seconds_of_children():
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


@each_row("source, prompt", [(file_of(picture(), "JPEG"), ""), (None, "湖\nlake")])
async def test_a_process_of_its_own_gives_the_same_film(tmp_path, source, prompt):
    moves = ["push_in", "pan_left"]
    apart = frames_of(film_at(tmp_path, await sketch_isolated(source, moves, prompt=prompt)))
    here = frames_of(film_at(tmp_path, sketch(source, moves, prompt=prompt)))
    # The encoder itself differs by a few bytes from run to run.
    assert max(difference(one, other) for one, other in zip(apart, here, strict=True)) < 0.5


@each_row("kind", FORMATS)
def test_a_picture_that_was_never_checked_is_read_with_the_same_care(kind):
    assert sketch(file_of(picture(), kind), ["static"])


@each_row("source, reason", [
    (b"<!doctype html>", PictureFault.NOT_A_PICTURE),
    (file_of(picture(), "EPS"), PictureFault.WRONG_FORMAT),
    (file_of(picture(), "PNG")[:300], PictureFault.CUT_OFF),
    (png_bomb(20_000), PictureFault.TOO_MANY_PIXELS),
])  # fmt: skip
async def test_what_is_no_picture_is_refused_here_and_apart(source, reason):
    with pytest.raises(PictureRefused) as here:
        sketch(source, ["push_in"])
    with pytest.raises(PictureRefused) as apart:
        await sketch_isolated(source, ["push_in"])
    assert here.value.reason is apart.value.reason is reason
    assert here.value.figures == apart.value.figures


@each_row("source", [None, file_of(picture(), "JPEG")])
async def test_an_unknown_move_is_refused_before_anything_starts(source):
    before = _processor_seconds_of_children()
    with pytest.raises(ValueError, match="not a camera move: 'spin'"):
        sketch(source, ["push_in", "spin"])
    with pytest.raises(ValueError, match="not a camera move: 'spin'"):
        await sketch_isolated(source, ["push_in", "spin"])
    assert _processor_seconds_of_children() == before


def test_nothing_stays_on_the_disk(tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    sketch(None, ["push_in"])
    with pytest.raises(PictureRefused):
        sketch(b"<!doctype html>", ["push_in"])
    assert list(tmp_path.iterdir()) == []
