"""The money of the rows: what the histories of the jobs let expect in the ledger and in the counters."""

import sqlite3
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import NamedTuple

EVER = ""
"""The period of counters that never begin anew."""


class EffectiveLimits(NamedTuple):
    """The key of a row of `counters`."""

    scope: str
    guild_id: int
    user_id: int
    period: str


@dataclass(frozen=True, slots=True)
class Booking:
    """An entry that a history lets expect; `at` is when the order that it belongs to was asked for."""

    kind: str
    order_number: int
    at: int


def bookings(job: sqlite3.Row, events: Iterable[sqlite3.Row]) -> list[Booking]:
    """Return the entries that belong to the history of `job`. An unknown outcome has none: it stays reserved."""
    expected: list[Booking] = []
    number = at = 0
    for event in events:
        step = (event["from_state"] or "", event["to_state"])
        if step in {("", "queued"), ("unknown", "queued")}:
            number, at = number + 1, event["at"]
        if kind := _kind(step, charged=job["charged"]):
            expected.append(Booking(kind, number, at))
    return expected


def of_ledger(
    job: sqlite3.Row, entries: Iterable[sqlite3.Row], events: Iterable[sqlite3.Row]
) -> Iterator[str]:
    """Yield what is wrong with the entries of one job."""
    booked = list(entries)
    found = Counter((entry["kind"], entry["order_number"]) for entry in booked)
    wanted = Counter((booking.kind, booking.order_number) for booking in bookings(job, events))
    if found != wanted:
        yield f"ledger of a {job['state']} job has {_told(found)}, its history {_told(wanted)}"
    total = sum(entry["micros"] for entry in booked)
    if total != job["cost_micros"]:
        yield f"ledger of a {job['state']} job adds up to {total}, its row says {job['cost_micros']}"
    amounts = {"reserve": job["price_micros"], "refund": -job["price_micros"]}
    for entry in booked:
        if entry["micros"] != amounts.get(entry["kind"], entry["micros"]):
            yield f"ledger has a {entry['kind']} of {entry['micros']} at a price of {job['price_micros']}"


def of_counters(
    counters: Iterable[sqlite3.Row], wanted: Mapping[EffectiveLimits, tuple[int, int]], *, days: bool
) -> Iterator[str]:
    """Yield where the counters are not what was `wanted`; without `days`, those of all times alone are looked at."""
    found = {
        EffectiveLimits(row["scope"], row["guild_id"], row["user_id"], row["period"]): (
            row["n"],
            row["micros"],
        )
        for row in counters
    }
    for share in sorted(found.keys() | wanted.keys()):
        there, expected = found.get(share, (0, 0)), wanted.get(share, (0, 0))
        if there != expected and (days or share.period == EVER):
            yield f"counted for {share.scope} {share.period or 'ever'}: {there}, the jobs took {expected}"
    if not days:
        yield from _of_sums(found)


def taken(
    jobs: Iterable[sqlite3.Row],
    ledger: Iterable[sqlite3.Row],
    events: Mapping[int, list[sqlite3.Row]],
) -> dict[EffectiveLimits, tuple[int, int]]:
    """Return how many jobs and micro-dollars the histories and their entries let expect in each counter."""
    amounts = {(row["job_id"], row["kind"], row["order_number"]): row["micros"] for row in ledger}
    numbers: Counter[EffectiveLimits] = Counter()
    micros: Counter[EffectiveLimits] = Counter()
    for job in jobs:
        for booking in bookings(job, events[job["id"]]):
            amount = amounts.get((job["id"], booking.kind, booking.order_number), 0)
            for share in _shares(job, utc_day(booking.at)):
                numbers[share] += _COUNTS[booking.kind]
                micros[share] += amount
    return {share: (numbers[share], micros[share]) for share in numbers.keys() | micros.keys()}


def utc_day(at: int) -> str:
    """Return the day of a time, as limits count where nobody chose another zone."""
    return datetime.fromtimestamp(at / 1000, UTC).date().isoformat()


_COUNTS = {"reserve": 1, "refund": -1, "commit": 0}


def _kind(step: tuple[str, str], *, charged: int | None) -> str | None:
    match step:
        case ("" | "unknown", "queued"):
            return "reserve"
        case ("queued", "cancelled") | ("submitting", "failed"):
            return "refund"
        case ("rendering", "delivering"):
            return "commit"
        case ("rendering", "failed") if charged is not None:
            return "commit" if charged else "refund"
        case _:
            return None


def _shares(job: sqlite3.Row, day: str) -> Iterator[EffectiveLimits]:
    for period in (EVER, day):
        yield EffectiveLimits("member", job["guild_id"], job["user_id"], period)
        yield EffectiveLimits("guild", job["guild_id"], 0, period)
        yield EffectiveLimits("bot", 0, 0, period)
    yield EffectiveLimits("member_utc", job["guild_id"], job["user_id"], day)
    yield EffectiveLimits("user", 0, job["user_id"], day)
    yield EffectiveLimits("guild_utc", job["guild_id"], 0, day)


def _of_sums(found: Mapping[EffectiveLimits, tuple[int, int]]) -> Iterator[str]:
    sums: Counter[tuple[EffectiveLimits, int]] = Counter()
    for share, figures in found.items():
        if share.scope not in {"member", "guild", "bot"}:
            continue  # those know days alone
        sign = 1 if share.period == EVER else -1
        for column, figure in enumerate(figures):
            sums[share._replace(period=EVER), column] += sign * figure
    for (share, _), difference in sums.items():
        if difference:
            yield f"counted for {share.scope}: the days do not add up to all times, by {difference}"


def _told(entries: Counter[tuple[str, int]]) -> str:
    return (
        ", ".join(f"{times} x {kind} {number}" for (kind, number), times in sorted(entries.items())) or "none"
    )
