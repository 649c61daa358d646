"""The Prometheus metrics of a process. Each `Metrics` has its own registry, so that two bots do not share counters.

Labels have few values: names of commands, states, templates of paths; never an id. docs/operations.md lists
the metrics.
"""

import math
import platform
from collections.abc import Sequence

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, disable_created_metrics
from prometheus_client.gc_collector import GCCollector
from prometheus_client.process_collector import ProcessCollector

UNKNOWN = math.nan
"""The value (nan) of a gauge whose value is unknown; comparisons in alert rules are false for it."""

ACKNOWLEDGED = (0.05, 0.1, 0.25, 0.5, 0.75, 1, 1.5, 2, 2.5, 3, 5, 10)
"""Histogram buckets in seconds for acknowledgements; Discord waits for three seconds."""

STAGES = (0.5, 1, 2, 5, 10, 20, 30, 60, 90, 120, 180, 300, 600, 1200, 3600, 21600)
LAGS = (1, 2, 3, 5, 10, 15, 20, 30, 45, 60, 120, 300, 900, 3600)
REQUESTS = (0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 15, 30, 60, 120, 240)
WAITS = (0.01, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)
LATENESS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5)
TRANSACTIONS = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5)


class Metrics:
    """All metrics of a process."""

    def __init__(self, *, version: str, library: str = "") -> None:
        """Create the metrics; `version` is the program's version, `library` the version of discord.py."""
        disable_created_metrics()  # series with times of creation would double the output, and no dashboard reads them
        self.registry = CollectorRegistry()
        ProcessCollector(registry=self.registry)
        GCCollector(registry=self.registry)
        self._make_users()
        self._make_jobs()
        self._make_outside()
        self._make_process()
        self.build.labels(version, platform.python_version(), library).set(1)

    def _make_users(self) -> None:
        self.interactions = self._counter(
            "clapper_interactions_total", "Interactions received from Discord", ["kind"]
        )
        self.commands = self._counter(
            "clapper_commands_total", "Commands that were answered, by how it ended", ["command", "outcome"]
        )
        self.acknowledged = self._histogram(
            "clapper_acknowledgement_seconds",
            "From an interaction, created at Discord or received here, to its answered callback",
            ["since"],
            ACKNOWLEDGED,
        )

    def _make_jobs(self) -> None:
        self.changes = self._counter(
            "clapper_job_changes_total",
            "Changes of state of jobs; `none` is before the first",
            ["before", "after"],
        )
        self.endings = self._counter(
            "clapper_job_endings_total",
            "Jobs that failed, expired or became unknown here, by reason",
            ["reason"],
        )
        self.stages = self._histogram(
            "clapper_stage_seconds",
            "How long jobs were in a stage: queued, submitting, rendering, delivering",
            ["stage"],
            STAGES,
        )
        self.delivery_lag = self._histogram(
            "clapper_delivery_lag_seconds",
            "From a finished video to its message: since it was found here, or since the provider finished it",
            ["since"],
            LAGS,
        )
        self.polls = self._counter(
            "clapper_polls_total", "Looks at tasks of the provider, by what was seen", ["seen"]
        )
        self.spend = self._counter(
            "clapper_spend_usd_total",
            "What finished orders cost, as the provider says, else by the price list",
        )
        self.jobs = self._gauge(
            "clapper_jobs", "Jobs that have not ended, from the database that all processes share", ["state"]
        )
        self.queue_depth = self._gauge("clapper_queue_depth", "Jobs that wait to be submitted")
        self.queue_oldest = self._gauge(
            "clapper_queue_oldest_seconds",
            "How long the oldest of them has waited",
        )
        self.orders_today = self._gauge(
            "clapper_orders_today", "Jobs that count against the limits of this UTC day"
        )
        self.orders_cap = self._gauge("clapper_orders_cap", "The limit on jobs of a UTC day (BOT_PER_DAY)")
        self.spent_today = self._gauge(
            "clapper_spend_today_usd", "What the jobs of this UTC day cost or may cost"
        )
        self.budget = self._gauge(
            "clapper_budget_day_usd", "The limit on what they may cost (BOT_USD_PER_DAY)"
        )

        self.pauses = self._gauge(
            "clapper_pauses",
            "Pauses in force: of everybody, and those that managers set for a server",
            ["cause"],
        )

    def _make_outside(self) -> None:
        self.provider_requests = self._counter(
            "clapper_provider_requests_total",
            "Requests to the provider, by status class, 429, or error",
            ["method", "path", "outcome"],
        )
        self.provider_seconds = self._histogram(
            "clapper_provider_request_seconds", "How long they took", ["method", "path"], REQUESTS
        )
        self.provider_balance = self._gauge(
            "clapper_provider_balance", "What is left on the account, in the provider's unit, where it tells"
        )
        self.discord_requests = self._counter(
            "clapper_discord_requests_total",
            "REST requests to Discord, by status class, 429, or error",
            ["method", "route", "outcome"],
        )
        self.discord_seconds = self._histogram(
            "clapper_discord_request_seconds", "How long they took", ["method", "route"], REQUESTS
        )
        self.rate_limit_waits = self._histogram(
            "clapper_discord_rate_limit_wait_seconds",
            "Waits of calls to Discord: held back by the library (limits, pauses after a 5xx), or asked for by a 429",
            ["kind"],
            WAITS,
        )
        self.gateway_connected = self._gauge(
            "clapper_gateway_connected", "1 while this process is connected to Discord's gateway"
        )
        self.gateway_latency = self._gauge(
            "clapper_gateway_latency_seconds", "The gateway's last heartbeat, there and back"
        )

    def _make_process(self) -> None:
        self.loop_lag = self._histogram(
            "clapper_event_loop_lag_seconds",
            "How late the event loop called what was due",
            [],
            LATENESS,
        )
        self.database = self._histogram(
            "clapper_database_seconds",
            "Time of a transaction as its caller sees it, waiting for its batch included",
            ["kind"],
            TRANSACTIONS,
        )
        self.still = self._gauge(
            "clapper_worker_still_seconds",
            "How long ago each loop of the worker gave its last sign",
            ["loop"],
        )
        self.ready = self._gauge("clapper_ready", "1 while every check of readiness holds")
        self.checks = self._gauge("clapper_check", "1 while this check of readiness holds", ["check"])
        self.build = self._gauge(
            "clapper_build_info", "Always 1; what runs", ["version", "python", "discord_py"]
        )

    def _counter(self, name: str, meaning: str, labels: Sequence[str] = ()) -> Counter:
        return Counter(name, meaning, labels, registry=self.registry)

    def _gauge(self, name: str, meaning: str, labels: Sequence[str] = ()) -> Gauge:
        gauge = Gauge(name, meaning, labels, registry=self.registry)
        if not labels:
            gauge.set(UNKNOWN)
        return gauge

    def _histogram(
        self, name: str, meaning: str, labels: Sequence[str], buckets: Sequence[float]
    ) -> Histogram:
        return Histogram(name, meaning, labels, registry=self.registry, buckets=buckets)
