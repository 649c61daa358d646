"""The job store: an open database, and the objects through which the program uses it.

Modules for PostgreSQL are imported only if DATABASE_URL names a server.
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
    """All objects that read and write one database, each for one purpose."""

    admission: Admission  #: writes new jobs
    claims: Claims  #: claims due jobs for the worker
    outcomes: Outcomes  #: writes the outcomes of steps
    notices: Notices  #: direct messages about posted videos that are still to be sent
    job_queries: JobQueries  #: queries for members, the operator and the steps
    guild_queries: GuildQueries  #: queries for managers of a server
    unknown_jobs: UnknownJobs  #: carries out moderators' decisions about unknown jobs
    members: Members  #: settings of members and servers
    pauses: Pauses  #: pauses of ordering
    blocks: Blocks  #: blocked members
    ledger: Ledger  #: entries of what orders cost
    usage: Usage  #: numbers of jobs and their cost, by day
    audit: Audit  #: changes that managers made
    privacy: Privacy  #: deletion of members' data
    log_posts: LogPosts  #: messages in moderators' logs, and reports
    turns: SharedRateLimiter  #: the rate limit that processes share
    bot_state: BotState  #: named values about the bot
    operations: Operations  #: figures for the operator
    corrections: Corrections  #: corrects rows after the machine's clock was set

    @classmethod
    def over(
        cls, engine: Engine, *, worker: str, lease_seconds: float, clock: Clock | None = None
    ) -> "JobStore":
        """Build the store for an open engine; `worker` is the name under which jobs are claimed."""
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
    """Return whether several processes can use the database at once."""
    return is_postgres(database_url)


async def migrate_database(database_url: str) -> str:
    """Update the database to the newest schema; return a text that says where it is.

    Raises:
        DatabaseError: the database cannot be used; the message says what to do.
    """
    if is_postgres(database_url):
        await migrate_postgres(postgres_address(database_url))
        return place_of(database_url)
    path = sqlite_path(database_url)
    migrate_sqlite(path)
    return str(path)


async def require_source(database_url: str) -> str:
    """Check that a database of this program is at the address, and return the address; change nothing.

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
    """Open the database for reading only, while a bot may run.

    Raises:
        DatabaseError: the database cannot be used; the message says what to do.
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
    """Migrate and open the database inside the block. Without a `clock`, times come from the database.

    `took` is called after each transaction with its kind and seconds.

    Raises:
        DatabaseError: the database cannot be used; the message says what to do.
    """
    await migrate_database(database_url)
    async with _open_engine(database_url, name=worker, clock=clock) as engine:
        timed = engine if took is None else TimedEngine(engine, took)
        store = JobStore.over(timed, worker=worker, lease_seconds=lease_seconds, clock=clock)
        await store.corrections.begin()
        yield store


async def copy_database(source_url: str, target_url: str, *, told: Callable[[Copied], None]) -> None:
    """Migrate both databases, and copy all rows. No bot may use either of them meanwhile.

    Raises:
        DatabaseError: the copy is not possible; the message says what to do.
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
    """Migrate a restored database, and set aside the jobs that may have gone on since the backup.

    Raises:
        DatabaseError: the database cannot be used, or a bot uses the file.
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
