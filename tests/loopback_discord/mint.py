"""Snowflakes: Discord's ids, which carry the time of their making."""

from tests.loopback_discord.rules import Rules

_DISCORD_EPOCH_MS = 1_420_070_400_000
_TIME_SHIFT = 22


class Mint:
    """Makes ids that are unique and grow with the clock."""

    def __init__(self, rules: Rules) -> None:
        self._rules = rules
        self._last = 0

    def next(self) -> int:
        now_ms = int(self._rules.clock() * 1000) - _DISCORD_EPOCH_MS
        self._last = max(self._last + 1, now_ms << _TIME_SHIFT)
        return self._last
