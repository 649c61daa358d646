"""The HTTP endpoints of a sandbox: the provider's calls and, under `/sandbox/`, those for its ledger and faults."""

import asyncio
import json
import re
from pathlib import Path
from typing import Any

from aiohttp import web

from sandbox import answers
from sandbox.contract import BODY_LIMIT_BYTES, CREDITS_PER_USD, Refused, read_order
from sandbox.desk import Desk, Post
from sandbox.faults import FILE_DAMAGE, Fault, FaultName, Faults, Where
from sandbox.guard import Call, Guard
from sandbox.ledger import Event, Ledger
from sandbox.pictures import Uploads, read_upload
from sandbox.replies import submit_reply, task_reply
from sandbox.shapes import Identifier

TASK_PATHS = (
    "/v1/tasks/{task_id}",
    "/v1/videos/generations/{task_id}",
    "/v1/video/generations/{task_id}",
    "/v1/videos/{task_id}",
)
"""The paths for polling a task: the first is the documented one, the others are those of sibling gateways."""


_KEY = re.compile(r"[\x21-\x7e]{1,191}")


class Api:
    """The provider's endpoints of one sandbox."""

    def __init__(self, desk: Desk, guard: Guard, uploads: Uploads, base_url: str) -> None:
        self._desk = desk
        self._guard = guard
        self._uploads = uploads
        self._base_url = base_url

    def routes(self) -> list[web.RouteDef]:
        """Return the routes of the provider's endpoints, wrapped by the guard (except that of uploaded pictures)."""
        around = self._guard.around
        return [
            web.post("/v1/videos/generations", around(Where.SUBMIT, self.submit)),
            *[web.get(path, around(Where.TASK, self.task)) for path in TASK_PATHS],
            web.post("/v1/uploads/images", around(Where.UPLOAD, self.upload)),
            web.get("/v1/balance", around(Where.BALANCE, self.balance)),
            web.get("/v1/user/balance", around(Where.BALANCE, self.balance)),
            web.get("/files/{task_id}.mp4", around(Where.FILE, self.file)),
            web.get("/uploads/{name}", self.uploaded),
        ]

    async def submit(self, call: Call) -> web.Response:
        """Answer a submit call: accept the order and return its task's id."""
        if call.submit_key is not None and not _KEY.fullmatch(call.submit_key):
            raise Refused(400, "Idempotency-Key must be 1 to 191 visible ASCII characters")
        body = await json_of(call.request)
        order = read_order(body, fast_requires_image=self._desk.rules.fast_requires_image)
        post = Post(number=call.number, submit_key=call.submit_key, body=body, order=order)
        numbered = call.shape.identifier is Identifier.NUMBER
        receipt = await self._desk.submit(post, numbered=numbered)
        headers = {"Idempotency-Replayed": "true"} if receipt.replayed else None
        return web.json_response(submit_reply(receipt.task_id, call.shape), headers=headers)

    async def task(self, call: Call) -> web.Response:
        """Answer a poll: return the task's status and progress."""
        task_id = call.request.match_info["task_id"]
        self._desk.ledger.task_gets[task_id] += 1
        task = self._desk.book.found(task_id)
        word = self._desk.faults.take(Where.TASK, {FaultName.UNKNOWN_STATUS})
        odd = self._desk.faults.take(Where.TASK, {FaultName.FIGURES})
        reply = task_reply(
            self._desk.book.facts(task),
            call.shape,
            status_word=(word.value or "reticulating") if word else None,
            figures=json.loads(odd.value or "{}") if odd else None,
        )
        return web.json_response(reply)

    async def upload(self, call: Call) -> web.Response:
        """Answer an upload: store the picture and return its URL."""
        data, filename = await read_upload(call.request)
        upload = await asyncio.to_thread(self._uploads.add, data, filename, self._desk.book.pace.clock())
        reply = upload.to_json(self._base_url)
        self._desk.ledger.record(Event.UPLOADED, body=reply)
        return web.json_response(reply)

    async def balance(self, _call: Call) -> web.Response:
        """Answer a call for the balance: return the remaining and the used amount."""
        left, used = self._desk.remaining_usd, round(self._desk.book.spent_usd(), 4)
        return web.json_response(
            {
                "success": True,
                "remain_balance": left,
                "used_balance": used,
                "remain_credits": round(left * CREDITS_PER_USD, 4),
                "used_credits": round(used * CREDITS_PER_USD, 4),
                "unlimited_quota": False,
            }
        )

    async def file(self, call: Call) -> web.Response | Path:
        """Serve a finished video, damaged if a fault says so."""
        task_id = call.request.match_info["task_id"]
        self._desk.ledger.file_gets[task_id] += 1
        self._desk.ledger.keyed_file_gets += "Authorization" in call.request.headers
        damage = self._desk.faults.take(Where.FILE, FILE_DAMAGE)
        if damage is not None and damage.name is FaultName.EXPIRED:
            self._desk.book.expire(task_id)
        path = self._desk.book.file(task_id, call.request.query.get("receipt", ""))
        if path is None:
            raise Refused(403, "this link has expired")
        return path if damage is None else await asyncio.to_thread(_damaged, damage, path)

    async def uploaded(self, request: web.Request) -> web.StreamResponse:
        """Serve an uploaded picture without asking for a key, as the provider's storage does."""
        upload = self._uploads.find(request.match_info["name"], self._desk.book.pace.clock())
        if upload is None:
            raise web.HTTPNotFound
        return web.FileResponse(upload.path, headers={"Content-Type": upload.content_type})


