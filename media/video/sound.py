"""Reads and writes the sound of videos, in step with their frames: it starts at the first frame; gaps are silence."""

# pyright: reportUnknownMemberType=false
# PyAV leaves the keyword arguments of some methods without hints.

import contextlib
from collections.abc import Generator, Iterator
from fractions import Fraction
from itertools import repeat
from pathlib import Path

from av.audio.frame import AudioFrame
from av.audio.resampler import AudioResampler
from av.container import InputContainer, OutputContainer
from av.error import FFmpegError

from media.video.probe import pictures_of, reading, sound_of

BITRATE = 128_000
RATE = 48_000
"""The sample rate, in samples per second, of all sound that is written."""

_LAYOUT, _FORMAT, _SAMPLE_BYTES = "stereo", "s16", 4
_SLACK = RATE // 100  # times in headers are rounded: a gap or overlap of up to 10 ms is ignored
_BLOCK = 1024
_SILENCE = bytes(_BLOCK * _SAMPLE_BYTES)


class Sound:
    """The decoded sound of a video, read from start to end; after its end it returns silence."""

    def __init__(self, blocks: Iterator[bytes]) -> None:
        self._blocks = blocks
        self._rest = bytearray()
        self.ended = False

    def take(self, samples: int) -> bytes:
        """Return the next `samples` samples (stereo, 16 bits), filled up with silence after the end."""
        length = samples * _SAMPLE_BYTES
        while len(self._rest) < length and not self.ended:
            block = next(self._blocks, None)
            self.ended = block is None
            self._rest += block or b""
        taken = bytes(self._rest[:length])
        del self._rest[:length]
        return taken.ljust(length, b"\0")


class SoundTrack:
    """The sound track of a video that is being written: AAC, stereo."""

    def __init__(self, film: OutputContainer, *, bitrate: int = BITRATE) -> None:
        self._film = film
        self._coder = film.add_stream("aac", rate=RATE, layout=_LAYOUT)
        self._coder.codec_context.bit_rate = bitrate
        self._written = 0

    def follow(self, sound: Sound, *, until: Fraction) -> None:
        """Write `sound` up to the time `until`, in seconds from the start of the video."""
        while (samples := min(_BLOCK, round(until * RATE) - self._written)) > 0:
            self._write(sound.take(samples))

    def finish(self, sound: Sound | None = None) -> None:
        """Write the rest of `sound`, then the samples that the encoder still holds."""
        while sound and not sound.ended:
            self._write(sound.take(_BLOCK))
        self._film.mux(self._coder.encode(None))

    def _write(self, data: bytes) -> None:
        samples = len(data) // _SAMPLE_BYTES
        block = AudioFrame(format=_FORMAT, layout=_LAYOUT, samples=samples)
        block.planes[0].update(data.ljust(block.planes[0].buffer_size, b"\0"))
        block.rate, block.pts, block.time_base = RATE, self._written, Fraction(1, RATE)
        self._film.mux(self._coder.encode(block))
        self._written += samples


@contextlib.contextmanager
def heard_with(path: Path, *, skipped: Fraction = Fraction(0)) -> Generator[Sound]:
    """Open the sound of the video at `path`; it starts `skipped` seconds after the video's first frame."""
    with reading(path) as film:
        first = next(film.decode(pictures_of(film)))
        begins = (first.pts or 0) * (first.time_base or Fraction(0)) + skipped
    with reading(path) as film:
        yield Sound(_blocks_of(film, begins))


def _blocks_of(film: InputContainer, begins: Fraction) -> Iterator[bytes]:
    """Yield the sound samples of a video from the time `begins` on; fill gaps with silence, leave overlaps out."""
    at = 0
    for frame in _decoded(film):
        data = bytes(frame.planes[0])[: frame.samples * _SAMPLE_BYTES]
        starts = at
        if frame.pts is not None and frame.time_base is not None:
            starts = round((frame.pts * frame.time_base - begins) * RATE)
        if starts > at + _SLACK:
            yield from _silence(starts - at)
            at = starts
        elif starts < at - _SLACK:
            data = data[(at - starts) * _SAMPLE_BYTES :]
        yield data
        at += len(data) // _SAMPLE_BYTES


def _silence(samples: int) -> Iterator[bytes]:
    yield from repeat(_SILENCE, samples // _BLOCK)
    yield bytes(samples % _BLOCK * _SAMPLE_BYTES)


def _decoded(film: InputContainer) -> Iterator[AudioFrame]:
    stream = sound_of(film)
    if stream is None:
        return
    resampler = AudioResampler(_FORMAT, _LAYOUT, RATE)
    for packet in film.demux(stream):
        with contextlib.suppress(
            FFmpegError, ValueError
        ):  # a packet that cannot be decoded becomes silence, the rest is kept
            for frame in packet.decode():
                yield from resampler.resample(frame)
    with contextlib.suppress(FFmpegError, ValueError):
        yield from resampler.resample(None)
