"""What is known of a film, and what follows from it."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from media.video.plain import MOST_PIXELS

MAX_CLIPS = 20
"""So many clips are joined at most."""

_SHOWN = ("yuv420p", "yuvj420p")
_PROFILES = ("Baseline", "Constrained Baseline", "Main", "High")


class Way(StrEnum):
    """What is done to a film so that every player shows it."""

    PASS = "pass"  # noqa: S105 - a verdict, no word that opens anything
    REMUX = "remux"
    ENCODE = "encode"


@dataclass(frozen=True, slots=True, kw_only=True)
class VideoFacts:
    """What is known of a film that was found to be whole.

    width, height: pixels, as shown. codec: FFmpeg's name, such as "h264". profile: such as "High". pixel_format: such
    as "yuv420p". faststart: one index stands before the pictures, so that it plays while it loads. tidy: an mp4 with
    one track of pictures and nothing behind its last box. has_audio: sound that can be decoded. sound_plays: every
    track of sound is in a coding that players have.
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
    """A film that was joined: its frames, its length in seconds, its size in pixels and in bytes."""

    frames: int
    duration_seconds: float
    width: int
    height: int
    size_bytes: int


def plan(facts: VideoFacts) -> Way:
    """Decide what makes a film play everywhere: nothing, only its parts put in order, or other pictures.

    Where the pictures are fine and the sound is not, putting in order brings along sound that is.
    """
    pictures_play = facts.codec == "h264" and facts.pixel_format in _SHOWN and facts.profile in _PROFILES
    if not pictures_play or facts.width * facts.height > MOST_PIXELS:
        return Way.ENCODE
    in_order = facts.faststart and facts.tidy and facts.sound_plays
    return Way.PASS if in_order else Way.REMUX


def refuse_wrong_count(paths: Sequence[Path]) -> None:
    """Make sure that so many clips can be joined; raises ValueError for none or more than `MAX_CLIPS`."""
    if not 1 <= len(paths) <= MAX_CLIPS:
        raise ValueError(f"not 1 to {MAX_CLIPS} clips: {len(paths)}")
