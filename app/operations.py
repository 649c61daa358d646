"""The data for the operator's endpoints of a process: readiness checks, metrics, and the page about all jobs."""

import asyncio
import math
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import discord

from app import VERSION
from app.roles import Role
from app.watched import ProviderWatch
from cogs.client import ClapperClient
from db.jobs.job import OPEN, Job, JobState, Reason
from db.operations.overview import Counts, Day, Overview
from db.settings.pauses import EVERYWHERE, Cause, Pause
from db.store import JobStore
from hailuo.models import MICROS
from jobs.money.limits import OrderingPauses
from telemetry.markup import (
    DiscordStatus,
    Notice,
    PageFacts,
    ProviderStatus,
    ShownDay,
    ShownJob,
    ShownPause,
)
from telemetry.metrics import UNKNOWN, Metrics
from telemetry.page import page, page_without_figures
from telemetry.readiness import OK, Check, LoopLag, Readiness
from telemetry.traces import DiscordTraffic

DAYS = 14


LATELY_MS = 24 * 3600 * 1000


DATABASE_SECONDS = 5.0


STILL_SECONDS = 120.0
"""The seconds without activity after which a loop of the worker counts as hung; an idle loop looks every 15 s."""


_FAILED = frozenset({JobState.FAILED, JobState.UNKNOWN})


_WITH_THE_PROVIDER = (JobState.SUBMITTING, JobState.RENDERING)


_UNDER_WAY = (*(state for state in OPEN if state not in {JobState.QUEUED, JobState.UNKNOWN}), JobState.QUEUED)


@dataclass(frozen=True, slots=True, kw_only=True)
class OperatorsPage:
    """The source of the figures on the operator's page and in the metrics."""

    store: JobStore
    pauses: OrderingPauses
    role: Role
    client: ClapperClient
    provider: ProviderWatch
    traffic: DiscordTraffic
    lag: LoopLag
    readiness: Readiness
    metrics: Metrics
    still_seconds: Callable[[], Mapping[str, float]]
    running_cap: int
    orders_cap: int | None
    budget_usd: float | None
    can_act: bool
    began: float = field(default_factory=time.monotonic)

    async def refresh(self) -> None:
        """Update the metrics that are read on demand; without a database, its figures become unknown."""
        self._refresh_process()
        if (found := await self._counts()) is not None:
            self._show(*found)
            return
        self.metrics.jobs.clear()
        self.metrics.pauses.clear()
        for gauge in (
            self.metrics.queue_depth,
            self.metrics.queue_oldest,
            self.metrics.orders_today,
            self.metrics.spent_today,
        ):
            gauge.set(UNKNOWN)

    async def page(self, said: str) -> str:
        """Return the operator's page as HTML, without figures if the database fails; `said`: the last act's outcome."""
        now = datetime.now(UTC)
        first = (now - timedelta(days=DAYS - 1)).date()
        verdict = await self.readiness.verdict()
        try:
            async with asyncio.timeout(DATABASE_SECONDS):
                pauses = await self.store.pauses.standing()
                seen = await self.store.operations.overview(
                    today=now.date().isoformat(), first_day=first.isoformat()
                )
        except Exception:  # noqa: BLE001 - whatever is wrong with the database, the operator needs the page just then
            return page_without_figures(verdict.checks)
        notice = Notice(said) if said in set(Notice) else None
        return page(self._facts(now, verdict.checks, seen, pauses), notice)

    async def _counts(self) -> tuple[Counts, Sequence[Pause]] | None:
        try:
            async with asyncio.timeout(DATABASE_SECONDS):
                counts = await self.store.operations.counts(today=_today())
                return counts, await self.store.pauses.standing()
        except Exception:  # noqa: BLE001 - whatever is wrong with the database, the other metrics are needed just then
            return None

    def _show(self, counts: Counts, pauses: Sequence[Pause]) -> None:
        for cause in Cause:
            self.metrics.pauses.labels(str(cause)).set(sum(pause.cause is cause for pause in pauses))
        for state, number in counts.jobs.items():
            self.metrics.jobs.labels(str(state)).set(number)
        self.metrics.queue_depth.set(counts.jobs[JobState.QUEUED])
        self.metrics.queue_oldest.set((counts.oldest_ms or 0) / 1000)
        self.metrics.orders_today.set(counts.orders_today)
        self.metrics.spent_today.set(counts.micros_today / MICROS)

    def _refresh_process(self) -> None:
        self.metrics.orders_cap.set(UNKNOWN if self.orders_cap is None else self.orders_cap)
        self.metrics.budget.set(UNKNOWN if self.budget_usd is None else self.budget_usd)
        for name, seconds in self.still_seconds().items():
            self.metrics.still.labels(name).set(seconds)
        if self.role.listens:
            self.metrics.gateway_connected.set(is_connected(self.client))
            latency = _latency(self.client)
            self.metrics.gateway_latency.set(UNKNOWN if latency is None else latency)

    def _facts(
        self, now: datetime, checks: Mapping[str, str], seen: Overview, pauses: Sequence[Pause]
    ) -> PageFacts:
        lately = [change for change in seen.changes if change.ago_ms <= LATELY_MS]
        oldest = seen.counts.oldest_ms
        return PageFacts(
            at=now,
            version=VERSION,
            role=str(self.role),
            uptime_seconds=time.monotonic() - self.began,
            checks=checks,
            waiting=seen.counts.jobs[JobState.QUEUED],
            oldest_seconds=None if oldest is None else oldest / 1000,
            running=sum(seen.counts.jobs[state] for state in _WITH_THE_PROVIDER),
            running_cap=self.running_cap,
            orders_today=seen.counts.orders_today,
            orders_cap=self.orders_cap,
            spent_today_usd=seen.counts.micros_today / MICROS,
            budget_usd=self.budget_usd,
            pauses=_pauses(pauses, seen.now, switched_off=self.pauses.is_switched_off),
            delivered=sum(change.state is JobState.DELIVERED for change in lately),
            under_way=[_shown(job, seen.now) for state in _UNDER_WAY for job in seen.open[state]],
            unknown=[_shown(job, seen.now) for job in seen.open[JobState.UNKNOWN]],
            failures=Counter(
                change.reason or str(change.state) for change in lately if change.state in _FAILED
            ),
            cancelled=sum(change.state is JobState.CANCELLED for change in lately),
            days=_days(now, seen),
            provider=self._provider_status(),
            discord=self._discord_status(),
            lag_seconds=self.lag.latest,
            can_act=self.can_act,
        )

    def _provider_status(self) -> ProviderStatus:
        return ProviderStatus(
            last_success_seconds=self.provider.successes.last_seconds,
            answers=self.provider.successes.count,
            failures=self.provider.failures.count,
            balance=None if self.provider.balance is None else str(self.provider.balance),
        )

    def _discord_status(self) -> DiscordStatus:
        return DiscordStatus(
            connected=is_connected(self.client) if self.role.listens else None,
            latency_seconds=_latency(self.client) if self.role.listens else None,
            waits=self.traffic.waits.count,
            waited_seconds=self.traffic.waits.total,
        )


