"""Makes HTTP calls to the provider, limited in time and bytes, without following redirects.

The API key is sent to its own origin only. `TrackedBody` records whether any byte of a paid order was sent.
"""

import asyncio
import re
import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC
from email.utils import parsedate_to_datetime
from typing import Any

import aiohttp
from yarl import URL

from hailuo.errors import Misconfigured
from hailuo.untrusted import Redactor, decode

MAX_ANSWER_BYTES = 1024 * 1024
_ANY_COMPRESSION = 32 + zlib.MAX_WBITS
"""The value of `wbits` with which zlib detects zlib and gzip data by their headers."""

_MOST_CONNECTIONS = 64
SHORTEST_SECONDS = 1.0
LONGEST_SECONDS = 600.0
_WHOLE_SECONDS = re.compile(r"[0-9]+")
_CHUNK = 64 * 1024


def open_session(
    *, traces: Sequence[aiohttp.TraceConfig] = (), keeps_connections: bool = False
) -> aiohttp.ClientSession:
    """Return an HTTP session for `HailuoClient`; use it in `async with`, inside a running event loop.

    Args:
        traces: aiohttp's hooks that observe the requests.
        keeps_connections: keep connections for the next call; only for calls that read. A server may drop a kept
            connection just as the paid call is written to it; then nobody knows whether it read the order. Calls that
            only read are repeated by aiohttp in this case.

    The session ignores proxies and passwords in the environment.
    """
    return aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(limit=_MOST_CONNECTIONS, force_close=not keeps_connections),
        cookie_jar=aiohttp.DummyCookieJar(),
        auto_decompress=False,
        trust_env=False,
        trace_configs=list(traces),
    )


class _Unreadable(aiohttp.ClientPayloadError):
    """The answer is too large or badly compressed; the error text is the client's own."""


class NoAnswer(Exception):
    """No complete answer came. The error text names the cause, but not whether the request was sent."""


@dataclass(frozen=True, slots=True)
class Answer:
    """A complete HTTP answer. `payload`: its JSON value or None; `text`: its first characters, without secrets."""

    status: int
    payload: object
    text: str
    retry_after_seconds: float | None

    @property
    def is_success(self) -> bool:
        """Whether the HTTP status is 2xx; the body may still report an error."""
        return 200 <= self.status < 300


class HttpTransport:
    """The HTTP transport: makes calls to one origin with one API key."""

    def __init__(
        self,
        session: aiohttp.ClientSession,
        *,
        reading: aiohttp.ClientSession | None = None,
        api_url: str,
        api_key: str,
        connect_seconds: float,
        clock: Callable[[], float],
    ) -> None:
        self._session = _read_session(session)
        self._reading = reading or session
        self._base = read_api_url(api_url)
        self._key = _read_key(api_key)
        self._connect_seconds = connect_seconds
        self._clock = clock
        self.clean = Redactor(api_key)

    def address(self, path: str, api_url: str | None = None) -> URL:
        """Return the address of an endpoint, below `api_url` if given, else below the configured API root.

        Args:
            path: percent-encoded, starts with a slash.
            api_url: another API root, of the same origin.

        Raises:
            Misconfigured: `api_url` is of another origin, to which this key must not be sent.
        """
        base = self._base if api_url is None else self._same_origin(api_url)
        return URL(str(base).rstrip("/") + path, encoded=True)

    async def call(
        self,
        method: str,
        url: URL,
        *,
        seconds: float,
        headers: dict[str, str] | None = None,
        data: Any = None,
    ) -> Answer:
        """Send one request and read its complete answer, all within `seconds`.

        Raises:
            NoAnswer: no complete answer came within the limits of time and size.
        """
        session = self._reading if method == "GET" else self._session
        if session.closed:
            raise NoAnswer("the session is closed")
        try:
            async with asyncio.timeout(seconds):
                return await self._send(session, method, url, headers or {}, data)
        except (aiohttp.ConnectionTimeoutError, aiohttp.ClientConnectorError, UnicodeError) as err:
            raise NoAnswer(self._cause("no connection", err)) from err
        except TimeoutError as err:
            raise NoAnswer(f"no complete answer within {seconds:g} s") from err
        except (aiohttp.ClientError, OSError) as err:
            raise NoAnswer(self._cause("the connection broke", err)) from err

    async def _send(
        self, session: aiohttp.ClientSession, method: str, url: URL, headers: dict[str, str], data: Any
    ) -> Answer:
        async with session.request(
            method,
            url,
            data=data,
            headers=self._headers() | headers,
            allow_redirects=False,
            raise_for_status=False,
            auto_decompress=False,
            timeout=aiohttp.ClientTimeout(total=None, connect=self._connect_seconds),
        ) as response:
            body = _unpack(await _read(response), response.headers.get("Content-Encoding", ""))
            return self._answer(response, body)

    def _headers(self) -> dict[str, str]:
        return {
            "Authorization": f"Bearer {self._key}",
            "Accept": "application/json",
            "Accept-Encoding": "identity",
            "User-Agent": "Clapper",
        }

    def _answer(self, response: aiohttp.ClientResponse, body: bytes) -> Answer:
        return Answer(
            status=response.status,
            payload=decode(body),
            text=self.clean(_text_of(response, body)),
            retry_after_seconds=parse_retry_after(response.headers.get("Retry-After"), now=self._clock()),
        )

    def _same_origin(self, api_url: str) -> URL:
        base = read_api_url(api_url)
        if base.origin() != self._base.origin():
            raise Misconfigured(
                f"this belongs to {base.origin()}, but the configured key is for {self._base.origin()} only"
            )
        return base

    def _cause(self, summary: str, err: Exception) -> str:
        """Describe an error for logs: by its kind alone if its text may quote sent or received bytes."""
        quotes = isinstance(err, aiohttp.ClientResponseError | aiohttp.ClientPayloadError)
        words = "" if quotes and not isinstance(err, _Unreadable) else f" {err}"
        return self.clean(f"{summary}: {type(err).__name__.lstrip('_')}{words}")


