"""Checks, by the index and headers of an mp4 file, that every player shows it; decodes nothing and uses no library.

Most videos are H.264 in an mp4 with its index in front; its boxes contain all that `media/video/probe.py` asks FFmpeg.
Reading them saves an isolated process per video. An unusual file is left undecided: an isolated process examines it.
"""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise, repeat
from pathlib import Path
from typing import BinaryIO

from media.video.mp4_headers import Box, BrokenBoxes, Coding, Unclear, read_boxes, read_coding, require

MOST_PIXELS = 4096 * 2304
"""The most pixels in a frame; no phone decodes larger frames."""

_TOP_LEVEL = {"ftyp", "free", "skip", "wide", "udta", "moov", "mdat"}
_INDEX = {b"mvhd", b"trak", b"iods", b"udta", b"meta", b"free"}
_MOST_INDEX_BYTES, _MOST_PICTURES, _MOST_PARTS_OF_A_PICTURE = 1_000_000, 5_000, 40
_MOST_BYTES_OF_A_PICTURE = 4_000_000
_PICTURE_ENTRY_BYTES, _SOUND_ENTRY_BYTES = 78, 28
_PLAIN_PARTS = {b"avcC", b"colr", b"btrt", b"pasp"}
_SLICES, _NOTES = {1, 5}, {6, 9, 12}
_AAC, _AAC_KINDS = 0x40, (2, 5, 29)


def plays_plainly(path: Path) -> bool:
    """Return True if the file's index and headers show that every player can play it; False means undecided.

    True means: one H.264 track of 8 bits at 4:2:0, at most one AAC track, one index in front of them; each frame lies
    at its place in the index and consists of complete parts, and the first frame depends on no other.

    Raises:
        OSError: the file cannot be read.
    """
    try:
        with path.open("rb") as file:
            bodies, index = _parts_of(read_boxes(path), file)
            _check_pictures(file.fileno(), _pictures_of(index, bodies))
    except (Unclear, BrokenBoxes, IndexError):
        return False
    return True


def _parts_of(boxes: list[Box], file: BinaryIO) -> tuple[list[range], bytes]:
    """Return the ranges of the file that hold frames (`mdat` boxes), and the index (the content of `moov`)."""
    kinds = [box.kind for box in boxes]
    require(set(kinds) <= _TOP_LEVEL and kinds[:1] == ["ftyp"] and kinds.count("moov") == 1)
    require("mdat" in kinds and kinds.index("moov") < kinds.index("mdat"))
    moov = boxes[kinds.index("moov")]
    require(moov.length <= _MOST_INDEX_BYTES)
    require(file.read(12)[8:] != b"qt  ")
    file.seek(moov.start)
    index = file.read(moov.length)
    require(len(index) == moov.length and _number(index, 0) == moov.length)
    return [range(box.start, box.start + box.length) for box in boxes if box.kind == "mdat"], index[8:]


@dataclass(frozen=True, slots=True)
class _Pictures:
    """The video track: for each frame its offset and length in bytes, and the parameters of the coding."""

    places: list[tuple[int, int]]
    coding: Coding


def _pictures_of(index: bytes, bodies: list[range]) -> _Pictures:
    boxes = list(_boxes(index))
    require({kind for kind, _ in boxes} <= _INDEX)
    units, _ = _length(_only(boxes, b"mvhd"))
    tracks = [list(_boxes(content)) for kind, content in boxes if kind == b"trak"]
    pictures = [track for track in tracks if _handler_of(track) == b"vide"]
    sounds = [track for track in tracks if _handler_of(track) == b"soun"]
    require(len(pictures) == 1 and len(sounds) <= 1 and len(tracks) == len(pictures) + len(sounds))
    for sound in sounds:
        table = _table_of(sound)
        _require_aac(_entry_of(table, b"mp4a"))
        _require_within(bodies, _places(table))
    found = _read_pictures(pictures[0], units)
    _require_within(bodies, found.places)
    return found


def _read_pictures(track: "_Boxes", film_units: int) -> _Pictures:
    require(_only(track, b"tkhd")[3] & 1)  # enabled
    media = _inside(track, b"mdia")
    if any(kind == b"edts" for kind, _ in track):
        edits = _only(_inside(track, b"edts"), b"elst")
        _require_plain_edit(edits, film_units, *_length(_only(media, b"mdhd")))
    table = _table_of(track)
    _require_keys(_only(table, b"stss"))
    entry = _entry_of(table, b"avc1")
    parts = list(_boxes(entry[_PICTURE_ENTRY_BYTES:]))
    require({kind for kind, _ in parts} <= _PLAIN_PARTS)
    for kind, content in parts:
        require(kind != b"pasp" or content[:4] == content[4:8])
    size = _number(entry, 24, 2), _number(entry, 26, 2)
    return _Pictures(_places(table), _coding_of(_only(parts, b"avcC"), size))


