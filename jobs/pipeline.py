"""The assembly of one process (services, steps, worker) from a store, a provider client and a notifier."""

import functools
from collections.abc import Callable, Set
from dataclasses import dataclass, field
from typing import Protocol

from db.engines.clock import LONG_DOUBT_SECONDS, SteadyClock
from db.jobs.job import Job, JobState
from db.store import JobStore
from jobs.administration import Administration
from jobs.money.accounts import Accounts
from jobs.money.estimates import Estimates
from jobs.money.limits import KillSwitch, OrderingPauses, OrderPolicy
from jobs.notify.mod_log import Moderators, ModLog
from jobs.notify.notifier import Alert, BusyChannels, Notifier
from jobs.notify.status_messages import ReplyUpdater, StatusMessages
from jobs.orders.service import JobService
from jobs.orders.variations import FilmTools, Variations
from jobs.privacy import PrivacyKeeper, Retention
from jobs.providers import Providers
from jobs.runtime.changes import Watch, ignore_changes, log_change
from jobs.runtime.journal import Journal
from jobs.runtime.records import Recorder
from jobs.runtime.worker import Chore, Claimed, Loop, Wakeup, Worker
from jobs.servers.preferences import Preferences
from jobs.steps.circuit_breaker import CircuitBreaker
from jobs.steps.deliverer import Deliverer
from jobs.steps.fetcher import Fetcher, Fit
from jobs.steps.notifications import DeliveryNotices, EndingNotifier
from jobs.steps.poller import DatabaseRateLimiter, LocalRateLimiter, Poller, PollPlan, RateLimiter
from jobs.steps.submitter import Submitter
from jobs.storage.files import JobFiles
from media.transfer.download import Downloader

CLOCK_SECONDS, DATABASE_SECONDS, ALERT_SECONDS = 5.0, 5.0, 60.0
DELIVERIES_AT_ONCE = 8
"""How many videos are posted at once. An upload mostly waits for its channel, so a slow one delays few others.

Encoders have a limit of their own.
"""

# An empty query costs a transaction, so a loop is woken only by states that can be work for it.
_TO_NOTIFY = frozenset({JobState.FAILED, JobState.CANCELLED, JobState.UNKNOWN})
_QUEUED_OR_MADE_ROOM = frozenset({JobState.QUEUED, JobState.DELIVERING, JobState.FAILED, JobState.UNKNOWN})


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """The limits, intervals and other figures that an operator may set."""

    policy: OrderPolicy
    running_cap: int = 10
    queue_ttl_seconds: float = 6 * 3600.0
    plan: PollPlan = field(default_factory=PollPlan)
    expected_seconds: float = 90.0
    polls_per_second: float = 5.0
    lease_seconds: float = 60.0
    grace_seconds: float = 50.0
    retention: Retention = field(default_factory=Retention)
    first_frame_mode: str = "base64"
    status_gap_seconds: float = 2.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Adapters:
    """The connections to the outside world: provider, Discord, downloads, files, video tools."""

    providers: Providers
    notifier: Notifier
    downloader: Downloader
    files: JobFiles
    fit: Fit
    film_tools: FilmTools
    moderators: Moderators | None = None  #: None: there are no moderators' logs


