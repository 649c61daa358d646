"""Connections to a PostgreSQL server, alone or in a pool. asyncpg carries no types: here they are."""

import asyncio
import contextlib
import logging
from collections.abc import AsyncGenerator, Callable, Mapping
from typing import Any, Protocol, cast

import asyncpg  # pyright: ignore[reportMissingTypeStubs] - it ships none

from db.engines.address import PostgresAddress
from db.engines.errors import DatabaseTooOld, DatabaseUnusable
from db.engines.postgres_faults import connecting_to

log = logging.getLogger(__name__)

CONNECT_SECONDS = 10.0

_ANSWER_SECONDS = 20.0
"""Longer than the server's own limits of a transaction: it ends the wait for one that vanished without a word."""

_CLOSE_SECONDS = 5.0

_MINIMUM_SERVER = 13
"""`pg_xact_status` needs it."""

_driver = cast("Any", asyncpg)


class Connection(Protocol):
    """What is used of a connection."""

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
        """Say goodbye."""
        ...

    def terminate(self) -> None:
        """End it without a goodbye."""
        ...

    def is_closed(self) -> bool:
        """Return whether it has ended."""
        ...


class Pool(Protocol):
    """What is used of a pool."""

    def acquire(self, *, timeout: float) -> contextlib.AbstractAsyncContextManager[Connection]:
        """Lend a connection."""
        ...


async def connect(address: PostgresAddress) -> Connection:
    """Open a connection of one's own."""
    return await _driver.connect(address.dsn, **_options(address))


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
