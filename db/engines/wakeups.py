"""Wake-ups from other processes: a separate PostgreSQL connection listens for them and wakes this process's loops."""

import asyncio
import contextlib
import logging
from collections.abc import AsyncGenerator, Callable
from typing import Any

from db.engines.address import postgres_address
from db.engines.postgres import CHANNEL
from db.engines.postgres_connection import Connection, connect

log = logging.getLogger(__name__)

_CHECK_SECONDS = 60.0
"""The silence on the connection after which it is tested with a query."""

_LONGEST_PAUSE = 15.0

Ring = Callable[[], None]


@contextlib.asynccontextmanager
async def open_wakeups(database_url: str, *, worker: str, ring: Ring) -> AsyncGenerator[None]:
    """Call `ring` for every notification from a process other than `worker`, until the block ends.

    This needs a direct connection to the server, or a pooler in session mode. Without it, the loops find work
    only when they look by themselves.
    """
    listening = asyncio.create_task(_listen_for_ever(database_url, worker, ring), name="wake-ups")
    try:
        yield
    finally:
        listening.cancel()
        await asyncio.gather(listening, return_exceptions=True)


async def _listen_for_ever(database_url: str, worker: str, ring: Ring) -> None:
    pause = 0.5
    while True:
        try:
            async with _listening(database_url, worker, ring) as connection:
                pause = 0.5
                ring()  # notifications that came before this connection listened are lost
                await _until_it_breaks(connection)
        except Exception as error:  # noqa: BLE001 - after any error, loops look for work by themselves
            log.warning("no wake-ups from other processes for now: %s", error or type(error).__name__)
        await asyncio.sleep(pause)
        pause = min(pause * 2, _LONGEST_PAUSE)


@contextlib.asynccontextmanager
async def _listening(database_url: str, worker: str, ring: Ring) -> AsyncGenerator[Connection]:
    def heard(_connection: Any, _process: int, _channel: str, sender: object) -> None:
        if sender != worker:  # this process wakes its own loops directly
            ring()

    connection = await connect(postgres_address(database_url))
    try:
        await connection.add_listener(CHANNEL, heard)
        yield connection
    finally:
        connection.terminate()


async def _until_it_breaks(connection: Connection) -> None:
    broken = asyncio.Event()

    def ended(_connection: object) -> None:
        broken.set()

    connection.add_termination_listener(ended)
    while not broken.is_set():
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_CHECK_SECONDS):
                await broken.wait()
        if not broken.is_set():
            await connection.execute("SELECT 1")
    raise ConnectionError("the connection that listens was closed")
