"""Makes a video playable in every player and small enough to be posted, with as little change as possible.

If only the file's structure is wrong, its tracks are copied into a new file. Otherwise the video is re-encoded: in one
pass of high quality or, if the result is too large, in two passes that aim just below the size limit.
"""

# pyright: reportUnknownMemberType=false
# PyAV leaves the keyword arguments of some methods without hints.

import json
import tempfile
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import partial
from pathlib import Path

import av
from av.container import InputContainer, OutputContainer
from av.video.codeccontext import VideoCodecContext
from av.video.frame import PictureType, VideoFrame

from media.errors import NotAVideo
from media.transfer.saving import placed_at
from media.video.colour import colours_of
from media.video.facts import VideoFacts, Way, plan
from media.video.join import Shape, matched
from media.video.probe import pictures_of, probe, reading, sound_of
from media.video.sound import BITRATE, SoundTrack, heard_with

_AIM = 0.95  # of the size limit: two passes hit a size within two or three per cent
_INDEX_BYTES_PER_FRAME = 24
_LEAST_BITRATE = 50_000
_PART_OF_SOUND = 0.25
_SHORT_SIDES = (1080, 720, 540)
_ENOUGH_BITS_PER_PIXEL = 0.045  # below it H.264 turns to blocks, and a smaller picture looks better
_MOST_PIXELS = 1920 * 1200  # an encoder takes a hundred bytes of memory per pixel
_USUAL_RATE = Fraction(25)
_CODED = {"preset": "fast"}
_AS_SEEN = {**_CODED, "crf": "18"}
# Fast settings: of this pass, only the statistics on bits are kept.
_FIRST_RUN = {**_CODED, "x264-params": "pass=1:ref=1:subme=1:me=dia:trellis=0:8x8dct=0"}
_SECOND_RUN = {**_CODED, "x264-params": "pass=2"}


@dataclass(frozen=True, slots=True)
class Plan:
    """The settings to encode a video: size in pixels, frames per second, and bits per second of picture and sound."""

    width: int
    height: int
    rate: Fraction
    bitrate: int
    sound_bitrate: int


def fit_to(source: Path, target: Path, *, limit_bytes: int) -> int:
    """Write `source` to `target` as a video that every player shows, if possible within a size; return its size.

    If only the order of the file's parts is wrong, the tracks are copied. Otherwise the frames become H.264, yuv420p,
    faststart, in the same colours and upright; the sound becomes AAC, or is left out if it cannot be encoded. The size
    may still exceed `limit_bytes`: the caller decides what to do then. It takes about as long as the video lasts, on
    all cores: run it in a separate process.

    Raises:
        NotAVideo: `source` is not a complete video, or cannot be decoded to its end.
        OSError: a file cannot be read or written.
    """
    facts = probe(source)
    fault: ValueError | None = None
    with tempfile.TemporaryDirectory(prefix="fit-") as folder, placed_at(target) as part:
        for write in _ways(source, part, facts=facts, limit_bytes=limit_bytes, folder=Path(folder)):
            try:
                write()
                if (way := plan(probe(part))) is Way.PASS:
                    break
                fault = NotAVideo(f"still asks for {way}")
            except ValueError as err:
                fault = err
        else:
            raise NotAVideo(f"cannot be made to play: {fault}") from fault
    return target.stat().st_size


def _ways(
    source: Path, target: Path, *, facts: VideoFacts, limit_bytes: int, folder: Path
) -> Iterator[Callable[[], None]]:
    """Yield functions that each write `target` in another way, the smallest change to the video first."""
    if facts.size_bytes <= limit_bytes and plan(facts) is not Way.ENCODE:
        yield partial(_put_in_order, source, target, facts=facts, limit_bytes=limit_bytes)
    for sound in [True, False] if facts.has_audio else [False]:
        yield partial(
            _encode,
            source,
            target,
            facts=replace(facts, has_audio=sound),
            limit_bytes=limit_bytes,
            statistics=folder / "x264",
        )


def fit_ordered(order: bytes) -> bytes:
    """Run `fit_to` inside an isolated process, with its arguments in JSON; return the size in JSON."""
    asked = json.loads(order)
    size = fit_to(Path(asked["source"]), Path(asked["target"]), limit_bytes=asked["limit_bytes"])
    return json.dumps(size).encode()


def plan_for(facts: VideoFacts, *, rate: Fraction, limit_bytes: int) -> Plan:
    """Return the bitrates that fill the size limit, and the largest frame size that looks good at them."""
    frames = facts.duration_seconds * rate
    bitrate = 8 * (limit_bytes * _AIM - frames * _INDEX_BYTES_PER_FRAME) / facts.duration_seconds
    sound_bitrate = min(BITRATE, max(_LEAST_BITRATE, int(bitrate * _PART_OF_SOUND))) * facts.has_audio
    bitrate = max(_LEAST_BITRATE, int(bitrate - sound_bitrate))
    width, height = _size_for(facts, bits_per_frame=float(bitrate / rate))
    return Plan(width, height, rate, bitrate, sound_bitrate)


def _size_for(facts: VideoFacts, *, bits_per_frame: float) -> tuple[int, int]:
    sizes = [(_even(facts.width), _even(facts.height)), *_smaller_sizes(facts)]
    most = min(_MOST_PIXELS, bits_per_frame / _ENOUGH_BITS_PER_PIXEL)
    fitting = (size for size in sizes if size[0] * size[1] <= most)
    return next(fitting, sizes[-1])


