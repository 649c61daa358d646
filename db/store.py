"""The job store: one opened database, and the views that the program has of it.

What speaks to a PostgreSQL server is loaded where an address names one.
"""

import contextlib
from collections.abc import AsyncGenerator, Callable
from dataclasses import dataclass

from db.engines.address import is_postgres, place_of, postgres_address, sqlite_path
from db.engines.bot_state import BotState, SharedRateLimiter
from db.engines.clock import Corrections, SteadyClock, wall_clock
from db.engines.engine import Engine, TimedEngine, Took
from db.engines.sqlite import Clock, open_sqlite, open_sqlite_reader
from db.jobs.admission import Admission
from db.jobs.claims import Claims, Notices
from db.jobs.guild_queries import GuildQueries, LogPosts
from db.jobs.job_queries import JobQueries
from db.jobs.outcomes import Outcomes
from db.jobs.unknown_jobs import SetAside, UnknownJobs, set_aside
from db.money.ledger import Ledger, Usage
from db.operations.copying import Copied, Target, copy_rows
from db.operations.migrate import (
    migrate_postgres,
    migrate_sqlite,
    require_newest_postgres_schema,
    require_newest_schema,
    require_our_postgres,
    require_ours,
)
from db.operations.overview import Operations
from db.operations.privacy import Privacy
from db.settings.members import Audit, Members
from db.settings.pauses import Blocks, Pauses


@dataclass(frozen=True, slots=True)
class JobStore:
    """What is remembered, by who needs it."""

    admission: Admission  #: lets jobs in
    claims: Claims  #: hands due jobs to the worker
    outcomes: Outcomes  #: records what the worker found
    notices: Notices  #: who is still to hear directly of a posted video
    job_queries: JobQueries  #: answers people
    guild_queries: GuildQueries  #: answers the managers of a server
    unknown_jobs: UnknownJobs  #: moves unknown jobs on, when a moderator says so
    members: Members  #: what members and servers have set
    pauses: Pauses  #: when nothing is ordered
    blocks: Blocks  #: who may not order
    ledger: Ledger  #: what orders cost
    usage: Usage  #: what was ordered and spent, by day
    audit: Audit  #: who changed what
    privacy: Privacy  #: who is to be forgotten
    log_posts: LogPosts  #: what moderators' logs show, and who reported it
    turns: SharedRateLimiter  #: what processes do one after the other
    bot_state: BotState  #: what the bot remembers of itself
    operations: Operations  #: answers the operator
    corrections: Corrections  #: keeps rows true to a clock that is set

    @classmethod
    def over(
        cls, engine: Engine, *, worker: str, lease_seconds: float, clock: Clock | None = None
    ) -> "JobStore":
        """Build the store over an open engine; `worker` names the holder of its leases."""
        return cls(
            Admission(engine),
            Claims(engine, worker=worker, lease_seconds=lease_seconds),
            Outcomes(engine),
            Notices(engine, worker=worker, lease_seconds=lease_seconds),
            JobQueries(engine),
            GuildQueries(engine),
            UnknownJobs(engine),
            Members(engine),
            Pauses(engine),
            Blocks(engine),
            Ledger(engine),
            Usage(engine),
            Audit(engine),
            Privacy(engine),
            LogPosts(engine),
            SharedRateLimiter(engine),
            BotState(engine),
            Operations(engine),
            Corrections(engine, clock if isinstance(clock, SteadyClock) else None),
        )


def is_shared(database_url: str) -> bool:
    """Say whether several processes can use the database at once."""
    return is_postgres(database_url)


async def migrate_database(database_url: str) -> str:
    """Bring the database to the newest schema; return where it is.

    Raises:
        DatabaseError: it cannot be used; the message says what to do.
    """
    if is_postgres(database_url):
        await migrate_postgres(postgres_address(database_url))
        return place_of(database_url)
    path = sqlite_path(database_url)
    migrate_sqlite(path)
    return str(path)


async def require_source(database_url: str) -> str:
    """Make sure that there is an installation at an address, and return that; nothing is made or changed.

    Raises:
        DatabaseError: there is none, or it cannot be reached; the message says what to do.
    """
    if is_postgres(database_url):
        await require_our_postgres(postgres_address(database_url))
    else:
        require_ours(sqlite_path(database_url))
    return database_url


@contextlib.asynccontextmanager
async def open_store_for_reading(
    database_url: str, *, clock: Clock | None = None
) -> AsyncGenerator[JobStore]:
    """Open the database beside a running bot, for looks only.

    Raises:
        DatabaseError: it cannot be used; the message says what to do.
    """
    if is_postgres(database_url):
        from db.engines.postgres import open_postgres

        address = postgres_address(database_url)
        await require_newest_postgres_schema(address)
        async with open_postgres(address, name="reader", clock=clock) as engine:
            yield JobStore.over(engine, worker="reader", lease_seconds=1)
        return
    path = sqlite_path(database_url)
    require_newest_schema(path)
    async with open_sqlite_reader(path, clock=clock or wall_clock) as engine:
        yield JobStore.over(engine, worker="reader", lease_seconds=1)


@contextlib.asynccontextmanager
async def open_store(
    database_url: str,
    *,
    worker: str,
    lease_seconds: float,
    clock: Clock | None = None,
    took: Took | None = None,
) -> AsyncGenerator[JobStore]:
    """Migrate and open the database, and close it again. Without a `clock`, time is the database's.

    `took` hears how long each transaction took.

    Raises:
        DatabaseError: it cannot be used; the message says what to do.
    """
    await migrate_database(database_url)
    async with _open_engine(database_url, name=worker, clock=clock) as engine:
        timed = engine if took is None else TimedEngine(engine, took)
        store = JobStore.over(timed, worker=worker, lease_seconds=lease_seconds, clock=clock)
        await store.corrections.begin()
        yield store


async def copy_database(source_url: str, target_url: str, *, told: Callable[[Copied], None]) -> None:
    """Bring both to the newest schema and copy every row; no bot may be at work on either.

    Raises:
        DatabaseError: it cannot be done; the message says what to do.
    """
    await require_source(source_url)
    await migrate_database(source_url)
    await migrate_database(target_url)
    async with (
        _open_engine(source_url, name="copy", clock=None) as source,
        _open_engine(target_url, name="copy", clock=None) as target,
    ):
        await copy_rows(source, target, told=told)


async def distrust_restored(database_url: str) -> SetAside:
    """Bring a database of before to the newest schema, and set aside what may have gone on since.

    Raises:
        DatabaseError: it cannot be done, or a bot is at work on the file.
    """
    await migrate_database(database_url)
    async with _open_engine(database_url, name="restore", clock=None) as engine:
        return await set_aside(engine)


def _open_engine(
    database_url: str, *, name: str, clock: Clock | None
) -> contextlib.AbstractAsyncContextManager[Target]:
    if is_postgres(database_url):
        from db.engines.postgres import open_postgres

        return open_postgres(postgres_address(database_url), name=name, clock=clock)
    return open_sqlite(sqlite_path(database_url), clock=clock or wall_clock)
