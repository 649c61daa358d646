"""Storage for an installation whose hosts share no folder: a bucket of objects."""

import asyncio
from pathlib import Path

from media.transfer.bucket import Bucket


class BucketStorage:
    """A bucket of objects with a local folder as its cache.

    Raises (every method):
        BucketFailed: the bucket cannot be reached.
    """

    def __init__(self, bucket: Bucket) -> None:
        self._bucket = bucket

    async def keep(self, path: Path) -> None:
        """Upload the local file to the bucket."""
        await self._bucket.put(_name(path), path)

    async def bring(self, path: Path) -> None:
        """Download the file from the bucket, if it is not in the local folder."""
        if not await asyncio.to_thread(path.exists):
            await self._bucket.fetch(_name(path), path)

    async def drop(self, *paths: Path) -> None:
        """Delete these files from the bucket."""
        await self._bucket.remove(map(_name, paths))

    async def sweep(self, *, older_than_seconds: float) -> int:
        """Delete objects that were uploaded more than `older_than_seconds` ago; return how many."""
        return await self._bucket.remove_older(than_seconds=older_than_seconds)


def _name(path: Path) -> str:
    return f"{path.parent.name}/{path.name}"
