"""The server for /healthz, /readyz, /metrics, the operator's page at / and its acts, with its access control."""

import contextlib
import hashlib
import hmac
import ipaddress
import logging
import os
import re
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from aiohttp import web
from aiohttp.typedefs import Handler, Middleware
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest

from telemetry.metrics import Metrics
from telemetry.readiness import LoopLag, Readiness

log = logging.getLogger(__name__)

LONGEST_LAG_SECONDS = 5.0
"""The delay of the event loop, in seconds, above which the process counts as stuck."""

REFRESH_SECONDS = 15

_CLOSED = "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; form-action 'self'"


Act = Callable[[str], Awaitable[str]]
"""An act of the operator, on the job with the given key if it is about one; it returns the name of its outcome."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pages:
    """The contents that the server serves. `refresh` updates the metrics that are read on demand."""

    metrics: Metrics
    readiness: Readiness
    lag: LoopLag
    refresh: Callable[[], Awaitable[None]]
    page: Callable[[str], Awaitable[str]]  #: with the name of the last act's outcome
    job: Callable[[str], Awaitable[str]]  #: the page of the job with a reference
    acts: Mapping[str, Act]  #: what an operator can order, by path
    files: Mapping[str, tuple[str, str]]  #: path: content type and text
    framed_by: str = "'none'"  #: web pages that may embed the operator's page (`frame-ancestors`)


@contextlib.asynccontextmanager
async def open_server(
    pages: Pages, *, host: str, port: int, token: str | None, url: str | None = None
) -> AsyncGenerator[str | None]:
    """Serve the pages and yield their address, or None if the port is taken: the bot works without them.

    `url` is the address under which a proxy shows the pages, from where acts are accepted too.
    """
    runner = web.AppRunner(_application(pages, token, url), access_log=None, shutdown_timeout=1.0)
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
        said = request.query.get("said", "")
        seconds = _refresh_seconds(request.query.get("refresh", ""))
        headers = {"Refresh": f"{seconds};url=/" if said else seconds}
        return web.Response(text=await self._pages.page(said), content_type="text/html", headers=headers)

    async def job(self, request: web.Request) -> web.Response:
        found = await self._pages.job(request.query.get("key", ""))
        return web.Response(text=found, content_type="text/html")

    def act(self, act: Act) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
        async def answer(request: web.Request) -> web.StreamResponse:
            key = (await request.post()).get("job", "")
            outcome = await act(key if isinstance(key, str) else "")
            log.info("an act on the operator's page: %s, %s", request.path, outcome)
            return web.Response(status=303, headers={"Location": f"/?said={outcome}"})

        return answer


COOKIE = "clapper"

COOKIE_SECONDS = 12 * 3600

LARGEST_FORM = 4096
"""The largest act, in bytes."""

_READING = frozenset({"GET", "HEAD"})

OPEN_TO_ALL = frozenset({"/healthz", "/readyz"})
"""Paths that need no token: process managers poll them. They answer yes or no, with the names of failed checks."""


class TokenAuth:
    """The access control for the pages, as aiohttp middleware."""

    def __init__(self, token: str | None, url: str | None) -> None:
        self._token = token
        self._url = url

    def middleware(self) -> Middleware:
        """Return the middleware that requires the token or, if none is set, a loopback host; open paths need neither.

        Whatever is not a mere reading always needs the token, and must come from a form of these pages.
        """

        @web.middleware
        async def admit(request: web.Request, handler: Handler) -> web.StreamResponse:
            if request.method not in _READING:
                return self._refused(request) or await handler(request)
            if request.path in OPEN_TO_ALL:
                return await handler(request)
            if self._token is None:
                return await handler(request) if _asks_this_machine(request.host) else _stranger()
            if "token" in request.query:
                return self._exchange(request)
            return await handler(request) if self._knows(request) else _unknown()

        return admit

    def _refused(self, request: web.Request) -> web.Response | None:
        """Return the refusal of an act, None if it may be done.

        Any page in the operator's browser can post to this machine. Its `Origin` tells it apart; its `Host` does
        if its name was made to lead here; and a form of plain text, which some servers read, is no form of ours.
        """
        if self._token is None:
            return _text(403, "This needs HEALTH_TOKEN: set it, and open /?token=... in a browser.")
        if not self._knows(request):
            return _unknown()
        if not self._comes_from_here(request):
            return _text(403, "This was not sent from the operator's page, or HEALTH_URL is not its address.")
        if request.content_type != "application/x-www-form-urlencoded":
            return _text(415, "This is no form of the operator's page.")
        return None

    def _comes_from_here(self, request: web.Request) -> bool:
        """Return whether both headers name these pages: by an IP address, as localhost, or by the proxy's address."""
        origins, host = request.headers.getall("Origin", []), request.host
        proxy = urlsplit(self._url) if self._url else None
        if proxy and origins == [f"{proxy.scheme}://{proxy.netloc}"]:
            return host == proxy.netloc or _is_address(host)
        return origins == [f"http://{host}"] and _is_address(host)

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
    here = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104 - it is only shown
    address = f"http://{f'[{here}]' if ':' in here else here}:{chosen}"
    log.info("health, metrics and the operator's page: %s", address)
    return address


def _application(pages: Pages, token: str | None, url: str | None) -> web.Application:
    guards = [_careful(pages.framed_by), TokenAuth(token, url).middleware()]
    application = web.Application(middlewares=guards, client_max_size=LARGEST_FORM)
    answers = _Answers(pages)
    routes: Mapping[str, Callable[[web.Request], Awaitable[web.StreamResponse]]] = {
        "/healthz": answers.alive,
        "/readyz": answers.ready,
        "/metrics": answers.metrics,
        "/": answers.page,
        "/job": answers.job,
        **{path: answers.file(*file) for path, file in pages.files.items()},
    }
    for path, answer in routes.items():
        application.router.add_get(path, answer)
    for path, act in pages.acts.items():
        application.router.add_post(path, answers.act(act))
    return application


def _refresh_seconds(asked: str) -> str:
    """Return the seconds after which a browser reloads the page: the requested number if valid, else the default."""
    sensible = re.fullmatch(r"[1-9][0-9]{0,3}", asked, re.ASCII)
    return asked if sensible else str(REFRESH_SECONDS)


def _careful(framed_by: str) -> Middleware:
    headers = {
        "Content-Security-Policy": f"{_CLOSED}; frame-ancestors {framed_by}",
        "Cache-Control": "no-store",
        # Not no-referrer, with which a browser hides the Origin of a form.
        "Referrer-Policy": "same-origin",
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
    address = _address(host)
    return address.is_loopback if address else _name(host) == "localhost"


def _is_address(host: str) -> bool:
    """Return whether the Host header is an IP address or localhost, which nobody can make lead elsewhere."""
    return _address(host) is not None or _name(host) == "localhost"


def _address(host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(_name(host).strip("[]"))
    except ValueError:
        return None


def _name(host: str) -> str:
    """Return the Host header without its port."""
    return (host.rpartition(":")[0] if not host.endswith("]") and ":" in host else host).casefold()


def _unknown() -> web.Response:
    words = "The token is missing or wrong: send it as a bearer, or open /?token=... in a browser.\n"
    return web.Response(status=401, text=words, headers={"WWW-Authenticate": "Bearer"})


def _stranger() -> web.Response:
    return _text(403, "These pages are for this machine alone.")


def _text(status: int, words: str) -> web.Response:
    return web.Response(status=status, text=f"{words}\n")
