"""The trajectories: where they start, that opposites are opposite, that nothing outside the canvas is ever shown."""

import itertools

import pytest

from hailuo.camera import CameraMove
from media.geometry import Stage, apply
from media.moves import TRAJECTORIES, Moment, View, view_at

OPPOSITES = [
    ("truck_left", "truck_right"),
    ("pan_left", "pan_right"),
    ("pedestal_up", "pedestal_down"),
    ("tilt_up", "tilt_down"),
]


def test_every_camera_move_of_the_provider_has_a_trajectory():
    assert set(TRAJECTORIES) == {move.value for move in CameraMove}


@pytest.mark.parametrize("move", TRAJECTORIES)
def test_every_move_starts_at_the_whole_picture(move):
    assert view_at([move], Moment(0, 0)) == View()


@pytest.mark.parametrize(("one", "other"), OPPOSITES)
def test_opposite_slides_and_turns_mirror_each_other(one, other):
    first, second = (view_at([move], Moment(0.7, 4)) for move in (one, other))
    assert (first.x, first.y, first.yaw, first.pitch) == (-second.x, -second.y, -second.yaw, -second.pitch)
    assert (first.x, first.y, first.yaw, first.pitch) != (0, 0, 0, 0)


@pytest.mark.parametrize(("one", "other"), [("push_in", "pull_out"), ("zoom_in", "zoom_out")])
def test_in_enlarges_and_out_reduces(one, other):
    assert view_at([one], Moment(1, 6)).zoom > 1.2
    assert view_at([other], Moment(1, 6)).zoom < 0.8


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


@pytest.mark.parametrize("stage", [Stage(1366, 768), Stage(768, 1900)], ids=str)
def test_no_three_moves_together_ever_leave_the_canvas(stage):
    corners = list(itertools.product((0, stage.width), (0, stage.height)))
    for moves in itertools.combinations(TRAJECTORIES, 3):
        for seconds in (0.0, 1.7, 4.5, 6.0):
            seen = stage.homography(view_at(moves, Moment(seconds / 6, seconds)))
            for x, y in (apply(seen, corner) for corner in corners):
                assert -1e-6 <= x <= stage.canvas[0] + 1e-6, (moves, seconds)
                assert -1e-6 <= y <= stage.canvas[1] + 1e-6, (moves, seconds)
