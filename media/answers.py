"""What a process apart answers: one line of JSON, then bytes. What was refused there is raised here again."""

import json
from collections.abc import Callable
from typing import Any

from media.picture_fault import PictureFault, PictureRefused
from media.probe import NotAVideo


def told(work: Callable[[], bytes]) -> bytes:
    """Return what `work` returns, or what it refuses, ready to be sent."""
    try:
        return _line({}) + work()
    except PictureRefused as refusal:
        return _line({"picture": refusal.reason, "figures": refusal.figures})
    except NotAVideo as refusal:
        return _line({"film": str(refusal)})
    except OSError as fault:
        return _line({"disk": [fault.errno, fault.strerror]})


def heard(answer: bytes) -> bytes:
    """Return the bytes of an answer.

    Raises:
        PictureRefused, NotAVideo, OSError: as the work did.
    """
    line, _, data = answer.partition(b"\n")
    match json.loads(line):
        case {"picture": reason, "figures": figures}:
            raise PictureRefused(PictureFault(reason), **figures)
        case {"film": text}:
            raise NotAVideo(text)
        case {"disk": [number, text]}:
            raise OSError(number, text)
        case _:
            return data


def _line(facts: dict[str, Any]) -> bytes:
    return json.dumps(facts).encode() + b"\n"
