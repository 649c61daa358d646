"""Error bodies: what the provider says went wrong, in whichever of its shapes it says it."""

import re
from collections.abc import Callable
from dataclasses import dataclass, replace

from hailuo.json_values import JsonObject, as_object, as_text, objects_in
from hailuo.task import speaks_of_moderation

Clean = Callable[[str], str]
"""Takes the secrets out of a text of the provider."""

_FINE = frozenset({"ok", "success", "succeeded"})
_FINE_NUMBER = re.compile(r"0|2\d\d")
_MESSAGE_KEYS = ("message", "msg", "detail", "error_message", "fail_reason", "failure_reason", "reason")
_STATUS_OF_CODE = {
    "1002": 429,
    "1004": 401,
    "1008": 402,
    "1026": 400,
    "1027": 400,
    "2013": 400,
    "2049": 401,
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
"""Codes and types that the gateway and MiniMax document, and the HTTP status that each belongs to."""
_DOCUMENTED_STATUSES = frozenset({"400", "401", "402", "403", "404", "409", "429", "500", "502", "503"})
_MISSING_TASK = re.compile(
    r"task[\w\s'\"`:.-]{0,80}?(?:not[\s_]+exist|not[\s_]+found|has[\s_]+expired)", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Fault:
    """One error as reported, its texts already cleaned. `code` and `type` are case-folded; blank parts are None."""

    code: str | None = None
    type: str | None = None
    message: str | None = None

    @property
    def name(self) -> str | None:
        """The most telling short name: a code in words, else the type, else the number."""
        worded = self.code is not None and not self.code.isdigit()
        return self.code if worded else self.type or self.code

    @property
    def words(self) -> str:
        """Everything that was said, for searching."""
        return " ".join(part for part in (self.code, self.type, self.message) if part)

    @property
    def is_moderation(self) -> bool:
        """The content filter refused."""
        return speaks_of_moderation(self.words)

    @property
    def is_missing_task(self) -> bool:
        """The task does not exist or has expired, whichever status that came with."""
        return _MISSING_TASK.search(self.words) is not None

    @property
    def is_unbuilt(self) -> bool:
        """The gateway could not build its own request: it arrives as HTTP 500, yet nothing was ordered."""
        return "build_request_failed" in self.words.casefold()

    def says(self, name: str) -> bool:
        """Say whether the code or the type is `name`."""
        return name in (self.code, self.type)

    def documented_status(self) -> int | None:
        """Return the HTTP status that this error stands for when it came inside a 200, None when undocumented."""
        for name in (self.code, self.type):
            status = _STATUS_OF_CODE.get(name or "") or _as_status(name)
            if status is not None:
                return status
        if self.is_unbuilt:
            return 500
        return 400 if self.is_moderation else None


def fault_in(payload: object, clean: Clean) -> Fault | None:
    """Return the error that a body reports, on itself or on what it carries, None when it reports none."""
    own = envelope_fault(payload, clean)
    if own is not None:
        return own
    carried = objects_in((as_object(payload) or {}).get("data"))
    return next(filter(None, (_from_error(entry, clean) for entry in carried)), None)


def envelope_fault(payload: object, clean: Clean) -> Fault | None:
    """Return the error that a body reports on the call itself, None when it reports none."""
    body = as_object(payload)
    if body is None:
        return None
    return _from_error(body, clean) or _from_envelope(body, clean)


def words_in(payload: object, clean: Clean) -> Fault:
    """Return whatever an answer with an error status says, however little."""
    body = as_object(payload)
    if body is None:
        return Fault(message=_message(payload, clean))
    return fault_in(body, clean) or _described(body, clean)


def task_fault(entry: JsonObject, clean: Clean) -> Fault:
    """Return the reason that a failed task gives; all parts None when it gives none."""
    return _from_error(entry, clean) or _described(entry, clean)


def _from_error(body: JsonObject, clean: Clean) -> Fault | None:
    error = body.get("error")
    detail = as_object(error)
    if detail:
        return replace(_described(detail, clean), type=_short(detail.get("type"), clean))
    if error is True:
        return _described(body, clean)
    message = _message(error, clean) if isinstance(error, str) else None
    return Fault(code=_code(body.get("code"), clean), message=message) if message else None


def _from_envelope(body: JsonObject, clean: Clean) -> Fault | None:
    base = as_object(body.get("base_resp")) or {}
    if base_code := _code(base.get("status_code"), clean):
        return Fault(code=base_code, message=_message(base.get("status_msg"), clean))
    if body.get("success") is False or _code(body.get("code"), clean):
        return _described(body, clean)
    return None


def _described(body: JsonObject, clean: Clean) -> Fault:
    messages = (_message(body.get(key), clean) for key in _MESSAGE_KEYS)
    return Fault(
        code=_code(body.get("code"), clean),
        message=next(filter(None, messages), None),
    )


def _code(value: object, clean: Clean) -> str | None:
    """Return an error code, None where the code says that all is well."""
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
