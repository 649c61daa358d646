"""Where the files of jobs lie under DATA_DIR, and when they go."""

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
    """What was kept for a job is no longer there."""


class FrameGone(FileGone):
    """`name` is the first frame that is missing."""

    def __init__(self, name: str) -> None:
        super().__init__(f"first frame is gone: {name}")
        self.name = name


class VideoGone(FileGone):
    """`key` is the job whose video is missing."""

    def __init__(self, key: str) -> None:
        super().__init__(f"video is gone: job={key}")
        self.key = key


class Storage(Protocol):
    """Keeps copies of local files. A file is known by its folder and name."""

    async def keep(self, path: Path) -> None:
        """Put the local file into the storage; only then may a row name it."""
        ...

    async def bring(self, path: Path) -> None:
        """Make the file local, if it is not and the storage has it."""
        ...

    async def drop(self, *paths: Path) -> None:
        """Forget these files."""
        ...

    async def sweep(self, *, older_than_seconds: float) -> int:
        """Forget what was kept so long ago; return how many."""
        ...


class LocalStorage:
    """The folder is the storage: DATA_DIR of one host, or one that all hosts mount."""

    async def keep(self, path: Path) -> None:
        """It is there."""

    async def bring(self, path: Path) -> None:
        """It is there, or nowhere."""

    async def drop(self, *paths: Path) -> None:
        """Its owner has removed them."""

    async def sweep(self, *, older_than_seconds: float) -> int:  # noqa: ARG002 - the protocol's
        """Its owner sweeps."""
        return 0


PART_SECONDS = 3600.0
"""What is unfinished and was not touched for so long is nobody's: every download and encoder is done, or tries again, by
then."""


@dataclass(frozen=True, slots=True)
class JobFiles:
    """First frames and videos, named by job key. Rows hold bare names, so DATA_DIR can move.

    A file is on disk and in the storage before a row names it, and is brought from the storage to a host without it.
    """

    data_dir: Path
    storage: Storage = field(default_factory=LocalStorage)

    def frame(self, name: str) -> Path:
        """Return where the first frame called `name` lies."""
        return self._folder("frames") / name

    def video(self, name: str) -> Path:
        """Return where the video called `name` lies."""
        return self._folder("videos") / name

    async def keep_frame(self, key: str, data: bytes) -> str:
        """Keep a checked first frame (JPEG); return its name."""
        path = self.frame(f"{key}.jpg")
        await asyncio.to_thread(_write_durably, path, data)
        await self.storage.keep(path)
        return path.name

    async def copy_frame(self, name: str, *, key: str) -> str:
        """Keep a copy of the first frame called `name` for the job `key`; return the copy's name.

        Raises:
            FrameGone: it is no longer there.
        """
        source = await self.frame_here(name)
        try:
            data = await asyncio.to_thread(source.read_bytes)
        except FileNotFoundError as error:
            raise FrameGone(name) from error
        return await self.keep_frame(key, data)

    async def frame_here(self, name: str) -> Path:
        """Return the first frame called `name`, on this host if it is anywhere."""
        return await self._here(self.frame(name))

    async def video_here(self, name: str) -> Path:
        """Return the video called `name`, on this host if it is anywhere."""
        return await self._here(self.video(name))

    async def keep_video(self, name: str) -> None:
        """Keep the video called `name`, which was written to its place."""
        await self.storage.keep(self.video(name))

    async def best_video(self, job: Job) -> Path:
        """Return the largest copy of a job's video that is kept.

        Raises:
            VideoGone: there is none.
        """
        names = [f"{job.key}.mp4", job.video_file] if job.video_file else []
        for name in filter(None, names):
            path = await self.video_here(name)
            if path.exists():
                return path
        raise VideoGone(job.key)

    async def remove_of(self, job: Job) -> None:
        """Forget everything that is kept for a job."""
        names = {f"{job.key}.mp4", f"{job.key}-fit.mp4", job.video_file or ""} - {""}
        frames = [self.frame(job.first_frame)] if job.first_frame else []
        await asyncio.to_thread(kept_path(self.video(f"{job.key}.mp4")).unlink, missing_ok=True)
        await self._remove(*frames, *map(self.video, sorted(names)))

    async def remove_frame(self, name: str) -> None:
        """Forget a first frame."""
        await self._remove(self.frame(name))

    async def remove_video(self, name: str) -> None:
        """Forget a video that no row names."""
        await self._remove(self.video(name))

    async def sweep(self, *, older_than_seconds: float) -> int:
        """Delete files that nobody touched for so long; return how many."""
        removed = await asyncio.to_thread(self._sweep_folders, time.time() - older_than_seconds)
        return removed + await self.storage.sweep(older_than_seconds=older_than_seconds)

    async def clear_up(self, *, alone: bool) -> None:
        """Delete what a killed process left unfinished, and close what it left open to other users of the machine.

        Unless `alone`, others may be writing: then only what is nobody's goes.
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
    with contextlib.suppress(
        FileNotFoundError, PermissionError
    ):  # it is gone, or is somebody else's to close
        path.chmod(mode)


def _remove_if_older(path: Path, limit: float) -> bool:
    try:
        if not path.is_file() or path.stat().st_mtime > limit:
            return False
        path.unlink()
    except FileNotFoundError:  # another process was faster
        return False
    return True