class Pipeline:
    """All services and steps of one process, which share one wake-up. `worker` runs the steps; tests call them."""

    def __init__(
        self,
        store: JobStore,
        outside: Adapters,
        *,
        limits: Limits,
        clock: Callable[[], int],
        works: bool = True,
        alone: bool = True,
        watch: Watch = ignore_changes,
    ) -> None:
        """Build the services and steps. `watch` is called for each change of a job's state.

        With `works=False`, this process only admits jobs, and other processes work on them. With
        `alone=False`, settings are read anew instead of cached, and the polling rate limit is shared with
        other processes.
        """
        self._store = store
        self._limits = limits
        self._files = outside.files
        self._clock = clock
        trusted = self._trusted
        self._works = works
        self._watch = watch
        self.wakeup = Wakeup()
        switch = KillSwitch(outside.files.data_dir)
        busy = BusyChannels()
        self._estimates = estimates = Estimates(store.job_queries, limits.expected_seconds, alone=alone)
        self.circuit_breaker = CircuitBreaker(
            store.pauses,
            store.blocks,
            outside.notifier,
            balance=outside.providers.current.client.balance,
            key_id=outside.providers.current.key_id,
            strikes=limits.policy.strikes,
            low_balance=limits.policy.low_balance,
        )
        self.records = Recorder(
            store,
            Journal(outside.files.data_dir),
            alert_late=functools.partial(self.circuit_breaker.alert, Alert.LATE),
        )
        self.statuses = StatusMessages(
            store.job_queries,
            outside.notifier,
            busy=busy,
            estimates=estimates,
            records=self.records,
            clock=clock,
            gap_seconds=limits.status_gap_seconds,
        )
        self.replies = ReplyUpdater(store.job_queries, outside.notifier, estimates=estimates, clock=clock)
        self.preferences = Preferences(store.members, alone=alone)
        self.jobs = JobService(
            store,
            files=outside.files,
            preferences=self.preferences,
            policy=limits.policy,
            switch=switch,
            running_cap=limits.running_cap,
            estimates=estimates,
            changed=self._changed,
            clock=clock,
        )
        self.accounts = Accounts(store.usage, preferences=self.preferences, policy=limits.policy, clock=clock)
        self.ordering_pauses = OrderingPauses(store.pauses, switch)
        self.administration = Administration(
            store,
            preferences=self.preferences,
            service=self.jobs,
            policy=limits.policy,
            changed=self._changed,
        )
        self.mod_log = ModLog(
            store.job_queries,
            store.log_posts,
            preferences=self.preferences,
            files=outside.files,
            first_frame_of=outside.film_tools.first_frame_of,
            moderators=outside.moderators,
            records=self.records,
        )
        self.privacy = PrivacyKeeper(
            store,
            files=outside.files,
            notifier=outside.notifier,
            mod_log=self.mod_log,
            retention=limits.retention,
        )
        self.variations = Variations(
            self.jobs,
            store.job_queries,
            files=outside.files,
            preferences=self.preferences,
            tools=outside.film_tools,
        )
        self.submitter = Submitter(
            store,
            outside.providers.current,
            files=outside.files,
            passes_urls=limits.first_frame_mode == "url",
            running_cap=limits.running_cap,
            queue_ttl_seconds=limits.queue_ttl_seconds,
            plan=limits.plan,
            estimates=estimates,
            circuit_breaker=self.circuit_breaker,
            switch=switch,
            records=self.records,
            changed=self._changed,
            trusted=trusted,
        )
        self.poller = Poller(
            store,
            outside.providers,
            rate_limiter=_rate_limiter(store, limits, alone=alone),
            plan=limits.plan,
            estimates=estimates,
            circuit_breaker=self.circuit_breaker,
            changed=self._changed,
            clock=clock,
            trusted=trusted,
        )
        self.deliverer = Deliverer(
            store,
            fetcher=Fetcher(
                store,
                outside.providers,
                downloader=outside.downloader,
                files=outside.files,
                fit=outside.fit,
            ),
            notifier=outside.notifier,
            files=outside.files,
            preferences=self.preferences,
            busy=busy,
            records=self.records,
            changed=self._changed,
            clock=clock,
        )
        self.notices = DeliveryNotices(store, outside.notifier, self.records, clock=clock)
        self.ending_notifier = EndingNotifier(
            store, outside.notifier, self.records, circuit_breaker=self.circuit_breaker, clock=clock
        )

    def worker(self) -> Worker:
        """Return the worker that runs all steps and chores inside `async with`."""
        return Worker(
            [
                _loop("submit", self.submitter, copies=4, woken_by=_QUEUED_OR_MADE_ROOM),
                _loop("poll", self.poller, copies=4, woken_by=frozenset({JobState.RENDERING})),
                _loop(
                    "deliver",
                    self.deliverer,
                    copies=DELIVERIES_AT_ONCE,
                    woken_by=frozenset({JobState.DELIVERING}),
                ),
                _loop("notice", self.notices, copies=2, woken_by=frozenset({JobState.DELIVERED})),
                _loop("tell", self.ending_notifier, copies=2, woken_by=_TO_NOTIFY),
            ],
            chores=[
                Chore(
                    name="leases",
                    run=self._store.claims.renew,
                    every_seconds=self._limits.lease_seconds / 3,
                ),
                Chore(name="statuses", run=self.statuses.sweep, every_seconds=60),
                Chore(name="files", run=self._sweep_files, every_seconds=3600),
                Chore(name="clock", run=self._follow_clock, every_seconds=CLOCK_SECONDS),
                Chore(name="privacy", run=self.privacy.fulfil, every_seconds=60),
                Chore(name="retention", run=self._sweep_words, every_seconds=3600),
                Chore(name="pauses", run=self.circuit_breaker.notify_waiting, every_seconds=5),
                Chore(name="alerts", run=self.circuit_breaker.alert_again, every_seconds=ALERT_SECONDS),
                Chore(
                    name="database", run=self.circuit_breaker.check_database, every_seconds=DATABASE_SECONDS
                ),
                Chore(name="balance", run=self.circuit_breaker.check_balance, every_seconds=600),
            ],
            wakeup=self.wakeup,
            grace_seconds=self._limits.grace_seconds,
        )

    def attendant(self) -> Worker:
        """Return the worker of a process that only admits jobs: it keeps private replies and settings up to date."""
        return Worker(
            [],
            chores=[
                Chore(name="replies", run=self.replies.sweep, every_seconds=2),
                Chore(name="settings", run=self.preferences.warm_cache, every_seconds=60),
                Chore(name="clock", run=self._follow_clock, every_seconds=CLOCK_SECONDS),
            ],
            wakeup=self.wakeup,
            grace_seconds=self._limits.grace_seconds,
        )

    async def _follow_clock(self) -> None:
        if isinstance(self._clock, SteadyClock):
            await self._store.corrections.follow(self._clock)

    def _trusted(self, seconds: float) -> bool:
        return not isinstance(self._clock, SteadyClock) or self._clock.trusted(seconds)

    async def _sweep_files(self) -> None:
        if self._trusted(LONG_DOUBT_SECONDS):
            await self._files.sweep(older_than_seconds=self._limits.retention.videos * 86400)

    async def _sweep_words(self) -> None:
        if self._trusted(LONG_DOUBT_SECONDS):
            await self.privacy.sweep()

    def _changed(self, job: Job, /, *, was: JobState | None) -> None:
        if job.state is not was:
            log_change(job, was)
            self._watch(job, was)
            if was is JobState.RENDERING:
                self._estimates.rendered(job.format)
        if self._works:
            self.statuses.changed(job)
            self.mod_log.changed(job)
        else:
            self.replies.changed(job)
        self.wakeup.notify(job.state)


class _Steps(Protocol):
    async def step(self, claimed: Claimed, /) -> bool: ...

    async def next_due(self) -> int | None: ...


def _loop(name: str, steps: _Steps, *, copies: int, woken_by: Set[JobState]) -> Loop:
    return Loop(name=name, step=steps.step, next_due=steps.next_due, copies=copies, woken_by=woken_by)


def _rate_limiter(store: JobStore, limits: Limits, *, alone: bool) -> RateLimiter:
    per_second = limits.polls_per_second
    return LocalRateLimiter(per_second) if alone else DatabaseRateLimiter(store.turns, per_second)
