"""Films are read in one way: faults of their bytes are NotAVideo, faults of the disk stay OSError."""

import errno
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import av
from av.container import InputContainer
from av.error import FFmpegError

from media.video_fault import NotAVideo


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
        if err.errno == errno.EFBIG:  # a limit of the process, not of the disk
            raise NotAVideo("becomes larger than any file may") from err
        raise
    except FFmpegError as err:
        raise NotAVideo(f"cannot be decoded: {type(err).__name__}") from err
