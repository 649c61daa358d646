"""`python bot.py usage` and `guilds`: what was ordered and spent, beside a running bot."""

import json
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from console.tables import table
from db.money.usage import Spent
from db.settings.pauses import EVERYWHERE
from db.store import JobStore, open_store_for_reading
from hailuo.prices import MICROS


async def show_usage(database_url: str, *, days: int, as_json: bool) -> None:
    """Print what everybody used on each of the last `days` (UTC)."""
    async with open_store_for_reading(database_url) as store:
        since, until = _days_before(days - 1), _days_before(0)
        used = await store.usage.of_bot(since=since, until=until)
    rows = [{"day": day, **_figures(spent)} for day, spent in sorted(used.items())]
    total = Spent(n=sum(spent.n for spent in used.values()), micros=sum(s.micros for s in used.values()))
    _print(rows, as_json=as_json, total=_figures(total))


async def show_guilds(database_url: str, *, days: int, allowed: frozenset[int], as_json: bool) -> None:
    """Print what each server used in the last `days`, and whether it may order."""
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
