"""What happened in the last quarter of an hour, for people to read; what is older belongs to the metrics."""

import time
from collections import deque
from collections.abc import Callable

WINDOW_SECONDS = 900.0
MOST = 20_000


class Recent:
    """Remembers amounts for a while, and when there was one last."""

    def __init__(self, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._seen: deque[tuple[float, float]] = deque(maxlen=MOST)
        self._last: float | None = None

    def add(self, amount: float = 1.0) -> None:
        """Note that it happened now."""
        self._last = self._clock()
        self._seen.append((self._last, amount))

    @property
    def count(self) -> int:
        """Return how often it happened."""
        return len(self._within())

    @property
    def total(self) -> float:
        """Return the sum of the amounts."""
        return sum(amount for _, amount in self._within())

    @property
    def last_seconds(self) -> float | None:
        """Return how long ago it happened last, however long that is; None: never."""
        return None if self._last is None else self._clock() - self._last

    def _within(self) -> deque[tuple[float, float]]:
        oldest = self._clock() - WINDOW_SECONDS
        while self._seen and self._seen[0][0] < oldest:
            self._seen.popleft()
        return self._seen
