"""`python bot.py jobs`: lists jobs beside a running bot, and decides on those of unknown outcome.

With SQLite the bot must be stopped for a decision; with PostgreSQL it may run, and hears of it.
"""

import json
from collections.abc import Iterable
from contextlib import AbstractAsyncContextManager
from datetime import UTC, datetime
from typing import Any

from console.tables import table
from db.jobs.job import Job, JobState
from db.money.caps import CapReached, Caps
from db.store import JobStore, open_store, open_store_for_reading
from hailuo.prices import MICROS

NONE = "There is no such job."
_HEADINGS = ("KEY", "STATE", "SINCE (UTC)", "SERVER", "MEMBER", "FORMAT", "REASON")


async def list_jobs(
    database_url: str, *, states: Iterable[JobState], limit: int, as_json: bool = False
) -> None:
    """Print the jobs that have not ended, at most `limit` of each state; the bot may be running."""
    async with open_store_for_reading(database_url) as store:
        jobs = [job for state in states for job in await store.job_queries.open_jobs(state, limit=limit)]
    if as_json:
        print(json.dumps([_facts(job) for job in jobs]))
    else:
        print(table(_HEADINGS, map(_cells, jobs)) if jobs else NONE)


async def submit_again(database_url: str, key: str, *, day: str, caps: Caps) -> bool:
    """Queue an order of unknown outcome once more. Say whether it was done."""
    async with _deciding(database_url) as store:
        job = await store.job_queries.by_key(key)
        try:
            again = job and await store.unknown_jobs.submit_again(
                key, guild_id=job.guild_id, day=day, bot_day=day, caps=caps
            )
        except CapReached as reached:
            print(f"Not queued: {reached}. Raise it for a moment, or wait until tomorrow (UTC).")
            return False
    return _say(again, f"{key} is queued and will be ordered again. It counts a second time.")


async def give_up(database_url: str, key: str) -> bool:
    """End an order of unknown outcome; the bot must not be running. Say whether it was done."""
    async with _deciding(database_url) as store:
        job = await store.job_queries.by_key(key)
        ended = job and await store.unknown_jobs.give_up(key, guild_id=job.guild_id)
    return _say(ended, f"{key} has ended as failed. What it may have cost stays counted.")


def _deciding(database_url: str) -> AbstractAsyncContextManager[JobStore]:
    return open_store(database_url, worker="console", lease_seconds=1)


def _say(job: Job | None, done: str) -> bool:
    print(done if job else "There is no job of unknown outcome with this key: see `jobs --state unknown`.")
    return job is not None


def _cells(job: Job) -> tuple[str, ...]:
    since = datetime.fromtimestamp(job.queued_at / 1000, UTC)
    server = str(job.guild_id) if job.guild_id else "direct message"
    reason = job.reason or ""
    return (job.key, job.state, f"{since:%Y-%m-%d %H:%M}", server, str(job.user_id), job.format, reason)


def _facts(job: Job) -> dict[str, Any]:
    """Return what a script may want to know of a job; nothing that a member wrote."""
    return {
        "key": job.key,
        "state": job.state,
        "queued_at": job.queued_at,
        "guild": job.guild_id,
        "member": job.user_id,
        "format": job.format,
        "reason": job.reason,
        "usd": job.cost_micros / MICROS,
    }
