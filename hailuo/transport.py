"""HTTP to the provider: its sessions, and calls that are bounded in time and bytes and follow no redirect.

The key goes to its own origin only. `TrackedBody` knows whether any byte of a paid order has left.
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
"""zlib and gzip, told apart by their headers."""

_MOST_CONNECTIONS = 64
SHORTEST_SECONDS = 1.0
LONGEST_SECONDS = 600.0
_WHOLE_SECONDS = re.compile(r"[0-9]+")
_CHUNK = 64 * 1024


def open_session(
    *, traces: Sequence[aiohttp.TraceConfig] = (), keeps_connections: bool = False
) -> aiohttp.ClientSession:
    """Return a session to hand to `HailuoClient`; use it in `async with`, inside a running loop.

    Connections are not kept for the next call unless it only reads: a server may drop a kept one just as the paid call
    is written to it, and then nobody knows whether it read the order. A call that reads is repeated then, by aiohttp.
    Proxies and passwords of the environment are not looked at. `traces` watch the requests.
    """
    return aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(limit=_MOST_CONNECTIONS, force_close=not keeps_connections),
        cookie_jar=aiohttp.DummyCookieJar(),
        auto_decompress=False,
        trust_env=False,
        trace_configs=list(traces),
    )


class _Unreadable(aiohttp.ClientPayloadError):
    """An answer that we do not take; the text is ours."""


class NoAnswer(Exception):
    """No complete answer came. The text names the cause; whether anything was sent is for the caller to know."""


@dataclass(frozen=True, slots=True)
class Answer:
    """A complete answer. `payload` is its JSON value or None; `text` its first characters, secrets removed."""

    status: int
    payload: object
    text: str
    retry_after_seconds: float | None

    @property
    def is_success(self) -> bool:
        """Any 2xx: what the body says is another matter."""
        return 200 <= self.status < 300


class HttpTransport:
    """Makes calls with one key to one origin."""

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
        """Return the address of an endpoint, below `api_url` if one is given.

        Args:
            path: already percent-encoded, starts with a slash.

        Raises:
            Misconfigured: `api_url` is of another origin, where this key must not go.
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
        """Send one request and read its whole answer, all within `seconds`.

        Raises:
            NoAnswer: nothing, or not everything, came back within the bounds.
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
        """Describe an error; if its text quotes what came over the wire, which may be the order itself, only by its kind."""
        quotes = isinstance(err, aiohttp.ClientResponseError | aiohttp.ClientPayloadError)
        words = "" if quotes and not isinstance(err, _Unreadable) else f" {err}"
        return self.clean(f"{summary}: {type(err).__name__.lstrip('_')}{words}")


class TrackedBody:
    """The body of the paid call: hands out its bytes piece by piece, once.

    `begun` turns true just before the first byte can leave. Until then no failure, whatever its kind, can have
    ordered a video: an HTTP server cannot act on an order whose body it lacks.
    """

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._offset = 0

    def __len__(self) -> int:
        return len(self._data)

    @property
    def begun(self) -> bool:
        """Return whether a part of the body was handed out."""
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
    """Return the root of the API.

    Raises:
        ValueError: not an absolute http(s) address, or one with a user name, query or fragment.
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
    """Return the body as it came over the wire; give up at the first byte too many."""
    if (response.content_length or 0) > MAX_ANSWER_BYTES:
        raise _Unreadable("the answer announces more than 1 MiB")
    body = bytearray()
    async for chunk in response.content.iter_any():
        body += chunk
        if len(body) > MAX_ANSWER_BYTES:
            raise _Unreadable("the answer has more than 1 MiB")
    return bytes(body)


def _unpack(body: bytes, encoding: str) -> bytes:
    """Undo a compression that was not asked for, never to more than the bound."""
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
    """Return the answer as text for a person to read."""
    location = response.headers.get("Location")
    if 300 <= response.status < 400 and location is not None:
        return f"redirect to {location}"
    return body.decode("utf-8", "replace") or "empty answer"


def parse_retry_after(value: str | None, *, now: float) -> float | None:
    """Return the seconds to wait, 1..600, or None when the header is missing or makes no sense.

    Args:
        value: whole seconds or an HTTP date (RFC 9110, section 10.2.3).
        now: epoch seconds.
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
