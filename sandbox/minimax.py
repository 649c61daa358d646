"""MiniMax's own two APIs in the sandbox: their checks, endpoints and replies, beside those of the gateway.

They are written from MiniMax's pages, independently of the clients in `hailuo`:
https://platform.minimax.io/docs/api-reference/video-generation-t2v and
https://platform.minimax.io/docs/api-reference/video-generation-v2-create. All three protocols share tasks and ledger.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from aiohttp import web

from sandbox.api import json_of
from sandbox.contract import Order, Refused, is_boolean, is_picture, optional, required
from sandbox.desk import Desk, Post
from sandbox.faults import FaultName, Where
from sandbox.guard import Call, Guard
from sandbox.replies import Failure, Status, TaskFacts
from sandbox.shapes import MINIMAX_V1, MINIMAX_V2
from sandbox.tasks import RemoteTask

V1_PRICES_USD: Mapping[str, Mapping[tuple[str, int], float]] = MappingProxyType(
    {
        "MiniMax-Hailuo-2.3": {("768P", 6): 0.28, ("768P", 10): 0.56, ("1080P", 6): 0.49},
        "MiniMax-Hailuo-2.3-Fast": {("768P", 6): 0.19, ("768P", 10): 0.32, ("1080P", 6): 0.33},
        "MiniMax-Hailuo-02": {
            ("512P", 6): 0.10,
            ("512P", 10): 0.15,
            ("768P", 6): 0.28,
            ("768P", 10): 0.56,
            ("1080P", 6): 0.49,
        },
    }
)
"""The list price in USD of each clip of the first API's models; a combination that is missing is refused."""

V2_PRICES_USD: Mapping[str, Mapping[str, float]] = MappingProxyType(
    {"MiniMax-H3": {"768P": 0.08, "2K": 0.13}, "MiniMax-H3-Max": {"480P": 0.05, "768P": 0.08}}
)
"""The list price in USD of one second at each resolution of the second API's models."""
V2_SECONDS: Mapping[str, range] = MappingProxyType(
    {"MiniMax-H3": range(4, 16), "MiniMax-H3-Max": range(5, 16)}
)
RATIOS = ("21:9", "16:9", "4:3", "1:1", "3:4", "9:16")
V2_BODY_BYTES = 64_000_000
_WEEK = 7 * 86_400
_ROLES = ("first_frame", "last_frame")

_V1_WORDS: Mapping[Status, str] = MappingProxyType(
    {
        Status.SUBMITTED: "Preparing",
        Status.PENDING: "Queueing",
        Status.PROCESSING: "Processing",
        Status.COMPLETED: "Success",
        Status.FAILED: "Fail",
    }
)
_V2_WORDS: Mapping[Status, str] = MappingProxyType(
    {
        Status.SUBMITTED: "queued",
        Status.PENDING: "queued",
        Status.PROCESSING: "running",
        Status.COMPLETED: "succeeded",
        Status.FAILED: "failed",
        Status.CANCELLED: "cancelled",
    }
)


def read_v1(body: Any) -> Order:
    """Check the body of a create call of the first API and return its order.

    Raises:
        Refused: with the broken rule.
    """
    body = _object(body)
    model = required(body, "model", V1_PRICES_USD.__contains__, "is not known")
    prices = V1_PRICES_USD[model]
    duration = optional(body, "duration", _is_whole, "must be an integer", default=6)
    resolution = optional(body, "resolution", _is_text, "must be a string", default="768P")
    if (resolution, duration) not in prices:
        raise Refused(400, f"{model} has no {resolution} with a duration of {duration}")
    first = optional(body, "first_frame_image", is_picture, "must be a URL or data URI")
    last = optional(body, "last_frame_image", is_picture, "must be a URL or data URI")
    if model.endswith("-Fast") and first is None:
        raise Refused(400, f"first_frame_image is required for {model}")
    if last is not None and (model != "MiniMax-Hailuo-02" or resolution == "512P"):
        raise Refused(400, f"{model} at {resolution} takes no last_frame_image")

    def switch(name: str, *, default: bool = False) -> bool:
        return optional(body, name, is_boolean, "must be a boolean", default=default)

    return Order(
        model=model,
        prompt=_prompt(body.get("prompt"), most=2000),
        duration=duration,
        resolution=resolution.lower(),
        first_frame_image=first,
        last_frame_image=last,
        prompt_optimizer=switch("prompt_optimizer", default=True),
        fast_pretreatment=switch("fast_pretreatment"),
        watermark=switch("aigc_watermark"),
        cost_usd=prices[resolution, duration],
    )


