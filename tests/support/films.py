"""Small films, cut and joined in this process, where the bot does it in others, and pictures made on the spot."""

import asyncio
import io
from collections.abc import Sequence
from pathlib import Path

import av
from PIL import Image

from jobs.orders.variations import FilmTools


async def first_frame_of(path: Path) -> bytes:
    """Return the first picture of a film as a JPEG."""
    return jpeg((await asyncio.to_thread(frames_of, path))[0])


async def last_frame_of(path: Path) -> bytes:
    """Return the last picture of a film as a JPEG."""
    return jpeg((await asyncio.to_thread(frames_of, path))[-1])


async def join(paths: Sequence[Path], target: Path) -> None:
    """Write films, one behind the other, to a new file."""
    await asyncio.to_thread(write, [frame for path in paths for frame in frames_of(path)], target)


FILM_TOOLS = FilmTools(first_frame_of=first_frame_of, last_frame_of=last_frame_of, join=join)


def frames_of(path: Path) -> list[Image.Image]:
    """Return every picture of a film."""
    with av.open(str(path)) as film:
        return [frame.to_image() for frame in film.decode(video=0)]


def jpeg(picture: Image.Image) -> bytes:
    """Return a picture as the bytes of a JPEG."""
    file = io.BytesIO()
    picture.save(file, "JPEG", quality=95)
    return file.getvalue()


def write(pictures: Sequence[Image.Image], target: Path) -> None:
    """Write pictures as an mp4."""
    with av.open(str(target), "w", format="mp4") as film:
        stream = film.add_stream("libx264", rate=24)
        stream.width, stream.height, stream.pix_fmt = *pictures[0].size, "yuv420p"
        for picture in pictures:
            film.mux(stream.encode(av.VideoFrame.from_image(picture)))
        film.mux(stream.encode())


def jpeg_of(width: int, height: int) -> bytes:
    """Return a JPEG with a gradient, so that every part of it is recognisable."""
    file = io.BytesIO()
    picture = Image.linear_gradient("L").resize((width, height)).convert("RGB")
    picture.save(file, "JPEG")
    return file.getvalue()
