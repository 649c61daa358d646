"""A clock that only tests move."""


class FakeClock:
    """Epoch milliseconds; the database of a test runs on it too."""

    def __init__(self, now: int = 1_790_000_000_000) -> None:
        self.now = now

    def __call__(self) -> int:
        return self.now

    def advance(self, seconds: float) -> None:
        """Let time pass."""
        self.now += int(seconds * 1000)
