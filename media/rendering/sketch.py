"""A free preview of camera moves: two small seconds of the member's own picture."""

# pyright: reportUnknownMemberType=false
# Pillow types some methods with numpy, which is not installed.

import io
import json
import tempfile
from collections.abc import Sequence
from pathlib import Path

from PIL import Image

from media.pictures.decode import decode_picture
from media.rendering.backdrop import draw_backdrop
from media.rendering.render import ClipSpec, render_clip

SECONDS = 2

_WIDTH, _HEIGHT = 320, 568
_BACKDROP = (320, 180)
_REDUCING_GAP = 3.0  # a photograph is first reduced by whole numbers, which is quick and cannot be seen


def sketch(picture: bytes | None, moves: Sequence[str], *, prompt: str = "") -> bytes:
    """Return an mp4 (H.264, yuv420p, faststart, about 100 kB) of `picture` with `moves`, our keys, made at once.

    It is 320 pixels wide, and at most 568 high. Without a picture it shows the landscape that belongs to `prompt`.
    Beside an event loop use `media.isolation.tasks.sketch_isolated`.

    Raises:
        ValueError: a move is not known.
        PictureRefused: the picture cannot be read.
        OSError: there is no room for the film.
    """
    small = _small(picture) if picture else draw_backdrop(prompt, _BACKDROP)
    width, height = small.size
    spec = ClipSpec(width=width, height=height, seconds=SECONDS, moves=tuple(moves), picture=_png(small))
    with tempfile.TemporaryDirectory(prefix="sketch-") as folder:
        film = Path(folder) / "sketch.mp4"
        render_clip(spec, film)
        return film.read_bytes()


def fulfil(order: bytes) -> bytes:
    """Return the sketch that an order asks for: a line of JSON, followed by the picture if there is one."""
    line, _, picture = order.partition(b"\n")
    asked = json.loads(line)
    return sketch(picture or None, asked["moves"], prompt=asked["prompt"])


def _small(picture: bytes) -> Image.Image:
    full = decode_picture(picture)
    scale = min(_WIDTH / full.width, _HEIGHT / full.height)
    size = _even(full.width * scale), _even(full.height * scale)
    return full.resize(size, Image.Resampling.LANCZOS, reducing_gap=_REDUCING_GAP)


def _png(picture: Image.Image) -> bytes:
    file = io.BytesIO()
    picture.save(file, "PNG", compress_level=1)
    return file.getvalue()


def _even(length: float) -> int:
    return max(16, 2 * round(length / 2))
