"""Bodies of transactions that write rows a test can recognise, break, or hold the database's thread."""

import asyncio
import threading
from dataclasses import dataclass, field

from tests.db.rows import read

NOTE = (
    "INSERT INTO turns (name, free_at) VALUES ('note ' || CAST(:number AS BIGINT), :number) RETURNING free_at"
)


def note(number):
    async def body(transaction):
        row = await transaction.one(NOTE, number=number)
        return row["free_at"]

    return body


def note_then(number, fail):
    async def body(transaction):
        await transaction.one(NOTE, number=number)
        await fail()

    return body


def note_then_raise(number, error):
    async def fail():
        raise error

    return note_then(number, fail)


async def noted(engine):
    rows = await read(engine, "SELECT free_at FROM turns ORDER BY free_at")
    return [row["free_at"] for row in rows]


async def breaks_the_commit(transaction):
    """Leave a broken reference behind that SQLite looks at only in COMMIT."""
    await transaction.all("PRAGMA defer_foreign_keys = ON")
    await transaction.one(
        "INSERT INTO job_events (job_id, at, fence, to_state) VALUES (999, 1, 1, 'queued') RETURNING id"
    )


class Pause:
    """What a body of a transaction awaits until the test lets it go on."""

    def __init__(self):
        self.entered, self.opened = asyncio.Event(), asyncio.Event()

    async def __call__(self):
        self.entered.set()
        await self.opened.wait()


@dataclass
class Gate:
    """A body that holds the database's thread until the test opens it."""

    number: int
    entered: threading.Event = field(default_factory=threading.Event)
    opened: threading.Event = field(default_factory=threading.Event)

    async def body(self, transaction):
        await transaction.one(NOTE, number=self.number)
        self.entered.set()
        assert self.opened.wait(10)
        return self.number

    async def reached(self):
        assert await asyncio.to_thread(self.entered.wait, 10)
