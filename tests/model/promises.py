"""What must hold after every rule, read from the tables as any reader of the file finds them."""

import sqlite3
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from itertools import pairwise

from db.jobs.job import OPEN, JobState
from db.money.caps import Caps, Level, LevelCaps, Measure, account_of
from hailuo.models import micros_of
from hailuo.request import VideoOptions
from sandbox.contract import PRICES_USD
from sandbox.ledger import Ledger as Provider
from tests.crash.ledgers import _BY_A_PERSON as EDGES_OF_MODERATORS
from tests.crash.ledgers import _EDGES as EDGES_OF_STEPS
from tests.crash.ledgers import Rows, by_job, first_key, has_ended
from tests.crash.money import EVER, EffectiveLimits, of_counters, of_ledger, taken, utc_day
from tests.model.channels import Channels
from tests.support.caps import PRICES

EDGES_OF_PEOPLE = {*EDGES_OF_MODERATORS, ("failed", "delivering")}
EDGES_OF_LATE_ANSWERS = {
    ("submitting", "rendering"),
    ("unknown", "rendering"),
    ("delivering", "delivered"),
    ("unknown", "delivered"),
}
"""What a step may still record about a job that was taken from it."""

EDGES = EDGES_OF_STEPS | EDGES_OF_PEOPLE | EDGES_OF_LATE_ANSWERS
ACTIVE = frozenset(OPEN) - {JobState.UNKNOWN}

COST = micros_of(PRICES_USD["768p", 6])
"""What the provider says that each video did cost: a little less than it was expected to."""

PRICE = PRICES.of(VideoOptions())
"""What each order of the machine is expected to cost."""

Met = tuple[Level, Measure]
"""A limit that was met."""


class Broken(AssertionError):
    """A promise was broken."""


def violations(rows: Rows, provider: Provider, channels: Channels) -> Iterator[str]:
    """Yield every promise that is broken, in words."""
    posts = Counter(first_key(entry.submit_key) for entry in provider.accepted)
    histories, entries = by_job(rows.events), by_job(rows.ledger)
    for job in rows.jobs:
        events = histories[job["id"]]
        yield from _of_history(job, events)
        yield from _of_posts(job, events, posts[first_key(job["submit_key"])])
        yield from of_ledger(job, entries[job["id"]], events)
        yield from _of_costs(job, entries[job["id"]])
        yield from _of_result(job, channels)
    if posts.keys() - {first_key(job["submit_key"]) for job in rows.jobs}:
        yield "an accepted POST without a row"
    yield from of_counters(rows.counters, taken(rows.jobs, rows.ledger, histories), days=True)


def edge(event: sqlite3.Row) -> tuple[str, str]:
    """Return the two states of an event; the first is empty where the job was made."""
    return event["from_state"] or "", event["to_state"]


def caps_reached(rows: Rows, job: EffectiveLimits, now: int, caps: Caps, *, hurried: bool = True) -> set[Met]:
    """Return the limits that one more job of this member meets; without `hurried`, those of pace let it pass.

    `job` names the counter of the member; its period is of no account.
    """
    counted, day = taken(rows.jobs, rows.ledger, by_job(rows.events)), utc_day(now)
    under_way = [row for row in rows.jobs if row["state"] in ACTIVE and row["late_at"] is None]
    met: set[Met] = set()
    for level in Level:
        limits, (guild_id, user_id) = caps.at(level), account_of(level, job.guild_id, job.user_id)
        active = [
            row for row in under_way if guild_id in {0, row["guild_id"]} and user_id in {0, row["user_id"]}
        ]
        figures = _one_more(
            counted, EffectiveLimits(level, guild_id, user_id, day), len(active) if hurried else -1
        )
        met |= {(level, measure) for measure in figures if _is_passed(limits, measure, figures[measure])}
    return met


def pauses_at(rows: Rows, now: int) -> set[str]:
    """Return what keeps members from ordering anything."""
    return {
        pause["cause"]
        for pause in rows.pauses
        if pause["cause"] != "outage" and (pause["until_at"] is None or pause["until_at"] > now)
    }


