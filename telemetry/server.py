"""The server for /healthz, /readyz, /metrics and the operator's page at /, with its access control."""

import contextlib
import hashlib
import hmac
import ipaddress
import logging
import os
import re
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from dataclasses import dataclass

from aiohttp import web
from aiohttp.typedefs import Handler, Middleware
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest

from telemetry.metrics import Metrics
from telemetry.readiness import LoopLag, Readiness

log = logging.getLogger(__name__)

LONGEST_LAG_SECONDS = 5.0
"""The delay of the event loop, in seconds, above which the process counts as stuck."""

REFRESH_SECONDS = 15

_CLOSED = "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none'"


@dataclass(frozen=True, slots=True, kw_only=True)
class Pages:
    """The contents that the server serves. `refresh` updates the metrics that are read on demand."""

    metrics: Metrics
    readiness: Readiness
    lag: LoopLag
    refresh: Callable[[], Awaitable[None]]
    page: Callable[[], Awaitable[str]]
    files: Mapping[str, tuple[str, str]]  #: path: content type and text
    framed_by: str = "'none'"  #: web pages that may embed the operator's page (`frame-ancestors`)


@contextlib.asynccontextmanager
async def open_server(pages: Pages, *, host: str, port: int, token: str | None) -> AsyncGenerator[str | None]:
    """Serve the pages and yield their address, or None if the port is taken: the bot works without them."""
    runner = web.AppRunner(_application(pages, token), access_log=None, shutdown_timeout=1.0)
    await runner.setup()
    try:
        yield await _listen(runner, host, port)
    finally:
        await runner.cleanup()


class _Answers:
    def __init__(self, pages: Pages) -> None:
        self._pages = pages

    async def alive(self, _: web.Request) -> web.Response:
        lag = self._pages.lag.latest
        alive = lag <= LONGEST_LAG_SECONDS
        said = {"status": "ok" if alive else "slow", "event_loop_lag_seconds": round(lag, 4)}
        return web.json_response(said, status=200 if alive else 503)

    async def ready(self, _: web.Request) -> web.Response:
        verdict = await self._pages.readiness.verdict()
        said = {"status": "ready" if verdict.ready else "not ready", "checks": dict(verdict.checks)}
        return web.json_response(said, status=200 if verdict.ready else 503)

    async def metrics(self, _: web.Request) -> web.Response:
        await self._pages.readiness.verdict()
        await self._pages.refresh()
        body = generate_latest(self._pages.metrics.registry)
        return web.Response(body=body, headers={"Content-Type": CONTENT_TYPE_LATEST})

    def file(self, kind: str, text: str) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
        async def answer(_: web.Request) -> web.StreamResponse:
            return web.Response(text=text, content_type=kind)

        return answer

    async def page(self, request: web.Request) -> web.Response:
        headers = {"Refresh": _refresh_seconds(request.query.get("refresh", ""))}
        return web.Response(text=await self._pages.page(), content_type="text/html", headers=headers)


COOKIE = "clapper"

COOKIE_SECONDS = 12 * 3600

OPEN_TO_ALL = frozenset({"/healthz", "/readyz"})
"""Paths that need no token: process managers poll them. They answer yes or no, with the names of failed checks."""