def _smaller_sizes(facts: VideoFacts) -> list[tuple[int, int]]:
    short = min(facts.width, facts.height)
    scales = [Fraction(side, short) for side in _SHORT_SIDES if side < short]
    return [(_even(facts.width * scale), _even(facts.height * scale)) for scale in scales]


def _even(length: int | Fraction) -> int:
    return max(2, 2 * round(length / 2))


def _put_in_order(source: Path, target: Path, *, facts: VideoFacts, limit_bytes: int) -> None:
    """Copy the video track into a new file; copy the sound, too, or encode it if players lack its codec.

    Raises:
        NotAVideo: the new file exceeds `limit_bytes`.
    """
    with _rewritten(source, target) as (film, fitted):
        pictures = pictures_of(film)
        copied = filter(None, (pictures, sound_of(film) if facts.sound_plays else None))
        copies = {stream.index: fitted.add_stream_from_template(stream) for stream in copied}
        begins = (pictures.start_time or 0) * (pictures.time_base or Fraction(0))
        bitrate = BITRATE if facts.has_audio and not facts.sound_plays else 0
        with _sound_beside(fitted, source, bitrate=bitrate) as follow:
            for packet in film.demux([film.streams[index] for index in copies]):
                if packet.pts is not None and packet.dts is not None:
                    shift = round(begins / packet.time_base)
                    packet.pts, packet.dts = packet.pts - shift, packet.dts - shift
                    packet.stream = copies[packet.stream.index]
                    follow(packet.pts * packet.time_base)
                    fitted.mux(packet)
    if target.stat().st_size > limit_bytes:
        raise NotAVideo("is too large when it is in order")


def _encode(source: Path, target: Path, *, facts: VideoFacts, limit_bytes: int, statistics: Path) -> None:
    with reading(source) as film:
        pictures = pictures_of(film)
        first = next(film.decode(pictures))
        plan = plan_for(facts, rate=pictures.average_rate or _USUAL_RATE, limit_bytes=limit_bytes)
    colours = colours_of(first).at(plan.height, before=facts.height)
    shape = Shape(plan.width, plan.height, plan.rate, colours)
    write = partial(_write, source, target, shape, sound_bitrate=plan.sound_bitrate)
    if facts.size_bytes <= limit_bytes:
        write(options=_AS_SEEN)
        if target.stat().st_size <= limit_bytes:
            return
    _count_bits(source, shape, bitrate=plan.bitrate, options=_FIRST_RUN | {"stats": str(statistics)})
    second = _SECOND_RUN | {"stats": str(statistics)}
    write(bitrate=plan.bitrate, options=second)
    reached = target.stat().st_size
    if reached > limit_bytes:
        # Videos of a second or two can miss the size; the statistics of the first pass serve for a second attempt.
        write(bitrate=max(_LEAST_BITRATE, int(plan.bitrate * _AIM * limit_bytes / reached)), options=second)


def _count_bits(source: Path, shape: Shape, *, bitrate: int, options: dict[str, str]) -> None:
    """Run the first of two passes, which writes x264's statistics file and no video.

    x264 writes the file when the encoder is freed, that is when this function returns.
    """
    coder = VideoCodecContext.create("libx264", "w")
    coder.options = options
    with reading(source) as film:
        _set_up(coder, shape, film, bitrate)
        for frame in _prepared(film, shape):
            coder.encode(frame)
        coder.encode(None)


def _write(
    source: Path,
    target: Path,
    shape: Shape,
    *,
    options: dict[str, str],
    sound_bitrate: int,
    bitrate: int | None = None,
) -> None:
    with _rewritten(source, target) as (film, fitted):
        pictures = fitted.add_stream("libx264", rate=shape.rate, options=options)
        _set_up(pictures.codec_context, shape, film, bitrate)
        with _sound_beside(fitted, source, bitrate=sound_bitrate) as follow:
            for frame in _prepared(film, shape):
                follow(Fraction(frame.time_base or 0) * (frame.pts or 0))
                fitted.mux(pictures.encode(frame))
            fitted.mux(pictures.encode())


def _set_up(coder: VideoCodecContext, shape: Shape, film: InputContainer, bitrate: int | None) -> None:
    shape.set_up(coder)
    coder.time_base = pictures_of(film).time_base or 1 / shape.rate
    if bitrate is not None:
        coder.bit_rate = bitrate


def _prepared(film: InputContainer, shape: Shape) -> Iterator[VideoFrame]:
    """Yield the frames of a video in `shape`, timed from 0 s on; the encoder is free to choose the key frames."""
    pictures = pictures_of(film)
    begins: int | None = None
    for frame in matched(film.decode(pictures), shape, pixel_ratio=pictures.sample_aspect_ratio):
        begins = begins if begins is not None else frame.pts or 0
        frame.pts, frame.pict_type = (frame.pts or 0) - begins, PictureType.NONE
        yield frame


@contextmanager
def _rewritten(source: Path, target: Path) -> Generator[tuple[InputContainer, OutputContainer]]:
    options = {"movflags": "faststart"}
    with reading(source) as film, av.open(str(target), "w", format="mp4", options=options) as fitted:
        yield film, fitted


@contextmanager
def _sound_beside(
    fitted: OutputContainer, source: Path, *, bitrate: int
) -> Generator[Callable[[Fraction], None]]:
    """Yield a function that writes the sound of `source` up to a time in seconds; on exit, write the rest.

    With `bitrate` 0, no sound is written.
    """
    if not bitrate:
        yield lambda _: None
        return
    track = SoundTrack(fitted, bitrate=bitrate)
    with heard_with(source) as sound:
        yield lambda until: track.follow(sound, until=until)
        track.finish(sound)
