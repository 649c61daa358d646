"""Make a film small enough to be posted: one re-encode in two passes that aims just below a size."""

# pyright: reportUnknownMemberType=false
# PyAV leaves the keyword arguments of some methods without hints.

import json
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path

import av
from av.audio.frame import AudioFrame
from av.audio.stream import AudioStream
from av.container import InputContainer, OutputContainer
from av.error import FFmpegError
from av.video.codeccontext import VideoCodecContext
from av.video.frame import PictureType, VideoFrame

from media.isolated import IsolatedFailed, IsolatedTask, run_isolated
from media.placing import placed_at
from media.probe import NotAVideo, VideoFacts, open_film, probe

_AIM = 0.95  # of the limit: two passes meet a size within two or three per cent
_AUDIO_BITRATE = 96_000
_INDEX_BYTES_PER_FRAME = 24
_LEAST_BITRATE = 50_000
_SHORT_SIDES = (1080, 720, 540)
_ENOUGH_BITS_PER_PIXEL = 0.045  # below it H.264 turns to blocks, and a smaller picture looks better
_USUAL_RATE = Fraction(25)
# Looks quickly: only the counts of bits are kept.
_FIRST_RUN = "pass=1:ref=1:subme=1:me=dia:trellis=0:8x8dct=0"
_SECOND_RUN = "pass=2"


@dataclass(frozen=True, slots=True)
class Plan:
    """How a film will be encoded: size in pixels, frames per second, bits per second of pictures."""

    width: int
    height: int
    rate: Fraction
    bitrate: int


def fit_to(source: Path, target: Path, *, limit_bytes: int) -> int:
    """Write `source` to `target` as H.264, yuv420p, faststart, aiming at 95 % of `limit_bytes`; return its size.

    The size may still be above the limit: the caller decides what then. Sound is kept, as AAC. Takes about as long
    as the film lasts, on every core: run it beside the event loop.

    Raises:
        NotAVideo: `source` is no whole film, or cannot be decoded to its end.
        OSError: a file cannot be read or written.
    """
    facts = probe(source)
    with tempfile.TemporaryDirectory(prefix="fit-") as folder, placed_at(target) as part:
        statistics = Path(folder) / "x264"
        try:
            _encode(source, part, facts=facts, limit_bytes=limit_bytes, statistics=statistics)
        except OSError:
            raise
        except FFmpegError as err:
            raise NotAVideo(f"cannot be decoded: {type(err).__name__}") from err
    return target.stat().st_size


def fit_ordered(order: bytes) -> bytes:
    """Make a film fit as an order in JSON says; return its size in JSON."""
    asked = json.loads(order)
    size = fit_to(Path(asked["source"]), Path(asked["target"]), limit_bytes=asked["limit_bytes"])
    return json.dumps(size).encode()


FIT = IsolatedTask(
    work=fit_ordered,
    memory_bytes=800_000_000,
    cpu_seconds=2400,
    seconds=600,
    file_bytes=2_000_000_000,
    background=True,
)


async def fit_apart(source: Path, target: Path, limit_bytes: int) -> int:
    """Do as `fit_to` does, in a process of its own with limits, which ends with the caller.

    Raises:
        NotAVideo: `source` cannot be re-encoded, or not within the limits.
        OSError: a file cannot be read or written.
    """
    order = _order(source, target, limit_bytes)
    try:
        return json.loads(await run_isolated(FIT, order.encode()))
    except IsolatedFailed as failure:
        raise NotAVideo(f"cannot be made to fit: {failure}") from failure


def _order(source: Path, target: Path, limit_bytes: int) -> str:
    # Absolute: the process works in a folder of its own.
    paths = {"source": str(source.absolute()), "target": str(target.absolute())}
    return json.dumps({**paths, "limit_bytes": limit_bytes})


def plan_for(facts: VideoFacts, *, rate: Fraction, limit_bytes: int) -> Plan:
    """Return the bitrate that fills the limit, and the largest picture that looks well at it."""
    frames = facts.duration_seconds * rate
    pictures_bytes = limit_bytes * _AIM - frames * _INDEX_BYTES_PER_FRAME
    bitrate = 8 * pictures_bytes / facts.duration_seconds - _AUDIO_BITRATE * facts.has_audio
    bitrate = max(_LEAST_BITRATE, int(bitrate))
    width, height = _size_for(facts, bits_per_frame=float(bitrate / rate))
    return Plan(width, height, rate, bitrate)


