"""Where the files of jobs lie under DATA_DIR, and when they go."""

import os
import time
from dataclasses import dataclass
from pathlib import Path


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
