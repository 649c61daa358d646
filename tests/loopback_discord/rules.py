"""What a test may set: limits, lifetimes and the clock of the loopback Discord."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field

from tests.loopback_discord.errors import Refusal
from tests.loopback_discord.world import MIB


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
