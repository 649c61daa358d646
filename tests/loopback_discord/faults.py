"""Faults on demand: refusals, server errors, odd bodies and cut connections for chosen requests."""

import asyncio
import fnmatch
import json
import math
import socket
import struct
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from aiohttp import web

from tests.loopback_discord.errors import refusal_of

_LINGER_FOR_RESET = struct.pack("ii", 1, 0)


class Cut(StrEnum):
    """How a connection ends without a whole answer."""

    CLOSE = "close"
    """Closed with no answer: the client sees a disconnect."""
    RESET = "reset"
    """Reset with no answer: the client sees errno 104."""
    SHORT = "short"
    """Half of the promised body, then closed."""


@dataclass(slots=True, eq=False, kw_only=True)
class Fault:
    """One planned fault; `hits` counts how often it struck."""

    method: str
    path_pattern: str
    status: int | None = None
    code: int = 0
    body: Any = None
    headers: dict[str, str] = field(default_factory=dict)
    times: int | None = 1
    uploads_only: bool = False
    after_accepting: bool = False
    cut: Cut | None = None
    delay_seconds: float = 0.0
    retry_after: float = 0.3
    everywhere: bool = False
    hits: int = 0

    def matches(self, method: str, path: str, *, upload: bool) -> bool:
        if self.uploads_only and not upload:
            return False
        return self.method in ("*", method) and fnmatch.fnmatchcase(path, self.path_pattern)

    def strikes(self) -> bool:
        if self.times is not None and self.hits >= self.times:
            return False
        self.hits += 1
        return True

    @property
    def replaces_response(self) -> bool:
        return self.status is not None or self.cut is not None

    def response(self) -> web.Response:
        status = self.status or 500
        body = self._default_body(status) if self.body is None else self.body
        is_text = isinstance(body, str)
        return web.Response(
            status=status,
            body=body.encode() if is_text else json.dumps(body).encode(),
            headers=self._default_headers(status, is_text=is_text) | self.headers,
        )

    def _default_body(self, status: int) -> dict[str, Any]:
        if status == 429 and not self.code:
            message = "You are being rate limited."
            return {"message": message, "retry_after": self.retry_after, "global": self.everywhere}
        known = refusal_of(self.code) if self.code else None
        return {"message": known.message if known else f"{status}: asked for by a test", "code": self.code}

    def _default_headers(self, status: int, *, is_text: bool) -> dict[str, str]:
        headers = {"Content-Type": "text/html" if is_text else "application/json", "Via": "1.1 google"}
        if status == 429:
            headers["Retry-After"] = str(math.ceil(self.retry_after))
            headers["X-RateLimit-Scope"] = "global" if self.everywhere else "user"
            headers |= {"X-RateLimit-Global": "true"} if self.everywhere else {}
        return headers


class FaultBook:
    def __init__(self) -> None:
        self._faults: list[Fault] = []

    def add(
        self, method: str, path_pattern: str, *, code: int = 0, cut: bool | Cut = False, **facts: Any
    ) -> Fault:
        """Plan a fault for the next `times` requests (None: for ever) to a path such as `/channels/*/messages`.

        `code` alone brings its own status (`Refusal`). `body` is JSON, or text that is sent as HTML; `headers`
        replace the usual ones (`{"Via": ""}` makes a 429 look like Cloudflare's). With `after_accepting` the
        request is carried out first. `cut` True is `Cut.CLOSE`. `delay_seconds` alone only slows the
        answer. `uploads_only` lets pass what brings no file.
        """
        known = refusal_of(code) if code else None
        if known is not None:
            facts.setdefault("status", known.status)
        how = Cut.CLOSE if cut is True else cut or None
        fault = Fault(method=method, path_pattern=path_pattern, code=code, cut=how, **facts)
        self._faults.append(fault)
        return fault

    def clear(self) -> None:
        self._faults.clear()

    def strike(self, method: str, path: str, *, upload: bool) -> Fault | None:
        concerned = (fault for fault in self._faults if fault.matches(method, path, upload=upload))
        return next((fault for fault in concerned if fault.strikes()), None)


async def play(
    fault: Fault, request: web.Request, true_response: web.StreamResponse | None
) -> web.StreamResponse:
    """Return what the client gets; `true_response` is there when the request was carried out."""
    await asyncio.sleep(fault.delay_seconds)
    if fault.cut is None:
        return fault.response() if fault.status is not None or true_response is None else true_response
    if fault.cut is Cut.SHORT:
        return await _send_half(request, true_response)
    _cut_off(request, reset=fault.cut is Cut.RESET)
    return web.Response()


async def _send_half(request: web.Request, true_response: web.StreamResponse | None) -> web.StreamResponse:
    body = getattr(true_response, "body", None) or b'{"id": "1", "content": "half of it'
    response = web.StreamResponse(headers={"Content-Type": "application/json"})
    response.content_length = len(body) + 1
    await response.prepare(request)
    await response.write(body[: len(body) // 2 + 1])
    _cut_off(request, reset=False)
    return response


def _cut_off(request: web.Request, *, reset: bool) -> None:
    transport = request.transport
    if transport is None:
        return
    if reset:
        raw: socket.socket = transport.get_extra_info("socket")
        raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _LINGER_FOR_RESET)
        transport.abort()
    else:
        transport.close()
