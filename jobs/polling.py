"""When to look at a task again: a pure plan around the time at which its result is likely.

Measured (notes in docs/performance.md): exponential waiting is wrong while a job simply runs; looking from
about half of the usual time on, often near it and rarely after it, finds results soonest for the fewest calls.
"""

from dataclasses import dataclass

LONGEST_SECONDS = 30.0
LATE_SECONDS = 300.0
WATCH_SECONDS = 10.0
"""The longest pause while a task reports progress that people watch."""
TELLING_PERCENT = 10
"""Progress below this says little about the end: a task that waits for its turn seems to take for ever."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PollPlan:
    """The figures of the plan, in seconds."""

    first_seconds: float = 15.0
    interval_seconds: float = 3.0
    late_after_seconds: float = 1200.0


def first_look(plan: PollPlan, *, median_seconds: float | None) -> float:
    """Return the wait after submission: half of the measured median, else the plan's own figure."""
    return plan.first_seconds if median_seconds is None else max(plan.interval_seconds, median_seconds * 0.5)


def next_look(
    plan: PollPlan, *, elapsed_seconds: float, expected_seconds: float, remaining_seconds: float | None
) -> float:
    """Return the wait before the next look at a running task.

    `remaining_seconds` is what the task itself lets expect, None where it reports nothing.
    """
    if elapsed_seconds >= plan.late_after_seconds:
        return LATE_SECONDS
    if elapsed_seconds > expected_seconds:
        return min(LONGEST_SECONDS, plan.interval_seconds * elapsed_seconds / expected_seconds)
    if remaining_seconds is not None:
        return min(WATCH_SECONDS, max(plan.interval_seconds, remaining_seconds / 2))
    return plan.interval_seconds


def remaining(
    *, elapsed_seconds: float, progress: int | None, estimated_seconds: float | None
) -> float | None:
    """Return the seconds that a task's own figures let expect: by its progress, else by its first estimate."""
    if progress and TELLING_PERCENT <= progress < 100:
        return elapsed_seconds * (100 - progress) / progress
    if estimated_seconds and estimated_seconds > elapsed_seconds:
        return estimated_seconds - elapsed_seconds
    return None


def spread_out(seconds: float, jitter: float) -> float:
    """Return `seconds` moved by up to 15 % either way, so that looks do not fall together."""
    return seconds * (1 + 0.15 * jitter)
