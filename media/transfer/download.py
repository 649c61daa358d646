"""Downloads a finished video from an untrusted link straight to disk.

Every transfer is limited in time, speed and bytes. Every connection, even after a redirect, goes to a public address
or to one of the operator's own hosts.
"""

import asyncio
import re
import time
import zlib
from collections.abc import AsyncGenerator, Callable, Collection, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Self

import aiohttp
from aiohttp.abc import AbstractResolver
from yarl import URL

from media.errors import (
    DownloadBroken,
    DownloadFailed,
    DownloadRefused,
    DownloadSlow,
    DownloadTooLarge,
    LinkExpired,
)
from media.transfer.destinations import AddressRefused, LinkRules, Network, host_of, parse_link, public_socket
from media.transfer.saving import Partial, Unpacker, keep, put_in_place, take

__all__ = [
    "DownloadBroken",
    "DownloadFailed",
    "DownloadLimits",
    "DownloadRefused",
    "DownloadSlow",
    "DownloadTooLarge",
    "Downloader",
    "LinkExpired",
]

_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_PASSING = frozenset({408, 425, 429})  # client errors that are temporary
_CHUNK_BYTES = 64 * 1024
_WRITE_BYTES = 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class DownloadLimits:
    """The limits of one download.

    total_seconds: the whole download, redirects included. connect_seconds: until the connection is made.
    idle_seconds: between two bytes. min_bytes_per_second: the slowest speed, measured over each `rate_window_seconds`.
    max_bytes: the size of the file. max_redirects: the number of redirects.
    slow_after_seconds, slow_at_once: a download that takes longer counts as slow, and is stopped if `slow_at_once`
    slow ones already run.
    """

    total_seconds: float = 300.0
    connect_seconds: float = 15.0
    idle_seconds: float = 30.0
    min_bytes_per_second: int = 10_000
    rate_window_seconds: float = 15.0
    max_bytes: int = 200_000_000
    max_redirects: int = 3
    slow_after_seconds: float = 3.0
    slow_at_once: int = 4


