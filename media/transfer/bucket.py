"""Stores files in S3-compatible object storage, for bots on several hosts without a shared disk."""

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
    """The address and credentials of a bucket. `endpoint` None: Amazon's own endpoint for `region`."""

    bucket: str
    prefix: str
    endpoint: str | None
    region: str
    key_id: str
    secret: str
    retry_seconds: float = 30.0  #: for so many seconds a failed call is retried


class Bucket:
    """A bucket in S3-compatible storage: stores, fetches and deletes files by names such as `folder/file`."""

    def __init__(self, store: S3Store) -> None:
        self._store = store

    @classmethod
    def open(cls, access: BucketAccess) -> "Bucket":
        """Return the bucket, without contacting the storage yet."""
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
        """Store the file at `path` as `name`, and replace any stored file of that name.

        Raises:
            BucketFailed: the storage failed, and the file is not stored.
        """
        try:
            await obstore.put_async(self._store, name, path)
        except BaseError as error:
            raise _failure(error) from error

    async def fetch(self, name: str, path: Path) -> bool:
        """Download the file `name` to `path`, completely or not at all; return False if there is no such file.

        Raises:
            BucketFailed: the storage failed, so whether the file exists is unknown.
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
        """Delete these files; ignore names that are not stored.

        Raises:
            BucketFailed: some of the files may still be stored.
        """
        for name in names:
            try:
                await obstore.delete_async(self._store, name)
            except FileNotFoundError:
                continue
            except BaseError as error:
                raise _failure(error) from error

    async def remove_older(self, *, than_seconds: float) -> int:
        """Delete the files that were stored more than `than_seconds` ago; return their number.

        Raises:
            BucketFailed: some of the files may still be stored.
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
    # The error's full text contains the request's address and may contain the response body.
    return BucketFailed(f"the storage of MEDIA_URL failed: {type(error).__name__}")
