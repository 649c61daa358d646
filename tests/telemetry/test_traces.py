"""Requests as they are counted, by a template without ids and by how they ended, and the waits of an unmodified discord.py."""

import asyncio

import aiohttp
import pytest
from aiohttp import web

from telemetry.metrics import Metrics
from telemetry.traces import (
    WINDOW_SECONDS,
    DiscordTraffic,
    Recent,
    discord_route,
    outcome_of,
    provider_path,
    provider_trace,
)
from tests.loopback_discord import VIDEOS, Limit
from tests.loopback_discord.sample_client import PlainClient, running
from tests.support.rows import each_row
from tests.telemetry.readings import reading, readings

SNOWFLAKE = 1_300_000_000_000_000_000
CREATED = ((SNOWFLAKE >> 22) + 1_420_070_400_000) / 1000


@pytest.fixture
def metrics():
    return Metrics(version="1")


@pytest.fixture
async def serve():
    runners = []

    async def start(answer):
        application = web.Application()
        application.router.add_route("*", "/{path:.*}", answer)
        runner = web.AppRunner(application)
        runners.append(runner)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        return f"http://127.0.0.1:{runner.addresses[0][1]}"

    yield start
    for runner in runners:
        await runner.cleanup()


def answering(status, **headers):
    async def answer(_):
        return web.Response(status=status, headers=headers)

    return answer


@each_row(
    "path, route",
    [
        ("/api/v10/channels/123/messages", "/channels/{id}/messages"),
        ("/api/v10/channels/123/messages/456", "/channels/{id}/messages/{id}"),
        ("/api/v10/interactions/1/aW50-ZXI/callback", "/interactions/{id}/{token}/callback"),
        ("/api/v10/webhooks/1/12345/messages/@original", "/webhooks/{id}/{token}/messages/@original"),
        ("/api/v10/users/@me", "/users/@me"),
        ("/api/v10/applications/9/commands", "/applications/{id}/commands"),
        ("/proxy/api/v10/gateway/bot", "/gateway/bot"),
        ("/attachments/1/2/kite.png", "/attachments/{id}/{id}/{other}"),
        ("/a/b/c/d/e/f/g/h/i/j/k", "/{other}/{other}/{other}/{other}/{other}/{other}/{other}/{other}"),
        ("/", "/"),
    ],
)
def test_a_route_of_discord_holds_neither_ids_nor_tokens(path, route):
    assert discord_route(path) == route


@each_row(
    "path, template",
    [
        ("/v1/videos/generations", "/v1/videos/generations"),
        ("/root/v1/videos/generations", "/v1/videos/generations"),
        ("/v1/tasks/task_01KA", "/v1/tasks/{task_id}"),
        ("/v1/tasks/", "{other}"),
        ("/v1/tasks/a/b", "{other}"),
        ("/elsewhere", "{other}"),
    ],
)
def test_a_path_of_the_provider_is_one_that_is_known(path, template):
    find = provider_path(["/v1/tasks/{task_id}?full=1", "/v1/videos/generations"])

    assert find(path) == template.partition("?")[0]


@each_row("status, outcome", [(200, "2xx"), (204, "2xx"), (404, "4xx"), (429, "429"), (503, "5xx")])
def test_an_answer_is_counted_by_its_class_and_a_full_limit_by_itself(status, outcome):
    assert outcome_of(status) == outcome


async def test_answers_and_broken_connections_of_the_provider_are_counted(metrics, serve, unused_tcp_port):
    seen = []
    trace = provider_trace(
        metrics, provider_path(["/v1/tasks/{task_id}"]), ended=lambda *what: seen.append(what[:3])
    )
    address = await serve(answering(500))
    async with aiohttp.ClientSession(trace_configs=[trace]) as session:
        async with session.get(f"{address}/v1/tasks/t1?language=en"):
            pass
        with pytest.raises(aiohttp.ClientConnectorError):
            await session.get(f"http://127.0.0.1:{unused_tcp_port}/v1/tasks/t2")

    assert readings(metrics.registry, "clapper_provider_requests_total") == {
        ("GET", "/v1/tasks/{task_id}", "5xx"): 1,
        ("GET", "/v1/tasks/{task_id}", "error"): 1,
    }
    assert seen == [("GET", "/v1/tasks/{task_id}", "5xx"), ("GET", "/v1/tasks/{task_id}", "error")]
    taken = readings(metrics.registry, "clapper_provider_request_seconds_count")
    assert taken["GET", "/v1/tasks/{task_id}"] == 2


