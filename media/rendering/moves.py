"""The camera moves: one small function for each, from a moment of the clip to the camera's view.

Every trajectory starts with the whole picture. A move names the camera's motion, so the picture moves the other way:
with `truck_left` the camera goes left, and the picture slides to the right.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import reduce

WIDEST_ZOOM = 0.62
"""The lowest zoom that combined moves may reach; any lower, and the frame would show little but mirrored margin."""

_TRUCK = 0.14  # of the picture's side
_ROTATION = math.radians(7)
_ROOM = 1.16  # a slide also zooms in a little, so that the frame shows less beyond the picture's edge


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """The camera's position: zoom, place and rotation.

    zoom: 1 is the whole picture, 2 its middle half.
    x, y: how far the camera stands from the middle, in picture widths and heights; right and down are positive.
    yaw, pitch: the camera's rotation in radians; right and down are positive.
    """

    zoom: float = 1.0
    x: float = 0.0
    y: float = 0.0
    yaw: float = 0.0
    pitch: float = 0.0

    def and_then(self, other: "View") -> "View":
        """Return the combination of this view and `other`: zooms multiply, the rest adds up."""
        return View(
            zoom=max(self.zoom * other.zoom, WIDEST_ZOOM),
            x=self.x + other.x,
            y=self.y + other.y,
            yaw=self.yaw + other.yaw,
            pitch=self.pitch + other.pitch,
        )


@dataclass(frozen=True, slots=True)
class Moment:
    """A point in time of a clip: `progress` runs from 0 to 1, `seconds` from 0 to the clip's length."""

    progress: float
    seconds: float


Trajectory = Callable[[Moment], View]


def view_at(moves: Sequence[str], moment: Moment) -> View:
    """Return the camera's view when it makes all `moves` (keys of `TRAJECTORIES`) at once.

    Without moves, the camera zooms in slowly.

    Raises:
        ValueError: a key is not a camera move.
    """
    trajectories = [trajectory_of(move) for move in dict.fromkeys(moves)] or [_drift]
    return reduce(View.and_then, (trajectory(moment) for trajectory in trajectories), View())


def trajectory_of(move: str) -> Trajectory:
    """Return the trajectory of one camera move (a key of `TRAJECTORIES`); raises ValueError for any other word."""
    try:
        return TRAJECTORIES[move]
    except KeyError:
        raise ValueError(f"not a camera move: {move!r}") from None


def _ease(progress: float) -> float:
    return progress * progress * (3 - 2 * progress)


def _room(progress: float) -> float:
    return 1 + (_ROOM - 1) * progress


def _truck(x: float = 0.0, y: float = 0.0) -> Trajectory:
    """Return the trajectory of a camera that slides parallel to the picture at a steady speed."""
    return lambda at: View(zoom=_room(at.progress), x=x * at.progress, y=y * at.progress)


def _rotation(yaw: float = 0.0, pitch: float = 0.0) -> Trajectory:
    """Return the trajectory of a camera that turns on the spot, as on a tripod: slow at the start and at the end."""

    def turn(at: Moment) -> View:
        eased = _ease(at.progress)
        return View(zoom=_room(eased), yaw=yaw * eased, pitch=pitch * eased)

    return turn


def _push_in(at: Moment) -> View:
    return View(zoom=1 / (1 - 0.3 * at.progress))


def _pull_out(at: Moment) -> View:
    return View(zoom=1 / (1 + 0.35 * at.progress))


def _zoom_in(at: Moment) -> View:
    return View(zoom=1.45**at.progress)


def _zoom_out(at: Moment) -> View:
    return View(zoom=1.4**-at.progress)


def _shake(at: Moment) -> View:
    turn = 2 * math.pi * at.seconds
    swing = 0.011 * math.sin(2.3 * turn) + 0.006 * math.sin(5.1 * turn)
    bounce = 0.010 * math.sin(2.9 * turn) + 0.006 * math.sin(4.3 * turn)
    return View(zoom=1 + 0.04 * min(1, 2 * at.seconds), x=swing, y=bounce)


def _tracking(at: Moment) -> View:
    return View(zoom=1 + 0.15 * at.progress, x=0.05 * math.sin(2 * math.pi * at.progress))


def _static(_: Moment) -> View:
    return View()


def _drift(at: Moment) -> View:
    return View(zoom=1 + 0.06 * at.progress)


TRAJECTORIES: dict[str, Trajectory] = {
    "truck_left": _truck(x=-_TRUCK),
    "truck_right": _truck(x=_TRUCK),
    "pan_left": _rotation(yaw=-_ROTATION),
    "pan_right": _rotation(yaw=_ROTATION),
    "push_in": _push_in,
    "pull_out": _pull_out,
    "pedestal_up": _truck(y=-_TRUCK),
    "pedestal_down": _truck(y=_TRUCK),
    "tilt_up": _rotation(pitch=-_ROTATION),
    "tilt_down": _rotation(pitch=_ROTATION),
    "zoom_in": _zoom_in,
    "zoom_out": _zoom_out,
    "shake": _shake,
    "tracking": _tracking,
    "static": _static,
}
"""The fifteen camera moves of `hailuo.camera`, by their keys, and the trajectory of each."""
