"""Frames of any size, pixel format and colour matrix, brought to the shape of one film."""

# pyright: reportUnknownMemberType=false
# PyAV leaves the keyword arguments of some methods without hints.

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import cast

from av.filter import Graph
from av.video.frame import VideoFrame

from media.colour import EXACT, Matrix, matrix_of

_SAME_RATIO = 0.01
"""Of a side: sizes of one ratio differ by a pixel or two, which is no reason for a black line."""


@dataclass(frozen=True, slots=True)
class Shape:
    """What all frames of a film share: an even size in pixels, frames per second, and the matrix of its colours."""

    width: int
    height: int
    rate: Fraction
    matrix: Matrix


def matched(frames: Iterable[VideoFrame], shape: Shape) -> Iterator[VideoFrame]:
    """Yield the frames of one clip as `shape` asks: yuv420p, limited range, scaled into the middle of its size.

    Frames that are so already keep every pixel.
    """
    graph: Graph | None = None
    for frame in frames:
        graph = graph or _graph_for(frame, shape)
        graph.vpush(frame)
        yield graph.vpull()


def scaled_into(size: tuple[int, int], room: tuple[int, int]) -> tuple[int, int]:
    """Return the largest even size of the ratio of `size` that fits into `room`, or `room` where that is nearly it."""
    scale = min(room[0] / size[0], room[1] / size[1])
    return _side(size[0] * scale, room[0]), _side(size[1] * scale, room[1])


def _side(length: float, room: int) -> int:
    return room if room - length <= room * _SAME_RATIO else max(2, 2 * round(length / 2))


def _graph_for(frame: VideoFrame, shape: Shape) -> Graph:
    width, height = scaled_into((frame.width, frame.height), (shape.width, shape.height))
    colours = f"in_color_matrix={matrix_of(frame)}:out_color_matrix={shape.matrix}:out_range=tv"
    graph = Graph()
    time_base = cast("Fraction", frame.time_base)
    graph.link_nodes(
        graph.add_buffer(width=frame.width, height=frame.height, format=frame.format, time_base=time_base),
        graph.add("scale", f"{width}:{height}:flags={EXACT}:{colours}"),
        graph.add("format", "yuv420p"),
        graph.add("pad", f"{shape.width}:{shape.height}:(ow-iw)/2:(oh-ih)/2"),
        graph.add("buffersink"),
    ).configure()
    return graph
