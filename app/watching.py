"""The connections from a process's parts to its metrics, and the server for health, metrics and operator's page."""

import contextlib
import re
import time
from collections.abc import AsyncGenerator, Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
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
from db.jobs.job import MAY_BE_ORDERED_AGAIN, Job, JobState
from db.money.caps import CapReached
from db.store import JobStore
from hailuo.models import MICROS
from jobs.pipeline import Pipeline
from jobs.servers.guild_settings import OPERATOR, Manager
from telemetry.markup import FoundJob, Notice
from telemetry.metrics import Metrics
from telemetry.page import FILES, job_page
from telemetry.readiness import LoopLag, Readiness
from telemetry.server import Act, Pages, open_server
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
    pipeline: Pipeline
    client: ClapperClient
    still_seconds: Callable[[], Mapping[str, float]]


LONGEST_REFERENCE = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class OperatorsActs:
    """What an operator does on the page, by the functions that commands of Discord use, and audited like there."""

    store: JobStore
    pipeline: Pipeline
    can_act: bool

    def by_path(self) -> Mapping[str, Act]:
        """Return the acts by the paths to which their forms are sent."""
        return {
            "/pause": self._pause,
            "/resume": self._resume,
            "/submit-again": self._submit_again,
            "/give-up": self._give_up,
        }

    async def job(self, reference: str) -> str:
        """Return the page of the job that a user's reference names."""
        asked = reference.strip()[:LONGEST_REFERENCE]
        job = await self._job(asked.casefold().removeprefix("video")) if asked else None
        return job_page(asked, job and _found(job), can_act=self.can_act)

    async def _pause(self, _key: str) -> Notice:
        await self.pipeline.ordering_pauses.stop()
        return Notice.PAUSED

    async def _resume(self, _key: str) -> Notice:
        return Notice.RESUMED if await self.pipeline.ordering_pauses.go_on() else Notice.NOT_PAUSED

    async def _submit_again(self, key: str) -> Notice:
        job = await self._job(key)
        try:
            again = job and await self.pipeline.administration.submit_again(_operator(job), job.key)
        except CapReached:
            return Notice.LIMIT
        return Notice.SUBMITTED_AGAIN if again else Notice.NOT_UNKNOWN

    async def _give_up(self, key: str) -> Notice:
        job = await self._job(key)
        ended = job and await self.pipeline.administration.give_up(_operator(job), job.key)
        return Notice.GIVEN_UP if ended else Notice.NOT_UNKNOWN

    async def _job(self, key: str) -> Job | None:
        """Return the job with a key as it was typed or copied, with whatever stands around it."""
        return await self.store.job_queries.by_key(re.sub(r"[^0-9a-z]", "", key))


def _operator(job: Job) -> Manager:
    return Manager(guild_id=job.guild_id, user_id=OPERATOR)


def _found(job: Job) -> FoundJob:
    """Return what an operator may know of a job: ids and figures, no word that its member wrote."""
    facts = {
        "State": job.state,
        "Reason": str(job.reason or "").replace("_", " "),
        "Format": job.format,
        "Ordered": f"{datetime.fromtimestamp(job.created_at / 1000, UTC):%Y-%m-%d %H:%M} UTC",
        "Server": str(job.guild_id or "direct message"),
        "Member": str(job.user_id),
        "Provider's task": job.provider_task_id or "",
        "Cost": f"${job.cost_micros / MICROS:.2f}",
    }
    is_unknown = job.state is JobState.UNKNOWN
    return FoundJob(
        key=job.key,
        facts=[(name, value) for name, value in facts.items() if value],
        is_unknown=is_unknown,
        may_be_submitted=is_unknown and job.reason in MAY_BE_ORDERED_AGAIN and job.erased_at is None,
    )


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
        can_act = settings.health_token is not None
        acts = OperatorsActs(store=watched.store, pipeline=watched.pipeline, can_act=can_act)
        figures = OperatorsPage(
            store=watched.store,
            pauses=watched.pipeline.ordering_pauses,
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
            can_act=can_act,
            began=watching.began,
        )
        pages = Pages(
            metrics=watching.metrics,
            readiness=readiness,
            lag=watching.lag,
            refresh=figures.refresh,
            page=figures.page,
            job=acts.job,
            acts=acts.by_path(),
            files=FILES,
            framed_by=framed_by,
        )
        token = settings.health_token.get_secret_value() if settings.health_token else None
        server = open_server(
            pages,
            host=settings.health_host,
            port=settings.health_port,
            token=token,
            url=settings.health_url,
        )
        async with server as address:
            yield address
