"""Wakes sleeping loops when there is new work."""

import asyncio
import contextlib


class Bell:
    """Rings for everybody who listens. Listen first, look for work, then wait: no ring is lost between."""

    def __init__(self) -> None:
        self._next = asyncio.Event()

    def ring(self) -> None:
        """Wake everybody who listened before now."""
        self._next.set()
        self._next = asyncio.Event()

    def listen(self) -> asyncio.Event:
        """Return the event that the next ring sets."""
        return self._next


async def wait_for_ring(rung: asyncio.Event, *, at_most_seconds: float) -> None:
    """Wait for the ring, or until the time is over."""
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(at_most_seconds):
            await rung.wait()