class Control:
    """The endpoints under `/sandbox/`, which need no key because the server listens on loopback only."""

    def __init__(self, ledger: Ledger, faults: Faults) -> None:
        self._ledger = ledger
        self._faults = faults

    def routes(self) -> list[web.RouteDef]:
        """Return the routes of these endpoints."""
        return [
            web.get("/sandbox/ledger", self.read_ledger),
            web.get("/sandbox/faults", self.list_faults),
            web.post("/sandbox/faults", self.add_faults),
            web.delete("/sandbox/faults", self.clear_faults),
        ]

    async def read_ledger(self, _request: web.Request) -> web.Response:
        """Return the whole ledger as JSON."""
        return web.json_response(self._ledger.to_json())

    async def list_faults(self, _request: web.Request) -> web.Response:
        """Return the armed faults as JSON."""
        return web.json_response([fault.to_json() for fault in self._faults])

    async def add_faults(self, request: web.Request) -> web.Response:
        """Arm a fault, or a list of faults; each is a JSON object or text in the command-line syntax."""
        try:
            self._faults.add(*_faults(json.loads(await request.read())))
        except ValueError as error:
            return web.json_response({"error": str(error)}, status=400)
        return await self.list_faults(request)

    async def clear_faults(self, request: web.Request) -> web.Response:
        """Disarm all faults."""
        self._faults.clear()
        return await self.list_faults(request)


async def json_of(request: web.Request, *, most_bytes: int = BODY_LIMIT_BYTES) -> Any:
    """Return the decoded body of a request; raise Refused if it is too large or not JSON."""
    data = await request.read()
    if len(data) > most_bytes:
        raise Refused(413, "request body is too large")
    try:
        return json.loads(data)
    except ValueError as error:
        raise Refused(400, "request body is not valid JSON") from error


def _damaged(damage: Fault, path: Path) -> web.Response:
    """Return a complete HTTP response for a file, with its bytes damaged as the fault says."""
    match damage.name:
        case FaultName.HTML_FILE:
            return answers.page(200, content_type=damage.value or "text/html")
        case FaultName.GZIP_BOMB:
            return answers.gzip_bomb(int(damage.number(256)))
        case FaultName.TRUNCATED:
            data = path.read_bytes()
            return _mp4(data[: int(len(data) * damage.number(50) / 100)])
        case _:
            return _mp4(path.read_bytes().replace(b"moov", b"free", 1))


def _mp4(data: bytes) -> web.Response:
    return web.Response(body=data, content_type="video/mp4")


def _faults(data: Any) -> list[Fault]:
    return [Fault.from_json(item) for item in (data if isinstance(data, list) else [data])]
