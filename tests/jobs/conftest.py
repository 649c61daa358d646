"""Fixtures of the steps."""

import asyncio

import pytest

from sandbox.server import open_sandbox
from tests.clock import FakeClock
from tests.jobs.stage import open_stage


@pytest.fixture
def clock():
    """Return a clock that only the test moves."""
    return FakeClock()


@pytest.fixture
async def sandbox():
    """Return a provider that finishes at once with a tiny real film."""
    async with open_sandbox(instant=True) as sandbox:
        yield sandbox


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
