"""The HTTP session for the provider: one connection per call, nothing remembered between calls."""

from collections.abc import Sequence

import aiohttp

_MOST_CONNECTIONS = 64


def open_session(*, traces: Sequence[aiohttp.TraceConfig] = ()) -> aiohttp.ClientSession:
    """Return the session to hand to `HailuoClient`; use it in `async with`, inside a running loop.

    Connections are not kept for the next call: a server may drop a kept one just as the paid call is written to it,
    and then nobody knows whether it read the order. Proxies and passwords of the environment are not looked at.
    `traces` watch the requests.
    """
    return aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(limit=_MOST_CONNECTIONS, force_close=True),
        cookie_jar=aiohttp.DummyCookieJar(),
        auto_decompress=False,
        trust_env=False,
        trace_configs=list(traces),
    )
