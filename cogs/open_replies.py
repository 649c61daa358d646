"""The private replies that can still be written to: Discord closes each 15 minutes after its command.

Kept in memory only: the tokens are secrets, and a restart has the channel and `/jobs` left.
"""

import time
from collections import OrderedDict
from collections.abc import Callable

import discord

OPEN_SECONDS = 14 * 60.0
MOST = 5000


class OpenReplies:
    """Remembers the interaction that made a job, while its token lives."""

    def __init__(self, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._open: OrderedDict[str, tuple[float, discord.Interaction]] = OrderedDict()

    def remember(self, job_key: str, interaction: discord.Interaction) -> None:
        """Keep the reply of the command that made the job."""
        self._open[job_key] = (self._clock() + OPEN_SECONDS, interaction)
        if len(self._open) > MOST:
            self._open.popitem(last=False)

    def find(self, job_key: str) -> discord.Interaction | None:
        """Return the interaction whose reply is still open."""
        until, interaction = self._open.get(job_key, (0.0, None))
        if interaction is None or self._clock() < until:
            return interaction
        del self._open[job_key]
        return None