_Boxes = list[tuple[bytes, bytes]]


def _boxes(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Yield the kind and content of each box in `data`, which the boxes must fill exactly."""
    at = 0
    while at < len(data):
        length = _number(data, at)
        require(8 <= length <= len(data) - at)
        yield data[at + 4 : at + 8], data[at + 8 : at + length]
        at += length


def _only(boxes: _Boxes, kind: bytes) -> bytes:
    found = [content for each, content in boxes if each == kind]
    require(len(found) == 1)
    return found[0]


def _inside(boxes: _Boxes, kind: bytes) -> _Boxes:
    return list(_boxes(_only(boxes, kind)))


def _number(data: bytes, at: int, width: int = 4) -> int:
    require(at + width <= len(data))
    return int.from_bytes(data[at : at + width], "big")


def _handler_of(track: _Boxes) -> bytes:
    return _only(_inside(track, b"mdia"), b"hdlr")[8:12]


def _table_of(track: _Boxes) -> _Boxes:
    """Return the boxes of a track's sample table; raise Unclear if the track's data is in another file."""
    information = _inside(_inside(track, b"mdia"), b"minf")
    references = _only(_inside(information, b"dinf"), b"dref")
    require(_number(references, 4) == 1 and _only(list(_boxes(references[8:])), b"url ") == b"\0\0\0\1")
    return _inside(information, b"stbl")


def _entry_of(table: _Boxes, coding: bytes) -> bytes:
    entries = _only(table, b"stsd")
    require(_number(entries, 4) == 1)
    return _only(list(_boxes(entries[8:])), coding)


def _length(header: bytes) -> tuple[int, int]:
    """Return the time scale (units per second) and the duration, in such units, from a `mvhd` or `mdhd` box."""
    wide = header[0] == 1
    require(header[0] <= 1)
    units, length = (
        (_number(header, 20), _number(header, 24, 8)) if wide else (_number(header, 12), _number(header, 16))
    )
    require(units and 0 < length < 2**32 - 1)
    return units, length


def _require_plain_edit(edits: bytes, film_units: int, units: int, length: int) -> None:
    """Raise Unclear unless the edit list has one edit, which cuts nothing but the encoder's delay."""
    width = 8 if edits[0] == 1 else 4
    require(edits[0] <= 1 and _number(edits, 4) == 1)
    duration, begins = _number(edits, 8, width), _number(edits, 8 + width, width)
    require(begins < length and _number(edits, 8 + 2 * width) == 1 << 16)
    seconds = (length - begins) / units
    require(abs(duration / film_units - seconds) <= seconds / 10)


def _require_keys(keys: bytes) -> None:
    """Raise Unclear unless the list of key frames (`stss`) is valid and begins with the first frame."""
    numbers = [_number(keys, at) for at in range(8, len(keys), 4)]
    require(len(numbers) == _number(keys, 4) and numbers == sorted(set(numbers)))
    require(numbers[:1] == [1] and numbers[-1] <= _MOST_PICTURES)


def _require_aac(entry: bytes) -> None:
    require(_number(entry, 8, 2) == 0)  # QuickTime's other versions are longer
    described = _only(list(_boxes(entry[_SOUND_ENTRY_BYTES:])), b"esds")[4:]
    described = _descriptor(described, 3)
    require(described[2] == 0)
    described = _descriptor(described[3:], 4)
    require(described[0] == _AAC and _descriptor(described[13:], 5)[0] >> 3 in _AAC_KINDS)


def _descriptor(data: bytes, tag: int) -> bytes:
    """Return the content of the MPEG-4 descriptor at the start of `data`; its length has seven bits per byte."""
    require(data[0] == tag)
    length, at = 0, 1
    while data[at] & 0x80:
        length, at = length << 7 | data[at] & 0x7F, at + 1
        require(at < 5)
    length = length << 7 | data[at]
    require(at + 1 + length <= len(data))
    return data[at + 1 : at + 1 + length]


def _places(table: _Boxes) -> list[tuple[int, int]]:
    """Return the offset and length in bytes of each sample (a frame, or a block of sound), in the index's order."""
    sizes = _only(table, b"stsz")
    count = _number(sizes, 8)
    require(_number(sizes, 4) == 0 and 0 < count <= _MOST_PICTURES and len(sizes) == 12 + 4 * count)
    shifts = [content for kind, content in table if kind == b"ctts"]
    for times in (_only(table, b"stts"), *shifts):
        require(sum(number for number, _ in _pairs(times)) == count)
    lengths = [_number(sizes, 12 + 4 * number) for number in range(count)]
    places: list[tuple[int, int]] = []
    for chunk, pictures in zip(_chunks(table), _pictures_per_chunk(_only(table, b"stsc")), strict=False):
        at = chunk
        for length in lengths[len(places) : len(places) + pictures]:
            places.append((at, length))
            at += length
    require(len(places) == count)
    return places


def _pairs(times: bytes) -> list[tuple[int, int]]:
    count = _number(times, 4)
    require(0 < count <= _MOST_PICTURES and len(times) == 8 + 8 * count)
    return [(_number(times, 8 + 8 * number), _number(times, 12 + 8 * number)) for number in range(count)]


def _chunks(table: _Boxes) -> list[int]:
    wide = any(kind == b"co64" for kind, _ in table)
    require(not wide or all(kind != b"stco" for kind, _ in table))
    offsets, width = (_only(table, b"co64"), 8) if wide else (_only(table, b"stco"), 4)
    count = _number(offsets, 4)
    require(0 < count <= _MOST_PICTURES and len(offsets) == 8 + width * count)
    return [_number(offsets, 8 + width * number, width) for number in range(count)]


def _pictures_per_chunk(runs: bytes) -> Iterator[int]:
    """Yield the number of samples in each chunk, from a `stsc` box, without end: the last number repeats."""
    count = _number(runs, 4)
    require(0 < count <= _MOST_PICTURES and len(runs) == 8 + 12 * count)
    table = [tuple(_number(runs, at + part) for part in (0, 4, 8)) for at in range(8, len(runs), 12)]
    require(table[0][0] == 1 and all(pictures and entry == 1 for _, pictures, entry in table))
    for (first, pictures, _), (following, _, _) in pairwise(table):
        require(first < following <= _MOST_PICTURES)
        yield from repeat(pictures, following - first)
    yield from repeat(table[-1][1])


def _coding_of(configuration: bytes, size: tuple[int, int]) -> Coding:
    """Return the parameters of the coding, from the content of an `avcC` box."""
    require(configuration[0] == 1 and configuration[4] & 3 == 3 and configuration[5] & 31 == 1)
    sets: list[bytes] = []
    at = 6
    for _ in range(1 + configuration[8 + _number(configuration, 6, 2)]):
        length = _number(configuration, at, 2)
        sets.append(configuration[at + 2 : at + 2 + length])
        at += 2 + length + (len(sets) == 1)  # after the first set, one byte counts the others
    require(at <= len(configuration))
    return read_coding(sets[0], sets[1:], size=size, most_pixels=MOST_PIXELS)


def _require_within(bodies: list[range], places: list[tuple[int, int]]) -> None:
    require(all(any(at in body and at + length <= body.stop for body in bodies) for at, length in places))


def _check_pictures(file: int, pictures: _Pictures) -> None:
    for at, length in pictures.places:
        _require_whole_parts(file, at, at + length)
    _require_first_slice(file, pictures)


def _require_whole_parts(file: int, at: int, end: int) -> None:
    """Raise Unclear unless the frame from `at` to `end` consists of complete H.264 parts, by their stated lengths."""
    kinds: set[int] = set()
    for _ in range(_MOST_PARTS_OF_A_PICTURE):
        head = os.pread(file, 5, at)
        length, kind = _number(head, 0), head[4]
        require(length and not kind & 0x80)
        kinds.add(kind & 31)
        at += 4 + length
        if at >= end:
            break
    require(at == end and kinds & _SLICES and kinds <= _SLICES | _NOTES)


def _require_first_slice(file: int, pictures: _Pictures) -> None:
    at, length = pictures.places[0]
    require(length <= _MOST_BYTES_OF_A_PICTURE)
    picture = os.pread(file, length, at)
    at = 0
    while picture[at + 4] & 31 in _NOTES:
        at += 4 + _number(picture, at)
    pictures.coding.require_first_slice(picture[at + 4 : at + 4 + _number(picture, at)])