class Downloader:
    """An async context manager that downloads links to files; it owns its connections.

    private_hosts: names or addresses of the operator's own hosts, which may use http and private networks.
    """

    def __init__(
        self,
        private_hosts: Collection[str] = (),
        *,
        limits: DownloadLimits | None = None,
        clock: Callable[[], float] = time.monotonic,
        resolver: AbstractResolver | None = None,
    ) -> None:
        self._rules = LinkRules(private_hosts)
        self._limits = limits or DownloadLimits()
        self._clock = clock
        self._resolver = resolver
        self._stack = AsyncExitStack()
        self._sessions: dict[Network, aiohttp.ClientSession] = {}
        self._slow: set[asyncio.Timeout] = set()

    async def __aenter__(self) -> Self:
        """Open two HTTP sessions: one that connects to public addresses only, one for the private hosts."""
        public = aiohttp.TCPConnector(socket_factory=public_socket, resolver=self._resolver)
        for network, connector in ((Network.PUBLIC, public), (Network.PRIVATE, aiohttp.TCPConnector())):
            self._sessions[network] = await self._stack.enter_async_context(self._session(connector))
        return self

    async def __aexit__(self, *_: object) -> None:
        """Close both HTTP sessions and their connections."""
        await self._stack.aclose()

    async def fetch(self, url: str, target: Path, *, headers: Mapping[str, str] | None = None) -> int:
        """Download `url` to `target`, which appears only when it is complete; return its size in bytes.

        An interrupted earlier download is resumed if the server still has the same file. `headers` are sent to the
        origin of `url` only, never to another origin after a redirect.

        Raises:
            DownloadFailed: see `media.errors` for the kinds.
            OSError: the file cannot be written.
        """
        link = parse_link(url)
        partial = await asyncio.to_thread(take, target)
        try:
            async with _faults_of(host_of(link)), self._bounded(host_of(link)):
                await self._receive(link, partial, headers or {})
            await asyncio.to_thread(put_in_place, partial.path, target)
        except (DownloadFailed, asyncio.CancelledError) as fault:
            if not isinstance(fault, DownloadTooLarge):
                keep(partial, target)
            raise
        finally:
            partial.path.unlink(missing_ok=True)
        return partial.size

    @asynccontextmanager
    async def _bounded(self, host: str) -> AsyncGenerator[None]:
        """Stop the block at its time limit, and with DownloadSlow if it is slow while too many slow downloads run."""
        loop = asyncio.get_running_loop()
        crowded = False

        def count_as_slow() -> None:
            nonlocal crowded
            crowded = len(self._slow) >= self._limits.slow_at_once
            if crowded:
                total.reschedule(loop.time())
            else:
                self._slow.add(total)

        try:
            async with asyncio.timeout(self._limits.total_seconds) as total:
                timer = loop.call_later(self._limits.slow_after_seconds, count_as_slow)
                try:
                    yield
                finally:
                    timer.cancel()
                    self._slow.discard(total)
        except TimeoutError:
            if crowded:
                raise DownloadSlow("gave its place to others", host=host) from None
            raise

    def _session(self, connector: aiohttp.TCPConnector) -> aiohttp.ClientSession:
        timeout = aiohttp.ClientTimeout(
            total=None, sock_connect=self._limits.connect_seconds, sock_read=self._limits.idle_seconds
        )
        return aiohttp.ClientSession(
            connector=connector,
            timeout=timeout,
            auto_decompress=False,
            cookie_jar=aiohttp.DummyCookieJar(),
            headers={"Accept-Encoding": "identity"},
        )

    async def _receive(self, link: URL, partial: Partial, headers: Mapping[str, str]) -> None:
        """Download the missing rest of `partial`, or all of it if the file changed or the server sends no ranges."""
        for conditions in (partial.conditions(), {}):
            async with self._answer(link, headers, conditions) as response:
                if not conditions or not _is_misfit(response, partial):
                    await self._save(response, partial)
                    return
            partial.size = 0

    @asynccontextmanager
    async def _answer(
        self, url: URL, headers: Mapping[str, str], conditions: Mapping[str, str]
    ) -> AsyncGenerator[aiohttp.ClientResponse]:
        """Request `url`, follow redirects, and yield the final response; the link rules apply to each redirect."""
        network = self._rules.network_of(url)
        origin = url.origin()
        for _ in range(self._limits.max_redirects + 1):
            own = {**(headers if url.origin() == origin else {}), **conditions}
            async with self._sessions[network].get(url, headers=own, allow_redirects=False) as response:
                if response.status not in _REDIRECTS:
                    yield response
                    return
                url = parse_link(response.headers.get("Location", ""), seen_on=url)
            network = self._rules.network_of(url, redirected_from=network)
        raise DownloadRefused("redirects too often", host=host_of(url))

    async def _save(self, response: aiohttp.ClientResponse, partial: Partial) -> None:
        unpacker = Unpacker(response.headers.getall("Content-Encoding", ()))
        if response.status == 200:
            partial.size, partial.validator = 0, None if unpacker.packed else _validator(response)
        self._check(response, partial)
        # Opened here and not in a thread: if cancelled in between, nothing would close a file that the thread opened.
        with partial.path.open("r+b") as file:
            file.seek(partial.size)
            await self._copy(response, partial, unpacker, file)
            file.truncate()

    def _check(self, response: aiohttp.ClientResponse, partial: Partial) -> None:
        host, status = host_of(response.url), response.status
        if 400 <= status < 500 and status not in _PASSING:
            raise LinkExpired("the link is refused", host=host, status=status)
        if status != (206 if partial.size else 200):
            raise DownloadBroken("the server failed", host=host, status=status)
        if partial.size + (response.content_length or 0) > self._limits.max_bytes:
            raise DownloadTooLarge(f"{response.content_length} bytes are announced", host=host)

    async def _copy(
        self, response: aiohttp.ClientResponse, partial: Partial, unpacker: Unpacker, file: BinaryIO
    ) -> None:
        host = host_of(response.url)
        meter = _Meter(self._limits, host, self._clock, before=partial.size)
        async for chunk in response.content.iter_chunked(_CHUNK_BYTES):
            meter.count(len(chunk))
            partial.waiting += chunk
            if len(partial.waiting) >= _WRITE_BYTES:
                await self._write(partial, unpacker, file)
        await self._write(partial, unpacker, file)
        unpacker.finish()
        if meter.received != (response.content_length or meter.received) or not partial.size:
            raise DownloadBroken(f"only {meter.received} bytes came", host=host)

    async def _write(self, partial: Partial, unpacker: Unpacker, file: BinaryIO) -> None:
        room = self._limits.max_bytes - partial.size
        partial.size += await asyncio.to_thread(_write_unpacked, partial.waiting, unpacker, file, room=room)
        partial.waiting = bytearray()


