"""What follows from an error: pure decisions, tested as one table. Nothing here waits or writes."""

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
"""So long a message that may work later is tried, counted from the first time that Discord was handed it."""

LONGEST_PAUSE_SECONDS = 900.0
"""Between two tries of a delivery, or of telling how a job ended."""

MAX_DELIVERIES = 50
"""Tries of a delivery that never came so far as to hand Discord anything; with their pauses about half a day."""

LONGEST_ASKED_SECONDS = 3600.0
"""Whoever asks for a longer pause, or for none that is a figure, is asked again after this one."""

MAX_DAMAGED_FILES = 8
MAX_NOTIFICATIONS = 100
"""Tries to tell of an unknown outcome, which has no end to count from; with their pauses about a day."""

LOST_AFTER = 5
"""How many polls in a row may find no task before it is called lost."""


@dataclass(frozen=True, slots=True)
class Requeue:
    """Nothing was bought: submit again after a while."""

    delay_seconds: float


@dataclass(frozen=True, slots=True)
class Fail:
    """Over, and not charged."""

    reason: Reason


@dataclass(frozen=True, slots=True)
class Quarantine:
    """It may have been bought: only a person decides."""


SubmitDecision = Requeue | Fail | Quarantine


def after_submit_error(error: HailuoError, *, attempt: int, jitter: float) -> SubmitDecision:
    """Decide what follows from a failed submission. `attempt` counts from 1, `jitter` is within -1..1."""
    match error:
        case OutcomeUnknown():
            return Quarantine()
        case NotSent() | RateLimited() | Unavailable():
            # As often as it takes: QUEUE_TTL_HOURS bounds it.
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
            return Quarantine()  # an error nobody thought of may have been billed


def backoff(
    attempt: int, *, jitter: float, at_least: float = 0, first: float = 2, longest: float = 120
) -> float:
    """Return seconds to wait after the `attempt`-th failure: doubling, bounded, spread by 25 %."""
    doubled = min(longest, first * 2 ** max(0, min(attempt, 30) - 1))
    asked = at_least if at_least < LONGEST_ASKED_SECONDS else LONGEST_ASKED_SECONDS
    return max(asked, doubled * (1 + 0.25 * jitter))


def tried_enough(since: int | None, *, now: int, troubles: int) -> bool:
    """Say whether a message that was first tried at `since` (epoch ms), and failed before, is tried no more."""
    return since is not None and troubles > 0 and now - since >= TRYING_SECONDS * 1000


def spread() -> float:
    """Return a jitter within -1..1."""
    return random.uniform(-1, 1)  # noqa: S311 - spreads load, guards no secret
