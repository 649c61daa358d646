"""`python bot.py backup TARGET`: copies the database and the files to a new folder under TARGET; the bot may run.

A backup gets its final name once it is complete, verified and flushed to the disk; it is never overwritten.
Its manifest lists each file with its size and hash, and the contents of the database.
"""

import argparse
import hashlib
import json
import os
import re
import shutil
import tempfile
import time
from collections import Counter
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, BinaryIO

from db.engines.address import is_postgres, sqlite_path
from db.engines.engine import BackupUnusable, DatabaseError, ServerBackup
from db.operations.backup import Contents, NamedFiles, contents_of, copy_sqlite, dump_command

MANIFEST = "manifest.json"
DATABASE = "clapper.db"
FOLDERS = ("frames", "videos")
FORMAT = 1

_CHUNK = 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptFile:
    """A file in a backup; `name` is its path within the backup."""

    name: str
    bytes: int
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """The list of a backup's contents. It is written last, so a folder without it is not a complete backup."""

    taken_at: str  #: ISO 8601, UTC
    schema: str
    rows: dict[str, int]
    jobs: dict[str, int]
    files: tuple[KeptFile, ...]
    missing: tuple[str, ...] = ()  #: files of open jobs that were not in DATA_DIR
    format: int = FORMAT

    def write(self, folder: Path) -> None:
        """Write the manifest into the folder of a backup that is complete otherwise."""
        with (folder / MANIFEST).open("w", encoding="utf-8") as file:
            json.dump(asdict(self), file, indent=1)
            file.flush()
            os.fsync(file.fileno())

    @classmethod
    def read(cls, folder: Path) -> "Manifest":
        """Read the manifest of a backup.

        Raises:
            BackupUnusable: the manifest is missing or cannot be read.
        """
        try:
            data = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
            return cls(**data | {"files": _files(data["files"]), "missing": tuple(data["missing"])})
        except (FileNotFoundError, NotADirectoryError):
            raise BackupUnusable(folder, f"there is no {MANIFEST} in it") from None
        except (OSError, ValueError, TypeError, KeyError):
            raise BackupUnusable(folder, f"its {MANIFEST} cannot be read") from None

    def verify(self, folder: Path) -> None:
        """Compare every file of a backup with its entry in the manifest.

        Raises:
            BackupUnusable: a file is missing or has changed.
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
    """Return the name, size and hash of a file for the manifest."""
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    return KeptFile(name=path.relative_to(folder).as_posix(), bytes=path.stat().st_size, sha256=digest)


def copy_durably(source: Path, target: Path) -> None:
    """Copy a file and flush the copy to the disk.

    Raises:
        FileNotFoundError: the file does not exist (any more).
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


_NAME = re.compile(r"clapper-\d{8}T\d{6}Z")
_UNFINISHED = ".clapper-backup-"
_STALE_SECONDS = 86_400


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the command's options to the parser."""
    parser.add_argument("target", type=Path, help="folder that holds backups; each makes a folder of its own")
    parser.add_argument(
        "--keep", type=_count, metavar="N", help="then delete the oldest in TARGET but for N (all are kept)"
    )
    parser.add_argument(
        "--without-videos", action="store_true", help="leave out videos that are kept for Show again"
    )


def backup(
    database_url: str, data_dir: Path, target: Path, *, videos: bool = True, keep: int | None = None
) -> Path:
    """Make a backup, print a summary of it, and return its folder.

    Raises:
        ServerBackup: the database is PostgreSQL; the message says what to run.
        DatabaseError: the database cannot be copied.
        OSError: TARGET cannot be written to, or has a backup from the same second.
    """
    if is_postgres(database_url):
        raise ServerBackup(_on_a_server(database_url, data_dir, target))
    taken_at = datetime.now(UTC)
    target.mkdir(parents=True, exist_ok=True)
    whole = target / f"clapper-{taken_at:%Y%m%dT%H%M%SZ}"
    if whole.exists():
        raise FileExistsError(f"{whole} is there already, and no backup is overwritten")
    part = Path(tempfile.mkdtemp(dir=target, prefix=_UNFINISHED))
    try:
        manifest = _fill(part, sqlite_path(database_url), data_dir, taken_at=taken_at, videos=videos)
        part.rename(whole)
        _sync(target)
    finally:
        shutil.rmtree(part, ignore_errors=True)
    print(f"{whole}: {_summary(manifest, videos=videos)}")
    _tell_missing(manifest.missing)
    _remove_old(target, keep, new=whole)
    return whole


