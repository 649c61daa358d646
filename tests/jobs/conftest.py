"""Fixtures of the steps."""

import asyncio

import pytest

from tests.support.databases import emptied_database, with_options
from tests.support.stage import DATABASES, open_stage

ON_BOTH_ENGINES = {
    "test_accounts",
    "test_blind_resend",
    "test_decisions_of_moderators",
    "test_deliverer",
    "test_downtime",
    "test_guards",
    "test_kill_switch",
    "test_late_answers",
    "test_leases",
    "test_life_of_a_job",
    "test_pipeline",
    "test_poller",
    "test_service",
    "test_submitter",
}
"""Where admission, claims, outcomes, limits, the ledger, pauses or wake-ups decide what happens. The rest is about
figures, texts, films and people; what it asks of the store, tests/db/ asks of both engines."""


def pytest_generate_tests(metafunc):
    """Run a test that opens a store on either engine, where its module leans on it."""
    opens_a_store = {"stage", "sandbox"} & set(metafunc.fixturenames)
    if metafunc.module.__name__.rpartition(".")[2] in ON_BOTH_ENGINES and opens_a_store:
        metafunc.parametrize("database", ["sqlite", "postgresql"], indirect=True)


@pytest.fixture(autouse=True)
async def database(request):
    """Keep the rows of the test's folder in a database of its engine."""
    if getattr(request, "param", "sqlite") == "sqlite":
        yield
        return
    folder = request.getfixturevalue("tmp_path")
    # One connection, so that a step meets no row that a status is just being noted on: such a row is passed over.
    DATABASES[folder] = with_options(await emptied_database(), "pool_size=1")
    yield
    del DATABASES[folder]


@pytest.fixture
async def stage(tmp_path, sandbox, clock):
    """Return an open stage."""
    async with open_stage(tmp_path, sandbox, clock) as stage:
        yield stage


@pytest.fixture
async def loop_time(monkeypatch):
    """Return the time of this loop in a list: it stands still until the test moves it."""
    time = [1000.0]
    monkeypatch.setattr(asyncio.get_running_loop(), "time", lambda: time[0])
    return time
