"""A provider on loopback that repeats whatever it was told, key and picture included; the prompt says how it fails.

The first word of a prompt is a `Says`; any other word gets a film. Links to films are signed.
"""

import contextlib
import html
import json
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from aiohttp import web

KEY = "canary-provider-key-5b0e7c1d"
SIGNATURE = "canary-signature-91ac44f2"
SHOWN_SIGNATURE = "canary-shown-77b2e0d5"
"""Signs the links of `Says.LINKED` alone, which their requester may be shown."""

GIBIBYTE = 1 << 30
_BLOCK = bytes(1 << 16)


class Says(StrEnum):
    """What goes wrong: at the order, at a look at the task, or at the file."""

    REFUSED_KEY = "refused-key"
    NO_CREDIT = "no-credit"
    MODERATED = "moderated"
    PAGE_500 = "page-500"
    BUSY = "busy"
    REDIRECT = "redirect"
    BAD_JSON = "bad-json"
    CUT = "cut"
    NO_HTTP = "no-http"

    TASK_FAILED = "task-failed"
    TASK_MODERATED = "task-moderated"
    TASK_REFUSED_KEY = "task-refused-key"
    TASK_PAGE_500 = "task-page-500"
    TASK_BAD_JSON = "task-bad-json"

    LINKED = "linked"
    EXPIRED = "expired"
    FILE_500 = "file-500"
    FILE_REDIRECT = "file-redirect"
    FILE_IS_A_PAGE = "file-is-a-page"
    ENDLESS = "endless"


