"""Connections to a PostgreSQL server, the statements of a transaction on one, and what their errors mean.

asyncpg carries no types: `Connection` and `Pool` say what is used of it.
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
"""Longer than the server's own limits of a transaction: it ends the wait for one that vanished without a word."""

_CLOSE_SECONDS = 5.0

_MINIMUM_SERVER = 13
"""`pg_xact_status` needs it."""

HAS_REVISION = "SELECT to_regclass('alembic_version') IS NOT NULL"
REVISION = "SELECT version_num FROM alembic_version"

_driver = cast("Any", asyncpg)


class Connection(Protocol):
    """A connection of asyncpg."""

    async def execute(self, sql: str, /) -> str:
        """Run statements without an answer."""
        ...

    async def fetch(self, sql: str, /, *values: object) -> list[Mapping[str, Any]]:
        """Run one statement and return its rows."""
        ...

    async def fetchval(self, sql: str, /, *values: object) -> Any:
        """Run one statement and return the first value of its first row."""
        ...

    async def add_listener(self, channel: str, callback: Callable[[Any, int, str, object], None], /) -> None:
        """Call back for every notification on a channel."""
        ...

    def add_termination_listener(self, callback: Callable[[Any], None], /) -> None:
        """Call back when the connection has ended, however it did."""
        ...

    async def close(self) -> None:
        """Close it in an orderly way."""
        ...

    def terminate(self) -> None:
        """Drop it at once."""
        ...

    def is_closed(self) -> bool:
        """Return whether it has ended."""
        ...


class Pool(Protocol):
    """A pool of asyncpg."""

    def acquire(self, *, timeout: float) -> contextlib.AbstractAsyncContextManager[Connection]:
        """Lend a connection."""
        ...


async def connect(address: PostgresAddress) -> Connection:
    """Open a connection of one's own."""
    return await _driver.connect(address.dsn, **_options(address))


async def revision_at(address: PostgresAddress) -> str | None:
    """Return the revision of the schema that the database has, None without one.

    Raises:
        DatabaseError: it cannot be reached; the message says what to do.
    """
    with connecting_to(address.place):
        connection = await connect(address)
        try:
            await connection.execute("BEGIN READ ONLY")  # a pooler may give each statement another server
            exists = await connection.fetchval(HAS_REVISION)
            revision = await connection.fetchval(REVISION) if exists else None
            await connection.execute("COMMIT")
            return revision
        finally:
            await connection.close()


@contextlib.asynccontextmanager
async def open_pool(address: PostgresAddress) -> AsyncGenerator[Pool]:
    """Open a pool, and make sure that the server can run our SQL.

    Raises:
        DatabaseError: it cannot be used; the message says what to do.
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
    """Return whether the server, or the way to it, is gone for now: another connection may do better."""
    return isinstance(error, _GONE) and not isinstance(error, QueryCanceledError)


def is_conflict(error: BaseException) -> bool:
    """Return whether this transaction met another one, or a migration, and was undone for it."""
    return isinstance(error, SerializationError | DeadlockDetectedError | InvalidCachedStatementError)


def is_undone(error: BaseException) -> bool:
    """Return whether a COMMIT that raised this was surely not done: the server itself said so and stayed."""
    stayed = isinstance(error, PostgresError) and cast("Any", error).severity == "ERROR"
    return stayed and not is_gone(error)


@contextlib.contextmanager
def connecting_to(place: str) -> Generator[None]:
    """Turn what goes wrong with a connection into a sentence that says what to do.

    Raises:
        DatabaseError: the server cannot be used.
    """
    try:
        yield
    except (ClientConfigurationError, ValueError) as error:
        if isinstance(error, DatabaseError):
            raise
        # The client's own words may repeat a part of the address.
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

# Of the statement, not of the transaction, and the same for all of its rows: an index can be entered at it.
_NOW = "CAST(extract(epoch FROM statement_timestamp()) * 1000 AS BIGINT)"

_GIVEN_NOW = "CAST(:clapper_now AS BIGINT)"

_PARAMETER = re.compile(r":([a-z_]+)")


@functools.lru_cache(maxsize=512)
def in_postgres(sql: str, *, given_clock: bool = False) -> tuple[str, tuple[str, ...]]:
    """Return the shared SQL text as PostgreSQL runs it, and the names of its parameters in their order."""
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
    """Runs the statements of one body on its connection."""

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

    async def make(self, sql: str, /, *records: str, **parameters: Any) -> Row | None:
        """Run an INSERT and records of what it made as one statement."""
        whole = made_with(sql, records)
        return await self.one(whole, **parameters)

    async def hold(self, name: str) -> None:
        """Hold a lock of the server to the end of the transaction."""
        await self._connection.fetch(HOLD, name)

    def in_place(self) -> bool:
        """Say yes: the server looks after its files."""
        return True

    def ring(self) -> None:
        """Notify the other processes when this is committed."""
        self.rings = True


def _options(address: PostgresAddress) -> dict[str, Any]:
    return {
        "timeout": CONNECT_SECONDS,
        "command_timeout": _ANSWER_SECONDS,
        "statement_cache_size": 100 if address.prepared_statements else 0,
        "server_settings": {"application_name": "clapper"},
    }


async def _keep_as_it_is(_connection: Connection) -> None:
    """Spare the round trip that would reset a session in which nothing was ever set."""


async def _close(pool: Any) -> None:
    try:
        async with asyncio.timeout(_CLOSE_SECONDS):
            await pool.close()
    except Exception:  # noqa: BLE001 - a server that is away cannot be told goodbye
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