def _write_unpacked(data: bytearray, unpacker: Unpacker, file: BinaryIO, *, room: int) -> int:
    """Unpack `data` and write it to `file`; return the number of bytes written.

    Raises:
        zlib.error: the data cannot be unpacked, or unpack to more than `room` bytes.
    """
    written = 0
    for piece in unpacker.unpack(data):
        written += file.write(piece)
        if written > room:
            raise zlib.error("too much")
    file.flush()
    return written


def _is_misfit(response: aiohttp.ClientResponse, partial: Partial) -> bool:
    """Return whether the response to a range request must be discarded and the whole file requested anew.

    Such a response is a permanent client error, or a range that is compressed, of another file or at another offset.
    """
    if response.status != 206:
        return 400 <= response.status < 500 and response.status not in _PASSING
    found = re.fullmatch(r"bytes (\d+)-(\d+)/(\d+)", response.headers.get("Content-Range", "").strip())
    is_rest = found is not None and int(found[1]) == partial.size and int(found[2]) + 1 == int(found[3])
    is_packed = Unpacker(response.headers.getall("Content-Encoding", ())).packed
    return not is_rest or is_packed or _validator(response) not in (None, partial.validator)


def _validator(response: aiohttp.ClientResponse) -> str | None:
    """Return the header by which the server recognises this version of the file: a strong ETag, else Last-Modified.

    A weak ETag is not used: two different versions may share it.
    """
    tag = response.headers.get("ETag", "")
    return tag if tag.startswith('"') else response.headers.get("Last-Modified")


class _Meter:
    """A counter of received bytes that raises if they are too many, or too few over a whole time window."""

    def __init__(self, limits: DownloadLimits, host: str, clock: Callable[[], float], *, before: int) -> None:
        self.received = 0
        self._room = limits.max_bytes - before
        self._limits = limits
        self._host = host
        self._clock = clock
        self._window_since, self._window_bytes = clock(), 0

    def count(self, size: int) -> None:
        self.received += size
        self._window_bytes += size
        if self.received > self._room:
            raise DownloadTooLarge(f"more than {self._limits.max_bytes} bytes came", host=self._host)
        elapsed = self._clock() - self._window_since
        if elapsed >= self._limits.rate_window_seconds:
            self._end_window(elapsed)

    def _end_window(self, elapsed: float) -> None:
        if self._window_bytes < elapsed * self._limits.min_bytes_per_second:
            raise DownloadBroken(f"too slow: {self._window_bytes} bytes in {elapsed:.0f} s", host=self._host)
        self._window_since, self._window_bytes = self._clock(), 0


@asynccontextmanager
async def _faults_of(host: str) -> AsyncGenerator[None]:
    """Turn aiohttp's errors into those of `media.errors`, unchained, because their texts contain whole links."""
    try:
        yield
    except aiohttp.ClientConnectorError as err:
        if isinstance(err.os_error, AddressRefused):
            raise DownloadRefused("not a public address", host=host) from None
        raise DownloadBroken("cannot connect", host=host) from None
    except zlib.error:
        raise DownloadBroken("packed badly, or unpacks to too much", host=host) from None
    except aiohttp.InvalidURL:
        raise DownloadRefused("not a link", host=host) from None
    except (aiohttp.ClientError, TimeoutError) as err:
        raise DownloadBroken(f"interrupted ({type(err).__name__})", host=host) from None
