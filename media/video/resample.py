"""Frames at a constant rate, whatever the rate they were made at."""

from collections.abc import Iterable, Iterator
from fractions import Fraction

from av.video.frame import VideoFrame

_HALF = Fraction(1, 2)


def at_rate(frames: Iterable[VideoFrame], rate: Fraction, *, own_rate: Fraction) -> Iterator[VideoFrame]:
    """Yield, for each tick of `rate` from the first frame on, the frame that is seen in the tick's middle.

    Frames of that very rate come out one by one, even where their times are rounded. `own_rate` says how long the
    last frame lasts.
    """
    tick = 0
    for frame, until in _with_ends(frames, own_rate):
        while tick + _HALF < until * rate:
            yield frame
            tick += 1


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
