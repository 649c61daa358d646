"""The job store: one opened database, and the views that the program has of it."""

import contextlib
from collections.abc import AsyncGenerator
from dataclasses import dataclass
from pathlib import Path

from db.admission import Admission
from db.claims import Claims
from db.decisions import Decisions
from db.desk import Desk
from db.engine import Engine
from db.errors import UnsupportedDatabase
from db.facts import Facts
from db.members import Members
from db.migrate import migrate_sqlite, require_newest_schema
from db.notices import Notices
from db.outcomes import Outcomes
from db.sqlite import Clock, open_sqlite, open_sqlite_reader, wall_clock


@dataclass(frozen=True, slots=True)
class JobStore:
    """What is remembered, by who needs it."""

    admission: Admission  #: lets jobs in
    claims: Claims  #: hands due jobs to the worker
    outcomes: Outcomes  #: records what the worker found
    notices: Notices  #: who is still to hear directly of a posted video
    desk: Desk  #: answers people
    decisions: Decisions  #: moves unknown jobs on, when a moderator says so
    members: Members  #: what members and servers have set
    facts: Facts  #: what the bot remembers of itself

    @classmethod
    def over(cls, engine: Engine, *, worker: str, lease_seconds: float) -> "JobStore":
        """Build the store over an open engine; `worker` names the holder of its leases."""
        return cls(
            Admission(engine),
            Claims(engine, worker=worker, lease_seconds=lease_seconds),
            Outcomes(engine),
            Notices(engine, worker=worker, lease_seconds=lease_seconds),
            Desk(engine),
            Decisions(engine),
            Members(engine),
            Facts(engine),
        )


def sqlite_path(database_url: str) -> Path:
    """Return the file of a `sqlite:///` address.

    Raises:
        UnsupportedDatabase: the address names another engine.
    """
    prefix, found, path = database_url.partition("sqlite:///")
    if prefix or not found or path.strip("/") in {"", ":memory:"}:
        raise UnsupportedDatabase(database_url.partition(":")[0])
    return Path(path)


@contextlib.asynccontextmanager
async def open_store_for_reading(database_url: str, *, clock: Clock = wall_clock) -> AsyncGenerator[Desk]:
    """Open the database beside a running bot, for looks only.

    Raises:
        DatabaseError: it cannot be used; the message says what to do.
    """
    path = sqlite_path(database_url)
    require_newest_schema(path)
    async with open_sqlite_reader(path, clock=clock) as engine:
        yield Desk(engine)


@contextlib.asynccontextmanager
async def open_store(
    database_url: str, *, worker: str, lease_seconds: float, clock: Clock = wall_clock
) -> AsyncGenerator[JobStore]:
    """Migrate and open the database, and close it again.

    Raises:
        DatabaseError: it cannot be used; the message says what to do.
    """
    path = sqlite_path(database_url)
    migrate_sqlite(path)
    async with open_sqlite(path, clock=clock) as engine:
        yield JobStore.over(engine, worker=worker, lease_seconds=lease_seconds)
