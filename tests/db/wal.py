"""Reads SQLite's write-ahead log: where each commit ends in the file (https://sqlite.org/fileformat2.html)."""

from itertools import takewhile
from pathlib import Path

_HEADER, _FRAME_HEADER = 32, 24


def wal_of(database: Path) -> Path:
    return database.with_name(database.name + "-wal")


def page_size(log: bytes) -> int:
    return int.from_bytes(log[8:12], "big")


def commit_ends(log: bytes) -> list[int]:
    """Return, for every commit, the offset behind its last frame."""
    size = _FRAME_HEADER + page_size(log)
    starts = range(_HEADER, len(log) - size + 1, size)
    written = takewhile(lambda start: log[start + 8 : start + 16] == log[16:24], starts)
    return [start + size for start in written if any(log[start + 4 : start + 8])]


def commits_in(database: Path) -> int:
    return len(commit_ends(wal_of(database).read_bytes()))
