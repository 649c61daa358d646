"""Extracts the first or last frame of a video as a JPEG good enough to be the first frame of another video."""

# pyright: reportUnknownMemberType=false
# Pillow and PyAV type some methods with numpy, which is not installed.

import io
import json
from collections import deque
from collections.abc import Iterable
from itertools import islice
from pathlib import Path

from av.container import InputContainer
from av.video.frame import VideoFrame
from av.video.stream import VideoStream
from PIL import Image

from media.errors import NotAVideo
from media.video.colour import to_picture
from media.video.probe import pictures_of, probe, reading, shown_size

_QUALITY = 95  # any loss here repeats at every joint of a chain of videos
_ALL_COLOUR = "4:4:4"


def last_frame(path: Path) -> bytes:
    """Return the last frame of an mp4 as a JPEG of the video's size; decodes only from the last key frame on.

    Raises:
        NotAVideo: the file is not a complete video, or its end cannot be decoded.
        OSError: the file cannot be read.
    """
    probe(path)
    with reading(path) as film:
        _seek_last_key_frame(film)
        pictures = pictures_of(film)
        return _jpeg(_last_of(film.decode(pictures)), pictures)


def first_frame(path: Path) -> bytes:
    """Return the first frame of an mp4 as a JPEG of the video's size.

    Raises:
        NotAVideo: the file is not a complete video.
        OSError: the file cannot be read.
    """
    probe(path)
    with reading(path) as film:
        pictures = pictures_of(film)
        return _jpeg(_last_of(islice(film.decode(pictures), 1)), pictures)


def take_frame(order: bytes) -> bytes:
    """Run `first_frame` or `last_frame` inside an isolated process; input: JSON with `which` and `path`."""
    asked = json.loads(order)
    take = first_frame if asked["which"] == "first" else last_frame
    return take(Path(asked["path"]))


def _seek_last_key_frame(film: InputContainer) -> None:
    try:
        film.seek(film.start_time + (film.duration or 0))
    except PermissionError as err:  # FFmpeg's error if the index has no key frame
        raise NotAVideo("has no key frame") from err


def _last_of(frames: Iterable[VideoFrame]) -> VideoFrame:
    kept = deque(frames, maxlen=1)
    if not kept:
        raise NotAVideo("its end cannot be decoded")
    return kept.pop()


def _jpeg(frame: VideoFrame, pictures: VideoStream) -> bytes:
    upright = to_picture(frame).rotate(frame.rotation, expand=True)
    size = shown_size(frame, pictures.sample_aspect_ratio)
    file = io.BytesIO()
    shown = upright if upright.size == size else upright.resize(size, Image.Resampling.LANCZOS)
    shown.save(file, "JPEG", quality=_QUALITY, subsampling=_ALL_COLOUR)
    return file.getvalue()
