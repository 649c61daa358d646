"""Fixtures of the store: an empty database per test, on either engine and on a clock that only the test moves."""

import pytest

from db.engines.address import postgres_address
from db.engines.postgres import open_postgres
from db.engines.sqlite import open_sqlite
from db.store import JobStore
from tests.sqlite_file import put_empty_database
from tests.support.databases import EMPTYING, emptied_database


@pytest.fixture
def path(tmp_path):
    return put_empty_database(tmp_path / "clapper.db")


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request):
    """Return the engine's name. A module that is about one of them has a fixture of this name."""
    return request.param


@pytest.fixture
async def url(database, request):
    if database == "postgresql":
        return await emptied_database()
    return f"sqlite:///{request.getfixturevalue('path')}"


@pytest.fixture
async def engine(database, url, request, clock):
    if database == "postgresql":
        opening = open_postgres(postgres_address(url), name="w", clock=clock)
    else:
        opening = open_sqlite(request.getfixturevalue("path"), clock=clock)
    async with opening as engine:
        yield engine


@pytest.fixture
def store(engine):
    return JobStore.over(engine, worker="w", lease_seconds=60)


@pytest.fixture
def emptied(engine):
    """Return what takes every row of the open database away, for tables that begin each of their rows with none."""

    async def delete(transaction):
        for sql in EMPTYING:
            await transaction.all(sql)

    return lambda: engine.write(delete)