def _one_more(
    counted: Mapping[EffectiveLimits, tuple[int, int]], day: EffectiveLimits, active: int
) -> dict[Measure, int]:
    number, micros = counted.get(day, (0, 0))
    month = sum(
        figures[1]
        for share, figures in counted.items()
        if share._replace(period=EVER) == day._replace(period=EVER)
        and share.period.startswith(day.period[:7])
    )
    return {
        Measure.ACTIVE: active + 1,
        Measure.PER_DAY: number + 1,
        Measure.MICROS_PER_DAY: micros + PRICE,
        Measure.MICROS_PER_MONTH: month + PRICE,
    }


def _is_passed(limits: LevelCaps, measure: Measure, figure: int) -> bool:
    limit = getattr(limits, measure)
    return limit is not None and figure > limit


def is_over(job: sqlite3.Row) -> bool:
    """Say whether nothing is left to do; who cancelled a job need not be told of it."""
    return has_ended(job) or (job["state"] == "cancelled" and job["reason"] is None)


def _of_history(job: sqlite3.Row, events: list[sqlite3.Row]) -> Iterator[str]:
    steps = [edge(event) for event in events]
    yield from (
        f"illegal step {before} -> {after}" for before, after in steps if (before, after) not in EDGES
    )
    if not steps or steps[0][0]:
        yield "a history without a beginning"
    if steps and steps[-1][1] != job["state"]:
        yield f"history ends with {steps[-1][1]}, the row is {job['state']}"
    for (_, reached), (left, _) in pairwise(steps):
        if reached != left:
            yield f"history broken: reached {reached}, left {left}"
    fences = [*(event["fence"] for event in events), job["fence"]]
    if fences != sorted(fences):
        yield f"the fence went back: {fences}"


def _of_posts(job: sqlite3.Row, events: list[sqlite3.Row], posts: int) -> Iterator[str]:
    again = [edge(event) for event in events].count(("unknown", "queued"))
    allowed = again + (job["state"] != "cancelled")
    if posts > allowed:
        yield f"{posts} accepted POSTs of a {job['state']} job that was submitted again {again} times"
    if job["charged"] == 0 and job["state"] not in {"failed", "cancelled"}:
        yield f"said not to be charged, but {job['state']}"


def _of_result(job: sqlite3.Row, channels: Channels) -> Iterator[str]:
    if job["key"] in channels.twice():
        yield f"the result of a {job['state']} job stands twice in one place"
    shown = {result.id for result in channels.results if result.key == job["key"]}
    if job["state"] == "delivered" and job["message_id"] not in shown:
        yield "delivered, but nowhere to be seen"


def _of_costs(job: sqlite3.Row, entries: Iterable[sqlite3.Row]) -> Iterator[str]:
    """What the provider says wins over what was expected."""
    for entry in entries:
        if entry["kind"] == "commit" and job["price_micros"] + entry["micros"] != COST:
            yield f"ledger settles at {entry['micros']} above the price, the provider says {COST}"
    if job["price_micros"] != PRICE:
        yield f"a price of {job['price_micros']}"


class Tellings:
    """Who was told of which ending, how often; an ending is the last event of its job."""

    def __init__(self) -> None:
        self._said: Counter[int] = Counter()
        self._unrecorded: Counter[int] = Counter()
        self._unheard: set[int] = set()

    def note(self, rows: Rows, channels: Channels, *, interrupted: bool) -> None:
        """Take down what was said since the last call; `interrupted` when a step did not come to its end."""
        histories = by_job(rows.events)
        jobs = {job["key"]: (job, histories[job["id"]][-1]["id"]) for job in rows.jobs}
        for key in channels.said:
            job, ending = jobs[key]
            self._said[ending] += 1
            self._unrecorded[ending] += interrupted and job["told_at"] is None
        self._unheard |= {jobs[key][1] for key in channels.unheard}
        channels.said.clear()
        channels.unheard.clear()

    def repeated(self) -> Iterator[str]:
        """Yield what was said again although the row knew of it, or could have."""
        for ending, times in self._said.items():
            if times - self._unrecorded[ending] > 1:
                yield f"told {times} times of one ending"

    def missing(self, rows: Rows) -> Iterator[str]:
        """Yield the endings that count as told and that nobody was ever to hear of."""
        histories = by_job(rows.events)
        for job in rows.jobs:
            last = histories[job["id"]][-1]
            tried = self._said[last["id"]] or last["id"] in self._unheard
            if job["reason"] is not None and not tried:
                yield f"nobody was told of a job that is {job['state']}"
