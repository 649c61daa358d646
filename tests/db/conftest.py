"""Fixtures of the store: a migrated file per test, on a clock that only the test moves."""

import shutil

import pytest

from db.migrate import migrate_sqlite
from db.sqlite import open_sqlite
from db.store import JobStore
from tests.clock import FakeClock


@pytest.fixture(scope="session")
def migrated(tmp_path_factory):
    """Return an empty database of the newest schema, to be copied."""
    path = tmp_path_factory.mktemp("migrated") / "clapper.db"
    migrate_sqlite(path)
    return path


@pytest.fixture
def path(tmp_path, migrated):
    """Return a migrated file of the test's own."""
    return shutil.copyfile(migrated, tmp_path / "clapper.db")


@pytest.fixture
def clock():
    """Return the database's clock."""
    return FakeClock()


@pytest.fixture
async def engine(path, clock):
    """Return an open engine."""
    async with open_sqlite(path, clock=clock) as engine:
        yield engine


@pytest.fixture
def store(engine):
    """Return the store of worker `w`, whose leases last a minute."""
    return JobStore.over(engine, worker="w", lease_seconds=60)