def read_v2(body: Any) -> Order:
    """Check the body of a create call of the second API and return its order.

    Raises:
        Refused: with the broken rule.
    """
    body = _object(body)
    model = required(body, "model", V2_PRICES_USD.__contains__, "is not known")
    resolution = required(body, "resolution", V2_PRICES_USD[model].__contains__, "is not one of this model's")
    seconds = V2_SECONDS[model]
    duration = required(
        body, "duration", lambda value: _is_whole(value) and value in seconds, f"must be {seconds}"
    )
    prompt, frames = _content(body.get("content"))
    ratios = ("adaptive",) if frames else RATIOS
    ratio = required(body, "ratio", ratios.__contains__, f"must be one of {', '.join(ratios)}")
    return Order(
        model=model,
        prompt=prompt,
        duration=duration,
        resolution=resolution.lower(),
        first_frame_image=frames.get("first_frame"),
        last_frame_image=frames.get("last_frame"),
        prompt_optimizer=False,
        fast_pretreatment=False,
        watermark=False,
        cost_usd=round(V2_PRICES_USD[model][resolution] * duration, 4),
        ratio=None if frames else ratio,
        sound=True,
        large_pictures=True,
    )


def _content(content: Any) -> tuple[str, dict[str, str]]:
    """Return the prompt and the frames by their roles."""
    texts: list[Any] = []
    frames: dict[str, str] = {}
    for item in content if isinstance(content, list) else []:
        match item:
            case {"type": "text", "text": text}:
                texts.append(text)
            case {"type": "image_url", "image_url": {"url": url}, "role": role} if role in _ROLES:
                if not is_picture(url) or role in frames:
                    raise Refused(400, f"one URL or data URI is needed for the {role}")
                frames[role] = url
            case _:
                raise Refused(400, "content holds an item that is not known")
    if len(texts) != 1:
        raise Refused(400, "content must hold exactly one text")
    return _prompt(texts[0], most=7000), frames


def _object(body: Any) -> dict[str, Any]:
    if not isinstance(body, dict):
        raise Refused(400, "request body must be a JSON object")
    return body


def _prompt(value: Any, *, most: int) -> str:
    if not (isinstance(value, str) and value.strip() and len(value) <= most):
        raise Refused(400, f"the prompt must be a string of 1 to {most} characters")
    return value


def _is_whole(value: Any) -> bool:
    return type(value) is int


def _is_text(value: Any) -> bool:
    return isinstance(value, str)


