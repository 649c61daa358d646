"""The facts about a video file, and the decision how to make it playable everywhere."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from media.video.plain import MOST_PIXELS

MAX_CLIPS = 20
"""The most clips that are joined into one video."""

_SHOWN = ("yuv420p", "yuvj420p")
_PROFILES = ("Baseline", "Constrained Baseline", "Main", "High")


class Way(StrEnum):
    """The treatment of a video so that every player shows it: nothing, copying its tracks, or re-encoding."""

    PASS = "pass"  # noqa: S105 - a verdict, not a password
    REMUX = "remux"
    ENCODE = "encode"


@dataclass(frozen=True, slots=True, kw_only=True)
class VideoFacts:
    """The facts about a complete video file.

    width, height: pixels, as shown. codec: FFmpeg's name, such as "h264". profile: such as "High". pixel_format: such
    as "yuv420p". faststart: one index stands in front of the frames, so the video plays while it loads. tidy: an mp4
    with one video track and nothing after its last box. has_audio: there is sound that can be decoded. sound_plays:
    every sound track is in a codec that all players have.
    """

    duration_seconds: float
    width: int
    height: int
    codec: str
    pixel_format: str
    has_audio: bool
    size_bytes: int
    faststart: bool
    profile: str = "High"
    tidy: bool = True
    sound_plays: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class JoinedFacts:
    """The facts about a joined video: number of frames, length in seconds, size in pixels and in bytes."""

    frames: int
    duration_seconds: float
    width: int
    height: int
    size_bytes: int


def plan(facts: VideoFacts) -> Way:
    """Decide how to make a video play everywhere: leave it, copy its tracks into a new file, or re-encode it.

    If only the sound does not play, copying suffices: it encodes such sound anew.
    """
    pictures_play = facts.codec == "h264" and facts.pixel_format in _SHOWN and facts.profile in _PROFILES
    if not pictures_play or facts.width * facts.height > MOST_PIXELS:
        return Way.ENCODE
    in_order = facts.faststart and facts.tidy and facts.sound_plays
    return Way.PASS if in_order else Way.REMUX


def refuse_wrong_count(paths: Sequence[Path]) -> None:
    """Raise ValueError if there are no clips to join, or more than `MAX_CLIPS`."""
    if not 1 <= len(paths) <= MAX_CLIPS:
        raise ValueError(f"not 1 to {MAX_CLIPS} clips: {len(paths)}")