def _pauses(pauses: Sequence[Pause], now: int, *, switched_off: bool) -> list[ShownPause]:
    """Return one entry for each bot-wide pause, and one entry that sums up all pauses of single servers."""
    everywhere = [
        ShownPause(
            where="everywhere",
            cause=str(pause.cause),
            seconds=(now - pause.since) / 1000,
            everywhere=True,
            by_operator=pause.cause is Cause.OPERATOR,
        )
        for pause in pauses
        if pause.guild_id == EVERYWHERE
    ]
    if switched_off and not any(pause.by_operator for pause in everywhere):
        everywhere.append(
            ShownPause(
                where="on this machine", cause="operator", seconds=None, everywhere=True, by_operator=True
            )
        )
    own = [pause for pause in pauses if pause.guild_id != EVERYWHERE]
    if not own:
        return everywhere
    where = f"{len(own)} {'server' if len(own) == 1 else 'servers'}"
    longest = max(now - pause.since for pause in own) / 1000
    return [*everywhere, ShownPause(where=where, cause="by their managers", seconds=longest)]


def _shown(job: Job, now: int) -> ShownJob:
    return ShownJob(
        key=job.key,
        format=job.format,
        stage=str(job.state),
        stage_seconds=(now - _since(job)) / 1000,
        age_seconds=(now - job.created_at) / 1000,
        note=_note(job),
    )


def _note(job: Job) -> str:
    match job:
        case Job(reason=Reason() as reason):
            return str(reason).replace("_", " ")
        case Job(late_at=int()):
            return "late"
        case Job(state=JobState.RENDERING, progress=int() as progress):
            return f"{progress} %"
        case _:
            return f"{job.troubles} troubles" if job.troubles else ""


def _since(job: Job) -> int:
    """Return when the job entered its present state, else the nearest earlier time in its row."""
    match job.state:
        case JobState.RENDERING:
            return job.submitted_at or job.queued_at
        case JobState.DELIVERING:
            return job.rendered_at or job.created_at
        case _:
            return job.queued_at


def _days(now: datetime, seen: Overview) -> list[ShownDay]:
    known = {day.day: day for day in seen.days}
    days = [(now - timedelta(days=ago)).date().isoformat() for ago in reversed(range(DAYS))]
    return [_shown_day(day, known.get(day)) for day in days]


def _shown_day(day: str, known: Day | None) -> ShownDay:
    if known is None:
        return ShownDay(day=day, orders=0, usd=0.0)
    return ShownDay(day=day, orders=known.orders, usd=known.micros / MICROS)


def _latency(client: ClapperClient) -> float | None:
    return client.latency if math.isfinite(client.latency) else None


def _today() -> str:
    return datetime.now(UTC).date().isoformat()


def checks_of(
    role: Role,
    *,
    store: JobStore,
    client: ClapperClient,
    still_seconds: Callable[[], Mapping[str, float]],
) -> dict[str, Check]:
    """Return the readiness checks of a role, by name. `still_seconds` returns how long each loop has not moved."""
    checks: dict[str, Check] = {"database": _database(store)}
    if role.listens:
        checks["gateway"] = _gateway(client)
    if role.works:
        checks["worker"] = _worker(still_seconds)
    return checks


def _database(store: JobStore) -> Check:
    async def check() -> str:
        await store.operations.sign("writable")
        return OK if await store.pauses.file_still_there() else "its file was deleted or replaced"

    return check


def _gateway(client: ClapperClient) -> Check:
    async def check() -> str:
        return OK if is_connected(client) else "not connected"

    return check


def _worker(still_seconds: Callable[[], Mapping[str, float]]) -> Check:
    async def check() -> str:
        still = still_seconds()
        hanging = [name for name, seconds in still.items() if seconds > STILL_SECONDS]
        if hanging:
            return f"no sign of {', '.join(sorted(hanging))} for {STILL_SECONDS:.0f} s"
        return OK if still else "not started"

    return check


def is_connected(client: ClapperClient) -> bool:
    """Return whether the client has a working connection to Discord's gateway."""
    if not client.is_ready() or client.is_closed():
        return False
    if isinstance(client, discord.AutoShardedClient):
        return bool(client.shards) and not any(shard.is_closed() for shard in client.shards.values())
    return getattr(client.ws, "open", True)  # a simulated gateway has no `open` and is never closed
