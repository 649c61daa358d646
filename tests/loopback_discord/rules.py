"""What a test may set: limits, lifetimes and the clock of the loopback Discord; and the ids that carry its time."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field

from tests.loopback_discord.errors import Refusal
from tests.loopback_discord.world import MIB

_DISCORD_EPOCH_MS = 1_420_070_400_000
_TIME_SHIFT = 22


@dataclass(slots=True)
class Rules:
    """Discord's figures by default; change a field at any time and it holds from the next request on.

    `clock` is wall time in seconds.
    A late callback is only recorded as late, because a busy test machine is not Discord. `refused_words` are what
    automatic moderation, or another rule about words, refuses in any text of a message.
    """

    clock: Callable[[], float] = time.time
    upload_limit_bytes: int = 10 * MIB
    nonce_window_seconds: float = 300.0
    token_lifetime_seconds: float = 900.0
    attachment_lifetime_seconds: float = 86_400.0
    refused_words: dict[str, Refusal] = field(default_factory=dict)


class Mint:
    """Makes snowflakes, Discord's ids: unique, and growing with the clock."""

    def __init__(self, rules: Rules) -> None:
        self._rules = rules
        self._last = 0

    def next(self) -> int:
        now_ms = int(self._rules.clock() * 1000) - _DISCORD_EPOCH_MS
        self._last = max(self._last + 1, now_ms << _TIME_SHIFT)
        return self._last
