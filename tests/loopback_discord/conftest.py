"""Fixtures for the double's own tests."""

from collections.abc import AsyncIterator

import aiohttp
import pytest

from tests.loopback_discord import BOT, TOKEN, LoopbackDiscord, open_loopback_discord
from tests.loopback_discord.bare_calls import JOBS, VIDEO


@pytest.fixture
async def loopback() -> AsyncIterator[LoopbackDiscord]:
    async with open_loopback_discord() as server:
        yield server


@pytest.fixture
async def bare() -> AsyncIterator[aiohttp.ClientSession]:
    """A session that says what a bot says, and nothing of its own."""
    async with aiohttp.ClientSession(headers={"Authorization": f"Bot {TOKEN}"}) as session:
        yield session


@pytest.fixture
def call(bare, loopback):
    """Return a function that makes one request and returns (status, code or None, JSON)."""

    async def request(method, path, body=None, **kwargs):
        async with bare.request(method, loopback.api_url + path, json=body, **kwargs) as response:
            data = await response.json() if response.status != 204 else None
            code = data.get("code") if isinstance(data, dict) and response.status >= 400 else None
            return response.status, code, data

    return request


@pytest.fixture
async def synced(call):
    status, _, commands = await call("PUT", f"/applications/{BOT.id}/commands", [VIDEO, JOBS])
    assert status == 200
    return commands
