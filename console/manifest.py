"""What a backup says of itself: each file with its size and hash, and what the database in it holds."""

import hashlib
import json
import os
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, BinaryIO

from db.engines.errors import BackupUnusable

MANIFEST = "manifest.json"
DATABASE = "clapper.db"
FOLDERS = ("frames", "videos")
FORMAT = 1

_CHUNK = 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptFile:
    """One file of a backup; `name` is its path within it."""

    name: str
    bytes: int
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """The page that is written last: a folder without it is no backup."""

    taken_at: str  #: ISO 8601, UTC
    schema: str
    rows: dict[str, int]
    jobs: dict[str, int]
    files: tuple[KeptFile, ...]
    missing: tuple[str, ...] = ()  #: named by open jobs, and not there
    format: int = FORMAT

    def write(self, folder: Path) -> None:
        """Write it into a backup that is whole otherwise."""
        with (folder / MANIFEST).open("w", encoding="utf-8") as file:
            json.dump(asdict(self), file, indent=1)
            file.flush()
            os.fsync(file.fileno())

    @classmethod
    def read(cls, folder: Path) -> "Manifest":
        """Return the manifest of a backup.

        Raises:
            BackupUnusable: there is none, or it cannot be read.
        """
        try:
            data = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
            return cls(**data | {"files": _files(data["files"]), "missing": tuple(data["missing"])})
        except (FileNotFoundError, NotADirectoryError):
            raise BackupUnusable(folder, f"there is no {MANIFEST} in it") from None
        except (OSError, ValueError, TypeError, KeyError):
            raise BackupUnusable(folder, f"its {MANIFEST} cannot be read") from None

    def verify(self, folder: Path) -> None:
        """Compare every file with what was written down of it.

        Raises:
            BackupUnusable: one is missing or other than it was.
        """
        if self.format != FORMAT:
            raise BackupUnusable(folder, f"it has format {self.format}, and this version reads {FORMAT}")
        for wanted in self.files:
            path = folder / wanted.name
            if not path.is_file():
                raise BackupUnusable(folder, f"{wanted.name} is missing")
            if described(path, folder) != wanted:
                raise BackupUnusable(folder, f"{wanted.name} is not what was backed up")


def described(path: Path, folder: Path) -> KeptFile:
    """Return what is to be known of a file."""
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    return KeptFile(name=path.relative_to(folder).as_posix(), bytes=path.stat().st_size, sha256=digest)


def copy_durably(source: Path, target: Path) -> None:
    """Copy a file and flush it to the disk.

    Raises:
        FileNotFoundError: it is not there (any more).
    """
    with source.open("rb") as reading, target.open("xb") as writing:
        _copy(reading, writing)
        os.fsync(writing.fileno())


def _copy(reading: BinaryIO, writing: BinaryIO) -> None:
    while chunk := reading.read(_CHUNK):
        writing.write(chunk)
    writing.flush()


def _files(entries: Iterable[dict[str, Any]]) -> tuple[KeptFile, ...]:
    files = tuple(KeptFile(**entry) for entry in entries)
    if not all(_is_ours(file.name) for file in files):
        raise ValueError("a name leads elsewhere")
    return files


def _is_ours(name: str) -> bool:
    folder, _, file = name.rpartition("/")
    return name == DATABASE or (folder in FOLDERS and file not in {"", ".", ".."} and "\\" not in file)
