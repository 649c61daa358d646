"""The servers that the processes of these tests stand between."""

import time

import pytest

from sandbox.server import open_sandbox


class HeldClock:
    """The provider's clock: a render ends when the test says so."""

    def __init__(self):
        self.ahead = 0.0

    def __call__(self):
        return time.time() + self.ahead

    def finish_renders(self):
        self.ahead += 7200


@pytest.fixture
def clock():
    return HeldClock()


@pytest.fixture
async def slow_sandbox(clock):
    """A provider whose renders take an hour of its clock."""
    async with open_sandbox(instant=True, render_seconds=3600, clock=clock) as server:
        yield server
