"""Three ledgers, reconciled: accepted POSTs, Discord messages, rows; for one job or for many."""

import contextlib
import sqlite3
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from db.jobs.job import TRANSITIONS
from sandbox.ledger import Ledger as Provider
from tests.crash.money import of_counters, of_ledger, taken
from tests.loopback_discord import Ledger as Discord

_BY_A_PERSON = {("unknown", "queued"): "resubmit", ("unknown", "failed"): "giveup"}
"""Edges that only a press on a button makes legal."""
_NEVER_HERE = {("", "delivering"), ("queued", "unknown"), ("failed", "delivering")}
"""Nobody joins clips, restores a backup or asks for a kept video in this suite."""
_ALL = {(before or "", after) for before, states in TRANSITIONS.items() for after in states}
_EDGES = _ALL - _NEVER_HERE - _BY_A_PERSON.keys()
_TOLD = frozenset({"failed", "unknown", "cancelled"})
_YEAR_2100 = 4_102_444_800_000
COMMAND = 2
"""The type of an interaction that is a command."""
_ACCEPTED = ("queued", "rendering", "delivered")
"""How a reply begins that says that there is a job; refusals begin otherwise."""


@dataclass(frozen=True, slots=True)
class Rows:
    """What the database says: jobs, their events, the ledger, and the counters that limits are compared with."""

    jobs: list[sqlite3.Row]
    events: list[sqlite3.Row]
    ledger: list[sqlite3.Row]
    counters: list[sqlite3.Row]
    pauses: list[sqlite3.Row]

    @property
    def settled(self) -> bool:
        """Say whether there are jobs, and every one has its end."""
        return bool(self.jobs) and all(has_ended(job) for job in self.jobs)


def read_rows(database: Path) -> Rows:
    """Return the rows as they are committed now; nothing where there is no table yet."""
    if not database.exists():
        return _NOTHING
    with contextlib.closing(sqlite3.connect(database, timeout=10)) as connection:
        connection.row_factory = sqlite3.Row
        if not connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'pauses'").fetchone():
            return _NOTHING
        connection.execute("BEGIN")  # all of them as of one moment
        return Rows(*(connection.execute(sql).fetchall() for sql in _TABLES))


_NOTHING = Rows([], [], [], [], [])
_TABLES = (
    "SELECT * FROM jobs",
    "SELECT * FROM job_events ORDER BY id",
    "SELECT * FROM ledger ORDER BY id",
    "SELECT * FROM counters",
    "SELECT * FROM pauses",
)


def by_job(rows: list[sqlite3.Row]) -> defaultdict[int, list[sqlite3.Row]]:
    """Return the events, or the entries of the ledger, of each job, oldest first."""
    found: defaultdict[int, list[sqlite3.Row]] = defaultdict(list)
    for row in rows:
        found[row["job_id"]].append(row)
    return found


def has_ended(job: sqlite3.Row) -> bool:
    """Say whether nobody needs to do anything about `job` any more."""
    if job["state"] == "delivered":
        return not job["notice"]
    return job["state"] in _TOLD and not _is_to_be_told(job)


def _is_to_be_told(job: sqlite3.Row) -> bool:
    """Say whether its requester still waits for a word; who cancelled by hand knows, who is out of reach never will."""
    waits = job["told_at"] is None and job["next_at"] < _YEAR_2100
    return waits and (job["state"], job["reason"]) != ("cancelled", None)


def violations(rows: Rows, provider: Provider, discord: Discord) -> list[str]:
    """Return every promise that was broken, in words."""
    found = [*_of_posts(rows, provider), *_of_acceptance(rows, discord), *_of_money(rows)]
    for job in rows.jobs:
        of_job = [*_of_end(job), *_of_messages(job, rows, discord), *_of_history(job, rows, discord)]
        found += [text + _which(job, rows) for text in of_job]
    return found


def _which(job: sqlite3.Row, rows: Rows) -> str:
    """Name a job where there are several."""
    return f" [job {job['key']}]" if len(rows.jobs) > 1 else ""


def _steps(job: sqlite3.Row, rows: Rows) -> list[tuple[str, str]]:
    """Return the changes of state of a job, oldest first."""
    events = (event for event in rows.events if event["job_id"] == job["id"])
    return [(event["from_state"] or "", event["to_state"]) for event in events]


def _resubmits(job: sqlite3.Row, rows: Rows) -> int:
    """Return how often a person sent the order again."""
    return _steps(job, rows).count(("unknown", "queued"))


def _of_posts(rows: Rows, provider: Provider) -> Iterator[str]:
    jobs = {first_key(job["submit_key"]): job for job in rows.jobs}
    for key, times in Counter(first_key(entry.submit_key) for entry in provider.accepted).items():
        if (job := jobs.get(key)) is None:
            yield "an accepted POST without a row"
            continue
        ordered_again = _resubmits(job, rows)
        if times > 1 + ordered_again:
            yield f"{times} accepted POSTs for one job{_which(job, rows)}"
        if job["state"] == "cancelled" and not ordered_again:
            yield f"an accepted POST for a cancelled job{_which(job, rows)}"


