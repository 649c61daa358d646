"""Films made for a test, and ways to look at what a film shows."""

import io
import os
from pathlib import Path

import av
from PIL import Image, ImageChops, ImageDraw, ImageFilter, ImageStat

from media.rendering.render import ClipSpec, render_clip

EIGHTH = (170, 96)
"""A 768p film at an eighth of its size."""

GREY, WHITE = 60, 255


def film_of(folder, **wishes):
    """Render a small film and return its path."""
    target = folder / "film.mp4"
    asked = {"width": EIGHTH[0], "height": EIGHTH[1], "seconds": 2, "fps": 12} | wishes
    render_clip(ClipSpec(**asked), target)
    return target


def png(picture):
    """Return a picture as the bytes of a PNG file."""
    file = io.BytesIO()
    picture.save(file, "PNG")
    return file.getvalue()


def patches(*centres, size=EIGHTH, side=14):
    """Return the PNG of a grey picture with white squares at `centres`."""
    picture = Image.new("RGB", size, (GREY, GREY, GREY))
    for x, y in centres:
        box = (x - side // 2, y - side // 2, x + side // 2 - 1, y + side // 2 - 1)
        ImageDraw.Draw(picture).rectangle(box, (WHITE, WHITE, WHITE))
    return png(picture)


def scenery(size=EIGHTH):
    """Return a picture with soft shapes of many colours, as photographs have."""
    noise = [Image.effect_noise(size, 120).filter(ImageFilter.GaussianBlur(6)) for _ in range(3)]
    return Image.merge("RGB", noise)


def frames_of(path):
    """Return all frames of a film as RGB pictures."""
    with av.open(str(path)) as film:
        return [frame.to_image() for frame in film.decode(video=0)]


def key_frames_of(path):
    """Return how many frames of a film stand for themselves."""
    with av.open(str(path)) as film:
        return sum(frame.key_frame for frame in film.decode(video=0))


def patch_in(frame, box=None):
    """Return centre x, centre y, width and height of the white square in `frame`, or within `box` of it."""
    part = frame if box is None else frame.crop(box)
    left, top, right, bottom = part.convert("L").point(lambda value: 255 * (value > 150)).getbbox()
    across, down = (0, 0) if box is None else box[:2]
    return (left + right) / 2 + across, (top + bottom) / 2 + down, right - left, bottom - top


def difference(one, other):
    """Return the mean absolute difference of two pictures of one size, 0 to 255."""
    return sum(ImageStat.Stat(ImageChops.difference(one, other)).mean) / 3


def write_noise(
    path: Path,
    *,
    size=(320, 180),
    frames=50,
    rate=25,
    bitrate=3_000_000,
    sound=True,
    faststart=True,
    every=250,
):
    """Write a film that hardly compresses: every frame is noise, and so is its sound; key frames `every` so many."""
    options = {"movflags": "faststart"} if faststart else {}
    with av.open(str(path), "w", format="mp4", options=options) as film:
        pictures = film.add_stream("libx264", rate=rate, options={"preset": "ultrafast", "g": str(every)})
        pictures.width, pictures.height, pictures.pix_fmt = *size, "yuv420p"
        pictures.bit_rate = bitrate
        heard = film.add_stream("aac", rate=48000) if sound else None
        for number in range(frames):
            frame = av.VideoFrame.from_image(Image.effect_noise(size, 40).convert("RGB"))
            frame.pts = number
            film.mux(pictures.encode(frame))
        film.mux(pictures.encode())
        if heard:
            _write_sound(film, heard, blocks=frames * 48000 // rate // 1024)
    return path


def _write_sound(film, heard, *, blocks):
    for number in range(blocks):
        block = av.AudioFrame(format="s16", layout="stereo", samples=1024)
        block.planes[0].update(os.urandom(block.planes[0].buffer_size))
        block.rate, block.pts = 48000, number * 1024
        film.mux(heard.encode(block))
    film.mux(heard.encode())
