"""What the operator's page is handed: plain values, no prompt, no name of a member."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownJob:
    """A job, as far as it is the operator's business."""

    key: str
    format: str
    stage: str
    stage_seconds: float
    age_seconds: float
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownDay:
    """What was ordered on a day (YYYY-MM-DD), and what it cost, if that is known."""

    day: str
    orders: int
    usd: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownPause:
    """Where nothing is ordered for now, why, and for how long already."""

    where: str
    cause: str
    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class ProviderStatus:
    """What this process saw of the provider in the last quarter of an hour."""

    last_success_seconds: float | None
    answers: int
    failures: int
    balance: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class DiscordStatus:
    """What this process saw of Discord in the last quarter of an hour."""

    connected: bool | None  #: None: this role is not connected to the gateway
    latency_seconds: float | None
    waits: int
    waited_seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class PageFacts:
    """Everything that the page shows, of one moment."""

    at: datetime
    version: str
    role: str
    uptime_seconds: float
    checks: Mapping[str, str]
    waiting: int
    oldest_seconds: float | None
    running: int
    running_cap: int
    orders_today: int
    orders_cap: int | None
    spent_today_usd: float
    budget_usd: float | None
    pauses: Sequence[ShownPause]
    delivered: int
    under_way: Sequence[ShownJob]
    unknown: Sequence[ShownJob]
    failures: Mapping[str, int]
    days: Sequence[ShownDay]
    provider: ProviderStatus
    discord: DiscordStatus
    lag_seconds: float
