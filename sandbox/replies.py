"""Writes the facts about a task, or an error, as JSON in a given shape (`sandbox.shapes`)."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, assert_never

from sandbox.contract import CREDITS_PER_USD, Refused
from sandbox.shapes import (
    Envelope,
    ErrorForm,
    ExpiryAt,
    Identifier,
    NumberForm,
    ResultAt,
    Shape,
    Times,
    UrlForm,
)


class Status(StrEnum):
    """The gateway's documented status words of a task, and `cancelled`, which only MiniMax's second API has."""

    SUBMITTED = "submitted"
    PENDING = "pending"
    PROCESSING = "processing"
    COMPLETED = "completed"
    FAILED = "failed"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """The reason why a task failed; both fields are None if the provider gives no reason."""

    code: str | None
    message: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskFacts:
    """The facts about a task at one moment.

    Times are epoch seconds, durations are seconds; `url` and `expires_at` are set once the task is completed.
    """

    id: str
    status: Status
    progress: int
    created: int
    completed: int | None
    estimated_time: int
    actual_time: int | None
    cost_usd: float
    url: str | None
    expires_at: int | None
    failure: Failure | None


def submit_reply(task_id: str, shape: Shape) -> dict[str, Any]:
    """Return the JSON answer to an accepted submit; `data` is a list unless the shape says otherwise."""
    payload = _named(task_id, shape, Identifier.TASK_ID) | {"status": Status.SUBMITTED.value}
    return _enveloped(payload, shape, Envelope.LIST, "generation.task")


def task_reply(
    task: TaskFacts, shape: Shape, *, status_word: str | None = None, figures: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """Return the JSON answer to a poll of a task.

    status_word: replaces the task's status, and leaves out its result. figures: replace fields of the task.
    """
    payload = _named(task.id, shape, Identifier.ID)
    payload["status"] = status_word or _status_word(task.status, shape)
    payload |= _figure("progress", task.progress, shape.progress) | _times(task, shape)
    payload["estimated_time"] = task.estimated_time
    if task.failure is not None:
        payload |= _task_error(task.failure, shape)
    if task.status is Status.COMPLETED and status_word is None:
        payload |= _settled(task) | _result(task, shape)
    payload |= figures or {}
    return _enveloped(payload, shape, Envelope.OBJECT, "generation.result" if task.url else "generation.task")


def error_reply(refused: Refused, shape: Shape) -> dict[str, Any]:
    """Return the JSON body of an HTTP error."""
    match shape.error:
        case ErrorForm.OBJECT:
            code = _figure("code", refused.status, shape.error_code or NumberForm.INTEGER)
            return {"error": code | {"message": refused.message, "type": refused.type}}
        case ErrorForm.STRING:
            return {"error": refused.message}
        case ErrorForm.BASE_RESP:
            return {"base_resp": {"status_code": refused.code, "status_msg": refused.message}}
        case ErrorForm.MINIMAX_V2:
            error = {"type": refused.type, "message": f"{refused.message} ({refused.code})"}
            status = str(v2_status(refused))
            return {"type": "error", "error": error | {"http_code": status}, "request_id": "sandbox"}
        case ErrorForm.NULL | ErrorForm.ABSENT:
            null = {"error": None} if shape.error is ErrorForm.NULL else {}
            return _figure("code", refused.status, shape.code) | {"message": refused.message} | null
        case _:
            assert_never(shape.error)


def v2_status(refused: Refused) -> int:
    """Return the HTTP status of MiniMax's second API, which has one of its own for the content filter."""
    return 422 if refused.code in (1026, 1027) else refused.status


def _named(task_id: str, shape: Shape, usual: Identifier) -> dict[str, Any]:
    """Return the field with the task's id; an id made of digits only is sent as a number."""
    value = int(task_id) if task_id.isdecimal() else task_id
    match shape.identifier or usual:
        case Identifier.ID:
            return {"id": value}
        case Identifier.TASK_ID | Identifier.NUMBER:
            return {"task_id": value}
        case Identifier.ABSENT:
            return {}


def _enveloped(payload: dict[str, Any], shape: Shape, usual: Envelope, kind: str) -> dict[str, Any]:
    code = _figure("code", 200, shape.code)
    match shape.envelope or usual:
        case Envelope.LIST:
            return code | {"data": [payload]}
        case Envelope.OBJECT:
            return code | {"data": payload}
        case Envelope.FLAT:
            return payload
        case Envelope.NEWER:
            named = {("id" if name == "task_id" else name): value for name, value in payload.items()}
            return {"request_id": "req_sandbox", "data": {"object": kind} | named}


