"""A PostgreSQL server that keeps its promises, on this disk, for the length of a run; or that of BENCH_POSTGRES_URL."""

import contextlib
import itertools
import os
import shutil
import tempfile
from collections.abc import Generator
from pathlib import Path
from urllib.parse import urlsplit

import asyncpg  # pyright: ignore[reportMissingTypeStubs] - it ships none

from tests.support.databases import Server

_numbers = itertools.count(1)


@contextlib.contextmanager
def durable_server() -> Generator[str]:
    """Run a server with the settings it ships with, and yield its address."""
    if given := os.environ.get("BENCH_POSTGRES_URL"):
        yield given
        return
    folder = Path(tempfile.mkdtemp(prefix="clapper-bench-pg-"))
    server = None
    try:
        server = Server(folder, settings=(), sweeps=True)
        server.start()
        yield server.url("postgres")
    finally:
        if server is not None:
            server.stop()
        shutil.rmtree(folder, ignore_errors=True)  # the server sweeps it where it can


async def empty_database(server_url: str) -> str:
    """Make a database on the server and return its address."""
    name = f"bench_{os.getpid()}_{next(_numbers)}"
    await run_on(server_url, f"CREATE DATABASE {name} ENCODING 'UTF8' TEMPLATE template0")
    return urlsplit(server_url)._replace(path=f"/{name}").geturl()


async def run_on(url: str, sql: str) -> None:
    """Run a statement outside of any transaction of ours."""
    connection = await asyncpg.connect(url)
    try:
        await connection.execute(sql)
    finally:
        await connection.close()
