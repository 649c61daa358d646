"""Fixtures of the guarantees: two servers on loopback, and the way of an order between them."""

import pytest
from discord.http import Route

from sandbox.server import open_sandbox
from tests.cogs.conftest import build_house
from tests.guarantees.stage import open_world
from tests.loopback_discord import open_loopback_discord

__all__ = ["build_house"]


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
async def world(tmp_path, sandbox, discord, monkeypatch):
    """Return the way of an order through the steps of the bot, which run in this process."""
    monkeypatch.setattr(Route, "BASE", discord.api_url)
    async with open_world(tmp_path, sandbox, discord) as world:
        yield world
