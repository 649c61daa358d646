"""Where the files of jobs lie under DATA_DIR, and when they go."""

import os
import time
from dataclasses import dataclass
from pathlib import Path

from db.job import Job
from jobs.take_faults import FrameGone, VideoGone


@dataclass(frozen=True, slots=True)
class JobFiles:
    """First frames and videos, named by job key. Rows hold bare names, so DATA_DIR can move."""

    data_dir: Path

    def frame(self, name: str) -> Path:
        """Return where the first frame called `name` lies."""
        return self._folder("frames") / name

    def video(self, name: str) -> Path:
        """Return where the video called `name` lies."""
        return self._folder("videos") / name

    def save_frame(self, key: str, data: bytes) -> str:
        """Keep a checked first frame (JPEG); return its name."""
        name = f"{key}.jpg"
        with self.frame(name).open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        return name

    def copy_frame(self, name: str, *, key: str) -> str:
        """Keep a copy of the first frame called `name` for the job `key`; return the copy's name.

        Raises:
            FrameGone: it is no longer there.
        """
        try:
            return self.save_frame(key, self.frame(name).read_bytes())
        except FileNotFoundError as error:
            raise FrameGone(name) from error

    def best_video(self, job: Job) -> Path:
        """Return the largest copy of a job's video that is kept.

        Raises:
            VideoGone: there is none.
        """
        names = [f"{job.key}.mp4", job.video_file] if job.video_file else []
        for path in (self.video(name) for name in names if name):
            if path.exists():
                return path
        raise VideoGone(job.key)

    def remove_of(self, job: Job) -> None:
        """Forget everything that is kept for a job."""
        if job.first_frame:
            self.remove_frame(job.first_frame)
        for name in {f"{job.key}.mp4", f"{job.key}-fit.mp4", job.video_file or ""} - {""}:
            self.video(name).unlink(missing_ok=True)

    def remove_frame(self, name: str) -> None:
        """Forget a first frame."""
        self.frame(name).unlink(missing_ok=True)

    def sweep(self, *, older_than_seconds: float) -> int:
        """Delete files that nobody touched for so long; return how many."""
        limit = time.time() - older_than_seconds
        old = [path for folder in ("frames", "videos") for path in self._folder(folder).iterdir()]
        return sum(_remove_if_older(path, limit) for path in old)

    def _folder(self, name: str) -> Path:
        folder = self.data_dir / name
        folder.mkdir(parents=True, exist_ok=True)
        return folder


def _remove_if_older(path: Path, limit: float) -> bool:
    if not path.is_file() or path.stat().st_mtime > limit:
        return False
    path.unlink(missing_ok=True)
    return True
