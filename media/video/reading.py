"""Films are read in one way: faults of their bytes are NotAVideo, faults of the disk stay OSError."""

import errno
from collections.abc import Generator
from contextlib import contextmanager
from fractions import Fraction
from pathlib import Path

import av
from av.container import InputContainer
from av.error import FFmpegError
from av.video.frame import VideoFrame

from media.video.fault import NotAVideo

_LIMITS = (errno.EFBIG, errno.EAGAIN)  # of the process, on files and on memory for threads: not of the disk


@contextmanager
def reading(path: Path) -> Generator[InputContainer]:
    """Open an mp4: no other container, and nothing but this file is ever touched.

    What cannot be decoded in the block is told as NotAVideo.
    """
    try:
        # Names in its header may be no text at all, which PyAV would raise as a fault of its own.
        options = {"protocol_whitelist": "file"}
        with av.open(str(path), format="mp4", options=options, metadata_errors="replace") as film:
            yield film
    except OSError as err:
        if err.errno in _LIMITS:
            raise NotAVideo(f"cannot be done within the limits: {err.strerror}") from err
        raise
    except FFmpegError as err:
        raise NotAVideo(f"cannot be decoded: {type(err).__name__}") from err


def shown_size(frame: VideoFrame, pixel_ratio: Fraction | None) -> tuple[int, int]:
    """Return the width and height that a player gives a frame: its pixels made square, turned as it asks."""
    width, height = max(1, round(frame.width * (pixel_ratio or 1))), frame.height
    return (height, width) if abs(frame.rotation) == 90 else (width, height)
