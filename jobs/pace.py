"""A shared budget of requests per second."""

import asyncio


class Pace:
    """Lets callers through at most `per_second` times a second, in the order of their coming."""

    def __init__(self, per_second: float) -> None:
        self._gap = 1 / per_second
        self._free_at = 0.0

    async def turn(self) -> None:
        """Wait for one's turn."""
        now = asyncio.get_running_loop().time()
        start = max(now, self._free_at)
        self._free_at = start + self._gap
        await asyncio.sleep(start - now)
