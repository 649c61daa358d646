"""Decisions after errors: retry, fail or set aside. The functions only decide; they neither wait nor write."""

import random
from dataclasses import dataclass

from db.jobs.job import Reason
from hailuo.errors import (
    HailuoError,
    KeyRefused,
    Misconfigured,
    Moderated,
    NotSent,
    OutcomeUnknown,
    OutOfCredit,
    RateLimited,
    Rejected,
    TaskNotFound,
    Unavailable,
)

TRYING_SECONDS = 24 * 3600.0
"""How long a message is retried: a delivery since Discord was first called, a notification since the job ended."""

LONGEST_PAUSE_SECONDS = 900.0
"""The longest wait between two tries of a delivery, or of notifying a requester of an ending."""

MAX_DELIVERIES = 50
"""Tries of a delivery that always failed before Discord was called; with the waits about half a day."""

LONGEST_ASKED_SECONDS = 3600.0
"""The longest wait that a server may ask for; it also replaces a figure that is not a number."""

MAX_DAMAGED_FILES = 8
MAX_NOTIFICATIONS = 100
"""Tries to notify of an unknown outcome, which has no ending time to count from; with the waits about a day."""

LOST_AFTER = 5
"""The number of polls in a row that find no task after which the task counts as lost."""


@dataclass(frozen=True, slots=True)
class Requeue:
    """The decision to submit the order again after `delay_seconds`, because the provider did not accept it."""

    delay_seconds: float


@dataclass(frozen=True, slots=True)
class Fail:
    """The decision to end the job without a charge, because the provider refused the order."""

    reason: Reason


@dataclass(frozen=True, slots=True)
class Quarantine:
    """The decision to set the job aside for a person, because the provider may have accepted the order."""


SubmitDecision = Requeue | Fail | Quarantine


def after_submit_error(error: HailuoError, *, attempt: int, jitter: float) -> SubmitDecision:
    """Decide what follows from a failed submission. `attempt` counts from 1, `jitter` is within -1..1."""
    match error:
        case OutcomeUnknown():
            return Quarantine()
        case NotSent() | RateLimited() | Unavailable():
            # No maximum of attempts: QUEUE_TTL_HOURS bounds the wait.
            return Requeue(backoff(attempt, jitter=jitter, at_least=error.retry_after_seconds or 0))
        case Moderated():
            return Fail(Reason.MODERATED)
        case KeyRefused():
            return Fail(Reason.KEY_REFUSED)
        case OutOfCredit():
            return Fail(Reason.OUT_OF_CREDIT)
        case Rejected() | TaskNotFound() | Misconfigured():
            return Fail(Reason.REJECTED)
        case _:
            return Quarantine()  # an unforeseen error may follow an accepted order, which is billed


def backoff(
    attempt: int, *, jitter: float, at_least: float = 0, first: float = 2, longest: float = 120
) -> float:
    """Return the seconds to wait after the `attempt`-th failure: doubling, bounded, spread by 25 %."""
    doubled = min(longest, first * 2 ** max(0, min(attempt, 30) - 1))
    asked = at_least if at_least < LONGEST_ASKED_SECONDS else LONGEST_ASKED_SECONDS
    return max(asked, doubled * (1 + 0.25 * jitter))


def tried_enough(since: int | None, *, now: int, troubles: int) -> bool:
    """Return whether to stop retrying a message that was first tried at `since` (epoch ms) and has failed."""
    return since is not None and troubles > 0 and now - since >= TRYING_SECONDS * 1000


def spread() -> float:
    """Return a random jitter within -1..1."""
    return random.uniform(-1, 1)  # noqa: S311 - spreads load, guards no secret
