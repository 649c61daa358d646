"""Which channels have a result on its way: there, status edits step back."""

import asyncio
import contextlib
from collections import defaultdict
from collections.abc import Generator


class BusyChannels:
    """Counts deliveries per channel."""

    def __init__(self) -> None:
        self._deliveries: defaultdict[int, int] = defaultdict(int)
        self._freed: dict[int, asyncio.Event] = {}

    @contextlib.contextmanager
    def hold(self, channel_id: int) -> Generator[None]:
        """Mark a delivery to `channel_id` as under way."""
        self._deliveries[channel_id] += 1
        freed = self._freed.setdefault(channel_id, asyncio.Event())
        try:
            yield
        finally:
            self._deliveries[channel_id] -= 1
            if not self._deliveries[channel_id]:
                del self._deliveries[channel_id], self._freed[channel_id]
                freed.set()

    async def wait_until_free(self, channel_id: int) -> None:
        """Wait until no delivery to `channel_id` is under way."""
        while freed := self._freed.get(channel_id):
            await freed.wait()
