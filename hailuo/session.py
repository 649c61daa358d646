"""The HTTP sessions for the provider: one connection per call that may be paid for, kept ones for polls."""

from collections.abc import Sequence

import aiohttp

_MOST_CONNECTIONS = 64


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