@dataclass(eq=False, kw_only=True)
class Parrot:
    """The provider. `orders` are the bodies that it got; `endless_bytes` what the longest endless file has sent."""

    film: bytes
    api_key: str = KEY
    url: str = ""
    orders: list[dict[str, Any]] = field(default_factory=list)
    looks: dict[str, int] = field(default_factory=dict)
    endless_bytes: int = 0

    def routes(self) -> list[web.RouteDef]:
        return [
            web.post("/v1/videos/generations", self.submit),
            web.get("/v1/tasks/{task_id}", self.task),
            web.get("/v1/balance", self.balance),
            web.get("/files/{word}.mp4", self.file),
        ]

    async def submit(self, request: web.Request) -> web.StreamResponse:
        raw = await request.text()
        body: dict[str, Any] = json.loads(raw)
        self.orders.append(body)
        echo = f"{_echo(request)} body: {raw}"
        match word := body["prompt"].split()[0]:
            case Says.REFUSED_KEY:
                return _error(401, f"invalid key {echo}")
            case Says.NO_CREDIT:
                return _error(402, f"no credit left: {echo}")
            case Says.MODERATED:
                return _error(
                    400, f"content moderation failed: sensitive content detected in: {body['prompt']}"
                )
            case Says.PAGE_500:
                return _page(500, echo)
            case Says.BUSY:
                return _error(429, f"slow down: {echo}", **{"Retry-After": "600"})
            case Says.REDIRECT:
                where = f"https://elsewhere.example/{KEY}?key={KEY}&X-Signature={SIGNATURE}"
                return web.Response(status=302, headers={"Location": where})
            case Says.BAD_JSON:
                return web.Response(
                    text='{"error": {"message": "cannot read ' + raw, content_type="application/json"
                )
            case Says.CUT | Says.NO_HTTP:
                assert request.transport is not None
                if word == Says.NO_HTTP:
                    request.transport.write(f"{echo}\r\n\r\n".encode())
                    request.transport.close()
                else:
                    request.transport.abort()
                return web.Response()
            case _:
                task_id = f"{word}-{len(self.orders)}"
                return web.json_response({"code": 200, "data": [{"task_id": task_id, "status": "submitted"}]})

    async def task(self, request: web.Request) -> web.StreamResponse:
        task_id = request.match_info["task_id"]
        word, _, number = task_id.rpartition("-")
        prompt = self.orders[int(number) - 1]["prompt"]
        self.looks[task_id] = self.looks.get(task_id, 0) + 1
        echo = f"{_echo(request)} prompt: {prompt} X-Signature={SIGNATURE}"
        match word:
            case Says.TASK_FAILED:
                return _failed_task(task_id, f"upstream timeout: {echo}")
            case Says.TASK_MODERATED:
                return _failed_task(task_id, f"output video sensitive, moderation not passed: {echo}")
            case Says.TASK_REFUSED_KEY:
                return _error(401, f"invalid key {echo}")
            case Says.TASK_PAGE_500 if self.looks[task_id] == 1:
                return _page(500, echo)
            case Says.TASK_BAD_JSON if self.looks[task_id] == 1:
                return web.Response(text='{"data": {"message": "' + echo, content_type="application/json")
            case _:
                done = {"id": task_id, "status": "completed", "result": {"videos": [self._video(word)]}}
                return web.json_response({"code": 200, "data": done})

    def _video(self, word: str) -> dict[str, Any]:
        """Return where a film is; how long the link lives is told of the one that may be shown only."""
        link = f"{self.url}/files/{word}.mp4?X-Signature="
        if word == Says.LINKED:
            return {"url": [link + SHOWN_SIGNATURE], "expires_at": int(time.time()) + 86_400}
        return {"url": [link + SIGNATURE]}

    async def balance(self, request: web.Request) -> web.StreamResponse:
        return _error(401, f"invalid key {_echo(request)}")

    async def file(self, request: web.Request) -> web.StreamResponse:
        echo = f"{_echo(request)} X-Signature={SIGNATURE}"
        match request.match_info["word"]:
            case Says.EXPIRED:
                return _page(403, echo)
            case Says.FILE_500:
                return _page(500, echo)
            case Says.FILE_REDIRECT:
                return web.Response(status=302, headers={"Location": f"ftp://x.example/{KEY}?{SIGNATURE}"})
            case Says.FILE_IS_A_PAGE:
                return _page(200, echo)
            case Says.ENDLESS:
                return await self._endless(request)
            case _:
                return web.Response(body=self.film, content_type="video/mp4")

    async def _endless(self, request: web.Request) -> web.StreamResponse:
        """Send a gibibyte as fast as it is taken; for who has a cap below that, it has no end."""
        response = web.StreamResponse(headers={"Content-Type": "video/mp4"})
        await response.prepare(request)
        sent = 0
        with contextlib.suppress(ConnectionError):
            while sent < GIBIBYTE:
                await response.write(_BLOCK)
                sent += len(_BLOCK)
                self.endless_bytes = max(sent, self.endless_bytes)
        return response


def _echo(request: web.Request) -> str:
    shown = request.headers.get("Authorization", "none")
    return f"Authorization: {shown} key={shown.removeprefix('Bearer ')} at {request.url}"


def _error(status: int, message: str, **headers: str) -> web.Response:
    body = {"error": {"code": status, "message": message, "type": "invalid_request_error"}}
    return web.json_response(body, status=status, headers=headers)


def _page(status: int, echo: str) -> web.Response:
    text = f"<!doctype html><html><body><h1>{status}</h1><pre>{html.escape(echo)}</pre></body></html>"
    return web.Response(status=status, text=text, content_type="text/html")


def _failed_task(task_id: str, message: str) -> web.Response:
    failed = {"id": task_id, "status": "failed", "error": {"code": "task_failed", "message": message}}
    return web.json_response({"code": 200, "data": failed})


@contextlib.asynccontextmanager
async def open_parrot(film: bytes) -> AsyncIterator[Parrot]:
    parrot = Parrot(film=film)
    application = web.Application(client_max_size=64 << 20)
    application.add_routes(parrot.routes())
    runner = web.AppRunner(application, access_log=None, shutdown_timeout=0.2)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        parrot.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
        yield parrot
    finally:
        await runner.cleanup()