def _size_for(facts: VideoFacts, *, bits_per_frame: float) -> tuple[int, int]:
    sizes = [(_even(facts.width), _even(facts.height)), *_smaller_sizes(facts)]
    fitting = (size for size in sizes if bits_per_frame >= _ENOUGH_BITS_PER_PIXEL * size[0] * size[1])
    return next(fitting, sizes[-1])


def _smaller_sizes(facts: VideoFacts) -> list[tuple[int, int]]:
    short = min(facts.width, facts.height)
    scales = [Fraction(side, short) for side in _SHORT_SIDES if side < short]
    return [(_even(facts.width * scale), _even(facts.height * scale)) for scale in scales]


def _even(length: int | Fraction) -> int:
    return max(2, 2 * round(length / 2))


def _encode(source: Path, target: Path, *, facts: VideoFacts, limit_bytes: int, statistics: Path) -> None:
    with open_film(source) as film:
        rate = film.streams.video[0].average_rate or _USUAL_RATE
        plan = plan_for(facts, rate=rate, limit_bytes=limit_bytes)
        _count_bits(film, plan, statistics)
    _write(source, target, plan=plan, statistics=statistics)
    reached = target.stat().st_size
    if reached > limit_bytes:
        # Films of a second or two can miss the aim; the same statistics serve a second try.
        fewer = max(_LEAST_BITRATE, int(plan.bitrate * _AIM * limit_bytes / reached))
        _write(source, target, plan=replace(plan, bitrate=fewer), statistics=statistics)


def _count_bits(film: InputContainer, plan: Plan, statistics: Path) -> None:
    """Run the first pass. x264 writes its statistics when the coder is freed, which is when this returns."""
    coder = VideoCodecContext.create("libx264", "w")
    _set_up(coder, plan, film)
    coder.options = _options(_FIRST_RUN, statistics)
    for frame in film.decode(video=0):
        coder.encode(_prepared(frame, plan))
    coder.encode(None)


def _write(source: Path, target: Path, *, plan: Plan, statistics: Path) -> None:
    """Run the second pass, which shares out the bits by the statistics of the first."""
    options = {"movflags": "faststart"}
    with open_film(source) as film, av.open(str(target), "w", format="mp4", options=options) as fitted:
        _encode_again(film, fitted, plan, statistics)


def _encode_again(film: InputContainer, fitted: OutputContainer, plan: Plan, statistics: Path) -> None:
    pictures = fitted.add_stream("libx264", rate=plan.rate, options=_options(_SECOND_RUN, statistics))
    _set_up(pictures.codec_context, plan, film)
    sound = _add_sound(film, fitted)
    for frame in _frames(film):
        if isinstance(frame, VideoFrame):
            fitted.mux(pictures.encode(_prepared(frame, plan)))
        elif sound:
            fitted.mux(sound.encode(frame))
    fitted.mux(pictures.encode())
    if sound:
        fitted.mux(sound.encode())


def _frames(film: InputContainer) -> Iterator[VideoFrame | AudioFrame]:
    for packet in film.demux([*film.streams.video[:1], *film.streams.audio[:1]]):
        for frame in packet.decode():
            if isinstance(frame, VideoFrame | AudioFrame):
                yield frame


def _set_up(coder: VideoCodecContext, plan: Plan, film: InputContainer) -> None:
    coder.width, coder.height, coder.pix_fmt = plan.width, plan.height, "yuv420p"
    coder.bit_rate, coder.framerate = plan.bitrate, plan.rate
    coder.time_base = film.streams.video[0].time_base or 1 / plan.rate


def _options(params: str, statistics: Path) -> dict[str, str]:
    return {"preset": "fast", "stats": str(statistics), "x264-params": params}


def _add_sound(film: InputContainer, fitted: OutputContainer) -> AudioStream | None:
    if not film.streams.audio:
        return None
    heard = film.streams.audio[0]
    sound = fitted.add_stream("aac", rate=heard.rate)
    sound.codec_context.layout = "mono" if heard.channels == 1 else "stereo"
    sound.codec_context.bit_rate = _AUDIO_BITRATE
    return sound


def _prepared(frame: VideoFrame, plan: Plan) -> VideoFrame:
    """Return the frame as planned; the coder, not the source, decides which frames are key frames."""
    ready = frame.reformat(width=plan.width, height=plan.height, format="yuv420p")
    ready.pict_type = PictureType.NONE
    return ready
