"""Films are read in one way: faults of their bytes are NotAVideo, faults of the disk stay OSError."""

from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from av.container import InputContainer
from av.error import FFmpegError

from media.probe import NotAVideo, open_film


@contextmanager
def reading(path: Path) -> Generator[InputContainer]:
    """Open a film that `probe` accepted; what cannot be decoded in the block is told as NotAVideo."""
    try:
        with open_film(path) as film:
            yield film
    except OSError:
        raise
    except FFmpegError as err:
        raise NotAVideo(f"cannot be decoded: {type(err).__name__}") from err
