"""Files in S3-compatible storage, for hosts that share no disk."""

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import obstore
from obstore.exceptions import BaseError
from obstore.store import S3Store

from media.errors import BucketFailed
from media.transfer.saving import part_beside

if TYPE_CHECKING:
    from obstore import GetResult

_CONNECT_TIMEOUT = timedelta(seconds=5)
_TIMEOUT = timedelta(seconds=60)
_RETRIES = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class BucketAccess:
    """Where a bucket is and what opens it. `endpoint` None: Amazon's own for `region`."""

    bucket: str
    prefix: str
    endpoint: str | None
    region: str
    key_id: str
    secret: str
    retry_seconds: float = 30.0  #: how long a call that fails is repeated


class Bucket:
    """Puts files away by name and brings them back. Names are `folder/file`."""

    def __init__(self, store: S3Store) -> None:
        self._store = store

    @classmethod
    def open(cls, access: BucketAccess) -> "Bucket":
        """Return the bucket; nothing is asked of it yet."""
        endpoint = access.endpoint or f"https://s3.{access.region}.amazonaws.com"
        store = S3Store(
            access.bucket,
            prefix=access.prefix or None,
            endpoint=endpoint,
            region=access.region,
            access_key_id=access.key_id,
            secret_access_key=access.secret,
            client_options={
                "allow_http": endpoint.startswith("http://"),
                "connect_timeout": _CONNECT_TIMEOUT,
                "timeout": _TIMEOUT,
            },
            retry_config={"max_retries": _RETRIES, "retry_timeout": timedelta(seconds=access.retry_seconds)},
        )
        return cls(store)

    async def put(self, name: str, path: Path) -> None:
        """Store the file at `path`; a file of that name is replaced.

        Raises:
            BucketFailed: it is not stored.
        """
        try:
            await obstore.put_async(self._store, name, path)
        except BaseError as error:
            raise _failure(error) from error

    async def fetch(self, name: str, path: Path) -> bool:
        """Write the file called `name` to `path`, whole or not at all; False where there is none.

        Raises:
            BucketFailed: nobody can tell.
        """
        partial = part_beside(path)
        try:
            answer = await obstore.get_async(self._store, name)
            await _write(answer, partial)
        except FileNotFoundError:
            return False
        except BaseError as error:
            raise _failure(error) from error
        else:
            await asyncio.to_thread(partial.replace, path)
            return True
        finally:
            await asyncio.to_thread(partial.unlink, missing_ok=True)

    async def remove(self, names: Iterable[str]) -> None:
        """Forget these files; those that are not there are as good as gone.

        Raises:
            BucketFailed: some may still be there.
        """
        for name in names:
            try:
                await obstore.delete_async(self._store, name)
            except FileNotFoundError:
                continue
            except BaseError as error:
                raise _failure(error) from error

    async def remove_older(self, *, than_seconds: float) -> int:
        """Forget what was stored so long ago; return how many.

        Raises:
            BucketFailed: some of it may still be there.
        """
        limit = datetime.now(UTC) - timedelta(seconds=than_seconds)
        try:
            old = [
                file["path"]
                async for files in obstore.list(self._store)  # pyright: ignore[reportUnknownMemberType] - overloads for Arrow
                for file in files
                if file["last_modified"] < limit
            ]
        except BaseError as error:
            raise _failure(error) from error
        await self.remove(old)
        return len(old)


async def _write(answer: "GetResult", path: Path) -> None:
    with path.open("wb") as file:
        async for chunk in answer.stream():
            await asyncio.to_thread(file.write, chunk)


def _failure(error: BaseError) -> BucketFailed:
    # Its full text holds the address of the request, and may hold the answer's body.
    return BucketFailed(f"the storage of MEDIA_URL failed: {type(error).__name__}")
