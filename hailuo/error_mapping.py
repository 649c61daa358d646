"""Maps error answers of any format to the errors of `hailuo.errors`, which tell whether a video was ordered.

All functions are pure: HTTP status and JSON in, an error out.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, replace

from hailuo.errors import (
    HailuoError,
    InvalidRequest,
    KeyRefused,
    Misconfigured,
    Moderated,
    NotSent,
    OutcomeUnknown,
    OutOfCredit,
    RateLimited,
    StillSubmitting,
    TaskNotFound,
    Unavailable,
)
from hailuo.provider import speaks_of_moderation
from hailuo.untrusted import JsonObject, as_object, as_text, objects_in

Clean = Callable[[str], str]
"""A function that removes secrets from a text of the provider."""

_FINE = frozenset({"ok", "success", "succeeded"})
_FINE_NUMBER = re.compile(r"0|2\d\d")
_MESSAGE_KEYS = ("message", "msg", "detail", "error_message", "fail_reason", "failure_reason", "reason")
_STATUS_OF_CODE = {
    "1002": 429,
    "1004": 401,
    "1008": 402,
    "1026": 400,
    "1027": 400,
    "1028": 402,
    "1030": 402,
    "1042": 400,
    "2013": 400,
    "2038": 403,
    "2049": 401,
    "2056": 402,
    "2061": 402,
    "2067": 402,
    "invalid_request_error": 400,
    "invalid_duration": 400,
    "invalid_resolution": 400,
    "unsupported_image_count": 400,
    "authentication_error": 401,
    "payment_required": 402,
    "permission_error": 403,
    "rate_limit_error": 429,
    "server_error": 500,
    "bad_gateway": 502,
    "idempotency_in_progress": 409,
    "idempotency_key_reused": 409,
    "idempotency_result_indeterminate": 409,
    "idempotency_unavailable": 503,
}
"""The HTTP status for each error code and type that the gateway and MiniMax document."""
_DOCUMENTED_STATUSES = frozenset({"400", "401", "402", "403", "404", "409", "429", "500", "502", "503"})
_MISSING_TASK = re.compile(
    r"task[\w\s'\"`:.-]{0,80}?(?:not[\s_]+exist|not[\s_]+found|has[\s_]+expired)", re.IGNORECASE
)

_MORE_TELLING_THAN_400 = frozenset({401, 402, 403, 429})
"""The statuses that replace a plain 400 if its error code means one of them, such as MiniMax's 1002 or 1008."""


@dataclass(frozen=True, slots=True)
class ErrorBody:
    """An error as the provider reports it, without secrets. `code` and `type` are case-folded; None if blank."""

    code: str | None = None
    type: str | None = None
    message: str | None = None

    @property
    def name(self) -> str | None:
        """The most descriptive short name of the error: a code in words, else the type, else a numeric code."""
        worded = self.code is not None and not self.code.isdigit()
        return self.code if worded else self.type or self.code

    @property
    def words(self) -> str:
        """All texts of the error in one string, to search in."""
        return " ".join(part for part in (self.code, self.type, self.message) if part)

    @property
    def is_moderation(self) -> bool:
        """Whether the content filter refused."""
        return speaks_of_moderation(self.words)

    @property
    def is_missing_task(self) -> bool:
        """Whether the task does not exist or has expired, by the error's text, whatever its HTTP status."""
        return _MISSING_TASK.search(self.words) is not None

    @property
    def is_unbuilt(self) -> bool:
        """Whether the gateway failed to build its own request: an HTTP 500 that ordered nothing."""
        return "build_request_failed" in self.words.casefold()

    def says(self, name: str) -> bool:
        """Return whether the error's code or type is `name`."""
        return name in (self.code, self.type)

    def documented_status(self) -> int | None:
        """Return the HTTP status that this error stands for if it came in a 200 answer, None if undocumented."""
        for name in (self.code, self.type):
            status = _STATUS_OF_CODE.get(name or "") or _as_status(name)
            if status is not None:
                return status
        if self.is_unbuilt:
            return 500
        return 400 if self.is_moderation else None


def reported_error(payload: object, clean: Clean) -> ErrorBody | None:
    """Return the error that an answer reports, on the call itself or in its `data`; None if it reports none."""
    own = envelope_error(payload, clean)
    if own is not None:
        return own
    carried = objects_in((as_object(payload) or {}).get("data"))
    return next(filter(None, (_from_error(entry, clean) for entry in carried)), None)


def envelope_error(payload: object, clean: Clean) -> ErrorBody | None:
    """Return the error that an answer reports on the call itself, None if it reports none."""
    body = as_object(payload)
    if body is None:
        return None
    return _from_error(body, clean) or _from_envelope(body, clean)


def any_error(payload: object, clean: Clean) -> ErrorBody:
    """Return the error in an answer that has an error status; parts that are not stated are None."""
    body = as_object(payload)
    if body is None:
        return ErrorBody(message=_message(payload, clean))
    return reported_error(body, clean) or _described(body, clean)


def failure_reason(entry: JsonObject, clean: Clean) -> ErrorBody:
    """Return the error that a failed task states; all its parts are None if it states none."""
    return _from_error(entry, clean) or _described(entry, clean)


