"""Frames of any size, pixel format, turn, colours and rate, brought to the shape and the rate of one film."""

# pyright: reportUnknownMemberType=false
# PyAV leaves the keyword arguments of some methods without hints.

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import cast

from av.filter import Graph
from av.filter.context import FilterContext
from av.video.codeccontext import VideoCodecContext
from av.video.frame import VideoFrame

from media.video.colour import EXACT, Colours, matrix_of
from media.video.probe import shown_size

_SAME_RATIO = 0.01
"""Of a side: sizes of one ratio differ by a pixel or two, which is no reason for a black line."""


_TURNS = {
    90: ["transpose=cclock"],
    -90: ["transpose=clock"],
    180: ["hflip", "vflip"],
    -180: ["hflip", "vflip"],
}
"""By how many degrees a film asks to be turned, against the clock; no player turns by others."""

_HALF = Fraction(1, 2)


@dataclass(frozen=True, slots=True)
class Shape:
    """What all frames of a film share: an even size in pixels, frames per second, and what its colours mean."""

    width: int
    height: int
    rate: Fraction
    colours: Colours

    def set_up(self, coder: VideoCodecContext) -> None:
        """Set a coder up for such frames."""
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
    """Yield the frames of one clip as `shape` asks: yuv420p, upright, scaled into the middle of its size.

    `pixel_ratio` is how wide the clip's pixels are, in heights. Frames that are so already keep every pixel.
    """
    graph: Graph | None = None
    kind: tuple[object, ...] = ()
    for frame in frames:
        if kind != (kind := (frame.width, frame.height, frame.format.name, frame.rotation)) or graph is None:
            graph = _graph_for(frame, shape, pixel_ratio)
        graph.vpush(frame)
        yield graph.vpull()


def at_rate(frames: Iterable[VideoFrame], rate: Fraction, *, own_rate: Fraction) -> Iterator[VideoFrame]:
    """Yield, for each tick of `rate` from the first frame on, the frame that is seen in the tick's middle.

    Frames of that very rate come out one by one, even if their times are rounded. `own_rate` says how long the
    last frame lasts.
    """
    tick = 0
    for frame, until in _with_ends(frames, own_rate):
        while tick + _HALF < until * rate:
            yield frame
            tick += 1


def scaled_into(size: tuple[int, int], room: tuple[int, int]) -> tuple[int, int]:
    """Return the largest even size of the ratio of `size` that fits into `room`, or `room` if that is nearly it."""
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
    """Yield each frame and when it ends, in seconds from the first frame's beginning."""
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
