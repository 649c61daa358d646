"""The PostgreSQL engine: a pool of connections and short transactions.

A body runs again only if its first run certainly left nothing behind. The engine works through PgBouncer:
nothing lives longer than its transaction except prepared statements, which can be switched off.
"""

import asyncio
import contextlib
import functools
import logging
import random
from collections.abc import AsyncGenerator, Awaitable, Callable
from typing import Any, TypeVar

from asyncpg.exceptions import (  # pyright: ignore[reportMissingTypeStubs] - it ships none
    InterfaceError,
    InternalClientError,
    InvalidParameterValueError,
    PostgresError,
    ReadOnlySQLTransactionError,
)

from db.engines.address import PostgresAddress
from db.engines.engine import Body, CommitUnknown, DatabaseUnreachable, Transaction
from db.engines.postgres_connection import (
    CONNECT_SECONDS,
    HOLD,
    Clock,
    Connection,
    Pool,
    PostgresTransaction,
    is_conflict,
    is_gone,
    is_undone,
    open_pool,
)

log = logging.getLogger(__name__)

T = TypeVar("T")

CHANNEL = "clapper"
"""The NOTIFY channel on which processes wake each other."""

PATIENCE_SECONDS = 30.0
"""How long a transaction is retried while the server is away: longer than a restart or a quick failover."""

_LIMITS = (
    "SET LOCAL statement_timeout = 15000; SET LOCAL lock_timeout = 10000;"
    " SET LOCAL idle_in_transaction_session_timeout = 15000"
)
# One round trip, and valid through a pooler that gives every transaction another server connection.
_BEGIN_WRITE = f"BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE; {_LIMITS}"
_BEGIN_READ = f"BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; {_LIMITS}"

_RENUMBER = {
    "jobs": "SELECT setval('jobs_id_seq', (SELECT COALESCE(MAX(id), 0) + 1 FROM jobs), false)",
    "job_events": "SELECT setval('job_events_id_seq', (SELECT COALESCE(MAX(id), 0) + 1 FROM job_events), false)",
    "ledger": "SELECT setval('ledger_id_seq', (SELECT COALESCE(MAX(id), 0) + 1 FROM ledger), false)",
    "audit": "SELECT setval('audit_id_seq', (SELECT COALESCE(MAX(id), 0) + 1 FROM audit), false)",
}

_NOTIFY = "NOTIFY clapper, '{}';"
# The first COMMIT does not wait for the disk, so the locks on the counters are released at once. The second
# transaction waits until both are on disk, together with other commits. A transaction that reads rows which are not
# on disk yet commits after them, and the server's log has no holes.
_COMMIT_EARLY = (
    "SET LOCAL synchronous_commit = off; {} COMMIT; SELECT pg_logical_emit_message(true, 'clapper', '')"
)
_SEAL = "SELECT CAST(pg_current_xact_id_if_assigned() AS TEXT)"
_SEAL_AND_RING = _SEAL + ", pg_notify($1, $2)"
_OUTCOME = "SELECT pg_xact_status(CAST(CAST($1 AS TEXT) AS xid8))"


class _Undone(Exception):
    """Raised if the answer to COMMIT was lost, and the server says that the transaction was not committed."""


class _Unanswered(Exception):
    """Raised if the answer to COMMIT was lost, and the body is repeatable: its next run finds or writes its rows."""


