"""A number of bytes that many share: whoever comes first is served first, and the others wait."""

import asyncio
from collections import deque
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager


class Budget:
    """Hands out shares of `total` bytes in the order in which they were asked for.

    A large share is never passed by small ones that came later, so it waits for those before it alone. One event
    loop uses it.
    """

    def __init__(self, total: int) -> None:
        self.total = total
        self._free = total
        self._waiting: deque[tuple[int, asyncio.Future[None]]] = deque()

    @asynccontextmanager
    async def share(self, size: int) -> AsyncGenerator[None]:
        """Hold `size` bytes, at most `total`, in the block; wait until they are free."""
        size = min(size, self.total)
        turn = asyncio.get_running_loop().create_future()
        self._waiting.append((size, turn))
        try:
            self._serve()
            await turn
            yield
        finally:
            # Whoever gives up may have been served in the same moment.
            if turn.done() and not turn.cancelled():
                self._free += size
            self._serve()

    def _serve(self) -> None:
        while self._waiting:
            size, turn = self._waiting[0]
            if not turn.done():
                if size > self._free:
                    return
                self._free -= size
                turn.set_result(None)
            self._waiting.popleft()
