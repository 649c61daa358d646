"""The operator's commands `python bot.py jobs`, `usage`, `guilds`, `pause`, `resume` and `unblock`.

`jobs` also decides on jobs of unknown outcome. With SQLite the bot must be stopped for that; with PostgreSQL
it may run, and is notified.
"""

import json
from collections.abc import Iterable, Mapping
from contextlib import AbstractAsyncContextManager
from datetime import UTC, datetime, timedelta
from typing import Any

from db.engines.engine import DatabaseBusy, SourceUnusable
from db.jobs.job import Job, JobState
from db.money.caps import CapReached, Caps
from db.money.ledger import Spent
from db.settings.pauses import EVERYWHERE, Cause
from db.store import JobStore, is_shared, open_store, open_store_for_reading, require_source
from hailuo.models import MICROS
from jobs.money.limits import KillSwitch
from jobs.servers.guild_settings import OPERATOR, AuditAction, AuditDetail

NONE = "No open jobs."
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
    """Queue a job of unknown outcome again; return whether it was queued."""
    async with _deciding(database_url) as store:
        job = await store.job_queries.by_key(key)
        try:
            again = job and await store.unknown_jobs.submit_again(
                key, guild_id=job.guild_id, day=day, bot_day=day, caps=caps
            )
            await _note(store, again, AuditAction.SUBMITTED_AGAIN)
        except CapReached as reached:
            print(f"Not queued: {reached}. Raise it for a moment, or wait until tomorrow (UTC).")
            return False
    return _say(again, f"{key} is queued and will be ordered again. It counts a second time.")


async def give_up(database_url: str, key: str) -> bool:
    """End a job of unknown outcome as failed; return whether it was ended. With SQLite the bot must be stopped."""
    async with _deciding(database_url) as store:
        job = await store.job_queries.by_key(key)
        ended = job and await store.unknown_jobs.give_up(key, guild_id=job.guild_id)
        await _note(store, ended, AuditAction.GIVEN_UP)
    return _say(ended, f"{key} has ended as failed. What it may have cost stays counted.")


def _deciding(database_url: str) -> AbstractAsyncContextManager[JobStore]:
    return open_store(database_url, worker="console", lease_seconds=1)


async def _note(store: JobStore, job: Job | None, action: AuditAction) -> None:
    """Record a decision in the audit of the job's server."""
    if job is not None:
        detail = AuditDetail(user=job.user_id, job=job.key).to_json()
        await store.audit.note(job.guild_id, OPERATOR, action=action, detail=detail)


def _say(job: Job | None, done: str) -> bool:
    print(done if job else "There is no job of unknown outcome with this key: see `jobs --state unknown`.")
    return job is not None


def _cells(job: Job) -> tuple[str, ...]:
    since = datetime.fromtimestamp(job.queued_at / 1000, UTC)
    server = str(job.guild_id) if job.guild_id else "direct message"
    reason = job.reason or ""
    return (job.key, job.state, f"{since:%Y-%m-%d %H:%M}", server, str(job.user_id), job.format, reason)


def _facts(job: Job) -> dict[str, Any]:
    """Return the facts about a job for JSON output; they hold no text that a member wrote."""
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


async def show_usage(database_url: str, *, days: int, as_json: bool) -> None:
    """Print the number and the cost of all orders on each of the last `days` (UTC)."""
    async with open_store_for_reading(database_url) as store:
        since, until = _days_before(days - 1), _days_before(0)
        used = await store.usage.of_bot(since=since, until=until)
    rows = [{"day": day, **_figures(spent)} for day, spent in sorted(used.items())]
    total = Spent(n=sum(spent.n for spent in used.values()), micros=sum(s.micros for s in used.values()))
    _print(rows, as_json=as_json, total=_figures(total))


async def show_guilds(database_url: str, *, days: int, allowed: frozenset[int], as_json: bool) -> None:
    """Print each server's orders and spending in the last `days`, and whether the server may order."""
    async with open_store_for_reading(database_url) as store:
        paused = await _paused(store)
        used = await store.usage.guilds(since=_days_before(days - 1))
    rows = [
        {"guild": guild_id, **_figures(spent), "orders": _may_order(guild_id, allowed, paused)}
        for guild_id, spent in used
    ]
    _print(rows, as_json=as_json)


async def _paused(store: JobStore) -> set[int]:
    return {pause.guild_id for pause in await store.pauses.standing()}


def _may_order(guild_id: int, allowed: frozenset[int], paused: set[int]) -> str:
    if allowed and guild_id not in allowed:
        return "not allowed"
    return "paused" if paused & {guild_id, EVERYWHERE} else "open"


def _figures(spent: Spent) -> dict[str, Any]:
    return {"videos": spent.n, "usd": round(spent.micros / MICROS, 4)}


def _days_before(days: int) -> str:
    return (datetime.now(UTC) - timedelta(days=days)).date().isoformat()


def _print(
    rows: Iterable[Mapping[str, Any]], *, as_json: bool, total: Mapping[str, Any] | None = None
) -> None:
    listed = list(rows)
    if as_json:
        print(json.dumps({"rows": listed, **({"total": total} if total is not None else {})}))
        return
    if not listed:
        print("Nothing was ordered in these days.")
        return
    headings = tuple(name.upper() for name in listed[0])
    lines = [tuple(str(value) for value in row.values()) for row in listed]
    if total is not None:
        lines.append(("total", *(str(value) for value in total.values())))
    print(table(headings, lines))


def table(headings: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    """Return a table as text, each column as wide as its longest cell."""
    lines = [headings, *rows]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip()
        for line in lines
    )


PAUSED = "Paused. Running orders still arrive. Resume with `python bot.py resume`."
RESUMED = "Resumed."
NOT_PAUSED = "Nothing was paused."
STILL_HELD = (
    "The bot is running and holds the database: a pause that it has made itself is lifted by `/operator resume` in "
    "Discord, or by this command while it is stopped."
)


async def pause(database_url: str, switch: KillSwitch) -> bool:
    """Pause all ordering, by the kill switch on this machine and, with PostgreSQL, by a pause in the database."""
    switch.turn_on()
    if is_shared(database_url):
        async with open_store(database_url, worker="console", lease_seconds=1) as store:
            await store.pauses.pause(Cause.OPERATOR)
    print(PAUSED)
    return True


async def resume(database_url: str, switch: KillSwitch) -> bool:
    """Turn the kill switch off and lift all bot-wide pauses; return False if a running bot prevents that."""
    resumed = switch.turn_off()
    try:
        await require_source(database_url)
        async with open_store(database_url, worker="console", lease_seconds=1) as store:
            lifted = [cause for cause in Cause if await store.pauses.lift(cause)]
    except DatabaseBusy:
        print(RESUMED if resumed else STILL_HELD)
        return resumed
    except SourceUnusable:
        lifted = []
    print(RESUMED if resumed or lifted else NOT_PAUSED)
    return True


async def unblock(database_url: str, user_id: int, *, guild_id: int | None) -> bool:
    """Let a member order again, everywhere or in one server; return whether they were blocked there."""
    async with open_store(database_url, worker="console", lease_seconds=1) as store:
        lifted = await store.blocks.unblock(user_id, guild_id=EVERYWHERE if guild_id is None else guild_id)
    print("They may order again." if lifted else "They were not blocked there.")
    return lifted
