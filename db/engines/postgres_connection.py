"""Connections to a PostgreSQL server, the statements of a transaction, and the meaning of the server's errors.

asyncpg has no type hints: `Connection` and `Pool` declare the parts that are used.
"""

import asyncio
import contextlib
import functools
import logging
import re
from collections.abc import AsyncGenerator, Callable, Generator, Mapping
from typing import Any, Protocol, cast

import asyncpg  # pyright: ignore[reportMissingTypeStubs] - it ships none
from asyncpg.exceptions import (  # pyright: ignore[reportMissingTypeStubs] - it ships none
    ClientConfigurationError,
    DeadlockDetectedError,
    IdleInTransactionSessionTimeoutError,
    InsufficientPrivilegeError,
    InvalidAuthorizationSpecificationError,
    InvalidCachedStatementError,
    InvalidCatalogNameError,
    OperatorInterventionError,
    PostgresConnectionError,
    PostgresError,
    QueryCanceledError,
    ReadOnlySQLTransactionError,
    SerializationError,
    TargetServerAttributeNotMatched,
    TooManyConnectionsError,
)

from db.engines.address import PostgresAddress
from db.engines.engine import (
    UNDER_WAY,
    AddressUnreadable,
    DatabaseError,
    DatabaseRefused,
    DatabaseTooOld,
    DatabaseUnreachable,
    DatabaseUnusable,
    Row,
)

log = logging.getLogger(__name__)

CONNECT_SECONDS = 10.0

_ANSWER_SECONDS = 20.0
"""The longest wait for an answer, for a server that has vanished.

It is longer than the server's own limits of a transaction.
"""

_CLOSE_SECONDS = 5.0

_MINIMUM_SERVER = 13
"""The oldest usable version of PostgreSQL: `pg_xact_status` needs it."""

HAS_REVISION = "SELECT to_regclass('alembic_version') IS NOT NULL"
REVISION = "SELECT version_num FROM alembic_version"

_driver = cast("Any", asyncpg)


class Connection(Protocol):
    """The parts of asyncpg's connection that are used here."""

    async def execute(self, sql: str, /) -> str:
        """Run statements without rows as their result."""
        ...

    async def fetch(self, sql: str, /, *values: object) -> list[Mapping[str, Any]]:
        """Run one statement and return its rows."""
        ...

    async def fetchval(self, sql: str, /, *values: object) -> Any:
        """Run one statement and return the first value of its first row."""
        ...

    async def add_listener(self, channel: str, callback: Callable[[Any, int, str, object], None], /) -> None:
        """Call `callback` for every notification on a channel."""
        ...

    def add_termination_listener(self, callback: Callable[[Any], None], /) -> None:
        """Call `callback` when the connection has ended, for any reason."""
        ...

    async def close(self) -> None:
        """Close the connection properly."""
        ...

    def terminate(self) -> None:
        """Drop the connection at once."""
        ...

    def is_closed(self) -> bool:
        """Return whether the connection has ended."""
        ...


class Pool(Protocol):
    """The part of asyncpg's connection pool that is used here."""

    def acquire(self, *, timeout: float) -> contextlib.AbstractAsyncContextManager[Connection]:
        """Lend a connection inside the block."""
        ...


async def connect(address: PostgresAddress) -> Connection:
    """Open a connection outside of any pool."""
    return await _driver.connect(address.dsn, **_options(address))


async def revision_at(address: PostgresAddress) -> str | None:
    """Return the revision of the database's schema; None if there is no schema.

    Raises:
        DatabaseError: the database cannot be reached; the message says what to do.
    """
    with connecting_to(address.place):
        connection = await connect(address)
        try:
            # One transaction, because a pooler may give each statement another server.
            await connection.execute("BEGIN READ ONLY")
            exists = await connection.fetchval(HAS_REVISION)
            revision = await connection.fetchval(REVISION) if exists else None
            await connection.execute("COMMIT")
            return revision
        finally:
            await connection.close()


@contextlib.asynccontextmanager
async def open_pool(address: PostgresAddress) -> AsyncGenerator[Pool]:
    """Open a pool of connections, and check that the server can run our SQL.

    Raises:
        DatabaseError: the database cannot be used; the message says what to do.
    """
    pool = _driver.create_pool(
        address.dsn, min_size=0, max_size=address.pool_size, reset=_keep_as_it_is, **_options(address)
    )
    try:
        with connecting_to(address.place):
            await pool
            async with pool.acquire(timeout=CONNECT_SECONDS) as connection:
                await _look_at(connection, address.place)
        yield pool
    finally:
        await _close(pool)


_GONE = (
    OSError,
    TimeoutError,
    PostgresConnectionError,
    OperatorInterventionError,  # the server stops, has crashed, or is not ready yet
    IdleInTransactionSessionTimeoutError,
    TooManyConnectionsError,
    ReadOnlySQLTransactionError,  # the server has become a standby
    TargetServerAttributeNotMatched,
)


def is_gone(error: BaseException) -> bool:
    """Return whether the server, or the way to it, is gone for now, so that a retry may help."""
    return isinstance(error, _GONE) and not isinstance(error, QueryCanceledError)


def is_conflict(error: BaseException) -> bool:
    """Return whether the transaction was undone because of another transaction or a migration."""
    return isinstance(error, SerializationError | DeadlockDetectedError | InvalidCachedStatementError)


