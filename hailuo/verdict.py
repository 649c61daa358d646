"""What an answer of the provider means for money and for the next step. Pure: status and words in, an error out."""

from dataclasses import dataclass

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
from hailuo.fault import Fault

_MORE_TELLING_THAN_400 = frozenset({401, 402, 403, 429})
"""What a plain 400 may mean by its code, for example MiniMax's 1002 or 1008 passed on."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """An answer that did not bring what was asked for.

    `status` is the HTTP status; an error inside a 2xx is judged by the status that its code is documented for.
    `detail` is what to tell the operator when `fault` has no words.
    """

    status: int
    fault: Fault
    detail: str
    retry_after_seconds: float | None = None

    @property
    def meant_status(self) -> int:
        """The status to judge by; 200 where an error inside a 2xx is documented nowhere."""
        if 200 <= self.status < 300:
            return self.fault.documented_status() or 200
        named = self.fault.documented_status() if self.status == 400 else None
        return named if named in _MORE_TELLING_THAN_400 else self.status

    def as_error(self, kind: type[HailuoError]) -> HailuoError:
        """Return this refusal as an error of `kind`."""
        return kind(
            self.fault.message or self.detail,
            status=self.status,
            code=self.fault.name,
            retry_after_seconds=self.retry_after_seconds,
        )


def submit_error(refusal: Refusal) -> HailuoError:
    """Judge an answer to the paid call: refused, surely not run, or unknown."""
    return refusal.as_error(_submit_kind(refusal.meant_status, refusal.fault))


def task_error(refusal: Refusal) -> HailuoError:
    """Judge an answer to a question about a task."""
    return refusal.as_error(_task_kind(refusal.meant_status, refusal.fault))


def upload_error(refusal: Refusal) -> HailuoError:
    """Judge an answer to an upload. It orders nothing, so whatever is not a refusal may be repeated."""
    return refusal.as_error(_upload_kind(refusal.meant_status, refusal.fault))


def balance_error(refusal: Refusal) -> HailuoError:
    """Judge an answer to the question for the balance; not every gateway has that endpoint."""
    return refusal.as_error(_account_kind(refusal.meant_status) or _reading_kind(refusal.meant_status))


def _submit_kind(status: int, fault: Fault) -> type[HailuoError]:
    match status:
        case 408:
            return OutcomeUnknown
        case 409:
            return StillSubmitting if fault.says("idempotency_in_progress") else OutcomeUnknown
        case 500 if fault.is_unbuilt:
            return _content_kind(fault)
        case 503 if fault.says("idempotency_unavailable"):
            return NotSent
        case 403 if fault.is_moderation:
            return Moderated
        case _ if 300 <= status < 400:
            return InvalidRequest
        case _ if 400 <= status < 500:
            return _account_kind(status) or _content_kind(fault)
        case _:
            return OutcomeUnknown


def _task_kind(status: int, fault: Fault) -> type[HailuoError]:
    account = _account_kind(status)
    if account is not None:
        return account
    if status in (400, 404, 410) or fault.is_missing_task:
        return TaskNotFound
    return _reading_kind(status)


def _upload_kind(status: int, fault: Fault) -> type[HailuoError]:
    account = _account_kind(status)
    if account is not None:
        return account
    if status in (400, 413, 415, 422):
        return _content_kind(fault)
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


def _content_kind(fault: Fault) -> type[HailuoError]:
    return Moderated if fault.is_moderation else InvalidRequest


def _reading_kind(status: int) -> type[HailuoError]:
    """Return what to think of a call that orders nothing: 408, 409 and 5xx pass, other statuses do not."""
    passing = status < 300 or status in (408, 409, 425) or status >= 500
    return Unavailable if passing else Misconfigured
