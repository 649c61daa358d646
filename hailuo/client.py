"""The calls that all providers share, and the client of the gateway: submit (paid), get_task, upload_image, balance.

The gateway's client also decides how a first frame is sent: embedded, uploaded or as an address. Its endpoints and
formats: https://docs.apimart.ai/en/api-reference/videos/minimax-hailuo-2.3/generation and
https://docs.apimart.ai/en/api-reference/tasks/status. `hailuo.errors` describes the errors.
"""

import asyncio
import base64
import io
import json
import logging
import re
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, ClassVar
from urllib.parse import quote

import aiohttp

from hailuo.answers import KNOWN_STATUSES, balance_in, best_link, task_id_in, task_in
from hailuo.error_mapping import (
    ErrorBody,
    Refusal,
    any_error,
    balance_error,
    reported_error,
    submit_error,
    task_error,
    upload_error,
)
from hailuo.errors import InvalidRequest, Misconfigured, NotSent, OutcomeUnknown, Unavailable
from hailuo.models import Model, Protocol, ProviderTable
from hailuo.provider import Balance, ListedTask, Task
from hailuo.request import Enhance, VideoRequest
from hailuo.transport import Answer, HttpTransport, NoAnswer, TrackedBody
from hailuo.untrusted import as_object

MAX_BODY_BYTES = 33_554_432
"""The largest JSON body that the gateway accepts, in bytes."""

MAX_PICTURE_BYTES = 20_000_000
"""The size limit of a picture at the provider, in bytes, exclusive."""

_SIGNATURES = {b"\xff\xd8\xff": "image/jpeg", b"\x89PNG\r\n\x1a\n": "image/png"}
_SUBMIT_KEY = re.compile(r"[\x21-\x7e]{1,191}")
_MOST_ODD_STATUSES = 100

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Timeouts:
    """The time limits of calls, in seconds. `connect`: free connection, DNS, TCP and TLS; the others: a whole call."""

    connect: float = 10.0
    read: float = 15.0
    submit: float = 45.0
    upload: float = 120.0


_TIMEOUTS = Timeouts()


