"""The REST door: every request is written down, counted, let in or refused, and perhaps struck by a fault."""

import contextlib
import logging
import re
import time

from aiohttp import web
from aiohttp.typedefs import Handler, Middleware

from tests.loopback_discord.answers import refused
from tests.loopback_discord.backend import Backend
from tests.loopback_discord.errors import DiscordError, Refusal
from tests.loopback_discord.faults import Fault, play
from tests.loopback_discord.form import FORM, Form, read_form
from tests.loopback_discord.ledger import Request
from tests.loopback_discord.ratelimits import Window
from tests.loopback_discord.rest_interactions import RECEIVED_AT
from tests.loopback_discord.world import TOKEN

API = "/api/v10"
GATEWAY = "/gateway"
_OPEN_TO_ALL = re.compile(r"/(interactions/|webhooks/|gateway$|attachments/)")
log = logging.getLogger(__name__)


class Door:
    """The middleware in front of all routes but the gateway's."""

    def __init__(self, backend: Backend) -> None:
        self._backend = backend

    def middleware(self) -> Middleware:
        @web.middleware
        async def door(request: web.Request, handler: Handler) -> web.StreamResponse:
            if request.path == GATEWAY:
                return await handler(request)
            return await self._pass(request, handler)

        return door

    async def _pass(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        entry = self._write_down(request)
        upload = request.content_type == "multipart/form-data"
        fault = self._backend.faults.strike(entry.method, entry.path, upload=upload)
        if fault is not None and fault.replaces_response and not fault.after_accepting:
            response = None
            if fault.cut is None:  # the ledger shows what a request wanted that is refused unseen
                with contextlib.suppress(DiscordError):
                    entry.payload = (await read_form(request)).payload
        else:
            response = await self._answer(request, handler, entry)
        if fault is not None:
            response = await play(fault, request, response)
        entry.status = None if response is None or (fault and fault.cut) else response.status
        self._backend.ledger.wakeup.notify()
        return response or web.Response(status=500)

    def _write_down(self, request: web.Request) -> Request:
        entry = Request(
            method=request.method,
            path=request.path.removeprefix(API),
            received_at=time.perf_counter(),
            connection=request.transport and request.transport.get_extra_info("peername"),
        )
        request[RECEIVED_AT] = entry.received_at
        self._backend.ledger.requests.append(entry)
        return entry

    async def _answer(self, request: web.Request, handler: Handler, entry: Request) -> web.StreamResponse:
        route = f"{request.method} {_template(request)}"
        window, within = self._backend.rate_limits.take(route, dict(request.match_info))
        try:
            form = request[FORM] = await read_form(request) if request.can_read_body else Form()
            entry.payload = form.payload
            response = await self._carry_out(request, handler, entry) if within else self._slow_down(window)
        except DiscordError as error:
            entry.code = error.refusal.code
            response = refused(error)
        now = self._backend.rules.clock()
        response.headers.update(window.headers(now) | {"Via": "1.1 google"})
        return response

    async def _carry_out(self, request: web.Request, handler: Handler, entry: Request) -> web.StreamResponse:
        if not _OPEN_TO_ALL.match(entry.path) and request.headers.get("Authorization") != f"Bot {TOKEN}":
            raise DiscordError(Refusal.UNAUTHORIZED)
        try:
            response = await handler(request)
        except (web.HTTPNotFound, web.HTTPMethodNotAllowed):
            log.warning("route is not part of the loopback Discord: %s %s", entry.method, entry.path)
            raise DiscordError(Refusal.NOT_FOUND) from None
        entry.accepted = True
        return response

    def _slow_down(self, window: Window) -> web.StreamResponse:
        wait = max(0.0, window.resets_at - self._backend.rules.clock())
        return Fault(method="*", path_pattern="*", status=429, retry_after=wait).response()


def _template(request: web.Request) -> str:
    """Return the route with its parameters unfilled, as buckets go by routes."""
    resource = request.match_info.route.resource
    return request.path if resource is None else resource.canonical.removeprefix(API)
