"""Renders an H.264 video from one picture by applying camera moves to it.

`render_clip` makes a clip of any length, `sketch` a small preview of camera moves. Both take seconds of processor
time: run them in a separate process, never in one with an event loop.
"""

# pyright: reportUnknownMemberType=false
# Pillow and PyAV type some methods with numpy, which is not installed.

import io
import json
import math
import tempfile
from array import array
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import av
from av.audio.frame import AudioFrame
from av.container import OutputContainer
from av.video.stream import VideoStream
from PIL import Image, ImageFilter, ImageOps

from media.pictures.decode import decode_picture
from media.rendering.canvas import Planes, Stage
from media.rendering.drawing import Caption, draw_backdrop, make_caption
from media.rendering.moves import Moment, trajectory_of, view_at
from media.transfer.saving import placed_at

_WIDE = {768: (1366, 768), 1080: (1920, 1080)}
_X264 = {"preset": "veryfast", "crf": "23"}
_FADE_FROM = 0.5
"""The share of a clip after which it begins to fade into its last picture."""
_RATE, _HERTZ, _BLOCK, _TICK = 48_000, 240, 1000, 4000
"""The sound: samples per second, the tone, samples of a block, and samples of a tick."""
_BT709_PRIMARIES, _BT709_TRANSFER, _BT601_MATRIX, _LIMITED_RANGE = 1, 1, 6, 1
SKETCH_SECONDS = 2
_SKETCH_WIDTH, _SKETCH_HEIGHT = 320, 568
_SKETCH_BACKDROP = (320, 180)
_REDUCING_GAP = (
    3.0  # a photograph is first reduced by a whole number, which is quick and leaves no visible loss
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ClipSpec:
    """The description of a clip to render.

    width, height: pixels, even. seconds: length. fps: frames per second. moves: keys of `TRAJECTORIES`, applied
    together. picture: the first frame as a picture file, or None for a drawn landscape. last_picture: a picture that the
    clip fades into and ends on. caption: the prompt. sound: add a soft tone, with a tick at every full second.

    Raises:
        ValueError: a size is odd or too small, there would be no frame, or a move is not known.
    """

    width: int
    height: int
    seconds: float
    fps: int = 24
    moves: tuple[str, ...] = ()
    picture: bytes | None = None
    last_picture: bytes | None = None
    caption: str = ""
    sound: bool = False

    def __post_init__(self) -> None:
        if self.width % 2 or self.height % 2 or min(self.width, self.height) < 16:
            raise ValueError(f"not an even size of 16 or more: {self.width}x{self.height}")
        if self.fps < 1 or self.frames < 1:
            raise ValueError(f"not a length: {self.seconds} s at {self.fps} fps")
        for move in self.moves:
            trajectory_of(move)

    @property
    def size(self) -> tuple[int, int]:
        """The width and height in pixels."""
        return self.width, self.height

    @property
    def frames(self) -> int:
        """The number of frames in the clip."""
        return round(self.seconds * self.fps)


def size_for(resolution_short_side: int, picture_size: tuple[int, int] | None) -> tuple[int, int]:
    """Return the width and height of a video with this short side, in even numbers.

    The ratio is the picture's, or 16:9 without a picture.
    """
    width, height = picture_size or _WIDE.get(resolution_short_side, (16, 9))
    scale = resolution_short_side / min(width, height)
    return _even(width * scale), _even(height * scale)


def render_clip(spec: ClipSpec, target: Path, *, on_progress: Callable[[int], None] | None = None) -> None:
    """Render `spec` to an mp4 at `target` (faststart, yuv420p); the file appears there only when it is complete.

    `on_progress` is called with the percentage done, up to 100, each number at most once.

    Raises:
        PictureRefused: the picture cannot be read.
        OSError: the video cannot be written.
    """
    with placed_at(target) as part:
        _encode(_Film.of(spec), part, on_progress or _ignore)


def sketch(picture: bytes | None, moves: Sequence[str], *, prompt: str = "") -> bytes:
    """Render a small preview video (mp4, H.264, about 100 kB) of `picture` with `moves` applied together.

    `moves` are keys of `TRAJECTORIES`. The video is at most 320 pixels wide and 568 high. Without a picture it shows a
    drawn landscape that depends on `prompt`.
    In a process with an event loop, call `media.isolation.tasks.sketch_isolated` instead.

    Raises:
        ValueError: a move is not known.
        PictureRefused: the picture cannot be read.
        OSError: the disk has no room for the video.
    """
    small = _small(picture) if picture else draw_backdrop(prompt, _SKETCH_BACKDROP)
    width, height = small.size
    spec = ClipSpec(
        width=width, height=height, seconds=SKETCH_SECONDS, moves=tuple(moves), picture=_png(small)
    )
    with tempfile.TemporaryDirectory(prefix="sketch-") as folder:
        film = Path(folder) / "sketch.mp4"
        render_clip(spec, film)
        return film.read_bytes()


def sketch_ordered(order: bytes) -> bytes:
    """Run `sketch` inside an isolated process; input: a line of JSON (moves and prompt), then the picture, if any."""
    line, _, picture = order.partition(b"\n")
    asked = json.loads(line)
    return sketch(picture or None, asked["moves"], prompt=asked["prompt"])


@dataclass(frozen=True, slots=True)
class _Film:
    """A clip to be rendered, with its canvas and caption prepared; it returns any frame by number."""

    spec: ClipSpec
    stage: Stage
    canvas: Planes
    last: Planes | None
    caption: Caption | None

    @classmethod
    def of(cls, spec: ClipSpec) -> "_Film":
        stage = Stage(spec.width, spec.height)
        canvas = Planes.of(_extended(_picture_of(spec), stage))
        last = Planes.of(_resized(spec.last_picture, spec.size)) if spec.last_picture else None
        return cls(spec, stage, canvas, last, make_caption(spec.caption, spec.size))

    def frame(self, number: int) -> av.VideoFrame:
        seconds = number / self.spec.fps
        moment = Moment(number / max(1, self.spec.frames - 1), seconds)
        planes = self._seen_at(moment)
        if self.last and moment.progress > _FADE_FROM:
            planes = planes.blended(self.last, (moment.progress - _FADE_FROM) / (1 - _FADE_FROM))
        if self.caption:
            self.caption.draw_on(planes, seconds)
        frame = planes.frame()
        frame.pts, frame.time_base = number, Fraction(1, self.spec.fps)
        return frame

    def _seen_at(self, moment: Moment) -> Planes:
        view = view_at(self.spec.moves, moment)
        if view.yaw or view.pitch:
            return self.canvas.seen_through(self.stage.homography(view), self.spec.size)
        return self.canvas.cut(self.stage.box(view), self.spec.size)


def _picture_of(spec: ClipSpec) -> Image.Image:
    if spec.picture is None:
        return draw_backdrop(spec.caption, spec.size)
    return _resized(spec.picture, spec.size)


def _resized(picture: bytes, size: tuple[int, int]) -> Image.Image:
    return decode_picture(picture).resize(size, Image.Resampling.LANCZOS)


def _extended(picture: Image.Image, stage: Stage) -> Image.Image:
    """Put the picture on its canvas, surrounded by its own blurred reflection, so that no move ever shows black."""
    across, down = stage.margin
    canvas = Image.new("RGB", stage.canvas)
    mirrored, flipped = ImageOps.mirror(picture), ImageOps.flip(picture)
    corner = ImageOps.flip(mirrored)
    for row, (plain, turned) in enumerate(((flipped, corner), (picture, mirrored), (flipped, corner))):
        for column, tile in enumerate((turned, plain, turned)):
            canvas.paste(tile, (across + (column - 1) * stage.width, down + (row - 1) * stage.height))
    soft = canvas.filter(ImageFilter.BoxBlur(max(1, stage.height // 120)))
    soft.paste(picture, (across, down))
    return soft


def _encode(film: _Film, path: Path, on_progress: Callable[[int], None]) -> None:
    total = film.spec.frames
    with av.open(str(path), "w", format="mp4", options={"movflags": "faststart"}) as container:
        stream = _add_stream(container, film.spec)
        sound = container.add_stream("aac", rate=_RATE, layout="stereo") if film.spec.sound else None
        blocks = _tone(film.spec.seconds) if sound else iter(())
        for number in range(total):
            container.mux(stream.encode(film.frame(number)))
            for block in _until(blocks, (number + 1) / film.spec.fps):
                container.mux(sound.encode(block) if sound else [])
            _report(number, total, on_progress)
        container.mux(stream.encode())
        container.mux(sound.encode() if sound else [])


def _add_stream(container: OutputContainer, spec: ClipSpec) -> VideoStream:
    stream = container.add_stream("libx264", rate=spec.fps, options=_X264)
    stream.width, stream.height, stream.pix_fmt = spec.width, spec.height, "yuv420p"
    coder = stream.codec_context
    coder.color_primaries, coder.color_trc = _BT709_PRIMARIES, _BT709_TRANSFER
    coder.colorspace, coder.color_range = _BT601_MATRIX, _LIMITED_RANGE
    return stream


def _tone(seconds: float) -> Iterator[AudioFrame]:
    """Return the sound of a clip in blocks: a soft tone, which is louder for a moment at every full second."""
    soft, tick = _stereo_block(900), _stereo_block(9000)
    total = round(seconds * _RATE)
    for start in range(0, total, _BLOCK):
        samples = min(_BLOCK, total - start)
        block = AudioFrame(format="s16", layout="stereo", samples=samples)
        block.planes[0].update((tick if start % _RATE < _TICK else soft)[: samples * 4])
        block.pts, block.sample_rate, block.time_base = start, _RATE, Fraction(1, _RATE)
        yield block


def _stereo_block(volume: int) -> bytes:
    """Return a block of the tone, which holds whole waves, so that blocks follow each other without a click."""
    levels = (round(volume * math.sin(math.tau * _HERTZ * n / _RATE)) for n in range(_BLOCK))
    return array("h", (level for sample in levels for level in (sample, sample))).tobytes()


def _until(blocks: Iterator[AudioFrame], seconds: float) -> Iterator[AudioFrame]:
    """Return the next blocks that begin before `seconds`."""
    for block in blocks:
        yield block
        if (block.pts or 0) + block.samples >= seconds * _RATE:
            return


def _report(number: int, total: int, on_progress: Callable[[int], None]) -> None:
    percent = 100 * (number + 1) // total
    if percent > 100 * number // total:
        on_progress(percent)


def _ignore(_: int) -> None:
    pass


def _even(value: float) -> int:
    return 2 * round(value / 2)


def _small(picture: bytes) -> Image.Image:
    full = decode_picture(picture)
    scale = min(_SKETCH_WIDTH / full.width, _SKETCH_HEIGHT / full.height)
    size = _even_side(full.width * scale), _even_side(full.height * scale)
    return full.resize(size, Image.Resampling.LANCZOS, reducing_gap=_REDUCING_GAP)


def _png(picture: Image.Image) -> bytes:
    file = io.BytesIO()
    picture.save(file, "PNG", compress_level=1)
    return file.getvalue()


def _even_side(length: float) -> int:
    return max(16, 2 * round(length / 2))
