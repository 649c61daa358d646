"""The errors of calls to the provider, divided by the question that decides about money: was a video ordered?

    HailuoError
    ├── Rejected              the provider refused the call: never billed
    │   ├── InvalidRequest    the provider does not accept this request
    │   ├── Moderated         the content filter refused the prompt or the picture
    │   ├── KeyRefused        the key is wrong or may not make this call: an operator must act
    │   ├── OutOfCredit       the account is empty: an operator must act
    │   └── RateLimited       too many calls: the same call may be repeated later
    ├── NotSent               no byte of the order was sent, or the provider says it ran nothing: safe to repeat
    ├── OutcomeUnknown        the order may have been accepted and billed: never repeated automatically
    │   └── StillSubmitting   an earlier call with this submit key is still in progress
    ├── TaskNotFound          the provider does not know the task (yet, or any more)
    ├── Unavailable           a call that orders nothing got no usable answer: repeat it
    └── Misconfigured         the configured address is not the right API: an operator must act

The paid call, `submit`, raises `Rejected`, `NotSent` or `OutcomeUnknown`, or, before it orders anything, the errors of
uploading its picture. The other calls cost nothing. They raise `KeyRefused`, `OutOfCredit`, `RateLimited`,
`Unavailable` and `Misconfigured`; `get_task` also raises `TaskNotFound`, and `upload_image` any `Rejected`. A
`Rejected` of these calls has no bearing on a video ordered before.
"""


class HailuoError(Exception):
    """The base of all errors of calls to the provider.

    Its text is safe for logs: it omits the provider's own message, which may repeat a prompt.

    Attributes:
        detail: the provider's message, or the client's own if there is none; no secrets, at most 500 characters.
        status: the HTTP status; None if there was no answer. 413 also for a body that is too large to send.
        code: the provider's error code, or its error type if the code only repeats the HTTP status.
        retry_after_seconds: the wait that the provider asks for, 1..600.
    """

    def __init__(
        self,
        detail: str,
        *,
        status: int | None = None,
        code: str | None = None,
        retry_after_seconds: float | None = None,
    ) -> None:
        super().__init__(detail)
        self.detail = detail
        self.status = status
        self.code = code
        self.retry_after_seconds = retry_after_seconds

    def __str__(self) -> str:
        """Return the client's own message or, for an answer of the provider, the error's kind, status and code."""
        if self.status is None:
            return self.detail
        facts = [str(fact) for fact in (self.status, self.code) if fact is not None]
        return f"{type(self).__name__} ({', '.join(facts)})"


class Rejected(HailuoError):
    """The call was refused by the provider, or by the client before sending: never billed."""


class InvalidRequest(Rejected):
    """The provider does not accept this request; a retry would fail, too."""


class Moderated(Rejected):
    """The content filter refused the prompt or the picture."""


class KeyRefused(Rejected):
    """The API key is missing, wrong, or not allowed to make this call."""


class OutOfCredit(Rejected):
    """The account behind the key has no credit left."""


class RateLimited(Rejected):
    """There were too many calls. `retry_after_seconds`: the wait that the provider asks for, None if not stated."""


class NotSent(HailuoError):
    """The order never reached the provider, or the provider says that it ran nothing: the call may be repeated."""


class OutcomeUnknown(HailuoError):
    """The order may have been accepted and billed; only a person may decide to repeat it."""


class StillSubmitting(OutcomeUnknown):
    """An earlier call with the same submit key is in progress.

    That call may be billed, so this is an unknown outcome. But the same key with the same body may be sent again
    after `retry_after_seconds`, and then returns the earlier call's answer.
    """


class TaskNotFound(HailuoError):
    """The provider does not know the task: it is too new, expired, or was never created."""


class Unavailable(HailuoError):
    """A call that orders nothing got no usable answer; it may be repeated."""


class Misconfigured(HailuoError):
    """The configured address is not the API: it redirects, lacks the endpoint, or is not of the key's origin."""
