"""The work on untrusted pictures and videos in isolated processes: check and preview pictures, probe and join videos.

Neither this module nor its imports load a video or picture library: only the isolated processes do.
"""

import json
import os
from collections.abc import Sequence
from pathlib import Path

from media.errors import NotAVideo, PictureFault, PictureRefused
from media.isolation.isolated import (
    IsolatedFailed,
    IsolatedTask,
    NotEnoughMemory,
    TooMuchWork,
    most_memory,
    run_isolated,
)
from media.pictures.headers import MOST_BYTES, known_format, memory_needed, size_of_picture, too_many_pixels
from media.pictures.rules import FirstFrame, Repair, refuse_too_big
from media.rendering.moves import trajectory_of
from media.video.facts import JoinedFacts, VideoFacts, refuse_wrong_count

CHECK = IsolatedTask(
    work="media.pictures.first_frame:check_ordered", memory_bytes=MOST_BYTES, cpu_seconds=20, seconds=30
)
THUMBNAIL = IsolatedTask(
    work="media.pictures.first_frame:thumbnail_ordered", memory_bytes=200_000_000, cpu_seconds=10, seconds=30
)
SKETCH = IsolatedTask(
    work="media.rendering.render:sketch_ordered",
    memory_bytes=1_400_000_000,  # a picture of 50 megapixels takes about a gigabyte in the most costly format
    cpu_seconds=20,
    seconds=30,
    file_bytes=20_000_000,
)
PROBE = IsolatedTask(
    work="media.video.probe:probe_named", memory_bytes=600_000_000, cpu_seconds=60, seconds=60
)
TAKE_FRAME = IsolatedTask(
    work="media.video.frames:take_frame", memory_bytes=600_000_000, cpu_seconds=60, seconds=60
)
FIT = IsolatedTask(
    work="media.video.fit:fit_ordered",
    memory_bytes=800_000_000,
    cpu_seconds=2400,
    seconds=600,
    file_bytes=2_000_000_000,
    background=True,
)
JOIN = IsolatedTask(
    work="media.video.join:join_ordered",
    memory_bytes=800_000_000,
    cpu_seconds=3600,
    seconds=900,
    file_bytes=2_000_000_000,
    background=True,
)


async def check_first_frame_isolated(data: bytes, repair: Repair | None = None) -> FirstFrame:
    """Check a picture file and return it as a plain JPEG; `repair` makes a picture of wrong size or ratio fit.

    Raises:
        PictureRefused: the picture breaks a rule; a crash of the isolated process counts as DAMAGED.
    """
    refuse_too_big(data)
    kind = known_format(data)
    order = (repair or "").encode() + b"\n" + data
    needed = memory_needed(data)
    try:
        answer = await run_isolated(CHECK, order, memory_bytes=needed)
        line, _, picture = answer.partition(b"\n")
    except NotEnoughMemory as failure:
        raise too_many_pixels(size_of_picture(data, kind), needed, most_memory(CHECK)) from failure
    except TooMuchWork as failure:
        raise PictureRefused(PictureFault.TOO_MUCH_WORK, format=kind.value) from failure
    except IsolatedFailed as failure:
        raise PictureRefused(PictureFault.DAMAGED, format=kind.value) from failure
    return FirstFrame(picture, **json.loads(line))


async def thumbnail_isolated(jpeg: bytes, *, longest: int) -> bytes:
    """Return a smaller copy of `jpeg`, as a JPEG, whose longer side is at most `longest` pixels.

    Raises:
        OSError: `jpeg` is not a JPEG picture.
        IsolatedFailed: the process crashed or hit a limit.
    """
    return await run_isolated(THUMBNAIL, str(longest).encode() + b"\n" + jpeg)


async def sketch_isolated(picture: bytes | None, moves: Sequence[str], *, prompt: str = "") -> bytes:
    """Render a small preview video of `picture` with camera moves (keys of `TRAJECTORIES`) and return the mp4.

    Without a picture, it shows a drawn landscape that depends on `prompt`.

    Raises:
        ValueError: a move is not known.
        PictureRefused: the picture cannot be read.
        OSError: the disk has no room for the video.
        IsolatedFailed: the process crashed or hit a limit.
    """
    for move in moves:
        trajectory_of(move)
    asked = json.dumps({"moves": list(moves), "prompt": prompt})
    return await run_isolated(SKETCH, asked.encode() + b"\n" + (picture or b""))


async def probe_isolated(path: Path) -> VideoFacts:
    """Return the facts of the mp4 at `path`; check that the file is complete and its first frame can be decoded.

    Raises:
        NotAVideo: the file is not an mp4, or only a part of one.
        OSError: the file cannot be read.
        IsolatedFailed: the process crashed or hit a limit.
    """
    return VideoFacts(**json.loads(await run_isolated(PROBE, os.fsencode(_absolute(path)))))


async def first_frame_isolated(path: Path) -> bytes:
    """Return the first frame of the video at `path` as a JPEG; raises the errors of `last_frame_isolated`."""
    return await run_isolated(TAKE_FRAME, _order(which="first", path=_absolute(path)))


async def last_frame_isolated(path: Path) -> bytes:
    """Return the last frame of the video at `path` as a JPEG.

    Raises:
        NotAVideo: the file is not a complete video, or its end cannot be decoded.
        OSError: the file cannot be read.
        IsolatedFailed: the process crashed or hit a limit.
    """
    return await run_isolated(TAKE_FRAME, _order(which="last", path=_absolute(path)))


async def fit_isolated(source: Path, target: Path, limit_bytes: int) -> int:
    """Rewrite `source` to `target` so that every player shows it, within `limit_bytes` if possible; return its size.

    Raises:
        NotAVideo: `source` cannot be re-encoded, or not within the limits.
        OSError: a file cannot be read or written.
    """
    order = _order(source=_absolute(source), target=_absolute(target), limit_bytes=limit_bytes)
    try:
        return json.loads(await run_isolated(FIT, order))
    except IsolatedFailed as failure:
        raise NotAVideo(f"cannot be made to fit: {failure}") from failure


async def join_isolated(paths: Sequence[Path], target: Path) -> JoinedFacts:
    """Join the videos at `paths`, in order, into one video at `target`, and return its facts.

    Raises:
        ValueError: there is no clip, or there are too many.
        NotAVideo: a clip is not a complete video or cannot be decoded, or together they last too long.
        OSError: a file cannot be read or written.
        IsolatedFailed: the process crashed, hit a limit or was not done in time.
    """
    refuse_wrong_count(paths)
    order = _order(paths=[_absolute(path) for path in paths], target=_absolute(target))
    return JoinedFacts(**json.loads(await run_isolated(JOIN, order)))


def _absolute(path: Path) -> str:
    # The isolated process has another working directory.
    return str(path.absolute())


def _order(**asked: object) -> bytes:
    return json.dumps(asked).encode()
