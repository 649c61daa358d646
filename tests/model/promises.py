"""What must hold after every rule, read from the tables as any reader of the file finds them."""

import sqlite3
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from itertools import pairwise

from db.caps import Caps
from sandbox.ledger import Ledger as Provider
from tests.crash.ledgers import _BY_A_PERSON as EDGES_OF_MODERATORS
from tests.crash.ledgers import _EDGES as EDGES_OF_STEPS
from tests.crash.ledgers import Rows, has_ended
from tests.model.channels import Channels

EDGES_OF_PEOPLE = {*EDGES_OF_MODERATORS, ("failed", "delivering")}
EDGES_OF_LATE_ANSWERS = {("unknown", "rendering")}
"""What a step may still record about a job that was taken from it."""

EDGES = EDGES_OF_STEPS | EDGES_OF_PEOPLE | EDGES_OF_LATE_ANSWERS
ACTIVE = frozenset({"queued", "submitting", "rendering", "delivering"})
_ASKED_FOR = {("", "queued"), ("unknown", "queued")}
_GIVES_BACK = {("queued", "cancelled"), ("submitting", "failed")}

Share = tuple[str, str, int]
"""Day, scope and the id in it: the key of a row of `usage`."""


class Broken(AssertionError):
    """A promise was broken."""


def violations(rows: Rows, provider: Provider, channels: Channels) -> Iterator[str]:
    """Yield every promise that is broken, in words."""
    posts = Counter(entry.submit_key for entry in provider.accepted)
    histories = events_by_job(rows)
    for job in rows.jobs:
        events = histories[job["id"]]
        yield from _of_history(job, events)
        yield from _of_money(job, events, posts[job["submit_key"]])
        yield from _of_result(job, channels)
    if posts.keys() - {job["submit_key"] for job in rows.jobs}:
        yield "an accepted POST without a row"
    yield from _of_usage(rows)


def events_by_job(rows: Rows) -> defaultdict[int, list[sqlite3.Row]]:
    """Return the history of each job, oldest event first."""
    histories = defaultdict(list)
    for event in rows.events:
        histories[event["job_id"]].append(event)
    return histories


def edge(event: sqlite3.Row) -> tuple[str, str]:
    """Return the two states of an event; the first is empty where the job was made."""
    return event["from_state"] or "", event["to_state"]


def reserved(rows: Rows) -> Counter[Share]:
    """Return what the jobs' histories let expect in `usage`."""
    shares: Counter[Share] = Counter()
    histories = events_by_job(rows)
    for job in rows.jobs:
        day = ""
        for event in histories[job["id"]]:
            if edge(event) in _ASKED_FOR:
                day = day_of(event["at"])
                shares.update(_shares(job, day))
            elif edge(event) in _GIVES_BACK or (
                edge(event) == ("rendering", "failed") and job["charged"] == 0
            ):
                shares.subtract(_shares(job, day))
    return +shares


def day_of(at: int) -> str:
    """Return the day of a time, as caps count."""
    return datetime.fromtimestamp(at / 1000, UTC).date().isoformat()


def cap_reached(rows: Rows, user_id: int, now: int, caps: Caps) -> Cap | None:
    """Return the cap that one more job of this user meets first."""
    shares, day = reserved(rows), day_of(now)
    mine = [job for job in rows.jobs if job["user_id"] == user_id and job["late_at"] is None]
    if shares[day, "user", user_id] >= caps.per_user_per_day:
        return Cap.USER_DAY
    if sum(job["state"] in ACTIVE for job in mine) >= caps.active_per_user:
        return Cap.ACTIVE
    return Cap.BOT_DAY if shares[day, "bot", 0] >= caps.per_day else None


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


def _of_money(job: sqlite3.Row, events: list[sqlite3.Row], posts: int) -> Iterator[str]:
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


def _of_usage(rows: Rows) -> Iterator[str]:
    kept = Counter({(row["day"], row["scope"], row["scope_id"]): row["n"] for row in rows.usage})
    expected = reserved(rows)
    for share in kept | expected:
        if kept[share] != expected[share]:
            yield f"usage of {share[1]} is {kept[share]}, the jobs took {expected[share]}"


def _shares(job: sqlite3.Row, day: str) -> Iterable[Share]:
    return (day, "user", job["user_id"]), (day, "bot", 0)


class Tellings:
    """Who was told of which ending, how often; an ending is the last event of its job."""

    def __init__(self) -> None:
        self._said: Counter[int] = Counter()
        self._unrecorded: Counter[int] = Counter()
        self._unheard: set[int] = set()

    def note(self, rows: Rows, channels: Channels, *, interrupted: bool) -> None:
        """Take down what was said since the last call; `interrupted` when a step did not come to its end."""
        histories = events_by_job(rows)
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
        histories = events_by_job(rows)
        for job in rows.jobs:
            last = histories[job["id"]][-1]
            given_up = edge(last) == ("unknown", "failed")
            tried = self._said[last["id"]] or last["id"] in self._unheard
            if job["reason"] is not None and not given_up and not tried:
                yield f"nobody was told of a job that is {job['state']}"