class TrackedBody:
    """The body of the paid call, which aiohttp reads piece by piece, once.

    `begun` becomes true just before the first byte can be sent. Until then, no failure of any kind can have ordered a
    video: an HTTP server cannot act on an order whose body it lacks.
    """

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._offset = 0

    def __len__(self) -> int:
        return len(self._data)

    @property
    def begun(self) -> bool:
        """Whether any part of the body was handed to aiohttp to be sent."""
        return self._offset > 0

    def __aiter__(self) -> "TrackedBody":
        return self

    async def __anext__(self) -> bytes:
        chunk = self._data[self._offset : self._offset + _CHUNK]
        if not chunk:
            raise StopAsyncIteration
        self._offset += len(chunk)
        return chunk


def read_api_url(api_url: str) -> URL:
    """Parse and check the address of the API's root.

    Raises:
        ValueError: it is not an absolute http(s) address, or has a user name, query or fragment.
    """
    url = URL(api_url.strip())
    if url.scheme not in ("http", "https") or not url.host:
        raise ValueError("the API's address must start with https:// (or http://) and name a host")
    if url.user is not None or url.password is not None or url.query_string or url.fragment:
        raise ValueError("the API's address must have no user name, no query and no fragment")
    return url


def _read_session(session: aiohttp.ClientSession) -> aiohttp.ClientSession:
    if session.connector is None or not session.connector.force_close:
        raise ValueError("the session must not keep connections: open it with hailuo.transport.open_session")
    return session


def _read_key(api_key: str) -> str:
    if not api_key or not api_key.isascii() or not api_key.isprintable() or " " in api_key:
        raise ValueError("the API key must be visible ASCII characters without spaces")
    return api_key


async def _read(response: aiohttp.ClientResponse) -> bytes:
    """Return the body of an answer, still compressed; raise at the first byte above the limit."""
    if (response.content_length or 0) > MAX_ANSWER_BYTES:
        raise _Unreadable("the answer announces more than 1 MiB")
    body = bytearray()
    async for chunk in response.content.iter_any():
        body += chunk
        if len(body) > MAX_ANSWER_BYTES:
            raise _Unreadable("the answer has more than 1 MiB")
    return bytes(body)


def _unpack(body: bytes, encoding: str) -> bytes:
    """Decompress an answer that the server compressed without being asked; raise if it exceeds the size limit."""
    if encoding.strip().casefold() not in ("gzip", "x-gzip", "deflate"):
        return body
    inflater = zlib.decompressobj(_ANY_COMPRESSION)
    try:
        plain = inflater.decompress(body, MAX_ANSWER_BYTES)
    except zlib.error as err:
        raise _Unreadable("the answer is compressed in an unknown way") from err
    if inflater.unconsumed_tail or not inflater.eof:
        raise _Unreadable("the answer unpacks to more than 1 MiB, or is cut")
    return plain


def _text_of(response: aiohttp.ClientResponse, body: bytes) -> str:
    """Return the answer's body, or the target of its redirect, as text for a person."""
    location = response.headers.get("Location")
    if 300 <= response.status < 400 and location is not None:
        return f"redirect to {location}"
    return body.decode("utf-8", "replace") or "empty answer"


def parse_retry_after(value: str | None, *, now: float) -> float | None:
    """Read a `Retry-After` header: return the seconds to wait, 1..600, or None if it is missing or invalid.

    Args:
        value: whole seconds or an HTTP date (RFC 9110, section 10.2.3).
        now: the present time in epoch seconds.
    """
    if value is None:
        return None
    text = value.strip()
    seconds = float(text) if _WHOLE_SECONDS.fullmatch(text) else _seconds_until(text, now)
    return None if seconds is None else min(max(seconds, SHORTEST_SECONDS), LONGEST_SECONDS)


def _seconds_until(date: str, now: float) -> float | None:
    try:
        moment = parsedate_to_datetime(date)
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp() - now
    except (ValueError, OverflowError):
        return None
