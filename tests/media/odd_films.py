"""Films that are whole, and that not every player shows as they are."""

import struct
from fractions import Fraction

import av
from PIL import Image

from media.video.mp4_headers import read_boxes

SIZE = (176, 144)
FRAMES = 24
TONE_RATE = 44_100
FRAGMENTS = "frag_keyframe+empty_moov+default_base_moof"


def picture(number=0, size=SIZE):
    """Return the picture of one frame: quarters of strong colours, the last of them growing lighter."""
    made = Image.new("RGB", size, (200, 40, 30))
    middle = (size[0] // 2, size[1] // 2)
    made.paste((40, 180, 60), (middle[0], 0, *size[:1], middle[1]))
    made.paste((60 + 3 * number,) * 3, (*middle, *size))
    made.paste((30, 60, 200), (0, middle[1], middle[0], size[1]))
    return made


def odd_film(
    path, *, codec="libx264", pixels="yuv420p", options=None, movflags="faststart", sound=None, wrapping="mp4",
    turn=None, ratio=None, tags=(2, 2, 2, 0), size=SIZE, frames=FRAMES, rate=24, drawn=picture, begins=0, seconds=None,
):  # fmt: skip
    """Write a film of `picture`, coded as asked; `sound` names a coding, `begins` its first second of tone."""
    with av.open(str(path), "w", format=wrapping, options={"movflags": movflags} if movflags else {}) as film:
        stream = film.add_stream(codec, rate=rate, options=options or {})
        stream.width, stream.height, stream.pix_fmt = *size, pixels
        coder = stream.codec_context
        coder.colorspace, coder.color_primaries, coder.color_trc, coder.color_range = tags
        if ratio:
            coder.sample_aspect_ratio = ratio
        if turn:
            stream.set_display_rotation(turn)
        heard = film.add_stream(sound, rate=48_000 if sound == "libopus" else TONE_RATE) if sound else None
        for number in range(frames):
            film.mux(stream.encode(_frame(drawn(number, size), pixels, tags, number, rate)))
        film.mux(stream.encode())
        if heard:
            _add_tone(film, heard, begins, frames / rate if seconds is None else seconds)
    return path


def _frame(made, pixels, tags, number, rate):
    frame = av.VideoFrame.from_image(made).reformat(
        format=pixels,
        dst_colorspace=tags[0] if tags[0] in (1, 5, 6, 9) else None,
        dst_color_range=tags[3] or None,
    )
    frame.pts, frame.time_base = number, Fraction(1, rate)
    return frame


def _add_tone(film, heard, begins, seconds):
    """Write silence, and from `begins` on a loud square wave."""
    rate = heard.rate
    for at in range(0, round(seconds * rate), 1024):
        block = av.AudioFrame(format="s16", layout="stereo", samples=1024)
        levels = [
            0 if at + n < begins * rate else 20_000 * (1 - 2 * ((at + n) // 40 % 2)) for n in range(1024)
        ]
        block.planes[0].update(struct.pack("<2048h", *(level for level in levels for _ in "lr")))
        block.rate, block.pts, block.time_base = rate, at, Fraction(1, rate)
        film.mux(heard.encode(block))
    film.mux(heard.encode())


def loud_in(path, step=0.005):
    """Return at which seconds of a film, in steps, its sound is loud."""
    rate = 48_000
    data = bytearray()
    with av.open(str(path)) as film:
        resampler = av.AudioResampler("s16", "mono", rate)
        for frame in film.decode(audio=0):
            for made in resampler.resample(frame):
                at = round(made.pts * made.time_base * rate) * 2
                data = data[:at].ljust(at, b"\0") + bytes(made.planes[0])[: made.samples * 2]
    samples = struct.unpack(f"<{len(data) // 2}h", bytes(data))
    length = int(step * rate)
    parts = [samples[at : at + length] for at in range(0, len(samples), length)]
    return [number * step for number, part in enumerate(parts) if max(map(abs, part)) > 5000]


def with_renamed_box(path, kind, *, to=b"free"):
    """Give the last box of a kind another name, so that nobody finds it."""
    data = path.read_bytes()
    at = data.rindex(kind)
    path.write_bytes(data[:at] + to + data[at + 4 :])
    return path


def with_bytes_behind(path, stray):
    """Write bytes behind the last box."""
    path.write_bytes(path.read_bytes() + stray)
    return path


def with_cover(folder):
    """Write a film with a still picture as its first track, as shops do."""
    source = odd_film(folder / "plain.mp4")
    path = folder / "cover.mp4"
    with (
        av.open(str(source)) as film,
        av.open(str(path), "w", format="mp4", options={"movflags": "faststart"}) as made,
    ):
        cover = made.add_stream("mjpeg", rate=1)
        cover.width, cover.height, cover.pix_fmt = *SIZE, "yuvj420p"
        copy = made.add_stream_from_template(film.streams.video[0])
        made.mux(cover.encode(av.VideoFrame.from_image(picture())))
        made.mux(cover.encode())
        for packet in film.demux(video=0):
            if packet.dts is not None:
                packet.stream = copy
                made.mux(packet)
    return path


def without_brand(path):
    """Take the first box away and mark its place as free, as very old QuickTime does."""
    first = read_boxes(path)[0]
    assert first.kind == "ftyp"
    data = path.read_bytes()
    path.write_bytes(data[:4] + b"free" + data[8:])
    return path
