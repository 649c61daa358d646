"""The trajectories: where they start, that opposites are opposite, that nothing outside the canvas is ever shown."""

import itertools
import math

import pytest
from PIL import Image

from hailuo.camera import CameraMove
from media.rendering.canvas import Planes, Stage, apply
from media.rendering.moves import TRAJECTORIES, WIDEST_ZOOM, Moment, View, view_at
from tests.support.rows import each_row

OPPOSITES = [
    ("truck_left", "truck_right"),
    ("pan_left", "pan_right"),
    ("pedestal_up", "pedestal_down"),
    ("tilt_up", "tilt_down"),
]


def colours_of(planes):
    picture = planes.frame().to_image()
    return [picture.getpixel(point) for point in ((8, 8), (40, 24))]


@each_row("colour", [(220, 30, 30), (30, 200, 40), (30, 40, 220), (230, 230, 230)])
def test_what_is_pasted_cut_or_seen_keeps_its_colour(colour):
    ground = Planes.of(Image.new("RGB", (64, 48), "gray"))
    gray = colours_of(ground)[0]
    patch = Planes.of(Image.new("RGB", (16, 16), colour))
    ground.paste(patch, mask=Image.new("L", (16, 16), 255), at=(32, 16))
    unmoved = ((1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0))
    for planes in (ground, ground.cut((0, 0, 64, 48), (64, 48)), ground.seen_through(unmoved, (64, 48))):
        plain, pasted = colours_of(planes)
        assert plain == pytest.approx(gray, abs=3)
        assert pasted == pytest.approx(colour, abs=12)


def test_every_camera_move_of_the_provider_has_a_trajectory():
    assert set(TRAJECTORIES) == {move.value for move in CameraMove}


@each_row("move", TRAJECTORIES)
def test_every_move_starts_at_the_whole_picture(move):
    assert view_at([move], Moment(0, 0)) == View()


@each_row("one, other", OPPOSITES)
def test_opposite_slides_and_turns_mirror_each_other(one, other):
    first, second = (view_at([move], Moment(0.7, 4)) for move in (one, other))
    assert (first.x, first.y, first.yaw, first.pitch) == (-second.x, -second.y, -second.yaw, -second.pitch)
    assert (first.x, first.y, first.yaw, first.pitch) != (0, 0, 0, 0)


@each_row("one, other", [("push_in", "pull_out"), ("zoom_in", "zoom_out")])
def test_in_enlarges_and_out_reduces(one, other):
    assert view_at([one], Moment(1, 6)).zoom > 1.2
    assert view_at([other], Moment(1, 6)).zoom < 0.8


# Zoom, x and y in parts of the picture, yaw and pitch in degrees: half-way through a clip of six seconds, and at its end.
WAYS = {
    "truck_left": [(1.08, -0.07, 0, 0, 0), (1.16, -0.14, 0, 0, 0)],
    "truck_right": [(1.08, 0.07, 0, 0, 0), (1.16, 0.14, 0, 0, 0)],
    "pedestal_up": [(1.08, 0, -0.07, 0, 0), (1.16, 0, -0.14, 0, 0)],
    "pedestal_down": [(1.08, 0, 0.07, 0, 0), (1.16, 0, 0.14, 0, 0)],
    "pan_left": [(1.08, 0, 0, -3.5, 0), (1.16, 0, 0, -7, 0)],
    "pan_right": [(1.08, 0, 0, 3.5, 0), (1.16, 0, 0, 7, 0)],
    "tilt_up": [(1.08, 0, 0, 0, -3.5), (1.16, 0, 0, 0, -7)],
    "tilt_down": [(1.08, 0, 0, 0, 3.5), (1.16, 0, 0, 0, 7)],
    "push_in": [(1.176, 0, 0, 0, 0), (1.429, 0, 0, 0, 0)],
    "pull_out": [(0.851, 0, 0, 0, 0), (0.741, 0, 0, 0, 0)],
    "zoom_in": [(1.204, 0, 0, 0, 0), (1.45, 0, 0, 0, 0)],
    "zoom_out": [(0.845, 0, 0, 0, 0), (0.714, 0, 0, 0, 0)],
    "tracking": [(1.075, 0, 0, 0, 0), (1.15, 0, 0, 0, 0)],
    "static": [(1, 0, 0, 0, 0), (1, 0, 0, 0, 0)],
}


def test_every_move_goes_as_far_as_it_should():
    seen = {move: [_figures(view_at([move], Moment(part, 6 * part))) for part in (0.5, 1)] for move in WAYS}
    assert set(seen) == set(TRAJECTORIES) - {"shake"}
    assert seen == {move: [pytest.approx(way, abs=0.001) for way in ways] for move, ways in WAYS.items()}


def _figures(view):
    return view.zoom, view.x, view.y, math.degrees(view.yaw), math.degrees(view.pitch)


def test_without_a_move_the_camera_drifts_slowly_closer():
    assert [view_at([], Moment(part, 6 * part)).zoom for part in (0, 0.5, 1)] == [1, 1.03, 1.06]


def test_a_shake_trembles_about_the_middle_behind_a_slight_zoom():
    seen = [view_at(["shake"], Moment(step / 240, step / 40)) for step in range(1, 241)]
    assert max(view.zoom for view in seen) == pytest.approx(1.04)
    assert all(
        0.005 < max(abs(side) for side in sides) < 0.02
        for sides in ([v.x for v in seen], [v.y for v in seen])
    )
    changes = sum(one.x * other.x < 0 for one, other in itertools.pairwise(seen))
    assert changes > 20, "it swings to and fro"


def test_moves_together_pull_out_no_further_than_the_picture_bears():
    assert view_at(["pull_out", "zoom_out"], Moment(1, 6)).zoom == WIDEST_ZOOM == 0.62


def test_a_truck_slides_in_parallel_and_a_pan_turns():
    assert view_at(["truck_left"], Moment(1, 6)).yaw == 0
    assert view_at(["pan_left"], Moment(1, 6)).x == 0
    assert view_at(["pan_left"], Moment(1, 6)).yaw < 0


def test_moves_together_add_up_and_a_repeated_move_counts_once():
    both = view_at(["truck_left", "tilt_up"], Moment(1, 6))
    assert both.x == view_at(["truck_left"], Moment(1, 6)).x
    assert both.pitch == view_at(["tilt_up"], Moment(1, 6)).pitch
    assert view_at(["push_in", "push_in"], Moment(1, 6)) == view_at(["push_in"], Moment(1, 6))


def test_an_unknown_move_is_a_value_error():
    with pytest.raises(ValueError, match="spin"):
        view_at(["spin"], Moment(0, 0))


@each_row("stage", [Stage(1366, 768), Stage(768, 1900)])
def test_no_three_moves_together_ever_leave_the_canvas(stage):
    corners = list(itertools.product((0, stage.width), (0, stage.height)))
    for moves in itertools.combinations(TRAJECTORIES, 3):
        for seconds in (0.0, 1.7, 4.5, 6.0):
            seen = stage.homography(view_at(moves, Moment(seconds / 6, seconds)))
            for x, y in (apply(seen, corner) for corner in corners):
                assert -1e-6 <= x <= stage.canvas[0] + 1e-6, (moves, seconds)
                assert -1e-6 <= y <= stage.canvas[1] + 1e-6, (moves, seconds)
