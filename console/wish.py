"""What `python bot.py generate` is asked for, checked before anything is ordered."""

import argparse
import math
import os
from dataclasses import dataclass
from pathlib import Path

from cogs.text.catalogue import LANGUAGES
from cogs.text.refusals import picture_refused, rule_broken
from hailuo.camera import MAX_MOVES, CameraMove, find_move
from hailuo.request import (
    Duration,
    Enhance,
    Model,
    Resolution,
    RuleBroken,
    VideoOptions,
    VideoRequest,
    compose_prompt,
    require_valid,
)
from media.pictures.fault import PictureRefused
from media.pictures.first_frame import check_first_frame

_MODELS = {"hailuo": Model.HAILUO, "fast": Model.HAILUO_FAST}


class CannotBeAsked(ValueError):
    """The arguments make no order; the text says why. Nothing was ordered."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """One video to make, or with `task_id` one that is being made, and where it shall lie."""

    request: VideoRequest | None
    picture: bytes | None  #: a checked first frame
    task_id: str | None
    output: Path
    overwrite: bool
    timeout_seconds: float


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options of the command."""
    parser.add_argument("prompt", nargs="?", help="what happens in the video")
    parser.add_argument("--image", type=Path, metavar="FILE", help="the first frame")
    parser.add_argument(
        "--camera", default="", metavar="MOVES", help="up to three moves: push-in,tilt-up (docs/generate.md)"
    )
    parser.add_argument("--duration", type=int, choices=[int(each) for each in Duration], default=6)
    parser.add_argument("--resolution", choices=[each.value for each in Resolution], default="768p")
    parser.add_argument("--model", choices=list(_MODELS), default="hailuo")
    parser.add_argument("--as-written", action="store_true", help="do not let the provider reword the prompt")
    parser.add_argument("-o", "--output", type=Path, metavar="OUT", default=Path("clapper.mp4"))
    parser.add_argument("--force", action="store_true", help="overwrite OUT")
    parser.add_argument("--task", metavar="ID", help="fetch the video of an order that was made before")
    parser.add_argument(
        "--timeout", type=_minutes, default=60.0, metavar="MINUTES", help="wait so long for it (60)"
    )


def wish_of(options: argparse.Namespace, *, fast_requires_image: bool) -> Wish:
    """Return what is wanted. Reads and checks the first frame.

    Raises:
        CannotBeAsked: it cannot be had like this.
    """
    if (options.task is None) == (options.prompt is None):
        raise CannotBeAsked("Name either a prompt, or with --task an order that was made before.")
    _check_output(options.output, overwrite=options.force)
    picture = _picture(options.image) if options.image and options.task is None else None
    request = None
    if options.task is None:
        request = _request(options, has_picture=picture is not None, fast_requires_image=fast_requires_image)
    return Wish(
        request=request,
        picture=picture,
        task_id=options.task,
        output=options.output,
        overwrite=options.force,
        timeout_seconds=options.timeout * 60,
    )


def _request(options: argparse.Namespace, *, has_picture: bool, fast_requires_image: bool) -> VideoRequest:
    try:
        prompt = compose_prompt(options.prompt, _moves(options.camera))
        chosen = VideoOptions(
            model=_MODELS[options.model],
            duration=Duration(options.duration),
            resolution=Resolution(options.resolution),
            enhance=Enhance.OFF if options.as_written else Enhance.FULL,
        )
        require_valid(chosen, prompt=prompt, has_picture=has_picture, fast_requires_image=fast_requires_image)
    except RuleBroken as broken:
        raise CannotBeAsked(_plain(rule_broken(LANGUAGES.english, broken))) from None
    return VideoRequest(prompt=prompt, options=chosen, has_first_frame=has_picture)


def _moves(text: str) -> tuple[CameraMove, ...]:
    names = [name.strip() for name in text.split(",") if name.strip()]
    if len(names) > MAX_MOVES:
        raise CannotBeAsked(f"At most {MAX_MOVES} camera moves act together.")
    return tuple(map(_move, names))


def _move(name: str) -> CameraMove:
    move = find_move(name) or find_move(name.replace("-", " "))
    if move is None:
        known = ", ".join(move_name(each) for each in CameraMove)
        raise CannotBeAsked(f"There is no camera move {name!r}. There are: {known}.")
    return move


def move_name(move: CameraMove) -> str:
    """Return what a move is called on the command line."""
    return move.value.replace("_", "-")


def _picture(path: Path) -> bytes:
    try:
        return check_first_frame(path.read_bytes()).data
    except OSError as error:
        raise CannotBeAsked(f"The picture cannot be read: {error}") from None
    except PictureRefused as refusal:
        raise CannotBeAsked(_plain(picture_refused(LANGUAGES.english, refusal))) from None


def _check_output(path: Path, *, overwrite: bool) -> None:
    if path.is_dir() or (path.exists() and not overwrite):
        raise CannotBeAsked(f"{path} is there already. Name another file, or overwrite it with --force.")
    if not os.access(path.parent, os.W_OK):
        raise CannotBeAsked(f"{path.parent} is no folder that can be written to.")


def _plain(sentence: str) -> str:
    return sentence.replace("**", "")


def _minutes(text: str) -> float:
    value = float(text)
    if not 0 < value < math.inf:
        raise argparse.ArgumentTypeError("must be a number of minutes")
    return value
