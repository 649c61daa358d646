"""Chains of clips as a test sees them: what stands on both sides of a joint, and films with a known content."""

from collections import deque
from fractions import Fraction

import av
from av.video.frame import PictureType, VideoFrame
from film_samples import difference
from PIL import ImageStat

from media.video.colour import to_picture

RED = (200, 40, 30)
# RED by the formulas of each standard (ITU-R BT.601 and BT.709): Y = Kr R + Kg G + Kb B.
WEIGHTS = {"bt601": (0.299, 0.114), "bt709": (0.2126, 0.0722)}


def joint_difference(before, after):
    """Return how far the first picture of one film is from the last of another, 0 to 255; sizes must agree."""
    one, other = last_of(before), first_of(after)
    assert one.size == other.size
    return difference(one, other)


def drift(one, other):
    """Return how much brighter `other` is on the whole than `one`, in the channel where that is most."""
    ways = zip(ImageStat.Stat(one).mean, ImageStat.Stat(other).mean, strict=True)
    return max((after - before for before, after in ways), key=abs)


def last_of(path):
    """Return the last picture of a film, decoded from its beginning."""
    with av.open(str(path)) as film:
        return to_picture(deque(film.decode(video=0), maxlen=1)[0])


def first_of(path):
    """Return the first picture of a film."""
    with av.open(str(path)) as film:
        return to_picture(next(film.decode(video=0)))


def levels_of(path):
    """Return the grey in the middle of each frame of a film."""
    with av.open(str(path)) as film:
        return [_middle(frame) for frame in film.decode(video=0)]


def _middle(frame):
    plane = frame.planes[0]
    return bytes(plane)[plane.line_size * (frame.height // 2) + frame.width // 2]


def write_film(
    path, colours, *, size=(320, 180), rate=24, every=250, matrix=2, full=False, times=None, codec="libx264"
):
    """Write a film with one plain frame for each (Y, Cb, Cr) of `colours`, exactly these numbers.

    matrix: the number in its header, 2 for none. times: in frames, where they are not 0, 1, 2 and so on.
    """
    with av.open(str(path), "w", format="mp4", options={"movflags": "faststart"}) as film:
        options = {"crf": "1", "g": str(every), "preset": "fast"} if codec == "libx264" else {}
        stream = film.add_stream(codec, rate=rate, options=options)
        stream.width, stream.height, stream.pix_fmt = *size, "yuv420p"
        stream.codec_context.colorspace, stream.codec_context.color_range = matrix, 2 if full else 1
        stream.codec_context.time_base = Fraction(1, rate * 100)
        for at, colour in zip(times or range(len(colours)), colours, strict=True):
            film.mux(stream.encode(_plain(size, colour, round(at * 100), Fraction(1, rate * 100))))
        film.mux(stream.encode())
    return path


def numbers_of(colour, matrix, *, full):
    """Return Y, Cb, Cr of an RGB colour."""
    red, green, blue = colour
    by_red, by_blue = WEIGHTS[matrix]
    light = by_red * red + (1 - by_red - by_blue) * green + by_blue * blue
    luma_range, chroma_range, black = (1, 1, 0) if full else (219 / 255, 224 / 255, 16)
    blueness, redness = (blue - light) / (2 - 2 * by_blue), (red - light) / (2 - 2 * by_red)
    return (
        round(black + light * luma_range),
        round(128 + blueness * chroma_range),
        round(128 + redness * chroma_range),
    )


def ladder(count, first=40, step=3):
    """Return `count` greys, each brighter than the one before."""
    return [(first + step * number, 128, 128) for number in range(count)]


def _plain(size, colour, pts, time_base):
    frame = VideoFrame(*size, "yuv420p")
    for plane, value in zip(frame.planes, colour, strict=True):
        plane.update(bytes([value]) * plane.buffer_size)
    frame.pts, frame.time_base, frame.pict_type = pts, time_base, PictureType.NONE
    return frame
