"""When a task is polled: a pure plan around the time at which its result is likely, and the rate limit of all polls.

Where render times scatter as they usually do, the best schedule for a given number of polls begins at nearly half of
the median, draws together towards it, and stays as dense after it, because what is not done by then is as likely to
end in any of the following seconds. This is that schedule within a few percent (docs/performance.md).
"""

import asyncio
from dataclasses import dataclass
from typing import Protocol

from db.engines.bot_state import SharedRateLimiter

FIRST_SHARE = 0.46
POLLS_IN_A_MEDIAN = 21
"""How dense the polls are from the median on."""

EARLY = 3.3
"""How much less dense they are before it, by the square of the share that is missing."""

OVERTIME_SHARE = 2.5
"""From so many medians on, polls become rarer: something is unusual."""

UNMEASURED_SECONDS = 90.0
LONGEST_SECONDS = 30.0
LATE_SECONDS = 300.0
WATCH_INTERVALS = 10 / 3
"""The longest pause while a task reports progress that people watch, in intervals of the plan."""
TELLING_PERCENT = 10
"""Progress below this says little about the end: a task that waits for its turn seems to take for ever."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PollPlan:
    """The figures of the plan, in seconds."""

    first_seconds: float = 15.0
    interval_seconds: float = 3.0
    late_after_seconds: float = 1200.0


def first_poll(plan: PollPlan, *, median_seconds: float | None) -> float:
    """Return the wait after submission: nearly half of the measured median, else the plan's own figure."""
    if median_seconds is None:
        return plan.first_seconds
    return max(plan.interval_seconds, median_seconds * FIRST_SHARE)


def next_poll(
    plan: PollPlan,
    *,
    elapsed_seconds: float,
    median_seconds: float | None,
    remaining_seconds: float | None,
) -> float:
    """Return the wait before the next poll of a running task.

    `median_seconds` is what was measured of its kind; `remaining_seconds` is what the task itself lets expect. Each
    is None if nothing is known.
    """
    if elapsed_seconds >= plan.late_after_seconds:
        return LATE_SECONDS
    usual = UNMEASURED_SECONDS if median_seconds is None else max(1.0, median_seconds)
    share = elapsed_seconds / usual
    overtime = max(1.0, share / OVERTIME_SHARE)
    if remaining_seconds is not None:
        return max(
            plan.interval_seconds * overtime, min(plan.interval_seconds * WATCH_INTERVALS, remaining_seconds)
        )
    gap = plan.interval_seconds
    if median_seconds is not None:
        gap = max(gap, usual / POLLS_IN_A_MEDIAN * (1 + EARLY * max(0.0, 1 - share) ** 2))
    return min(LONGEST_SECONDS, gap * overtime)


def remaining(
    *, elapsed_seconds: float, progress: int | None, estimated_seconds: float | None
) -> float | None:
    """Estimate the remaining seconds from the task's progress, else from its initial estimate."""
    if progress and TELLING_PERCENT <= progress < 100:
        return elapsed_seconds * (100 - progress) / progress
    if estimated_seconds and estimated_seconds > elapsed_seconds:
        return estimated_seconds - elapsed_seconds
    return None


def spread_out(seconds: float, jitter: float) -> float:
    """Return `seconds` moved by up to 15 % either way, so that polls do not fall together."""
    return seconds * (1 + 0.15 * jitter)


class RateLimiter(Protocol):
    """Lets callers through, one after the other."""

    async def acquire(self) -> None:
        """Wait for one's turn."""
        ...


class LocalRateLimiter:
    """Lets callers through at most `per_second` times a second, in the order of their coming."""

    def __init__(self, per_second: float) -> None:
        self._gap = 1 / per_second
        self._free_at = 0.0

    async def acquire(self) -> None:
        """Wait for one's turn."""
        now = asyncio.get_running_loop().time()
        start = max(now, self._free_at)
        self._free_at = start + self._gap
        await asyncio.sleep(start - now)


class DatabaseRateLimiter:
    """The same over all processes of one database, which gives out the turns."""

    def __init__(self, turns: SharedRateLimiter, per_second: float) -> None:
        self._turns = turns
        self._gap_ms = max(1, round(1000 / per_second))

    async def acquire(self) -> None:
        """Wait for one's turn."""
        wait_ms = await self._turns.take("polls", gap_ms=self._gap_ms)
        await asyncio.sleep(wait_ms / 1000)