class ApiClient:
    """The calls over HTTP that the clients of all protocols share; stateless, except for odd statuses already logged.

    Args:
        session: the HTTP session, from `hailuo.transport.open_session`; the caller closes it.
        reading: a session with persistent connections, for calls that only read; default: `session`.
        api_url: the root of the API; the key is sent to this origin only.
        table: the provider's paths and models.
        uploads_pictures: upload first frames instead of embedding them, where the provider takes uploads.
        clock: returns epoch seconds, for `Retry-After` dates.

    Raises:
        ValueError: the address, key or session cannot be used.
    """

    protocol: ClassVar[Protocol]
    max_body_bytes: ClassVar[int] = MAX_BODY_BYTES

    def __init__(
        self,
        session: aiohttp.ClientSession,
        *,
        reading: aiohttp.ClientSession | None = None,
        api_url: str,
        api_key: str,
        table: ProviderTable,
        uploads_pictures: bool = False,
        timeouts: Timeouts = _TIMEOUTS,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._table = table
        self._paths = table.paths[self.protocol]
        self._uploads_pictures = uploads_pictures
        self._timeouts = timeouts
        self._transport = HttpTransport(
            session,
            reading=reading,
            api_url=api_url,
            api_key=api_key,
            connect_seconds=timeouts.connect,
            clock=clock,
        )
        self._odd_statuses: set[str] = set()

    async def balance(self) -> Balance:
        """Raise `Misconfigured`; a protocol with a call for the balance overrides this."""
        raise _no_such_call("balance")

    async def cancel(self, task_id: str) -> None:
        """Raise `Misconfigured`; a protocol that can cancel a task overrides this."""
        raise _no_such_call(f"cancel task {task_id}")

    async def list_tasks(self, *, since: int) -> list[ListedTask]:
        """Raise `Misconfigured`; a protocol that lists its tasks overrides this."""
        raise _no_such_call(f"list tasks since {since}")

    def _model(self, request: VideoRequest) -> Model:
        model = self._table.model(request.options.model)
        if model is None:
            raise InvalidRequest(f"this provider has no model {request.options.model}", code="model")
        return model

    def _path(self, name: str, **parts: str) -> str:
        """Return the path of an endpoint with its `parts` filled in, percent-encoded."""
        path = self._paths[name]
        for part, value in parts.items():
            path = path.replace(f"{{{part}}}", quote(value, safe=""))
        return path

    async def _order(self, body: dict[str, Any], headers: dict[str, str] | None = None) -> str:
        """Make the paid call once, on a connection of its own, and return the task's id."""
        data = TrackedBody(json.dumps(body).encode("ascii"))
        if len(data) > self.max_body_bytes:
            raise InvalidRequest(
                f"the request has more than {self.max_body_bytes} bytes", status=413, code="body_too_large"
            )
        try:
            answer = await self._transport.call(
                "POST",
                self._transport.address(self._path("submit")),
                seconds=self._timeouts.submit,
                headers={
                    "Content-Type": "application/json",
                    "Content-Length": str(len(data)),
                    **(headers or {}),
                },
                data=data,
            )
        except NoAnswer as err:
            raise (OutcomeUnknown if data.begun else NotSent)(str(err)) from err
        task_id = task_id_in(answer.payload, self._transport.clean) if answer.is_success else None
        if task_id is None:
            raise submit_error(self._refusal(answer))
        return task_id

    async def _read(self, path: str, api_url: str | None = None) -> Answer:
        url = self._transport.address(path, api_url)
        try:
            return await self._transport.call("GET", url, seconds=self._timeouts.read)
        except NoAnswer as err:
            raise Unavailable(str(err)) from err

    def _refusal(self, answer: Answer) -> Refusal:
        clean = self._transport.clean
        if answer.is_success:
            error = reported_error(answer.payload, clean) or ErrorBody()
        else:
            error = any_error(answer.payload, clean)
        return Refusal(answer.status, error, answer.text, answer.retry_after_seconds)

    def _task(self, payload: object, asked: str) -> Task | None:
        """Return the task in the payload of a poll's answer; log an unknown status once."""
        task = task_in(payload, asked=asked, clean=self._transport.clean)
        word = task.raw_status.casefold() if task else ""
        known = word in KNOWN_STATUSES or word in self._odd_statuses
        if task and not known and len(self._odd_statuses) < _MOST_ODD_STATUSES:
            self._odd_statuses.add(word)
            log.warning("unknown task status, still polling: status=%r", word)
        return task


class HailuoClient(ApiClient):
    """The client of the gateway, which also takes uploaded pictures."""

    protocol = Protocol.GATEWAY

    async def submit(
        self,
        request: VideoRequest,
        first_frame: Path | str | None,
        *,
        last_frame: Path | str | None = None,
        submit_key: str,
        new_key: Callable[[], Awaitable[str]] | None = None,
    ) -> str:
        """Order one video and return the task's identifier; see `Provider.submit`. No model here takes a last frame.

        If the provider refuses an embedded picture, upload the picture and send the order again with a new key.
        """
        del last_frame
        if not isinstance(first_frame, Path):
            return await self._post(request, first_frame, submit_key)
        if self._uploads_pictures:
            return await self._post(request, await self.upload_image(first_frame), submit_key)
        embedded = await asyncio.to_thread(first_frame_data_uri, first_frame)
        try:
            return await self._post(request, embedded, submit_key)
        except InvalidRequest as refusal:
            if new_key is None or not may_blame_picture(embedded, refusal):
                raise
            log.warning("embedded picture refused, uploading it instead: %s", refusal)
        uploaded = await self.upload_image(first_frame)
        return await self._post(request, uploaded, await new_key())

    async def get_task(self, task_id: str, *, api_url: str | None = None) -> Task:
        """Poll a task; see `Provider.get_task`."""
        path = self._path("task", task_id=task_id)
        separator = "&" if "?" in path else "?"
        answer = await self._read(f"{path}{separator}language=en", api_url)
        task = self._task(answer.payload, task_id) if answer.is_success else None
        if task is None:
            raise task_error(self._refusal(answer))
        return task

    async def upload_image(self, path: Path) -> str:
        """Upload a JPEG or PNG file and return its public URL, which is valid for 72 hours; this orders no video.

        Raises:
            Rejected: the provider refused the picture, the key or the account.
            Unavailable, Misconfigured: there was no usable answer; a retry can at worst create a second copy.
            OSError: the file cannot be read.
        """
        data, media_type = await asyncio.to_thread(read_picture, path)
        form = aiohttp.FormData()
        form.add_field(
            "file",
            io.BytesIO(data),
            filename=f"first-frame.{media_type.removeprefix('image/')}",
            content_type=media_type,
        )
        url = self._transport.address(self._path("upload"))
        try:
            answer = await self._transport.call("POST", url, seconds=self._timeouts.upload, data=form)
        except NoAnswer as err:
            raise Unavailable(str(err)) from err
        body = as_object(answer.payload) or {}
        link = best_link(as_object(body.get("data")) or body) if answer.is_success else None
        if link is None:
            raise upload_error(self._refusal(answer))
        return link.url

    async def balance(self) -> Balance:
        """Return the account's balance; see `Provider.balance`."""
        answer = await self._read(self._path("balance"))
        error = reported_error(answer.payload, self._transport.clean)
        balance = balance_in(answer.payload) if answer.is_success and error is None else None
        if balance is None:
            raise balance_error(self._refusal(answer))
        return replace(balance, unit=self._table.balance_unit)

    async def _post(self, request: VideoRequest, picture: str | None, submit_key: str) -> str:
        if not _SUBMIT_KEY.fullmatch(submit_key):
            raise InvalidRequest(
                "the submit key must be 1 to 191 visible ASCII characters", code="submit_key"
            )
        body = clip_body(request, self._model(request), picture)
        return await self._order(body, {"Idempotency-Key": submit_key})


def _no_such_call(what: str) -> Misconfigured:
    return Misconfigured(f"this provider has no such call: {what}", status=404)


def clip_body(request: VideoRequest, model: Model, first_frame: str | None) -> dict[str, Any]:
    """Return the body of a submit call as the gateway and MiniMax's first API take it.

    Args:
        first_frame: a public URL or a data URI.

    Raises:
        InvalidRequest: the request has a first frame, and none is given.
    """
    if request.has_first_frame and not first_frame:
        raise InvalidRequest("the request has a first frame, but none was given", code="first_frame_missing")
    options, switches = request.options, model.switches
    switched = {
        switches.optimizer: options.enhance is not Enhance.OFF,
        switches.quick: options.enhance is Enhance.QUICK,
        switches.watermark: options.watermark,
    }
    return {
        "model": model.name,
        "prompt": request.prompt,
        "duration": options.duration,
        "resolution": options.resolution,
        **{name: value for name, value in switched.items() if name},
        **({"first_frame_image": first_frame} if first_frame else {}),
    }


def first_frame_data_uri(path: Path) -> str:
    """Read a picture file and return it as `data:image/...;base64,...`. It blocks: call it in a thread.

    Raises:
        InvalidRequest: the file is neither JPEG nor PNG, or has 20 MB or more.
        OSError: the file cannot be read.
    """
    data, media_type = read_picture(path)
    return f"data:{media_type};base64,{base64.b64encode(data).decode('ascii')}"


def read_picture(path: Path) -> tuple[bytes, str]:
    """Return the bytes of a picture file and its media type, by its content. It blocks: call it in a thread.

    Raises:
        InvalidRequest: the file is neither JPEG nor PNG, or has 20 MB or more.
        OSError: the file cannot be read.
    """
    if path.stat().st_size >= MAX_PICTURE_BYTES:
        raise InvalidRequest("the first frame has 20 MB or more", code="picture_too_large")
    data = path.read_bytes()
    for signature, media_type in _SIGNATURES.items():
        if data.startswith(signature):
            return data, media_type
    raise InvalidRequest("the first frame is neither a JPEG nor a PNG file", code="picture_unknown")


def may_blame_picture(picture: str | None, refusal: InvalidRequest) -> bool:
    """Return whether an order may have been refused because its picture was embedded instead of uploaded."""
    embedded = picture is not None and picture.startswith("data:")
    return embedded and refusal.status is not None and 400 <= refusal.status < 500
