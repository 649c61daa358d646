"""Fixtures that many folders share: both servers on loopback, and a clock."""

import pytest

from sandbox.server import open_sandbox
from tests.loopback_discord import open_loopback_discord
from tests.support.clock import FakeClock


@pytest.fixture
async def sandbox():
    """Return a provider that finishes at once with a tiny real film."""
    async with open_sandbox(instant=True) as sandbox:
        yield sandbox


@pytest.fixture
async def discord():
    """Return a Discord."""
    async with open_loopback_discord() as discord:
        yield discord


@pytest.fixture
def clock():
    """Return a clock that only the test moves; the database of a test runs on it too."""
    return FakeClock()