class TokenAuth:
    """The access control for the pages, as aiohttp middleware."""

    def __init__(self, token: str | None) -> None:
        self._token = token

    def middleware(self) -> Middleware:
        """Return the middleware that requires the token or, if none is set, a loopback host; open paths need neither."""

        @web.middleware
        async def admit(request: web.Request, handler: Handler) -> web.StreamResponse:
            if request.path in OPEN_TO_ALL:
                return await handler(request)
            if self._token is None:
                return await handler(request) if _asks_this_machine(request.host) else _stranger()
            if "token" in request.query:
                return self._exchange(request)
            return await handler(request) if self._knows(request) else _unknown()

        return admit

    def _exchange(self, request: web.Request) -> web.StreamResponse:
        """Exchange the token in the address for a cookie, and redirect: browser histories would keep the token."""
        if not self._is_token(request.query["token"]):
            return _unknown()
        # The target is never taken from the request: //elsewhere would be another host.
        page = request.match_info.route.resource
        answer = web.Response(status=303, headers={"Location": page.canonical if page else "/"})
        answer.set_cookie(
            COOKIE,
            self._cookie(),
            max_age=COOKIE_SECONDS,
            path="/",
            httponly=True,
            samesite="Strict",
            secure=request.secure or request.headers.get("X-Forwarded-Proto") == "https",
        )
        return answer

    def _knows(self, request: web.Request) -> bool:
        scheme, _, given = request.headers.get("Authorization", "").partition(" ")
        if scheme.casefold() == "bearer" and self._is_token(given.strip()):
            return True
        return _same(request.cookies.get(COOKIE, ""), self._cookie())

    def _is_token(self, given: str) -> bool:
        return _same(given, self._token or "")

    def _cookie(self) -> str:
        """Return the cookie's value; it is derived from the token and does not reveal it."""
        return hmac.new((self._token or "").encode(), b"operator's page", hashlib.sha256).hexdigest()


async def _listen(runner: web.AppRunner, host: str, port: int) -> str | None:
    site = web.TCPSite(runner, host, port)
    try:
        await site.start()
    except OSError as error:
        log.warning(
            "health, metrics and the operator's page are not served, %s port %s cannot be had: %s. "
            "Choose another HEALTH_PORT, or off.",
            host,
            port,
            os.strerror(error.errno) if error.errno and error.errno > 0 else error,
        )
        return None
    chosen = runner.addresses[0][1]
    address = f"http://{f'[{host}]' if ':' in host else host}:{chosen}"
    log.info("health, metrics and the operator's page: %s", address)
    return address


def _application(pages: Pages, token: str | None) -> web.Application:
    application = web.Application(middlewares=[_careful(pages.framed_by), TokenAuth(token).middleware()])
    answers = _Answers(pages)
    routes: Mapping[str, Callable[[web.Request], Awaitable[web.StreamResponse]]] = {
        "/healthz": answers.alive,
        "/readyz": answers.ready,
        "/metrics": answers.metrics,
        "/": answers.page,
        **{path: answers.file(*file) for path, file in pages.files.items()},
    }
    for path, answer in routes.items():
        application.router.add_get(path, answer)
    return application


def _refresh_seconds(asked: str) -> str:
    """Return the seconds after which a browser reloads the page: the requested number if valid, else the default."""
    sensible = re.fullmatch(r"[1-9][0-9]{0,3}", asked, re.ASCII)
    return asked if sensible else str(REFRESH_SECONDS)


def _careful(framed_by: str) -> Middleware:
    headers = {
        "Content-Security-Policy": f"{_CLOSED}; frame-ancestors {framed_by}",
        "Cache-Control": "no-store",
        "Referrer-Policy": "no-referrer",
        "X-Content-Type-Options": "nosniff",
    }

    @web.middleware
    async def add(request: web.Request, handler: Handler) -> web.StreamResponse:
        try:
            answer = await handler(request)
        except web.HTTPException as refusal:
            refusal.headers.update(headers)
            raise
        answer.headers.update(headers)
        return answer

    return add


def _same(given: str, expected: str) -> bool:
    return hmac.compare_digest(given.encode("utf-8", "surrogatepass"), expected.encode())


def _asks_this_machine(host: str) -> bool:
    """Return whether the Host header names this machine.

    Without this check, a foreign web page whose host name resolves to this machine could read the pages.
    """
    name = host.rpartition(":")[0] if not host.endswith("]") and ":" in host else host
    try:
        return ipaddress.ip_address(name.strip("[]")).is_loopback
    except ValueError:
        return name.casefold() == "localhost"


def _unknown() -> web.Response:
    words = "The token is missing or wrong: send it as a bearer, or open /?token=... in a browser.\n"
    return web.Response(status=401, text=words, headers={"WWW-Authenticate": "Bearer"})


def _stranger() -> web.Response:
    return web.Response(status=403, text="These pages are for this machine alone.\n")
