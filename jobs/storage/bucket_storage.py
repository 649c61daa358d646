"""The storage of an installation whose hosts share no folder: a bucket of objects."""

import asyncio
from pathlib import Path

from media.transfer.bucket import Bucket


class BucketStorage:
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
