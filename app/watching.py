"""The connections from a process's parts to its metrics, and the server for health, metrics and operator's page."""

import contextlib
import time
from collections.abc import AsyncGenerator, Callable, Mapping
from dataclasses import dataclass
from typing import Any, cast

import discord
from discord import app_commands

from app import VERSION
from app.operations import OperatorsPage, checks_of
from app.roles import Role
from app.watched import JobWatch, ProviderWatch
from cogs.client import ClapperClient
from cogs.discord.context import words_of
from cogs.discord.errors import refusal_sentence
from config.settings import Settings
from db.store import JobStore
from telemetry.metrics import Metrics
from telemetry.page import FILES
from telemetry.readiness import LoopLag, Readiness
from telemetry.server import Pages, open_server
from telemetry.traces import DiscordTraffic

_KINDS = {
    discord.InteractionType.application_command: "command",
    discord.InteractionType.autocomplete: "suggestion",
    discord.InteractionType.component: "press",
    discord.InteractionType.modal_submit: "form",
}


class Watching:
    """The metrics of one process, and the objects that measure its parts."""

    def __init__(self, clock: Callable[[], int]) -> None:
        self.metrics = Metrics(version=VERSION, library=discord.__version__)
        self.provider = ProviderWatch(self.metrics)
        self.traffic = DiscordTraffic(self.metrics)
        self.jobs = JobWatch(self.metrics, self.provider, clock=clock)
        self.lag = LoopLag(self.metrics.loop_lag.observe)
        self.began = time.monotonic()

    def took(self, kind: str, seconds: float) -> None:
        """Record the duration of a database transaction; the type of this method is `db.engines.engine.Took`."""
        self.metrics.database.labels(kind).observe(seconds)

    def watch(self, client: ClapperClient) -> None:
        """Measure the client's interactions, its answers and its calls to Discord."""
        client.http.request = cast("Any", self.traffic.held_back(client.http.request))
        client.add_listener(self._received, "on_interaction")
        client.add_listener(self._done, "on_app_command_completion")
        client.add_listener(self._failed, "on_app_command_failure")

    async def _received(self, interaction: discord.Interaction) -> None:
        self.metrics.interactions.labels(_KINDS.get(interaction.type, "other")).inc()
        if interaction.type is not discord.InteractionType.autocomplete:
            self.traffic.received(interaction.id)

    async def _done(self, _: discord.Interaction, command: Any) -> None:
        self.metrics.commands.labels(command.qualified_name, "done").inc()

    async def _failed(self, interaction: discord.Interaction, error: Exception) -> None:
        if isinstance(error, app_commands.CommandInvokeError):
            error = error.original
        refused = refusal_sentence(words_of(interaction), error) is not None
        name = interaction.command.qualified_name if interaction.command else "unknown"
        self.metrics.commands.labels(name, "refused" if refused else "broken").inc()


@dataclass(frozen=True, slots=True, kw_only=True)
class Watched:
    """The opened parts of a process that the operator's page reads."""

    role: Role
    store: JobStore
    client: ClapperClient
    still_seconds: Callable[[], Mapping[str, float]]


@contextlib.asynccontextmanager
async def open_pages(
    watching: Watching, watched: Watched, settings: Settings, *, framed_by: str = "'none'"
) -> AsyncGenerator[str | None]:
    """Serve health, metrics and the operator's page; yield their address, or None if they are not served."""
    async with watching.lag:
        if settings.health_port is None:
            yield None
            return
        checks = checks_of(
            watched.role,
            store=watched.store,
            client=watched.client,
            still_seconds=watched.still_seconds,
        )
        readiness = Readiness(checks, watching.metrics)
        figures = OperatorsPage(
            store=watched.store,
            role=watched.role,
            client=watched.client,
            provider=watching.provider,
            traffic=watching.traffic,
            lag=watching.lag,
            readiness=readiness,
            metrics=watching.metrics,
            still_seconds=watched.still_seconds,
            running_cap=settings.max_running_jobs,
            orders_cap=settings.bot_per_day,
            budget_usd=settings.bot_usd_per_day,
            began=watching.began,
        )
        pages = Pages(
            metrics=watching.metrics,
            readiness=readiness,
            lag=watching.lag,
            refresh=figures.refresh,
            page=figures.page,
            files=FILES,
            framed_by=framed_by,
        )
        token = settings.health_token.get_secret_value() if settings.health_token else None
        server = open_server(pages, host=settings.health_host, port=settings.health_port, token=token)
        async with server as address:
            yield address
