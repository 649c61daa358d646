"""The client of the provider's API, with four calls: submit (the paid one), get_task, upload_image and balance.

It also decides how a first frame is sent: embedded, uploaded or as an address. Endpoints and formats:
https://docs.apimart.ai/en/api-reference/videos/minimax-hailuo-2.3/generation and
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
from dataclasses import dataclass
from pathlib import Path
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
from hailuo.errors import InvalidRequest, NotSent, OutcomeUnknown, Unavailable
from hailuo.provider import Balance, Task
from hailuo.request import VideoRequest
from hailuo.transport import Answer, HttpTransport, NoAnswer, TrackedBody
from hailuo.untrusted import as_object

MAX_BODY_BYTES = 33_554_432
"""The largest JSON body that the gateway accepts, in bytes."""

MAX_PICTURE_BYTES = 20_000_000
"""The size limit of a picture at the provider, in bytes, exclusive."""

TASK_PATH = "/v1/tasks/{task_id}"

_SUBMIT_PATH = "/v1/videos/generations"
_UPLOAD_PATH = "/v1/uploads/images"
_BALANCE_PATH = "/v1/balance"
PATHS = (_SUBMIT_PATH, _UPLOAD_PATH, _BALANCE_PATH)
"""The paths of all API endpoints but that of tasks."""

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


class HailuoClient:
    """A `Provider` over its HTTP API; stateless, except for the unknown statuses already logged.

    Args:
        session: the HTTP session, from `hailuo.transport.open_session`; the caller closes it.
        reading: a session with persistent connections, for calls that only read; default: `session`.
        api_url: the root of the API; the key is sent to this origin only.
        task_path: the path of a task, with `{task_id}` in it.
        uploads_pictures: upload first frames instead of embedding them.
        clock: returns epoch seconds, for `Retry-After` dates.

    Raises:
        ValueError: the address, path, key or session cannot be used.
    """

    def __init__(
        self,
        session: aiohttp.ClientSession,
        *,
        reading: aiohttp.ClientSession | None = None,
        api_url: str,
        api_key: str,
        task_path: str = TASK_PATH,
        uploads_pictures: bool = False,
        timeouts: Timeouts = _TIMEOUTS,
        clock: Callable[[], float] = time.time,
    ) -> None:
        if not task_path.startswith("/") or "{task_id}" not in task_path:
            raise ValueError("the task path must start with a slash and contain {task_id}")
        self._task_path = task_path
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

    async def submit(
        self,
        request: VideoRequest,
        first_frame: Path | str | None,
        *,
        submit_key: str,
        new_key: Callable[[], Awaitable[str]] | None = None,
    ) -> str:
        """Order one video and return the task's identifier; see `Provider.submit`.

        If the provider refuses an embedded picture, upload the picture and send the order again with a new key.
        """
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
        path = self._task_path.replace("{task_id}", quote(task_id, safe=""))
        separator = "&" if "?" in path else "?"
        answer = await self._read(f"{path}{separator}language=en", api_url)
        task = (
            task_in(answer.payload, asked=task_id, clean=self._transport.clean) if answer.is_success else None
        )
        if task is None:
            raise task_error(self._refusal(answer))
        self._warn_unknown_status(task)
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
        url = self._transport.address(_UPLOAD_PATH)
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
        answer = await self._read(_BALANCE_PATH, None)
        error = reported_error(answer.payload, self._transport.clean)
        balance = balance_in(answer.payload) if answer.is_success and error is None else None
        if balance is None:
            raise balance_error(self._refusal(answer))
        return balance

    async def _post(self, request: VideoRequest, picture: str | None, submit_key: str) -> str:
        """Make the paid call once, on a connection of its own, and return the task's id.

        `picture`: the first frame as a public URL or a data URI, if any.
        """
        body = _order(request, submit_key, picture)
        try:
            answer = await self._transport.call(
                "POST",
                self._transport.address(_SUBMIT_PATH),
                seconds=self._timeouts.submit,
                headers={
                    "Content-Type": "application/json",
                    "Content-Length": str(len(body)),
                    "Idempotency-Key": submit_key,
                },
                data=body,
            )
        except NoAnswer as err:
            raise (OutcomeUnknown if body.begun else NotSent)(str(err)) from err
        task_id = task_id_in(answer.payload, self._transport.clean) if answer.is_success else None
        if task_id is None:
            raise submit_error(self._refusal(answer))
        return task_id

    async def _read(self, path: str, api_url: str | None) -> Answer:
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

    def _warn_unknown_status(self, task: Task) -> None:
        """Log a warning for an unknown task status, once per status."""
        word = task.raw_status.casefold()
        if (
            word in KNOWN_STATUSES
            or word in self._odd_statuses
            or len(self._odd_statuses) >= _MOST_ODD_STATUSES
        ):
            return
        self._odd_statuses.add(word)
        log.warning("unknown task status, still polling: status=%r", word)


def _order(request: VideoRequest, submit_key: str, first_frame_image: str | None) -> TrackedBody:
    """Return the body of the paid call; raise InvalidRequest if the key, the first frame or the size is wrong."""
    if not _SUBMIT_KEY.fullmatch(submit_key):
        raise InvalidRequest("the submit key must be 1 to 191 visible ASCII characters", code="submit_key")
    if request.has_first_frame and not first_frame_image:
        raise InvalidRequest("the request has a first frame, but none was given", code="first_frame_missing")
    body = TrackedBody(json.dumps(request.body(first_frame_image)).encode("ascii"))
    if len(body) > MAX_BODY_BYTES:
        raise InvalidRequest(
            f"the request has more than {MAX_BODY_BYTES} bytes", status=413, code="body_too_large"
        )
    return body


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
