"""Is this file a film that plays? First its structure, then its first picture, really decoded."""

import math
from dataclasses import dataclass
from pathlib import Path
from typing import cast

import av
from av.container import InputContainer
from av.error import FFmpegError
from av.video.codeccontext import VideoCodecContext
from av.video.stream import VideoStream

from media.boxes import BrokenBoxes, read_boxes
from media.video_fault import NotAVideo

__all__ = ["NotAVideo", "VideoFacts", "open_film", "probe"]

_TIME_BASE = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class VideoFacts:
    """What is known of a film that was found to be whole.

    width, height: pixels. codec: FFmpeg's name, such as "h264". pixel_format: such as "yuv420p".
    faststart: the index stands before the pictures, so that it plays while it loads.
    """

    duration_seconds: float
    width: int
    height: int
    codec: str
    pixel_format: str
    has_audio: bool
    size_bytes: int
    faststart: bool


def probe(path: Path) -> VideoFacts:
    """Return the facts of the mp4 at `path`; its boxes must reach its end exactly and its first frame must decode.

    Raises:
        NotAVideo: it is something else, or only a part.
        OSError: the file cannot be read.
    """
    faststart = _check_structure(path)
    try:
        with open_film(path) as container:
            return _facts(container, faststart=faststart, size_bytes=path.stat().st_size)
    except OSError:
        raise
    except FFmpegError as err:
        raise NotAVideo(f"cannot be decoded: {type(err).__name__}") from err


def open_film(path: Path) -> InputContainer:
    """Open an mp4 for reading: no other container, and nothing but this file is ever touched."""
    # Names in its header may be no text at all, which PyAV would raise as a fault of its own.
    return av.open(str(path), format="mp4", options={"protocol_whitelist": "file"}, metadata_errors="replace")


def _check_structure(path: Path) -> bool:
    """Return whether the index comes first; raises NotAVideo for what is not a whole mp4."""
    try:
        kinds = [box.kind for box in read_boxes(path)]
    except BrokenBoxes as err:
        raise NotAVideo(str(err)) from err
    if kinds[:1] != ["ftyp"]:
        raise NotAVideo("does not begin as an mp4")
    for needed in ("moov", "mdat"):
        if needed not in kinds:
            raise NotAVideo(f"has no {needed} box")
    return kinds.index("moov") < kinds.index("mdat")


def _facts(container: InputContainer, *, faststart: bool, size_bytes: int) -> VideoFacts:
    if not container.streams.video:
        raise NotAVideo("has no pictures")
    if not _is_known(container.streams.video[0]):
        raise NotAVideo("its pictures are in no known coding")
    frame = next(container.decode(video=0), None)
    if frame is None:
        raise NotAVideo("no frame can be decoded")
    return VideoFacts(
        duration_seconds=_duration(container),
        width=frame.width,
        height=frame.height,
        codec=container.streams.video[0].codec_context.name,
        pixel_format=frame.format.name,
        has_audio=bool(container.streams.audio),
        size_bytes=size_bytes,
        faststart=faststart,
    )


def _is_known(pictures: VideoStream) -> bool:
    # PyAV's hints do not say that there is no coder then, and to decode without one ends the whole process.
    return cast("VideoCodecContext | None", pictures.codec_context) is not None


def _duration(container: InputContainer) -> float:
    seconds = (container.duration or 0) / _TIME_BASE
    if not (math.isfinite(seconds) and seconds > 0):
        raise NotAVideo("has no length")
    return seconds
