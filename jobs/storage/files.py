"""First frames and videos of jobs: where they are stored under DATA_DIR, and when they are deleted."""

import asyncio
import contextlib
import math
import os
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from db.jobs.job import Job
from media.transfer.saving import KEPT, kept_path


class FileGone(Exception):
    """Raised if a stored file of a job no longer exists."""


class FrameGone(FileGone):
    """Raised if the first frame called `name` no longer exists."""

    def __init__(self, name: str) -> None:
        super().__init__(f"first frame is gone: {name}")
        self.name = name


class VideoGone(FileGone):
    """Raised if no video of the job `key` exists any more."""

    def __init__(self, key: str) -> None:
        super().__init__(f"video is gone: job={key}")
        self.key = key


class Storage(Protocol):
    """Protocol of a storage that keeps copies of local files. The folder and the name identify a file."""

    async def keep(self, path: Path) -> None:
        """Copy the local file into the storage. A job's row may name the file only after that."""
        ...

    async def bring(self, path: Path) -> None:
        """Copy the file from the storage to this host, if it is missing here and the storage has it."""
        ...

    async def drop(self, *paths: Path) -> None:
        """Delete these files from the storage."""
        ...

    async def sweep(self, *, older_than_seconds: float) -> int:
        """Delete files that were stored more than `older_than_seconds` ago; return how many."""
        ...


class LocalStorage:
    """The storage that is the local folder itself: DATA_DIR of one host, or a folder that all hosts mount."""

    async def keep(self, path: Path) -> None:
        """Do nothing: the local file is the stored file."""

    async def bring(self, path: Path) -> None:
        """Do nothing: the file is here, or nowhere."""

    async def drop(self, *paths: Path) -> None:
        """Do nothing: `JobFiles` has deleted the local files."""

    async def sweep(self, *, older_than_seconds: float) -> int:  # noqa: ARG002 - the protocol's
        """Do nothing and return 0: `JobFiles` deletes old local files."""
        return 0


PART_SECONDS = 3600.0
"""The time without a write after which an unfinished file counts as abandoned.

By then every download and encoder has finished, or begins again.
"""


@dataclass(frozen=True, slots=True)
class JobFiles:
    """The first frames and videos of jobs, named by job key. Rows hold bare names, so DATA_DIR can move.

    A file is on disk and in the storage before a row names it. A host that lacks a file gets it from the
    storage.
    """

    data_dir: Path
    storage: Storage = field(default_factory=LocalStorage)

    def frame(self, name: str) -> Path:
        """Return the local path of the first frame called `name`."""
        return self._folder("frames") / name

    def video(self, name: str) -> Path:
        """Return the local path of the video called `name`."""
        return self._folder("videos") / name

    async def keep_frame(self, key: str, data: bytes) -> str:
        """Store a checked first frame (JPEG) for the job `key`; return the file's name."""
        path = self.frame(f"{key}.jpg")
        await asyncio.to_thread(_write_durably, path, data)
        await self.storage.keep(path)
        return path.name

    async def copy_frame(self, name: str, *, key: str) -> str:
        """Store a copy of the first frame called `name` for the job `key`; return the copy's name.

        Raises:
            FrameGone: the first frame no longer exists.
        """
        source = await self.frame_here(name)
        try:
            data = await asyncio.to_thread(source.read_bytes)
        except FileNotFoundError as error:
            raise FrameGone(name) from error
        return await self.keep_frame(key, data)

    async def frame_here(self, name: str) -> Path:
        """Bring the first frame called `name` to this host, if it exists; return its path."""
        return await self._here(self.frame(name))

    async def video_here(self, name: str) -> Path:
        """Bring the video called `name` to this host, if it exists; return its path."""
        return await self._here(self.video(name))

    async def keep_video(self, name: str) -> None:
        """Copy the video called `name`, which is already in its local folder, into the storage."""
        await self.storage.keep(self.video(name))

    async def best_video(self, job: Job) -> Path:
        """Return the best stored copy of a job's video: the original, else the file that its row names.

        Raises:
            VideoGone: neither exists.
        """
        names = [f"{job.key}.mp4", job.video_file] if job.video_file else []
        for name in filter(None, names):
            path = await self.video_here(name)
            if path.exists():
                return path
        raise VideoGone(job.key)

    async def remove_of(self, job: Job) -> None:
        """Delete all stored files of a job."""
        names = {f"{job.key}.mp4", f"{job.key}-fit.mp4", job.video_file or ""} - {""}
        frames = [self.frame(job.first_frame)] if job.first_frame else []
        await asyncio.to_thread(kept_path(self.video(f"{job.key}.mp4")).unlink, missing_ok=True)
        await self._remove(*frames, *map(self.video, sorted(names)))

    async def remove_frame(self, name: str) -> None:
        """Delete the first frame called `name`."""
        await self._remove(self.frame(name))

    async def remove_video(self, name: str) -> None:
        """Delete the video called `name`, which no row names."""
        await self._remove(self.video(name))

    async def sweep(self, *, older_than_seconds: float) -> int:
        """Delete files that nothing has touched for `older_than_seconds`; return how many."""
        removed = await asyncio.to_thread(self._sweep_folders, time.time() - older_than_seconds)
        return removed + await self.storage.sweep(older_than_seconds=older_than_seconds)

    async def clear_up(self, *, alone: bool) -> None:
        """Delete unfinished files of a killed process, and take other users' access to the folders and files away.

        Unless `alone`, other processes may be writing: then only abandoned unfinished files are deleted.
        """
        await asyncio.to_thread(self._clear_folders, alone=alone)

    async def _here(self, path: Path) -> Path:
        await self.storage.bring(path)
        return path

    async def _remove(self, *paths: Path) -> None:
        for path in paths:
            await asyncio.to_thread(path.unlink, missing_ok=True)
        await self.storage.drop(*paths)

    def _sweep_folders(self, limit: float) -> int:
        part_limit = max(limit, time.time() - PART_SECONDS)
        return sum(
            _remove_if_older(path, part_limit if path.suffix == ".part" else limit) for path in self._all()
        )

    def _clear_folders(self, *, alone: bool) -> None:
        for folder in ("frames", "videos"):
            _close_to_others(self._folder(folder), mode=0o700)
        for path in filter(Path.is_file, self._all()):
            _close_to_others(path, mode=0o600)
            if path.suffix == ".part":
                unfinished = alone and not path.name.endswith(KEPT)
                _remove_if_older(path, math.inf if unfinished else time.time() - PART_SECONDS)

    def _all(self) -> list[Path]:
        return [path for folder in ("frames", "videos") for path in self._folder(folder).iterdir()]

    def _folder(self, name: str) -> Path:
        folder = self.data_dir / name
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        return folder


def _write_durably(path: Path, data: bytes) -> None:
    path.touch(mode=0o600)
    with path.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def _close_to_others(path: Path, *, mode: int) -> None:
    # The file may be gone, or belong to another user.
    with contextlib.suppress(FileNotFoundError, PermissionError):
        path.chmod(mode)


def _remove_if_older(path: Path, limit: float) -> bool:
    try:
        if not path.is_file() or path.stat().st_mtime > limit:
            return False
        path.unlink()
    except FileNotFoundError:  # another process was faster
        return False
    return True