def first_key(submit_key: str) -> str:
    """Return the key under which a job was ordered first; an order that brought no file goes on from it."""
    return submit_key.partition("-")[0]


def _of_acceptance(rows: Rows, discord: Discord) -> Iterator[str]:
    known = {job["interaction_id"] for job in rows.jobs}
    for interaction in discord.interactions.values():
        if interaction.type != COMMAND or interaction.original is None or interaction.id in known:
            continue
        for revision in interaction.original.revisions:
            if revision.content.lstrip("*").lower().startswith(_ACCEPTED):
                yield f"accepted in words, but there is no row: {revision.content.splitlines()[0]}"


def _of_money(rows: Rows) -> Iterator[str]:
    """Compare the ledger and the counters with what the histories let expect; a day may have turned between them."""
    events, entries = by_job(rows.events), by_job(rows.ledger)
    for job in rows.jobs:
        for text in of_ledger(job, entries[job["id"]], events[job["id"]]):
            yield text + _which(job, rows)
    yield from of_counters(rows.counters, taken(rows.jobs, rows.ledger, events), days=False)


def _of_end(job: sqlite3.Row) -> Iterator[str]:
    if not has_ended(job):
        yield f"no end: {job['state']}, told_at {job['told_at']}, troubles {job['troubles']}"


def _of_messages(job: sqlite3.Row, rows: Rows, discord: Discord) -> Iterator[str]:
    results = _results(job, discord)
    if results not in _results_allowed(job):
        yield f"{results} result messages of a job that is {job['state']}"
    yield from _of_notices(job, discord)
    told, endings = _told(job, discord), _endings(job, rows)
    if told > endings:
        yield f"told {told} times of a job that ended {endings} times without a video"
    if endings and job["state"] in _TOLD and not told and not _shown_in_reply(job, discord):
        yield f"never told of a job that is {job['state']}"


def _of_notices(job: sqlite3.Row, discord: Discord) -> Iterator[str]:
    """Whoever was told of a result heard of it once, and nobody of anything else."""
    notices = sum(1 for message in discord.messages if message.nonce == f"{job['key']}-n")
    wanted = job["state"] == "delivered" and job["told_at"] is not None
    if notices != wanted:
        yield f"{notices} direct notices of a job that is {job['state']}, told_at {job['told_at']}"


def _results_allowed(job: sqlite3.Row) -> tuple[int, ...]:
    if job["reason"] == "ambiguous_delivery":
        return (0, 1)
    return (1,) if job["state"] == "delivered" else (0,)


def _results(job: sqlite3.Row, discord: Discord) -> int:
    """Count the messages that carry the video, or the link to one that is too large."""
    name, nonces = f"clapper-{job['key']}.mp4", (f"{job['key']}-r", f"{job['key']}-rd")
    return sum(
        1
        for message in discord.messages
        if message.nonce in nonces or any(file.filename == name for file in message.attachments)
    )


def _endings(job: sqlite3.Row, rows: Rows) -> int:
    """Return how many endings the requester is to be told of, that by a moderator too; their own they know."""
    by_hand = job["state"] == "cancelled" and job["reason"] is None
    return sum(1 for _, reached in _steps(job, rows) if reached in _TOLD) - by_hand


def _told(job: sqlite3.Row, discord: Discord) -> int:
    beginnings = (f"{job['key']}-e", f"{job['key']}-d")
    messages = sum(1 for message in discord.messages if (message.nonce or "").startswith(beginnings))
    followups = discord.interactions[job["interaction_id"]].followups
    return messages + sum(1 for message in followups if not message.attachments)


def _shown_in_reply(job: sqlite3.Row, discord: Discord) -> bool:
    """Say whether the acknowledgement became the ending: an edit, which may be repeated."""
    original = discord.interactions[job["interaction_id"]].original
    return original is not None and "charged" in original.content


def _of_history(job: sqlite3.Row, rows: Rows, discord: Discord) -> Iterator[str]:
    steps = _steps(job, rows)
    for step in steps:
        if step not in _EDGES and not (step in _BY_A_PERSON and _pressed(job, step, discord)):
            yield f"illegal step {step[0]} -> {step[1]}"
    for (_, reached), (left, _) in pairwise(steps):
        if reached != left:
            yield f"history broken: reached {reached}, left {left}"
    if steps and steps[-1][1] != job["state"]:
        yield f"history ends with {steps[-1][1]}, the row is {job['state']}"
    fences = [event["fence"] for event in rows.events if event["job_id"] == job["id"]]
    if any(later < earlier for earlier, later in pairwise(fences)):
        yield "the fence went back"


def _pressed(job: sqlite3.Row, step: tuple[str, str], discord: Discord) -> bool:
    button = f"v1:{_BY_A_PERSON[step]}:{job['key']}"
    presses = (interaction.payload["data"] for interaction in discord.interactions.values())
    return any(press.get("custom_id") == button for press in presses)