class MiniMaxApi:
    """The endpoints of MiniMax's two APIs in one sandbox."""

    def __init__(self, desk: Desk, guard: Guard, base_url: str) -> None:
        self._desk = desk
        self._guard = guard
        self._base_url = base_url

    def routes(self) -> list[web.RouteDef]:
        """Return the routes of both APIs, wrapped by the guard."""
        around = self._guard.around
        return [
            web.post("/v1/video_generation", around(Where.SUBMIT, self.create_v1, MINIMAX_V1)),
            web.get("/v1/query/video_generation", around(Where.TASK, self.task_v1, MINIMAX_V1)),
            web.get("/v1/files/retrieve", around(Where.RETRIEVE, self.retrieve, MINIMAX_V1)),
            web.post("/v2/video_generation", around(Where.SUBMIT, self.create_v2, MINIMAX_V2)),
            web.get("/v2/query/video_generation", around(Where.LIST, self.list, MINIMAX_V2)),
            web.get("/v2/query/video_generation/{task_id}", around(Where.TASK, self.task_v2, MINIMAX_V2)),
            web.delete("/v2/video_generation/{task_id}", around(Where.CANCEL, self.cancel, MINIMAX_V2)),
        ]

    async def create_v1(self, call: Call) -> web.Response:
        """Accept an order of the first API."""
        body = await json_of(call.request)
        return _v1({"task_id": await self._accepted(call, body, read_v1(body))})

    async def create_v2(self, call: Call) -> web.Response:
        """Accept an order of the second API."""
        body = await json_of(call.request, most_bytes=V2_BODY_BYTES)
        return web.json_response({"task_id": await self._accepted(call, body, read_v2(body))})

    async def task_v1(self, call: Call) -> web.Response:
        """Answer a poll of the first API: status and, once there is one, the file's id."""
        task, facts = self._asked(call.request.query.get("task_id", ""))
        reply: dict[str, Any] = {"task_id": task.id, "status": self._word(facts, _V1_WORDS), "file_id": ""}
        if facts.failure is not None:
            return _v1(reply, code=_code(facts.failure), message=facts.failure.message or "failed")
        if facts.url:
            reply |= {"file_id": task.id, "video_width": task.order.short_side, "video_height": 0}
        return _v1(reply)

    async def retrieve(self, call: Call) -> web.Response:
        """Return the link to a file of the first API."""
        facts = self._desk.book.facts(self._desk.book.found(call.request.query.get("file_id", "")))
        if facts.url is None:
            raise Refused(400, "file is not ready")
        file = {"file_id": int(facts.id), "bytes": 0, "filename": "output.mp4", "download_url": facts.url}
        return _v1({"file": file})

    async def task_v2(self, call: Call) -> web.Response:
        """Answer a poll of the second API, which knows the tasks of the last week."""
        task, facts = self._asked(call.request.match_info["task_id"])
        if self._is_old(task):
            raise Refused(400, "invalid task_id")
        return web.json_response({"task": self._v2(task, facts)})

    async def list(self, call: Call) -> web.Response:
        """Return a page of the last week's tasks, the newest first, without their prompts."""
        query = call.request.query
        number, size = int(query.get("page_num", "1")), int(query.get("page_size", "10"))
        found = [
            (task, self._desk.book.facts(task))
            for task in self._desk.book.newest()
            if task.order.sound and not self._is_old(task)
        ]
        status = query.get("filter.status")
        items = [self._v2(task, facts) for task, facts in found if status in (None, _V2_WORDS[facts.status])]
        page = items[(number - 1) * size : number * size]
        return web.json_response({"items": page, "total": len(items)})

    async def cancel(self, call: Call) -> web.Response:
        """Cancel a task of the second API that still waits."""
        self._desk.book.cancel(self._desk.book.found(call.request.match_info["task_id"]))
        return web.json_response({})

    async def _accepted(self, call: Call, body: Any, order: Order) -> str:
        post = Post(number=call.number, submit_key=None, body=body, order=order)
        return (await self._desk.submit(post, numbered=True)).task_id

    def _asked(self, task_id: str) -> tuple[RemoteTask, TaskFacts]:
        self._desk.ledger.task_gets[task_id] += 1
        task = self._desk.book.found(task_id)
        return task, self._desk.book.facts(task)

    def _word(self, facts: TaskFacts, words: Mapping[Status, str]) -> str:
        odd = self._desk.faults.take(Where.TASK, {FaultName.UNKNOWN_STATUS})
        return odd.value or "reticulating" if odd else words[facts.status]

    def _v2(self, task: RemoteTask, facts: TaskFacts) -> dict[str, Any]:
        reply: dict[str, Any] = {
            "id": task.id,
            "model": task.order.model,
            "status": self._word(facts, _V2_WORDS),
            "created_at": facts.created,
            "updated_at": facts.completed or facts.created,
            "resolution": task.order.resolution.upper(),
            "duration": task.order.duration,
            "ratio": task.order.ratio or "adaptive",
        }
        if facts.url:
            reply |= {"content": {"url": facts.url}, "usage": {"duration": task.order.duration}}
        if facts.failure is not None:
            reply["error"] = {"code": str(_code(facts.failure)), "message": facts.failure.message or ""}
        return reply

    def _is_old(self, task: RemoteTask) -> bool:
        return self._desk.book.pace.clock() - task.created > _WEEK


def _v1(reply: dict[str, Any], *, code: int = 0, message: str = "success") -> web.Response:
    return web.json_response(reply | {"base_resp": {"status_code": code, "status_msg": message}})


def _code(failure: Failure) -> int:
    """Return MiniMax's code for a failed task: the filter's for its output, else an internal error."""
    return 1027 if "sensitive" in (failure.message or "") else 1000
