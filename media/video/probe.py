"""Opens and probes mp4 files: reads the structure of the file first, then decodes its first frame.

A fault in the file's bytes raises NotAVideo; a fault of the disk raises OSError.
"""

import errno
import json
import math
import os
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from fractions import Fraction
from pathlib import Path
from typing import cast

import av
from av.audio.codeccontext import AudioCodecContext
from av.audio.stream import AudioStream
from av.container import InputContainer
from av.error import FFmpegError
from av.video.codeccontext import VideoCodecContext
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from media.errors import NotAVideo
from media.video.facts import VideoFacts
from media.video.mp4_headers import STRAY, BrokenBoxes, read_boxes

_LIMITS = (
    errno.EFBIG,
    errno.EAGAIN,
)  # errors from this process's limits (file size, threads), not from the disk

_TIME_BASE = 1_000_000
_STILLS = ("mjpeg", "png")
_PLAYED_SOUND = ("aac", "mp3")
_BEGINNINGS = ("ftyp", "moov", "mdat", "wide", "free", "skip")


@contextmanager
def reading(path: Path) -> Generator[InputContainer]:
    """Open an mp4 for the `with` block; other containers are refused, and no other file or address is opened.

    A decoding error inside the block is raised as NotAVideo.
    """
    try:
        # Names in the header may be invalid text; without "replace", PyAV would raise a UnicodeDecodeError.
        options = {"protocol_whitelist": "file"}
        with av.open(str(path), format="mp4", options=options, metadata_errors="replace") as film:
            yield film
    except OSError as err:
        if err.errno in _LIMITS:
            raise NotAVideo(f"cannot be done within the limits: {err.strerror}") from err
        raise
    except FFmpegError as err:
        raise NotAVideo(f"cannot be decoded: {type(err).__name__}") from err


def shown_size(frame: VideoFrame, pixel_ratio: Fraction | None) -> tuple[int, int]:
    """Return the width and height at which players show a frame: with square pixels and its rotation applied."""
    width, height = max(1, round(frame.width * (pixel_ratio or 1))), frame.height
    return (height, width) if abs(frame.rotation) == 90 else (width, height)


def probe(path: Path) -> VideoFacts:
    """Return the facts of the mp4 at `path`; check that the file is complete and its first frame can be decoded.

    The file is untrusted: in a process that holds secrets, call `media.isolation.tasks.probe_isolated` instead.

    Raises:
        NotAVideo: the file is not an mp4, or only a part of one.
        OSError: the file cannot be read.
    """
    structure = _structure_of(path)
    with reading(path) as film:
        return _facts(film, structure, path.stat().st_size)


def probe_named(path: bytes) -> bytes:
    """Run `probe` inside an isolated process; input: the path as bytes; output: the facts in JSON."""
    return json.dumps(asdict(probe(Path(os.fsdecode(path))))).encode()


def pictures_of(film: InputContainer) -> VideoStream:
    """Return the video track, and not a track with a cover picture, if there is another.

    Raises:
        NotAVideo: there is no video track that can be decoded.
    """
    tracks = film.streams.video
    if not tracks:
        raise NotAVideo("has no pictures")
    pictures = next((track for track in tracks if _codec_of(track) not in ("", *_STILLS)), tracks[0])
    # PyAV's type hints hide that the decoder may be missing, and decoding without one crashes the whole process.
    if cast("VideoCodecContext | None", pictures.codec_context) is None:
        raise NotAVideo("its pictures are in no known coding")
    return pictures


def sound_of(film: InputContainer) -> AudioStream | None:
    """Return the first sound track that can be decoded, None if there is none."""
    return next(filter(_codec_of, film.streams.audio), None)


def _codec_of(stream: AudioStream | VideoStream) -> str:
    coder = cast("AudioCodecContext | VideoCodecContext | None", stream.codec_context)
    return coder.codec.canonical_name if coder else ""


@dataclass(frozen=True, slots=True)
class _Structure:
    faststart: bool
    tidy: bool


def _structure_of(path: Path) -> _Structure:
    """Return the structure of an mp4, by its top-level boxes; raises NotAVideo if the file is not a complete mp4."""
    try:
        boxes = read_boxes(path)
    except BrokenBoxes as err:
        raise NotAVideo(str(err)) from err
    kinds = [box.kind for box in boxes]
    if not boxes or kinds[0] not in _BEGINNINGS:
        raise NotAVideo("does not begin as an mp4")
    for needed in ("moov", "mdat"):
        if needed not in kinds:
            raise NotAVideo(f"has no {needed} box")
    with path.open("rb") as file:
        brand = file.read(12)[8:]
    return _Structure(
        faststart=kinds.index("moov") < kinds.index("mdat") and "moof" not in kinds,
        tidy=kinds[0] == "ftyp" and brand != b"qt  " and kinds[-1] != STRAY and kinds.count("moov") == 1,
    )


def _facts(film: InputContainer, structure: _Structure, size_bytes: int) -> VideoFacts:
    pictures = pictures_of(film)
    if any(entry.pos + entry.size > size_bytes for entry in pictures.index_entries):
        raise NotAVideo("ends before its last picture")
    frame = next(film.decode(pictures), None)
    if frame is None:
        raise NotAVideo("no frame can be decoded")
    width, height = shown_size(frame, pictures.sample_aspect_ratio)
    return VideoFacts(
        duration_seconds=_duration(film),
        width=width,
        height=height,
        codec=_codec_of(pictures),
        pixel_format=frame.format.name,
        has_audio=sound_of(film) is not None,
        size_bytes=size_bytes,
        faststart=structure.faststart,
        profile=pictures.profile or "",
        tidy=structure.tidy and len(film.streams.video) == 1 and pictures.codec_context.codec_tag == "avc1",
        sound_plays=all(_codec_of(sound) in _PLAYED_SOUND for sound in film.streams.audio),
    )


def _duration(container: InputContainer) -> float:
    seconds = (container.duration or 0) / _TIME_BASE
    if not (math.isfinite(seconds) and seconds > 0):
        raise NotAVideo("has no length")
    return seconds
