"""discord.py, unmodified, against the loopback Discord: its waits for rate limits are seen and measured."""

import pytest

from telemetry.metrics import Metrics
from telemetry.traces import DiscordTraffic
from tests.loopback_discord import VIDEOS, Limit
from tests.loopback_discord.sample_client import PlainClient, running
from tests.telemetry.readings import readings

MESSAGES = "/channels/{channel_id}/messages"


@pytest.fixture
def metrics():
    return Metrics(version="1")


@pytest.fixture
async def client(discord, metrics):
    """Return a client that is watched as `app.watching` watches the bot's."""
    traffic = DiscordTraffic(metrics)
    client = PlainClient(http_trace=traffic.trace())
    client.http.request = traffic.held_back(client.http.request)
    async with running(client, discord):
        yield client


def waits(metrics, kind):
    return readings(metrics.registry, "clapper_discord_rate_limit_wait_seconds_sum").get((kind,), 0)


async def send(client):
    await client.get_partial_messageable(VIDEOS.id).send("hello")


async def test_what_the_library_holds_back_is_measured_as_it_waits(client, discord, metrics):
    discord.backend.rate_limits.per_route[f"POST {MESSAGES}"] = Limit(1, 0.5)

    for _ in range(3):
        await send(client)

    assert 0.5 < waits(metrics, "held back") < 5
    assert waits(metrics, "asked") == 0


async def test_what_discord_asks_for_is_measured_as_it_says(client, discord, metrics):
    discord.faults.add("POST", "/channels/*/messages", status=429, retry_after=0.25)

    await send(client)

    assert waits(metrics, "asked") == 1  # the header counts whole seconds
    assert waits(metrics, "held back") == 0
    requests = readings(metrics.registry, "clapper_discord_requests_total")
    assert requests["POST", "/channels/{id}/messages", "429"] == 1
    assert requests["POST", "/channels/{id}/messages", "2xx"] == 1


async def test_every_route_that_is_called_is_one_that_is_known(client, metrics):
    await send(client)

    routes = {route for _, route, _ in readings(metrics.registry, "clapper_discord_requests_total")}
    assert {"/users/@me", "/applications/{id}/commands", "/channels/{id}/messages"} <= routes
    assert not [route for route in routes if "{other}" in route]
