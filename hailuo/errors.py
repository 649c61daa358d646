"""What can go wrong at the provider, split by the one question that decides money: was a video ordered?

    HailuoError
    ├── Rejected              the provider refused: never billed
    │   ├── InvalidRequest    it will not accept this request
    │   ├── Moderated         its content filter refused the prompt or the picture
    │   ├── KeyRefused        the key is wrong or may not do this: an operator must act
    │   ├── OutOfCredit       the account is empty: an operator must act
    │   └── RateLimited       too many calls: the same call may be repeated later
    ├── NotSent               no byte of the order left, or the provider says it ran nothing: safe to repeat
    ├── OutcomeUnknown        the order may have been accepted and billed: never repeated by itself
    │   └── StillSubmitting   an earlier call with this submit key is being executed right now
    ├── TaskNotFound          the provider knows no such task (yet, or any more)
    ├── Unavailable           a call that orders nothing brought no usable answer: ask again
    └── Misconfigured         the configured address is not the API that this call belongs to: an operator must act

`submit` raises `Rejected`, `NotSent` or `OutcomeUnknown` and nothing else of this tree. The other calls cost
nothing, so they raise `KeyRefused`, `OutOfCredit`, `RateLimited`, `Unavailable`, `Misconfigured`, and `TaskNotFound`
(`get_task`) or any `Rejected` (`upload_image`): there a `Rejected` says nothing about a video ordered before.
"""


class HailuoError(Exception):
    """Any failure of a call to the provider. Its text is made for logs: the provider's words may repeat a prompt.

    Attributes:
        detail: the provider's own words, or ours when it said nothing; secrets removed, at most 500 characters.
        status: the HTTP status received; None when there was no answer. 413 also for a body we refuse to send.
        code: the provider's code, or its error type if the code only repeats the HTTP status.
        retry_after_seconds: how long the provider asks to wait, 1..600.
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
        """Return what happened in our own words, or as kind, status and code if the provider chose the words."""
        if self.status is None:
            return self.detail
        facts = [str(fact) for fact in (self.status, self.code) if fact is not None]
        return f"{type(self).__name__} ({', '.join(facts)})"


class Rejected(HailuoError):
    """Refused by the provider, or by us before sending: never billed."""


class InvalidRequest(Rejected):
    """The provider does not accept this request; repeating it changes nothing."""


class Moderated(Rejected):
    """The content filter refused the prompt or the picture."""


class KeyRefused(Rejected):
    """The key is missing, wrong, or not allowed to make this call."""


class OutOfCredit(Rejected):
    """The account behind the key has no credit left."""


class RateLimited(Rejected):
    """Too many calls; `retry_after_seconds` is how long the provider asks to wait, None if it does not say."""


class NotSent(HailuoError):
    """The order never reached the provider, or it says that it ran nothing: the call may be repeated."""


class OutcomeUnknown(HailuoError):
    """The order may have been accepted and billed; only a person repeats it."""


class StillSubmitting(OutcomeUnknown):
    """An earlier call with the same submit key is in progress.

    It may be billed, so this is an unknown outcome; but if the provider answers this, the same key with the
    same body may be sent again after `retry_after_seconds` and brings that call's answer.
    """


class TaskNotFound(HailuoError):
    """The provider does not know the task: too new, expired, or never made."""


class Unavailable(HailuoError):
    """No usable answer to a call that orders nothing; it may be repeated."""


class Misconfigured(HailuoError):
    """The address is not the API: it redirects, lacks the endpoint, or belongs to another origin than the key."""