class PostgresEngine:
    """An open PostgreSQL database. Use `open_postgres`. `name` marks the notifications of this process."""

    def __init__(
        self,
        pool: Pool,
        address: PostgresAddress,
        *,
        name: str,
        clock: Clock | None = None,
        patience_seconds: float = PATIENCE_SECONDS,
    ) -> None:
        self._pool = pool
        self._place = address.place
        self._name = name
        self._clock = clock
        self._patience_seconds = patience_seconds
        self._writing: set[asyncio.Task[Any]] = set()
        self._taking = True

    async def write(self, body: Body[T], *, holding: str | None = None, repeatable: bool = False) -> T:
        """Run the statements of `body` in a transaction. They run to their end even if the caller is cancelled.

        Args:
            holding: the name of a lock that the transaction holds, so that no other process runs the same.
            repeatable: whether `body` may run again although its commit may have succeeded.

        Raises:
            DatabaseUnreachable: the server could not be reached again; nothing was written.
            CommitUnknown: the connection broke during the commit, and the server could not be reached again.
            RuntimeError: the database is closed.
        """
        if not self._taking:
            raise RuntimeError("the database is closed")
        attempt = functools.partial(self._write, body, holding=holding, repeatable=repeatable)
        writing = asyncio.create_task(self._patiently(attempt), name="postgres write")
        self._writing.add(writing)
        writing.add_done_callback(self._written)
        return await asyncio.shield(writing)

    async def read(self, body: Body[T]) -> T:
        """Run the statements of `body` on a snapshot of the database.

        Raises:
            DatabaseUnreachable: the server stayed away.
        """
        return await self._patiently(lambda: self._read(body))

    async def renumber(self, table: str) -> None:
        """Set the sequence of `table`, so that the next row gets the number after the highest one."""

        async def body(transaction: Transaction) -> None:
            await transaction.one(_RENUMBER[table])

        await self.write(body)

    async def forget(self) -> None:
        """Do nothing: no query finds overwritten rows, and only the server decides when its files lose them."""

    async def finish(self) -> None:
        """Accept no more transactions, and wait until all accepted ones have an outcome."""
        self._taking = False
        if self._writing:
            await asyncio.wait(self._writing)

    def _written(self, writing: asyncio.Task[Any]) -> None:
        self._writing.discard(writing)
        if not writing.cancelled():
            writing.exception()  # mark the error as retrieved, since the caller may be cancelled

    async def _patiently(self, attempt: Callable[[], Awaitable[T]]) -> T:
        """Retry `attempt` until time is up, after errors that left nothing behind or whose body is repeatable."""
        ends_at = self._time() + self._patience_seconds
        pause = 0.05
        unanswered = False
        while True:
            try:
                return await attempt()
            except Exception as error:
                unanswered = unanswered or isinstance(error, _Unanswered)
                # An earlier run that the server has not ended yet may hold locks until this run times out.
                waited = unanswered and isinstance(error, PostgresError | _Unanswered)
                if not (is_gone(error) or is_conflict(error) or isinstance(error, _Undone) or waited):
                    raise
                if self._time() + pause > ends_at:
                    raise (
                        CommitUnknown(self._place) if unanswered else DatabaseUnreachable(self._place, error)
                    ) from error
                log.info("trying a transaction again: %s", error or type(error).__name__)
            await asyncio.sleep(pause * random.uniform(0.5, 1))  # noqa: S311 - spread, not a secret
            pause = min(pause * 2, 2.0)

    async def _read(self, body: Body[T]) -> T:
        async with self._connection() as connection:
            await connection.execute(_BEGIN_READ)
            try:
                result = await body(PostgresTransaction(connection, self._clock))
            except ReadOnlySQLTransactionError as error:
                raise RuntimeError("a reading body may not write") from error
            await connection.execute("ROLLBACK")
            return result

    async def _write(self, body: Body[T], *, holding: str | None, repeatable: bool) -> T:
        async with self._connection() as connection:
            await connection.execute(_BEGIN_WRITE if holding is None else _begin_holding(holding))
            transaction = PostgresTransaction(connection, self._clock)
            result = await body(transaction)
            number = None if repeatable else await self._seal(connection, transaction)
            try:
                await connection.execute(self._early_commit(transaction) if repeatable else "COMMIT")
                return result
            except Exception as error:
                if is_undone(error) and not repeatable:
                    raise
                log.warning("the connection broke in a commit: %s", error or type(error).__name__)
                _drop(connection)
                if repeatable:
                    raise _Unanswered from error
        if number is not None and not await self._is_committed(number):
            raise _Undone("a commit that was lost")
        return result

    async def _seal(self, connection: Connection, transaction: PostgresTransaction) -> str | None:
        """Return the transaction's number, with which its outcome can be queried; None if it wrote nothing."""
        if transaction.rings:
            return await connection.fetchval(_SEAL_AND_RING, CHANNEL, self._name)
        return await connection.fetchval(_SEAL)

    def _early_commit(self, transaction: PostgresTransaction) -> str:
        name = self._name.replace("'", "''")
        return _COMMIT_EARLY.format(_NOTIFY.format(name) if transaction.rings else "")

    async def _is_committed(self, number: str) -> bool:
        """Ask the server whether a transaction whose COMMIT got no answer was committed.

        Raises:
            CommitUnknown: the server did not answer in time.
        """
        ends_at = self._time() + self._patience_seconds
        while self._time() < ends_at:
            match await self._status_of(number):
                case "committed":
                    return True
                case "aborted":
                    return False
                case _:  # "in progress" until the server notices that the client is gone
                    await asyncio.sleep(0.2)
        raise CommitUnknown(self._place)

    async def _status_of(self, number: str) -> str | None:
        try:
            async with self._connection() as connection:
                return await connection.fetchval(_OUTCOME, number)
        except InvalidParameterValueError:  # a number that this server has not reached yet: not committed
            return "aborted"
        except Exception as error:
            if not is_gone(error):
                raise
            return None

    @contextlib.asynccontextmanager
    async def _connection(self) -> AsyncGenerator[Connection]:
        """Lend a connection from the pool; it returns outside of any transaction, or is dropped."""
        async with self._pool.acquire(timeout=CONNECT_SECONDS) as connection:
            try:
                yield connection
            except (InterfaceError, InternalClientError) as error:
                if isinstance(error, InterfaceError) and not _is_closed(connection):
                    await _leave(connection, error)
                    raise
                _drop(connection)  # asyncpg raises different errors, depending on when the connection ended
                raise ConnectionResetError("the connection was closed") from error
            except BaseException as error:
                await _leave(connection, error)
                raise

    @staticmethod
    def _time() -> float:
        return asyncio.get_running_loop().time()


def _begin_holding(name: str) -> str:
    """Return the SQL that begins a transaction and takes a lock, in one round trip."""
    held = HOLD.replace("$1", "'{}'").format(name.replace("'", "''"))
    return f"{_BEGIN_WRITE}; {held}"


def _is_closed(connection: Connection) -> bool:
    try:
        return connection.is_closed()
    except InterfaceError:  # the pool has taken the connection back, because it was closed
        return True


async def _leave(connection: Connection, error: BaseException) -> None:
    if _is_closed(connection):
        return
    if isinstance(error, Exception) and not is_gone(error):
        with contextlib.suppress(Exception):
            await connection.execute("ROLLBACK")
            return
    _drop(connection)


def _drop(connection: Connection) -> None:
    if not _is_closed(connection):
        connection.terminate()


@contextlib.asynccontextmanager
async def open_postgres(
    address: PostgresAddress,
    *,
    name: str,
    clock: Clock | None = None,
    patience_seconds: float = PATIENCE_SECONDS,
) -> AsyncGenerator[PostgresEngine]:
    """Open a migrated database. Without a `clock`, times come from the server.

    Raises:
        DatabaseError: the database cannot be used; the message says what to do.
    """
    async with open_pool(address) as pool:
        engine = PostgresEngine(pool, address, name=name, clock=clock, patience_seconds=patience_seconds)
        try:
            yield engine
        finally:
            await engine.finish()