async def call(traffic, method, url):
    async with aiohttp.ClientSession(trace_configs=[traffic.trace()]) as session:
        return (await session.request(method, url)).status


async def test_an_interaction_is_acknowledged_when_its_callback_is_answered(metrics, serve):
    now = CREATED + 0.2
    traffic = DiscordTraffic(metrics, clock=lambda: now)
    traffic.received(SNOWFLAKE)
    now = CREATED + 0.9
    address = await serve(answering(204))

    await call(traffic, "POST", f"{address}/api/v10/interactions/{SNOWFLAKE}/secret/callback")
    await call(traffic, "POST", f"{address}/api/v10/interactions/{SNOWFLAKE}/secret/callback")

    for since, seconds in (("created", 0.9), ("received", 0.7)):
        assert reading(metrics.registry, "clapper_acknowledgement_seconds_count", since=since) == 1
        total = reading(metrics.registry, "clapper_acknowledgement_seconds_sum", since=since)
        assert total == pytest.approx(seconds, abs=0.001)


@each_row("status", [404, 500])
async def test_a_callback_that_is_refused_acknowledges_nothing(metrics, serve, status):
    traffic = DiscordTraffic(metrics, clock=lambda: CREATED)
    traffic.received(SNOWFLAKE)

    await call(
        traffic, "POST", f"{await serve(answering(status))}/api/v10/interactions/{SNOWFLAKE}/t/callback"
    )

    assert readings(metrics.registry, "clapper_acknowledgement_seconds_count") == {}


@each_row("told, seconds", [("1.5", 1.5), *((nonsense, 0) for nonsense in ("soon", "nan", "-5", "1e99", ""))])
async def test_a_wait_that_discord_asks_for_is_measured_if_it_is_a_number_of_seconds(serve, told, seconds):
    metrics = Metrics(version="1")
    traffic = DiscordTraffic(metrics)
    address = await serve(answering(429, **{"Retry-After": told}))

    await call(traffic, "POST", f"{address}/api/v10/channels/1/messages")

    waited = readings(metrics.registry, "clapper_discord_rate_limit_wait_seconds_sum")
    assert waited.get(("asked",), 0) == traffic.waits.total == seconds
    assert traffic.waits.count == 1
    assert readings(metrics.registry, "clapper_discord_requests_total") == {
        ("POST", "/channels/{id}/messages", "429"): 1
    }


@each_row("place", ["before", "after"])
async def test_what_a_call_takes_beside_its_requests_was_held_back(metrics, serve, place):
    traffic = DiscordTraffic(metrics)

    async def slow(_):
        await asyncio.sleep(0.3)
        return web.Response()

    address = await serve(slow)

    async def request(session):
        await asyncio.sleep(0.2 if place == "before" else 0)
        for _ in range(2):
            async with session.get(address):
                pass
        await asyncio.sleep(0.2 if place == "after" else 0)

    async with aiohttp.ClientSession(trace_configs=[traffic.trace()]) as session:
        await traffic.held_back(request)(session)

    assert traffic.waits.count == 1
    assert 0.2 <= traffic.waits.total < 0.6


async def test_a_call_that_only_asks_has_not_waited(metrics, serve):
    traffic = DiscordTraffic(metrics)
    address = await serve(answering(200))

    async def request(session):
        return await session.get(address)

    async with aiohttp.ClientSession(trace_configs=[traffic.trace()]) as session:
        await traffic.held_back(request)(session)

    assert traffic.waits.count == 0


def test_what_is_older_than_the_window_is_forgotten_but_not_when_it_was_last():
    now = 1000.0
    recent = Recent(clock=lambda: now)
    assert recent.last_seconds is None
    recent.add(2.0)
    now += WINDOW_SECONDS / 2
    recent.add(3.0)
    assert (recent.count, recent.total, recent.last_seconds) == (2, 5.0, 0.0)

    now += WINDOW_SECONDS / 2 + 1
    assert (recent.count, recent.total) == (1, 3.0)

    now += WINDOW_SECONDS
    assert (recent.count, recent.total, recent.last_seconds) == (0, 0, WINDOW_SECONDS * 1.5 + 1)


MESSAGES = "/channels/{channel_id}/messages"


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