def _figure(name: str, value: int, form: NumberForm) -> dict[str, Any]:
    match form:
        case NumberForm.INTEGER:
            return {name: value}
        case NumberForm.STRING:
            return {name: str(value)}
        case NumberForm.PERCENT:
            return {name: f"{value}%"}
        case NumberForm.ABSENT:
            return {}


def _status_word(status: Status, shape: Shape) -> str:
    match status:
        case Status.COMPLETED:
            return shape.completed or status.value
        case Status.FAILED:
            return shape.failed or status.value
        case Status.SUBMITTED | Status.PENDING | Status.PROCESSING | Status.CANCELLED:
            return shape.running or status.value


def _times(task: TaskFacts, shape: Shape) -> dict[str, Any]:
    suffix = "_at" if shape.times is Times.WITH_AT else ""
    times: dict[str, Any] = {f"created{suffix}": task.created}
    return times if task.completed is None else times | {f"completed{suffix}": task.completed}


def _task_error(failure: Failure, shape: Shape) -> dict[str, Any]:
    if failure.message is None or shape.error is ErrorForm.NULL:
        return {} if shape.error is ErrorForm.ABSENT else {"error": None}
    match shape.error:
        case ErrorForm.OBJECT:
            return {"error": _task_error_object(failure, shape)}
        case ErrorForm.STRING:
            return {"error": failure.message}
        case ErrorForm.ABSENT | ErrorForm.BASE_RESP | ErrorForm.MINIMAX_V2:
            return {}


def _task_error_object(failure: Failure, shape: Shape) -> dict[str, Any]:
    code = {"code": failure.code} if shape.error_code is None else _figure("code", 500, shape.error_code)
    return code | {"message": failure.message, "type": failure.code, "param": ""}


def _settled(task: TaskFacts) -> dict[str, Any]:
    credits_cost = round(task.cost_usd * CREDITS_PER_USD, 4)
    return {"actual_time": task.actual_time, "cost": task.cost_usd, "credits_cost": credits_cost}


def _result(task: TaskFacts, shape: Shape) -> dict[str, Any]:
    """Return the part of a completed task's JSON that holds the URL of its video."""
    expiry = (
        {} if task.expires_at is None or shape.expiry is ExpiryAt.ABSENT else {"expires_at": task.expires_at}
    )
    beside = expiry if shape.expiry is ExpiryAt.FORM_STATE else {}
    on_task = expiry if shape.expiry is ExpiryAt.TASK else {}
    return on_task | _placed(_address(task.url or "", shape.url), beside, shape.result)


def _address(url: str, form: UrlForm) -> str | list[str]:
    match form:
        case UrlForm.LIST:
            return [url]
        case UrlForm.STRING:
            return url
        case UrlForm.EMPTY:
            return ""


def _placed(url: str | list[str], beside: Mapping[str, Any], place: ResultAt) -> dict[str, Any]:  # noqa: C901 - one flat table of shapes
    match place:
        case ResultAt.RESULT_VIDEOS | ResultAt.OUTPUT_VIDEOS:
            return {place.value.split(".")[0]: {"videos": [{"url": url, **beside}]}}
        case ResultAt.RESULT_VIDEO:
            return {"result": {"video": {"url": url, **beside}}}
        case ResultAt.RESULT_IS_URL | ResultAt.METADATA_URL:
            return {place.value.split(".")[0]: {"url": url, **beside}}
        case ResultAt.RESULT_VIDEO_URL:
            return {"result": {"video_url": url, **beside}}
        case ResultAt.RESULTS | ResultAt.RESULT_URLS:
            return {place.value: url if isinstance(url, list) else [url], **beside}
        case ResultAt.RESULTS_URL:
            return {"results": [{"url": url, **beside}]}
        case ResultAt.VIDEOS:
            return {"videos": [{"url": url, **beside}]}
        case ResultAt.VIDEO:
            return {"video": {"url": url, **beside}}
        case ResultAt.URL | ResultAt.VIDEO_URL | ResultAt.RESULT_URL:
            return {place.value: url, **beside}
        case ResultAt.FILES:
            return {"files": [{"file_url": url, **beside}]}
        case ResultAt.NOWHERE:
            return {}