def is_undone(error: BaseException) -> bool:
    """Return whether a COMMIT that raised this error certainly failed: the server itself reported the error."""
    stayed = isinstance(error, PostgresError) and cast("Any", error).severity == "ERROR"
    return stayed and not is_gone(error)


@contextlib.contextmanager
def connecting_to(place: str) -> Generator[None]:
    """Turn errors of a connection into errors whose message says what to do.

    Raises:
        DatabaseError: the server cannot be used.
    """
    try:
        yield
    except (ClientConfigurationError, ValueError) as error:
        if isinstance(error, DatabaseError):
            raise
        # The client's own message may repeat a part of the address.
        raise AddressUnreadable("the client does not understand it") from None
    except (InvalidAuthorizationSpecificationError, InvalidCatalogNameError) as error:
        raise DatabaseRefused(place, error) from error
    except InsufficientPrivilegeError as error:
        raise DatabaseUnusable(place, error) from error
    except Exception as error:
        if is_gone(error):
            raise DatabaseUnreachable(place, error) from error
        raise


Clock = Callable[[], int]

HOLD = "SELECT pg_advisory_xact_lock(hashtextextended($1, 0))"

# The statement's time, not the transaction's. It is the same for all rows, so that an index can be used.
_NOW = "CAST(extract(epoch FROM statement_timestamp()) * 1000 AS BIGINT)"

_GIVEN_NOW = "CAST(:clapper_now AS BIGINT)"

_PARAMETER = re.compile(r":([a-z_]+)")


@functools.lru_cache(maxsize=512)
def in_postgres(sql: str, *, given_clock: bool = False) -> tuple[str, tuple[str, ...]]:
    """Translate a statement from the shared SQL into PostgreSQL's, with the names of its parameters in order."""
    text = sql.replace("<dbnow>", _GIVEN_NOW if given_clock else _NOW)
    text = text.replace("/*lock*/", "FOR UPDATE SKIP LOCKED").replace("<under_way>", UNDER_WAY)
    names = tuple(dict.fromkeys(_PARAMETER.findall(text)))
    return _PARAMETER.sub(lambda found: f"${names.index(found[1]) + 1}", text), names


@functools.lru_cache
def made_with(sql: str, records: tuple[str, ...]) -> str:
    """Combine an INSERT and records of its new row into one statement, which returns the new row."""
    parts = [f"made AS ({sql})"]
    parts += [
        f"record{number} AS ({record.replace('<made>', 'made')})" for number, record in enumerate(records)
    ]
    return "WITH " + ", ".join(parts) + " TABLE made"


class PostgresTransaction:
    """A transaction that runs the statements of one body on a connection."""

    def __init__(self, connection: Connection, clock: Clock | None) -> None:
        self._connection = connection
        self._clock = clock
        self.rings = False

    async def one(self, sql: str, /, **parameters: Any) -> Row | None:
        """Run one statement and return its first row, if any."""
        rows = await self.all(sql, **parameters)
        return rows[0] if rows else None

    async def all(self, sql: str, /, **parameters: Any) -> list[Row]:
        """Run one statement and return all of its rows."""
        if self._clock is not None:
            parameters["clapper_now"] = self._clock()
        text, names = in_postgres(sql, given_clock=self._clock is not None)
        return [
            dict(row) for row in await self._connection.fetch(text, *(parameters[name] for name in names))
        ]

    async def insert_with_records(self, sql: str, /, *records: str, **parameters: Any) -> Row | None:
        """Run an INSERT, and the records of its new row, as one statement; return the row, if any."""
        whole = made_with(sql, records)
        return await self.one(whole, **parameters)

    async def hold(self, name: str) -> None:
        """Hold the server's advisory lock `name` until the transaction ends."""
        await self._connection.fetch(HOLD, name)

    def file_still_there(self) -> bool:
        """Return True: the server takes care of its files."""
        return True

    def ring(self) -> None:
        """Wake the other processes after the commit."""
        self.rings = True


def _options(address: PostgresAddress) -> dict[str, Any]:
    return {
        "timeout": CONNECT_SECONDS,
        "command_timeout": _ANSWER_SECONDS,
        "statement_cache_size": 100 if address.prepared_statements else 0,
        "server_settings": {"application_name": "clapper"},
    }


async def _keep_as_it_is(_connection: Connection) -> None:
    """Do nothing, which saves the round trip that resets a session: no session is ever changed."""


async def _close(pool: Any) -> None:
    try:
        async with asyncio.timeout(_CLOSE_SECONDS):
            await pool.close()
    except Exception:  # noqa: BLE001 - a server that is away cannot close properly
        pool.terminate()


async def _look_at(connection: Connection, place: str) -> None:
    (row,) = await connection.fetch(_SETTINGS)
    version = row["version"] // 10_000
    if version < _MINIMUM_SERVER:
        raise DatabaseTooOld(
            found=f"PostgreSQL {version}", needed=str(_MINIMUM_SERVER), remedy="Use a newer server."
        )
    if row["encoding"] != "UTF8":
        raise DatabaseUnusable(place, "its encoding is not UTF8, so that it cannot keep every prompt")
    if "off" in (row["fsync"], row["synchronous_commit"], row["full_page_writes"]):
        log.warning("%s does not wait for its disk: a power cut there can lose paid jobs", place)


_SETTINGS = """
SELECT CAST(current_setting('server_version_num') AS INTEGER) AS version,
       current_setting('server_encoding') AS encoding, current_setting('fsync') AS fsync,
       current_setting('synchronous_commit') AS synchronous_commit,
       current_setting('full_page_writes') AS full_page_writes
"""
