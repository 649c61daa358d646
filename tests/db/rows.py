"""Jobs in any state, made through the store alone, and a look at what the tables hold."""

import asyncio
import itertools
from collections.abc import Awaitable, Iterable
from dataclasses import fields
from typing import Any

from db.engines.engine import Engine, Row
from db.jobs.admission import NewJob, Requester
from db.jobs.claims import Claims
from db.jobs.job import Job, JobState, Owner, Reason
from db.jobs.outcomes import Accepted
from db.money.caps import Caps
from db.store import JobStore
from tests.support.caps import PRICE

ANN = Owner(guild_id=1, user_id=11)
BEN = Owner(guild_id=1, user_id=22)
DAY = "2026-11-23"
PLENTY = Caps()
"""No limits."""

TASK = Accepted(provider_url="https://provider.example", provider_key_id="k", provider_task_id="t")

_numbers = itertools.count(1)


def new_job(owner: Owner = ANN, **changes: object) -> NewJob:
    number = next(_numbers)
    requester = {
        "channel_id": 77,
        "interaction_id": 1000 + number,
        "upload_limit": 10 * 1024 * 1024,
        **{name: changes.pop(name) for name in _OF_REQUESTER & changes.keys()},
    }
    values = {
        "key": f"key-{number}",
        "requester": Requester(owner=owner, **requester),
        "request_json": "{}",
        "format": "a/6s/768p",
        "submit_key": f"submit-{number}",
        "first_frame": None,
        "parent_id": None,
        "relation": None,
        "usage_day": DAY,
        "bot_day": DAY,
        "price_micros": PRICE,
    }
    return NewJob(**{**values, "bot_day": changes.get("usage_day", DAY), **changes})


_OF_REQUESTER = {field.name for field in fields(Requester)}


async def admit(store: JobStore, owner: Owner = ANN, **changes: object) -> Job:
    return await store.admission.admit(new_job(owner, **changes), caps=PLENTY)


async def job_in(store: JobStore, state: JobState, owner: Owner = ANN) -> Job:
    """Return a new job of `state`, held by the step that works on that state.

    No other job may be queued, or due without being held.
    """
    job = await admit(store, owner)
    match state:
        case JobState.QUEUED:
            return job
        case JobState.CANCELLED:
            await store.admission.withdraw_expired(ttl_seconds=0)
            return _same(await store.claims.unnotified(), job)
        case JobState.SUBMITTING:
            return await _submitting(store, job)
        case JobState.UNKNOWN:
            await store.outcomes.unknown(await _submitting(store, job), detail="the line broke")
            return _same(await store.claims.unnotified(), job)
        case JobState.RENDERING:
            return await _rendering(store, job)
        case JobState.DELIVERING:
            return await _delivering(store, job)
        case JobState.DELIVERED:
            return await store.outcomes.delivered(await _delivering(store, job), message_id=5)
        case JobState.FAILED:
            return await undeliverable(store, job)


async def undeliverable(store: JobStore, job: Job, *, reason: Reason = Reason.UNDELIVERABLE) -> Job:
    """Take a waiting job to the end where its video is kept and its requester is being told."""
    job = await _delivering(store, job)
    job = await store.outcomes.downloaded(job, video_file="kite.mp4", video_bytes=9)
    await store.outcomes.undeliverable(job, reason=reason, detail="no right to post")
    return _same(await store.claims.unnotified(), job)


async def _submitting(store: JobStore, job: Job) -> Job:
    return _same(await store.claims.queued(running_cap=1000), job)


async def _rendering(store: JobStore, job: Job) -> Job:
    job = await _submitting(store, job)
    await store.outcomes.accepted(job, order=TASK, first_poll_ms=0)
    return _same(await store.claims.due_poll(), job)


async def _delivering(store: JobStore, job: Job) -> Job:
    await store.outcomes.rendered(
        await _rendering(store, job), result_url="https://provider.example/v.mp4", expires_at=None
    )
    return _same(await store.claims.due_delivery(), job)


def _same(claimed: Job | None, job: Job) -> Job:
    assert claimed is not None
    assert claimed.id == job.id
    return claimed


def claim_again(claims: Claims, state: JobState) -> Awaitable[Job | None]:
    """Ask for a held job of `state` as the step that works on it does."""
    match state:
        case JobState.SUBMITTING:
            return claims.stranded()
        case JobState.RENDERING:
            return claims.due_poll()
        case JobState.DELIVERING:
            return claims.due_delivery()
        case _:
            return claims.unnotified()


async def at_once(calls: Iterable[Awaitable[Any]], *, refusals: bool = False) -> list[Any]:
    """Make calls at the same time and return the answers, with `refusals` also those that were raised."""
    return await asyncio.gather(*calls, return_exceptions=refusals)


async def read(engine: Engine, sql: str, **parameters: object) -> list[Row]:
    return await engine.read(lambda transaction: transaction.all(sql, **parameters))


async def row_of(engine: Engine, job: Job) -> Row:
    (row,) = await read(engine, "SELECT * FROM jobs WHERE id = :id", id=job.id)
    return row


async def usage(engine: Engine, day: str = DAY) -> dict[tuple[str, int], int]:
    """Return how many jobs count on a day, by member and for the bot: (scope, id) -> n."""
    found = await counted(engine, day)
    return {
        (scope, user_id): n
        for (scope, _guild, user_id), (n, _) in found.items()
        if scope in {"member", "bot"}
    }


async def counted(engine: Engine, day: str = DAY) -> dict[tuple[str, int, int], tuple[int, int]]:
    """Return what counts on a day: (scope, guild_id, user_id) -> (jobs, micro-dollars)."""
    sql = "SELECT scope, guild_id, user_id, n, micros FROM counters WHERE period = :day"
    return {
        (row["scope"], row["guild_id"], row["user_id"]): (row["n"], row["micros"])
        for row in await read(engine, sql, day=day)
    }


async def booked(engine: Engine, job: Job) -> list[tuple[str, int]]:
    sql = "SELECT kind, micros FROM ledger WHERE job_id = :id ORDER BY id"
    return [(row["kind"], row["micros"]) for row in await read(engine, sql, id=job.id)]


async def history(engine: Engine, job: Job) -> list[tuple[str | None, str]]:
    sql = "SELECT from_state, to_state FROM job_events WHERE job_id = :id ORDER BY id"
    return [(row["from_state"], row["to_state"]) for row in await read(engine, sql, id=job.id)]
