"""The private replies that can still be written to: Discord closes each 15 minutes after its command.

Kept in memory only: the tokens are secrets, and a restart has the channel and `/jobs` left.
"""

import asyncio
import contextlib
import time
from collections import OrderedDict
from collections.abc import Callable, Generator
from dataclasses import dataclass, field

from cogs.discord.interactions import Interaction

OPEN_SECONDS = 14 * 60.0
MOST_REPLIES = 5000


@dataclass(frozen=True, slots=True)
class _Reply:
    interaction: Interaction
    until: float
    acknowledged: asyncio.Event = field(default_factory=asyncio.Event)


class OpenReplies:
    """Remembers the interactions that made jobs, by their ids, while their tokens live."""

    def __init__(self, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._open: OrderedDict[int, _Reply] = OrderedDict()

    @contextlib.contextmanager
    def acknowledging(self, interaction: Interaction) -> Generator[None]:
        """Keep the reply of a command whose acknowledgement is said inside; forget it where that fails.

        A job can end before its acknowledgement is said, and what is written first would be overwritten by it.
        """
        reply = self._open[interaction.id] = _Reply(interaction, self._clock() + OPEN_SECONDS)
        if len(self._open) > MOST_REPLIES:
            self._open.popitem(last=False)
        try:
            yield
        except BaseException:
            self._open.pop(interaction.id, None)
            raise
        finally:
            reply.acknowledged.set()

    async def find(self, interaction_id: int) -> Interaction | None:
        """Return the interaction whose reply is still open, once its acknowledgement is said."""
        reply = self._open.get(interaction_id)
        if reply is None:
            return None
        await reply.acknowledged.wait()
        if self._clock() < reply.until and interaction_id in self._open:
            return reply.interaction
        self._open.pop(interaction_id, None)
        return None
