"""Rate limits: one bucket per route and major parameter, told in headers as Discord tells them."""

import hashlib
from dataclasses import dataclass

from tests.loopback_discord.rules import Rules

_MAJOR = ("channel_id", "guild_id", "webhook_id", "token")


@dataclass(frozen=True, slots=True)
class Limit:
    requests: int
    seconds: float


@dataclass(slots=True)
class Window:
    bucket: str
    limit: Limit
    resets_at: float
    used: int = 0

    def headers(self, now: float) -> dict[str, str]:
        return {
            "X-RateLimit-Limit": str(self.limit.requests),
            "X-RateLimit-Remaining": str(max(0, self.limit.requests - self.used)),
            "X-RateLimit-Reset": f"{self.resets_at:.3f}",
            "X-RateLimit-Reset-After": f"{max(0.0, self.resets_at - now):.3f}",
            "X-RateLimit-Bucket": self.bucket,
        }


class RateLimits:
    """Counts requests. The limit is wide unless a test narrows it: Discord's real ones are not documented.

    `per_route` takes keys such as `"POST /channels/{channel_id}/messages"`.
    """

    def __init__(self, rules: Rules) -> None:
        self._rules = rules
        self._windows: dict[tuple[str, ...], Window] = {}
        self.default = Limit(50, 1.0)
        self.per_route: dict[str, Limit] = {}

    def take(self, route: str, parameters: dict[str, str]) -> tuple[Window, bool]:
        """Count one request to `route`; True says that it is within the limit."""
        window = self._window(route, tuple(parameters.get(name, "") for name in _MAJOR))
        within = window.used < window.limit.requests
        window.used += within
        return window, within

    def _window(self, route: str, major: tuple[str, ...]) -> Window:
        now = self._rules.clock()
        window = self._windows.get((route, *major))
        if window is None or now >= window.resets_at:
            limit = self.per_route.get(route, self.default)
            bucket = hashlib.md5(route.encode(), usedforsecurity=False).hexdigest()
            window = self._windows[route, *major] = Window(bucket, limit, now + limit.seconds)
        return window
