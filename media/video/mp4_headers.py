"""Reads the boxes of an mp4 file (ISO/IEC 14496-12, 4.2) and the headers of H.264 (ITU-T H.264, 7.3.2 and 7.3.3)."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

_MOST_BOXES = 10_000  # a fragmented video has a few hundred; more is abuse
_CARRYING = (b"moov", b"mdat", b"moof", b"styp", b"sidx")
STRAY = ""
"""The kind of a pseudo-box for bytes after the last box that are no box; some players accept them, others do not."""


class BrokenBoxes(ValueError):
    """The boxes of a file are invalid: cut off, not those of an mp4, or too many."""


@dataclass(frozen=True, slots=True)
class Box:
    """A box of an mp4 file: its four-letter kind, its offset, and its length in bytes, header included."""

    kind: str
    start: int
    length: int


def read_boxes(path: Path) -> list[Box]:
    """Return the top-level boxes of a file, in order, a `STRAY` one last; reads only the boxes' headers.

    Raises:
        BrokenBoxes: the file is cut off, not an mp4, or has too many boxes.
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


_BASELINE, _MAIN, _HIGH = 66, 77, 100
_SEQUENCE, _SETTINGS, _FIRST_SLICE = 7, 8, 5
_ONLY_INTRA = (2, 7)
_NO_CODED_BYTES = (b"\0\0\0", b"\0\0\1", b"\0\0\2")
"""Byte sequences that cannot occur in H.264 data: encoders insert a 3. A block of zeros was never written to disk."""

_LONGEST_HEADER = 64


class Unclear(Exception):
    """The headers do not prove that every player shows the video; it may still be fine."""


def require(fact: object) -> None:
    """Raise Unclear if `fact` is false."""
    if not fact:
        raise Unclear


@dataclass(frozen=True, slots=True)
class _Settings:
    """The values of an H.264 picture parameter set that are needed to read a slice's header."""

    arithmetic: bool
    field_order: bool
    quality: int
    edges: bool


@dataclass(frozen=True, slots=True)
class Coding:
    """The values from a video's H.264 parameter sets that are needed to read a slice's header."""

    frame_number_bits: int
    order_bits: int
    settings: dict[int, _Settings]

    def require_first_slice(self, slice_: bytes) -> None:
        """Check that a video can begin with this slice: its header is complete, and it depends on no other frame.

        Raises:
            Unclear: the slice does not prove it.
        """
        require(slice_ and slice_[0] & 31 == _FIRST_SLICE and slice_[0] & 0x60)
        require(not any(bad in slice_ for bad in _NO_CODED_BYTES))
        bits = _Bits(slice_[1:_LONGEST_HEADER])
        require(bits.number() == 0 and bits.number() in _ONLY_INTRA)
        settings = self.settings.get(bits.number())
        require(settings is not None and bits.take(self.frame_number_bits) == 0 and bits.number() < 1 << 16)
        assert settings is not None  # noqa: S101 - as required
        bits.take(self.order_bits)
        if settings.field_order and self.order_bits:
            bits.signed()
        bits.take(2)
        require(0 <= settings.quality + bits.signed() <= 51)
        if settings.edges and bits.number(at_most=2) != 1:
            require(abs(bits.signed()) <= 6 and abs(bits.signed()) <= 6)
        require(not settings.arithmetic or bits.ones_up_to_a_byte())


def read_coding(
    sequence: bytes, settings: Sequence[bytes], *, size: tuple[int, int], most_pixels: int
) -> Coding:
    """Read the H.264 parameter sets of a video, and check that every player can show its frames.

    `sequence` is the sequence parameter set, `settings` are the picture parameter sets. Frames that every player shows
    have 8 bits, 4:2:0, square pixels, the given `size` (width, height), and are not interlaced.

    Raises:
        Unclear: the parameter sets say something else, or are unusual.
    """
    bits = _Bits(sequence)
    require(bits.take(8) & 31 == _SEQUENCE)
    profile = bits.take(8)
    require(profile in (_BASELINE, _MAIN, _HIGH))
    bits.take(16)
    number = bits.number(at_most=31)
    if profile == _HIGH:
        require(bits.number() == 1 and bits.number() == 0 and bits.number() == 0 and bits.take(2) == 0)
    frame_number_bits = 4 + bits.number(at_most=12)
    order = bits.number(at_most=2)
    require(order != 1)
    order_bits = 4 + bits.number(at_most=12) if order == 0 else 0
    bits.number(at_most=16)
    bits.take(1)
    require(_size(bits) == size and size[0] * size[1] <= most_pixels)
    if bits.take(1) and bits.take(1):
        shape = bits.take(8)
        require(shape in (0, 1) or (shape == 255 and bits.take(16) == bits.take(16)))
    return Coding(frame_number_bits, order_bits, dict(_read_settings(each, number) for each in settings))


def _size(bits: "_Bits") -> tuple[int, int]:
    across, down = 16 * (bits.number() + 1), 16 * (bits.number() + 1)
    require(bits.take(1))  # not interlaced
    bits.take(1)
    if bits.take(1):
        left, right, top, bottom = (2 * bits.number() for _ in range(4))
        across, down = across - left - right, down - top - bottom
    require(across > 0 and down > 0)
    return across, down


def _read_settings(data: bytes, sequence: int) -> tuple[int, _Settings]:
    bits = _Bits(data)
    require(bits.take(8) & 31 == _SETTINGS)
    number = bits.number(at_most=255)
    require(bits.number() == sequence)
    arithmetic, field_order = bits.take(1), bits.take(1)
    require(bits.number() == 0)  # no groups of slices
    bits.number(at_most=31)
    bits.number(at_most=31)
    bits.take(1)
    require(bits.take(2) <= 2)
    quality = 26 + bits.signed()
    bits.signed()
    require(abs(bits.signed()) <= 12)
    edges, _, redundant = bits.take(1), bits.take(1), bits.take(1)
    require(not redundant)
    if not bits.at_end():
        require(bits.take(2) & 1 == 0 and abs(bits.signed()) <= 12)
    require(bits.at_end())
    return number, _Settings(bool(arithmetic), bool(field_order), quality, bool(edges))


class _Bits:
    """A reader of single bits of H.264 data; it removes the 3 that encoders insert after two zero bytes."""

    def __init__(self, data: bytes) -> None:
        plain = data.replace(b"\0\0\3", b"\0\0")
        self._left, self._value = 8 * len(plain), int.from_bytes(plain, "big")

    def take(self, count: int) -> int:
        self._left -= count
        require(self._left >= 0)
        return self._value >> self._left & (1 << count) - 1

    def number(self, *, at_most: int = 1 << 20) -> int:
        """Read an unsigned number of variable length (Exp-Golomb); raise Unclear if it exceeds `at_most`."""
        zeros = 0
        while not self.take(1):
            zeros += 1
        value = (1 << zeros) - 1 + self.take(zeros)
        require(value <= at_most)
        return value

    def signed(self) -> int:
        """Read a signed number of variable length (Exp-Golomb)."""
        value = self.number()
        return (value + 1) // 2 if value % 2 else -(value // 2)

    def at_end(self) -> bool:
        """Return whether only the end marker is left: a one bit, followed by zeros."""
        return self._left > 0 and self._value & (1 << self._left) - 1 == 1 << self._left - 1

    def ones_up_to_a_byte(self) -> bool:
        """Read the bits up to the next full byte and return whether all of them are ones."""
        count = self._left % 8
        return self.take(count) == (1 << count) - 1
