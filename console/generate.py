"""`python bot.py generate PROMPT -o OUT` orders one video without Discord, downloads it and checks the file."""

import argparse
import asyncio
import math
import os
import sys
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from pathlib import Path

from cogs.text.catalogue import LANGUAGES
from cogs.text.sentences import picture_refused, rule_broken
from console.ordering import MAY_BE_CHARGED, Ending, Following, Ordering, Stopped, fetch
from console.progress import Shown, progress_on
from hailuo.camera import MAX_MOVES, CameraMove, find_move
from hailuo.provider import Provider
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
from jobs.runtime.worker import StopSignals
from jobs.steps.poller import PollPlan
from media.errors import PictureRefused
from media.pictures.first_frame import check_first_frame
from media.transfer.download import Downloader
from media.video.facts import VideoFacts

_MODELS = {"hailuo": Model.HAILUO, "fast": Model.HAILUO_FAST}


class CannotBeAsked(ValueError):
    """The arguments are not a valid order; the message says why. Nothing was ordered."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GenerateOptions:
    """The options of `generate`: a new order, or the `task_id` of an existing one, and the output file."""

    request: VideoRequest | None
    picture: bytes | None  #: a checked first frame
    task_id: str | None
    output: Path
    overwrite: bool
    timeout_seconds: float


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the command's options to the parser."""
    usual = VideoOptions()
    parser.add_argument("prompt", nargs="?", help="what happens in the video")
    parser.add_argument("--image", type=Path, metavar="FILE", help="the first frame")
    parser.add_argument(
        "--camera", default="", metavar="MOVES", help="up to three moves: push-in,tilt-up (docs/generate.md)"
    )
    parser.add_argument(
        "--duration", type=int, choices=[int(each) for each in Duration], default=int(usual.duration)
    )
    parser.add_argument(
        "--resolution", choices=[each.value for each in Resolution], default=usual.resolution.value
    )
    parser.add_argument("--model", choices=list(_MODELS), default="hailuo")
    parser.add_argument("--as-written", action="store_true", help="do not let the provider reword the prompt")
    parser.add_argument("-o", "--output", type=Path, metavar="OUT", default=Path("clapper.mp4"))
    parser.add_argument("--force", action="store_true", help="overwrite OUT")
    parser.add_argument("--task", metavar="ID", help="fetch the video of an order that was made before")
    parser.add_argument(
        "--timeout", type=_minutes, default=60.0, metavar="MINUTES", help="wait so long for it (60)"
    )


def generate_options(options: argparse.Namespace, *, fast_requires_image: bool) -> GenerateOptions:
    """Turn the parsed arguments into options; read and check the first frame.

    Raises:
        CannotBeAsked: the arguments are not a valid order.
    """
    if (options.task is None) == (options.prompt is None):
        raise CannotBeAsked("Name either a prompt, or with --task an order that was made before.")
    _check_output(options.output, overwrite=options.force)
    picture = _picture(options.image) if options.image and options.task is None else None
    request = None
    if options.task is None:
        request = _request(options, has_picture=picture is not None, fast_requires_image=fast_requires_image)
    return GenerateOptions(
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
    """Return the name of a camera move on the command line."""
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Tools:
    """The clients and settings that the command uses."""

    hailuo: AbstractAsyncContextManager[Provider]
    downloader: AbstractAsyncContextManager[Downloader]
    plan: PollPlan


async def generate(chosen: GenerateOptions, tools: Tools) -> Ending:
    """Order a video, or follow an existing order, and write the file to its place; return the exit code."""
    stop = StopSignals()
    stop.listen()
    errand = _Errand(chosen, tools, stop)
    try:
        async with progress_on(sys.stderr) as shown:
            facts = await errand.run(shown)
    except Stopped as stopped:
        print(stopped, *([errand.to_go_on()] if stopped.goes_on else []), sep="\n", file=sys.stderr)
        return stopped.ending
    except asyncio.CancelledError:
        if not stop.asked.is_set():
            raise
        return errand.interrupted()
    print(f"{chosen.output}: {_described(facts)}")
    return Ending.DONE


class _Errand:
    """One run of the command: an order, its task and its download."""

    def __init__(self, chosen: GenerateOptions, tools: Tools, stop: StopSignals) -> None:
        self._chosen = chosen
        self._tools = tools
        self._stop = stop
        self._ordering: Ordering | None = None
        self._task_id = chosen.task_id

    async def run(self, shown: Shown) -> VideoFacts:
        """Order the video unless it is ordered already, wait for it, and download it.

        Raises:
            Stopped: the command has to end without a video.
        """
        async with self._tools.hailuo as hailuo, self._tools.downloader as downloader:
            fresh = self._task_id is None
            task_id = self._task_id or await self._order(hailuo, shown)
            following = Following(hailuo, task_id, plan=self._tools.plan, fresh=fresh, shown=shown)
            try:
                async with asyncio.timeout(self._chosen.timeout_seconds):
                    task = await following.until_done()
            except TimeoutError:
                raise Stopped(Ending.LATE, "The video is not done yet.", goes_on=True) from None
            return await fetch(
                downloader,
                following,
                task,
                output=self._chosen.output,
                overwrite=self._chosen.overwrite,
                shown=shown,
            )

    async def _order(self, hailuo: Provider, shown: Shown) -> str:
        if self._chosen.request is None:
            raise AssertionError("the options name a request or a task")
        self._ordering = Ordering(hailuo, shown=shown, stop=self._stop)
        self._task_id = await self._ordering.place(self._chosen.request, self._chosen.picture)
        shown.show(f"ordered: task {self._task_id}")
        if self._stop.asked.is_set():
            raise asyncio.CancelledError
        return self._task_id

    def interrupted(self) -> Ending:
        """Print what happens to the interrupted order and how to fetch its video; return the exit code."""
        if self._ordering and self._ordering.open:
            print(f"Interrupted while ordering. {MAY_BE_CHARGED}", file=sys.stderr)
            return Ending.UNKNOWN
        left = self.to_go_on() if self._task_id else "Nothing was ordered."
        print(f"Interrupted. {left}", file=sys.stderr)
        return Ending.INTERRUPTED

    def to_go_on(self) -> str:
        """Return a text that says how to fetch the video later."""
        return (
            f"The order {self._task_id} goes on. Fetch its video with:\n"
            f"  python bot.py generate --task {self._task_id} -o {self._chosen.output}"
        )


def _described(facts: VideoFacts) -> str:
    return (
        f"{facts.duration_seconds:.1f} s, {facts.width}x{facts.height}, {facts.codec}, "
        f"{facts.size_bytes / 1e6:.1f} MB"
    )