def backups_in(target: Path) -> list[Path]:
    """Return the complete backups in a folder, oldest first."""
    found = target.iterdir() if target.is_dir() else ()
    return sorted(path for path in found if _NAME.fullmatch(path.name) and (path / MANIFEST).is_file())


def _fill(part: Path, database: Path, data_dir: Path, *, taken_at: datetime, videos: bool) -> Manifest:
    copy = part / DATABASE
    copy_sqlite(database, copy)
    contents = contents_of(copy)
    missing = _copy_files(contents.files, data_dir, part, videos=videos)
    manifest = _manifest(part, contents, taken_at=taken_at, missing=missing)
    manifest.write(part)
    manifest.verify(part)
    for folder in (*(part / name for name in FOLDERS), part):
        _sync(folder)
    return manifest


def _manifest(part: Path, contents: Contents, *, taken_at: datetime, missing: Iterable[str]) -> Manifest:
    names = sorted(path for path in part.rglob("*") if path.is_file())
    return Manifest(
        taken_at=taken_at.isoformat(timespec="seconds"),
        schema=contents.schema,
        rows=contents.rows,
        jobs=contents.jobs,
        files=tuple(described(path, part) for path in names),
        missing=tuple(missing),
    )


def _copy_files(named: Iterable[NamedFiles], data_dir: Path, part: Path, *, videos: bool) -> list[str]:
    """Copy the files of the jobs; return the missing files of open jobs. Files of ended jobs may be missing."""
    for folder in FOLDERS:
        (part / folder).mkdir()
    missing: list[str] = []
    for job in named:
        for name in _names(job, videos=videos):
            try:
                copy_durably(data_dir / name, part / name)
            except FileNotFoundError:
                if job.open and name.endswith((job.first_frame or "/", job.video_file or "/")):
                    missing.append(name)
    return missing


def _names(job: NamedFiles, *, videos: bool) -> list[str]:
    names = [f"frames/{job.first_frame}"] if job.first_frame else []
    if videos and job.video_file:
        # If a smaller copy was made for Discord, the original video lies beside it.
        names += [f"videos/{name}" for name in sorted({job.video_file, f"{job.key}.mp4"})]
    return names


def _summary(manifest: Manifest, *, videos: bool) -> str:
    jobs = ", ".join(f"{count} {state}" for state, count in manifest.jobs.items()) or "none"
    folders = Counter(file.name.partition("/")[0] for file in manifest.files)
    size = sum(file.bytes for file in manifest.files) / 1e6
    left_out = "" if videos else " (videos were left out)"
    return (
        f"schema {manifest.schema}; jobs: {jobs}; {folders['frames']} first frames, {folders['videos']} videos"
        f"{left_out}; {size:.1f} MB, read back and whole"
    )


def _tell_missing(missing: Iterable[str]) -> None:
    for name in missing:
        print(f"  not in DATA_DIR, and so not in the backup: {name}")


def _remove_old(target: Path, keep: int | None, *, new: Path) -> None:
    if keep is None:
        return
    # If the clock was set back, the new backup may have the name of the oldest one.
    others = [path for path in backups_in(target) if path != new]
    for path in others[: max(0, len(others) - keep + 1)]:
        shutil.rmtree(path)
        print(f"{path} was removed: {keep} are kept")
    for part in target.glob(f"{_UNFINISHED}*"):
        with suppress(FileNotFoundError):
            if time.time() - part.stat().st_mtime > _STALE_SECONDS:
                shutil.rmtree(part)


def _on_a_server(database_url: str, data_dir: Path, target: Path) -> str:
    try:
        command = dump_command(database_url, target)
    except DatabaseError as error:
        return str(error)
    return (
        "A PostgreSQL database is backed up by the server's own tools. Run, with the password in PGPASSWORD or "
        f"~/.pgpass:\n\n  {command}\n\nor keep a base backup and the write-ahead log (point-in-time recovery). Then "
        f"copy {data_dir / 'frames'} and {data_dir / 'videos'}, or the bucket of MEDIA_URL. docs/backups.md tells "
        "how to restore it."
    )


def _count(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("must be 1 or more")
    return number


def _sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
