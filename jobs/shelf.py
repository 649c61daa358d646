"""Where the files of jobs lie so that every host of an installation finds them."""

import asyncio
from pathlib import Path
from typing import Protocol

from media.bucket import Bucket


class Shelf(Protocol):
    """Keeps copies of local files. A file is known by its folder and name."""

    async def keep(self, path: Path) -> None:
        """Put the local file on the shelf; only then may a row name it."""
        ...

    async def bring(self, path: Path) -> None:
        """Make the file local, if it is not and the shelf has it."""
        ...

    async def drop(self, *paths: Path) -> None:
        """Forget these files."""
        ...

    async def sweep(self, *, older_than_seconds: float) -> int:
        """Forget what was kept so long ago; return how many."""
        ...


class SharedFolder:
    """The folder is the shelf: DATA_DIR of one host, or one that all hosts mount."""

    async def keep(self, path: Path) -> None:
        """It is there."""

    async def bring(self, path: Path) -> None:
        """It is there, or nowhere."""

    async def drop(self, *paths: Path) -> None:
        """Its owner has removed them."""

    async def sweep(self, *, older_than_seconds: float) -> int:
        """Its owner sweeps."""
        return 0


class BucketShelf:
    """Object storage; the folder is a cache of it.

    Raises of every method:
        BucketFailed: the storage cannot be reached.
    """

    def __init__(self, bucket: Bucket) -> None:
        self._bucket = bucket

    async def keep(self, path: Path) -> None:
        """Upload it."""
        await self._bucket.put(_name(path), path)

    async def bring(self, path: Path) -> None:
        """Download it."""
        if not await asyncio.to_thread(path.exists):
            await self._bucket.fetch(_name(path), path)

    async def drop(self, *paths: Path) -> None:
        """Delete them."""
        await self._bucket.remove(map(_name, paths))

    async def sweep(self, *, older_than_seconds: float) -> int:
        """Delete what was uploaded so long ago."""
        return await self._bucket.remove_older(than_seconds=older_than_seconds)


def _name(path: Path) -> str:
    return f"{path.parent.name}/{path.name}"
