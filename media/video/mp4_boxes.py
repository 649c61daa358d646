"""The boxes that an mp4 file is made of, at its top level (ISO/IEC 14496-12, section 4.2)."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

_MOST_BOXES = 10_000  # a fragmented film has a few hundred; more is somebody's joke
_CARRYING = (b"moov", b"mdat", b"moof", b"styp", b"sidx")
STRAY = ""
"""The kind of what stands behind the last box and is none: players differ in whether they mind it."""


class BrokenBoxes(ValueError):
    """The lengths of the boxes do not reach the end of the file, or run beyond it."""


@dataclass(frozen=True, slots=True)
class Box:
    """A box: its four letters, where it starts and how long it is, in bytes, header included."""

    kind: str
    start: int
    length: int


def read_boxes(path: Path) -> list[Box]:
    """Return the top-level boxes of a file, in order, what is `STRAY` last; reads headers only.

    Raises:
        BrokenBoxes: they do not end where the file ends.
        OSError: the file cannot be read.
    """
    with path.open("rb") as file:
        boxes: list[Box] = []
        for box in _walk(file, path.stat().st_size):
            boxes.append(box)
            if len(boxes) > _MOST_BOXES:
                raise BrokenBoxes("made of too many boxes")
    return boxes


def _walk(file: BinaryIO, size: int) -> Iterator[Box]:
    start = 0
    while start < size:
        box = _box_at(file, start, size)
        yield box
        start += box.length


def _box_at(file: BinaryIO, start: int, size: int) -> Box:
    file.seek(start)
    header = file.read(16)
    kind = header[4:8]
    length, shortest = int.from_bytes(header[:4], "big"), 8
    if length == 1:
        length, shortest = int.from_bytes(header[8:16], "big"), 16
    elif length == 0:
        length = size - start
    named = len(header) >= shortest and kind.isascii() and kind.decode("ascii").isprintable()
    if named and shortest <= length <= size - start:
        return Box(kind.decode("ascii"), start, length)
    if start == 0 or kind in _CARRYING:
        raise BrokenBoxes(f"cut off or not an mp4: a box at {start} should be {length} bytes of {size}")
    return Box(STRAY, start, size - start)
