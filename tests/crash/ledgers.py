"""Three ledgers, reconciled: accepted POSTs, Discord messages, rows."""

import contextlib
import sqlite3
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from sandbox.ledger import Ledger as Provider
from tests.loopback_discord import Ledger as Discord

_EDGES = {
    ("", "queued"),
    ("queued", "submitting"),
    ("queued", "cancelled"),
    ("submitting", "queued"),
    ("submitting", "rendering"),
    ("submitting", "failed"),
    ("submitting", "unknown"),
    ("unknown", "rendering"),
    ("rendering", "delivering"),
    ("rendering", "failed"),
    ("delivering", "delivered"),
    ("delivering", "failed"),
    ("delivering", "unknown"),
}
_TOLD = frozenset({"failed", "unknown", "cancelled"})


@dataclass(frozen=True, slots=True)
class Rows:
    """What the database says: jobs, their events, and the usage that caps count."""

    jobs: list[sqlite3.Row]
    events: list[sqlite3.Row]
    usage: list[sqlite3.Row]

    @property
    def settled(self) -> bool:
        """Say whether there are jobs, and every one has its end."""
        return bool(self.jobs) and all(has_ended(job) for job in self.jobs)


def read_rows(database: Path) -> Rows:
    """Return the rows as they are committed now; nothing where there is no table yet."""
    if not database.exists():
        return Rows([], [], [])
    with contextlib.closing(sqlite3.connect(database, timeout=10)) as connection:
        connection.row_factory = sqlite3.Row
        if not connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'usage'").fetchone():
            return Rows([], [], [])
        tables = ("SELECT * FROM jobs", "SELECT * FROM job_events ORDER BY id", "SELECT * FROM usage")
        return Rows(*(connection.execute(sql).fetchall() for sql in tables))


def has_ended(job: sqlite3.Row) -> bool:
    """Say whether nobody needs to do anything about `job` any more."""
    return job["state"] == "delivered" or (job["state"] in _TOLD and job["told_at"] is not None)


def violations(rows: Rows, provider: Provider, discord: Discord) -> list[str]:
    """Return every promise that was broken, in words."""
    found = [*_of_money(rows, provider), *_of_acceptance(rows, discord), *_of_usage(rows)]
    for job in rows.jobs:
        found += [*_of_end(job), *_of_messages(job, rows, discord), *_of_history(job, rows)]
    return found


def _of_money(rows: Rows, provider: Provider) -> Iterator[str]:
    keys = {job["submit_key"] for job in rows.jobs}
    cancelled = {job["submit_key"] for job in rows.jobs if job["state"] == "cancelled"}
    for key, times in Counter(entry.submit_key for entry in provider.accepted).items():
        if times > 1:
            yield f"{times} accepted POSTs for one job"
        if key not in keys:
            yield "an accepted POST without a row"
        if key in cancelled:
            yield "an accepted POST for a cancelled job"


def _of_acceptance(rows: Rows, discord: Discord) -> Iterator[str]:
    known = {job["interaction_id"] for job in rows.jobs}
    for interaction in discord.interactions.values():
        said = interaction.original and not interaction.original.loading and interaction.original.content
        if said and interaction.id not in known:
            yield f"accepted in words, but there is no row: {said.splitlines()[0]}"


def _of_usage(rows: Rows) -> Iterator[str]:
    reserved = sum(1 for job in rows.jobs if job["charged"] != 0)
    for usage in rows.usage:
        if usage["n"] != reserved:
            yield f"{usage['scope']} usage is {usage['n']} for {reserved} jobs that count"


def _of_end(job: sqlite3.Row) -> Iterator[str]:
    if not has_ended(job):
        yield f"no end: {job['state']}, told_at {job['told_at']}, troubles {job['troubles']}"


def _of_messages(job: sqlite3.Row, rows: Rows, discord: Discord) -> Iterator[str]:
    results = _results(job, discord)
    if results != (job["state"] == "delivered"):
        yield f"{results} result messages of a job that is {job['state']}"
    told, endings = _told(job, discord), _endings(job, rows)
    if told > endings:
        yield f"told {told} times of a job that ended {endings} times without a video"
    if job["state"] in _TOLD and not told and not _shown_in_reply(job, discord):
        yield f"never told of a job that is {job['state']}"


def _results(job: sqlite3.Row, discord: Discord) -> int:
    name = f"clapper-{job['key']}.mp4"
    files = [file.filename for message in discord.messages for file in message.attachments]
    return files.count(name)


def _endings(job: sqlite3.Row, rows: Rows) -> int:
    return sum(1 for event in rows.events if event["job_id"] == job["id"] and event["to_state"] in _TOLD)


def _told(job: sqlite3.Row, discord: Discord) -> int:
    beginnings = (f"{job['key']}-e", f"{job['key']}-d")
    messages = sum(1 for message in discord.messages if (message.nonce or "").startswith(beginnings))
    followups = discord.interactions[job["interaction_id"]].followups
    return messages + sum(1 for message in followups if not message.attachments)


def _shown_in_reply(job: sqlite3.Row, discord: Discord) -> bool:
    """Say whether the acknowledgement became the ending: an edit, which may be repeated."""
    original = discord.interactions[job["interaction_id"]].original
    return original is not None and "charged" in original.content


def _of_history(job: sqlite3.Row, rows: Rows) -> Iterator[str]:
    events = [event for event in rows.events if event["job_id"] == job["id"]]
    steps = [(event["from_state"] or "", event["to_state"]) for event in events]
    yield from (
        f"illegal step {before} -> {after}" for before, after in steps if (before, after) not in _EDGES
    )
    for (_, reached), (left, _) in pairwise(steps):
        if reached != left:
            yield f"history broken: reached {reached}, left {left}"
    if steps and steps[-1][1] != job["state"]:
        yield f"history ends with {steps[-1][1]}, the row is {job['state']}"
    if any(later["fence"] < earlier["fence"] for earlier, later in pairwise(events)):
        yield "the fence went back"