def _from_error(body: JsonObject, clean: Clean) -> ErrorBody | None:
    error = body.get("error")
    detail = as_object(error)
    if detail:
        return replace(_described(detail, clean), type=_short(detail.get("type"), clean))
    if error is True:
        return _described(body, clean)
    message = _message(error, clean) if isinstance(error, str) else None
    return ErrorBody(code=_code(body.get("code"), clean), message=message) if message else None


def _from_envelope(body: JsonObject, clean: Clean) -> ErrorBody | None:
    base = as_object(body.get("base_resp")) or {}
    if base_code := _code(base.get("status_code"), clean):
        return ErrorBody(code=base_code, message=_message(base.get("status_msg"), clean))
    if body.get("success") is False or _code(body.get("code"), clean):
        return _described(body, clean)
    return None


def _described(body: JsonObject, clean: Clean) -> ErrorBody:
    messages = (_message(body.get(key), clean) for key in _MESSAGE_KEYS)
    return ErrorBody(
        code=_code(body.get("code"), clean),
        message=next(filter(None, messages), None),
    )


def _code(value: object, clean: Clean) -> str | None:
    """Return `value` as an error code, None if it means success or is blank."""
    code = _short(value, clean)
    return None if code is None or code in _FINE or _FINE_NUMBER.fullmatch(code) else code


def _short(value: object, clean: Clean) -> str | None:
    text = as_text(value)
    return (clean(text)[:100].casefold() or None) if text else None


def _message(value: object, clean: Clean) -> str | None:
    text = as_text(value)
    return (clean(text) or None) if text and text.casefold() not in _FINE else None


def _as_status(code: str | None) -> int | None:
    return int(code) if code in _DOCUMENTED_STATUSES else None


@dataclass(frozen=True, slots=True)
class Refusal:
    """An answer without the requested result: an error, or an unusable body.

    status: the HTTP status. detail: the text for the operator if `error` has no message.
    """

    status: int
    error: ErrorBody
    detail: str
    retry_after_seconds: float | None = None

    @property
    def meant_status(self) -> int:
        """The HTTP status that the error really means.

        An error in a 2xx answer, and some in a 400, stand for the status documented for their code. It is 200 if an
        error in a 2xx is not documented.
        """
        if 200 <= self.status < 300:
            return self.error.documented_status() or 200
        named = self.error.documented_status() if self.status == 400 else None
        return named if named in _MORE_TELLING_THAN_400 else self.status

    def as_error(self, kind: type[HailuoError]) -> HailuoError:
        """Return this refusal as an exception of the class `kind`."""
        return kind(
            self.error.message or self.detail,
            status=self.status,
            code=self.error.name,
            retry_after_seconds=self.retry_after_seconds,
        )


def submit_error(refusal: Refusal) -> HailuoError:
    """Return the error for a refused paid call: the order was refused, surely not run, or its outcome is unknown."""
    return refusal.as_error(_submit_kind(refusal.meant_status, refusal.error))


def task_error(refusal: Refusal) -> HailuoError:
    """Return the error for a failed poll of a task."""
    return refusal.as_error(_task_kind(refusal.meant_status, refusal.error))


def upload_error(refusal: Refusal) -> HailuoError:
    """Return the error for a failed upload of a picture, which orders nothing."""
    return refusal.as_error(_upload_kind(refusal.meant_status, refusal.error))


def balance_error(refusal: Refusal) -> HailuoError:
    """Return the error for a failed call for the balance, which not every gateway offers."""
    return refusal.as_error(_account_kind(refusal.meant_status) or _reading_kind(refusal.meant_status))


def _submit_kind(status: int, error: ErrorBody) -> type[HailuoError]:
    match status:
        case 408:
            return OutcomeUnknown
        case 409:
            return StillSubmitting if error.says("idempotency_in_progress") else OutcomeUnknown
        case 500 if error.is_unbuilt:
            return _content_kind(error)
        case 503 if error.says("idempotency_unavailable"):
            return NotSent
        case 403 if error.is_moderation:
            return Moderated
        case _ if 300 <= status < 400:
            return InvalidRequest
        case _ if 400 <= status < 500:
            return _account_kind(status) or _content_kind(error)
        case _:
            return OutcomeUnknown


def _task_kind(status: int, error: ErrorBody) -> type[HailuoError]:
    account = _account_kind(status)
    if account is not None:
        return account
    if status in (400, 404, 410) or error.is_missing_task:
        return TaskNotFound
    return _reading_kind(status)


def _upload_kind(status: int, error: ErrorBody) -> type[HailuoError]:
    account = _account_kind(status)
    if account is not None:
        return account
    if status in (400, 413, 415, 422):
        return _content_kind(error)
    return _reading_kind(status)


def _account_kind(status: int) -> type[HailuoError] | None:
    match status:
        case 401 | 403:
            return KeyRefused
        case 402:
            return OutOfCredit
        case 429:
            return RateLimited
        case _:
            return None


def _content_kind(error: ErrorBody) -> type[HailuoError]:
    return Moderated if error.is_moderation else InvalidRequest


def _reading_kind(status: int) -> type[HailuoError]:
    """Return the error type for a status of a read call: temporary for 408, 409, 425 and 5xx, else permanent."""
    passing = status < 300 or status in (408, 409, 425) or status >= 500
    return Unavailable if passing else Misconfigured
