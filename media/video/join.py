"""Joins clips into one video; a frame that ends one clip and begins the next appears once.

The clips are decoded and encoded again, frame by frame, because a plain copy would need the same encoder settings in
all of them. Sound stays in step with the frames.
"""

import json
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import asdict, dataclass, replace
from fractions import Fraction
from itertools import islice
from pathlib import Path
from typing import cast

import av
from av.filter import Graph
from av.filter.context import FilterContext
from av.video.codeccontext import VideoCodecContext
from av.video.frame import PictureType, VideoFrame

from media.errors import NotAVideo
from media.transfer.saving import placed_at
from media.video.colour import EXACT, Colours, colours_of, matrix_of
from media.video.facts import JoinedFacts, refuse_wrong_count
from media.video.probe import pictures_of, probe, reading, shown_size
from media.video.sound import SoundTrack, heard_with

# pyright: reportUnknownMemberType=false
# PyAV leaves the keyword arguments of some methods without hints.


_SAME_RATIO = 0.01
"""The part of a side by which a scaled frame may be too short without getting a black bar: a pixel or two."""


_TURNS = {
    90: ["transpose=cclock"],
    -90: ["transpose=clock"],
    180: ["hflip", "vflip"],
    -180: ["hflip", "vflip"],
}
"""The FFmpeg filters for the rotation in a video's header, in degrees counterclockwise; players know no others."""

_HALF = Fraction(1, 2)


@dataclass(frozen=True, slots=True)
class Shape:
    """The format of a video's frames: an even size in pixels, frames per second, and the meaning of the colours."""

    width: int
    height: int
    rate: Fraction
    colours: Colours

    def set_up(self, coder: VideoCodecContext) -> None:
        """Set the encoder `coder` up for frames of this shape."""
        coder.width, coder.height, coder.pix_fmt, coder.framerate = (
            self.width,
            self.height,
            "yuv420p",
            self.rate,
        )
        self.colours.name_in(coder)


def matched(
    frames: Iterable[VideoFrame], shape: Shape, *, pixel_ratio: Fraction | None
) -> Iterator[VideoFrame]:
    """Convert the frames of one clip to `shape`: yuv420p, upright, scaled to fit, centred, with black bars around.

    `pixel_ratio`: the width of the clip's pixels divided by their height. Frames of this shape keep all pixels.
    """
    graph: Graph | None = None
    kind: tuple[object, ...] = ()
    for frame in frames:
        if kind != (kind := (frame.width, frame.height, frame.format.name, frame.rotation)) or graph is None:
            graph = _graph_for(frame, shape, pixel_ratio)
        graph.vpush(frame)
        yield graph.vpull()


def at_rate(frames: Iterable[VideoFrame], rate: Fraction, *, own_rate: Fraction) -> Iterator[VideoFrame]:
    """Convert frames to the frame rate `rate`: for each tick, yield the frame that is visible in the tick's middle.

    Frames that already have this rate are yielded one by one, even if their times are rounded. `own_rate`, the rate of
    the source, is used for the length of the last frame.
    """
    tick = 0
    for frame, until in _with_ends(frames, own_rate):
        while tick + _HALF < until * rate:
            yield frame
            tick += 1


def scaled_into(size: tuple[int, int], room: tuple[int, int]) -> tuple[int, int]:
    """Return the largest even size with the ratio of `size` that fits into `room`.

    A side that falls short by `_SAME_RATIO` or less becomes that of `room`.
    """
    scale = min(room[0] / size[0], room[1] / size[1])
    return _side(size[0] * scale, room[0]), _side(size[1] * scale, room[1])


def _side(length: float, room: int) -> int:
    return room if room - length <= room * _SAME_RATIO else max(2, 2 * round(length / 2))


def _graph_for(frame: VideoFrame, shape: Shape, pixel_ratio: Fraction | None) -> Graph:
    width, height = scaled_into(shown_size(frame, pixel_ratio), (shape.width, shape.height))
    colours = f"in_color_matrix={matrix_of(frame)}:out_color_matrix={shape.colours.matrix}"
    graph = Graph()
    filters = [
        *_TURNS.get(frame.rotation, []),
        f"scale={width}:{height}:flags={EXACT}:{colours}:out_range={'pc' if shape.colours.full else 'tv'}",
        "format=yuv420p",
        f"pad={shape.width}:{shape.height}:(ow-iw)/2:(oh-ih)/2",
        "buffersink",
    ]
    time_base = cast("Fraction", frame.time_base)
    start = graph.add_buffer(width=frame.width, height=frame.height, format=frame.format, time_base=time_base)
    graph.link_nodes(start, *(_added(graph, text) for text in filters)).configure()
    return graph


def _added(graph: Graph, text: str) -> FilterContext:
    name, _, values = text.partition("=")
    return graph.add(name, values or None)


def _with_ends(frames: Iterable[VideoFrame], own_rate: Fraction) -> Iterator[tuple[VideoFrame, Fraction]]:
    """Yield each frame with the time of its end, in seconds from the start of the first frame."""
    before: VideoFrame | None = None
    began = start = Fraction(0)
    for frame in frames:
        time = _time_of(frame, began + 1 / own_rate)
        if before is None:
            start = time
        else:
            yield before, time - start
        before, began = frame, time
    if before is not None:
        yield before, began - start + 1 / own_rate


