"""Wakes sleeping loops when there is new work."""

import asyncio
import contextlib
from collections.abc import Callable, Set

from db.jobs.job import JobState

Found = Callable[[], None]
"""Called by a step as soon as it has claimed a job: somebody else may look for the next one."""


def unheard() -> None:
    """Tell nobody that a job was claimed."""


class Wakeup:
    """Wakes whoever listens. Listen first, look for work, then wait: no wake-up is lost between."""

    def __init__(self) -> None:
        self._next: dict[Set[JobState], asyncio.Event] = {}

    def notify(self, state: JobState | None = None) -> None:
        """Wake those who listened to `state` before now; without one, everybody who listened."""
        for states in [heard for heard in self._next if state is None or state in heard]:
            self._next.pop(states).set()

    def listen(self, states: Set[JobState] = frozenset(JobState)) -> asyncio.Event:
        """Return the event that the next wake-up for one of `states` sets."""
        return self._next.setdefault(states, asyncio.Event())


async def wait_until_set(event: asyncio.Event, *, at_most_seconds: float) -> None:
    """Wait until the event is set, or the time is over."""
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(at_most_seconds):
            await event.wait()