def _time_of(frame: VideoFrame, otherwise: Fraction) -> Fraction:
    if frame.pts is None or frame.time_base is None:
        return otherwise
    return frame.pts * frame.time_base


# pyright: reportUnknownMemberType=false
# PyAV leaves the keyword arguments of some methods without hints.


MAX_SECONDS = 240.0
"""The longest total length of the clips to join, in seconds."""

_HIGHEST_RATE = Fraction(60)
_USUAL_RATE = Fraction(24)
_X264 = {"preset": "veryfast", "crf": "18"}


def join(paths: Sequence[Path], target: Path) -> JoinedFacts:
    """Write the clips at `paths`, in order, to `target` as one mp4: H.264, yuv420p, faststart, one frame rate.

    The first frame of each clip but the first is left out. Size, frame rate and colours are the first clip's: the
    others are scaled, with black bars if their ratio differs, and converted to its rate. If any clip has sound, the
    video has sound: AAC, with silence for the clips without. `target` may be one of the clips.
    It takes seconds of every core per clip: in a process with an event loop, call
    `media.isolation.tasks.join_isolated` instead.

    Raises:
        ValueError: there is no clip, or more than `MAX_CLIPS`.
        NotAVideo: a clip is not a complete video or cannot be decoded, or together they exceed `MAX_SECONDS`.
        OSError: a file cannot be read or written.
    """
    refuse_wrong_count(paths)
    heard = _heard_in(paths)
    shape = _shape_of(paths[0])
    with placed_at(target) as part:
        frames = _write(paths, part, shape, heard=heard)
    return JoinedFacts(
        frames=frames,
        duration_seconds=float(frames / shape.rate),
        width=shape.width,
        height=shape.height,
        size_bytes=target.stat().st_size,
    )


def join_ordered(order: bytes) -> bytes:
    """Run `join` inside an isolated process, with its arguments in JSON; return the video's facts in JSON."""
    asked = json.loads(order)
    facts = join([Path(path) for path in asked["paths"]], Path(asked["target"]))
    return json.dumps(asdict(facts)).encode()


def _heard_in(paths: Sequence[Path]) -> bool:
    """Probe all clips and return whether any has sound; raise NotAVideo if together they exceed `MAX_SECONDS`."""
    facts = [probe(path) for path in paths]
    seconds = sum(each.duration_seconds for each in facts)
    if seconds > MAX_SECONDS:
        raise NotAVideo(f"lasts {seconds:.1f} s, of at most {MAX_SECONDS:.0f}")
    return any(each.has_audio for each in facts)


def _shape_of(path: Path) -> Shape:
    with reading(path) as film:
        pictures = pictures_of(film)
        frame = next(film.decode(pictures))
        rate = min(pictures.guessed_rate or _USUAL_RATE, _HIGHEST_RATE)
        width, height = shown_size(frame, pictures.sample_aspect_ratio)
        return Shape(_even(width), _even(height), rate, replace(colours_of(frame), full=False))


def _shown(path: Path, shape: Shape) -> Iterator[VideoFrame]:
    """Decode one clip and yield its frames in the size, colours and frame rate of `shape`."""
    with reading(path) as film:
        stream = pictures_of(film)
        stream.thread_type = "AUTO"
        ticks = at_rate(film.decode(stream), shape.rate, own_rate=stream.guessed_rate or shape.rate)
        yield from matched(ticks, shape, pixel_ratio=stream.sample_aspect_ratio)


def _write(paths: Sequence[Path], target: Path, shape: Shape, *, heard: bool) -> int:
    """Encode the clips into one video at `target` and return the number of frames."""
    count = 0
    with av.open(str(target), "w", format="mp4", options={"movflags": "faststart"}) as film:
        pictures = film.add_stream("libx264", rate=shape.rate, options=_X264)
        shape.set_up(pictures.codec_context)
        track = SoundTrack(film) if heard else None
        for path in paths:
            left_out = 1 if count else 0
            with ExitStack() as stack:
                sound = (
                    stack.enter_context(heard_with(path, skipped=left_out / shape.rate)) if track else None
                )
                for frame in islice(_shown(path, shape), left_out, None):
                    film.mux(pictures.encode(_numbered(frame, count, shape.rate)))
                    count += 1
                    _refuse_too_many(count, shape)
                    if track and sound:
                        track.follow(sound, until=count / shape.rate)
        film.mux(pictures.encode())
        if track:
            track.finish()
    return count


def _refuse_too_many(count: int, shape: Shape) -> None:
    if count > MAX_SECONDS * shape.rate:
        raise NotAVideo(f"lasts longer than {MAX_SECONDS:.0f} s, unlike its header says")


def _numbered(frame: VideoFrame, number: int, rate: Fraction) -> VideoFrame:
    """Give the frame its number in the joined video; the encoder is free to choose the key frames."""
    frame.pts, frame.time_base, frame.pict_type = number, 1 / rate, PictureType.NONE
    return frame


def _even(length: int) -> int:
    return max(2, length // 2 * 2)
