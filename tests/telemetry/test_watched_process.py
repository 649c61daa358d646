"""`python bot.py` as a process, asked from outside how it is while it works."""

import asyncio
import contextlib
import json
import math
import re
from itertools import pairwise

import aiohttp
import pytest

from tests.loopback_discord import ANN, VIDEOS
from tests.support.databases import new_database
from tests.support.processes import environment, folder_of_one, run_to_end, running_bot

pytestmark = pytest.mark.process

TOKEN = "canary-token-0123456789"


def has_video(message):
    return any(file.filename.endswith(".mp4") for file in message.attachments)


async def address_in(bot):
    async with asyncio.timeout(20):
        while not (found := re.search(r"operator's page: (http://\S+)", bot.output())):
            await asyncio.sleep(0.05)
    return found[1]


@contextlib.asynccontextmanager
async def watched_bot(discord, sandbox, folder, **settings):
    """Run a bot whose pages are served; give it and a function that asks for one of them."""
    env = environment(discord, sandbox, folder, **{"HEALTH_PORT": 0, **settings})
    async with running_bot(discord, env) as bot, aiohttp.ClientSession() as session:
        address = await address_in(bot)

        async def get(path, **headers):
            async with session.get(f"{address}{path}", headers=headers) as response:
                return response.status, await response.text()

        async with asyncio.timeout(20):
            while (await get("/readyz"))[0] != 200:
                await asyncio.sleep(0.1)
        yield bot, get


def samples(text):
    lines = (line.rpartition(" ") for line in text.splitlines() if line and not line.startswith("#"))
    return {name: float(value) for name, _, value in lines}


async def test_a_video_shows_in_the_metrics_from_its_command_to_its_message(discord, sandbox, tmp_path):
    async with watched_bot(discord, sandbox, tmp_path) as (_, get):
        await discord.slash("video", user=ANN, channel=VIDEOS, options={"prompt": "canary prompt"})
        await discord.wait_for_message(VIDEOS, has_video, timeout=30)
        async with asyncio.timeout(10):
            while True:
                _, text = await get("/metrics")
                seen = samples(text)
                if 'clapper_job_changes_total{after="delivered",before="delivering"}' in seen:
                    break
                await asyncio.sleep(0.05)

    assert seen['clapper_commands_total{command="video",outcome="done"}'] == 1
    assert seen['clapper_interactions_total{kind="command"}'] == 1
    assert seen['clapper_acknowledgement_seconds_count{since="received"}'] == 1
    assert seen['clapper_acknowledgement_seconds_sum{since="received"}'] < 3
    assert seen['clapper_stage_seconds_count{stage="rendering"}'] == 1
    assert seen['clapper_delivery_lag_seconds_count{since="found"}'] == 1
    assert seen['clapper_polls_total{seen="succeeded"}'] == 1
    assert seen["clapper_spend_usd_total"] > 0
    assert seen["clapper_ready"] == 1
    assert seen["clapper_gateway_connected"] == 1
    assert seen["clapper_orders_today"] == 1
    assert seen['clapper_jobs{state="queued"}'] == 0
    assert seen['clapper_database_seconds_count{kind="write"}'] > 5
    assert seen["clapper_event_loop_lag_seconds_count"] > 0
    order = 'method="POST",outcome="2xx",path="/v1/videos/generations"'
    assert seen[f"clapper_provider_requests_total{{{order}}}"] == 1
    route = 'method="POST",outcome="2xx",route="/channels/{id}/messages"'
    assert seen[f"clapper_discord_requests_total{{{route}}}"] >= 1
    loops = {
        found[1] for name in seen if (found := re.match(r'clapper_worker_still_seconds{loop="(\w+)"', name))
    }
    assert loops == {"submit", "poll", "deliver", "notice", "tell"}
    assert "canary" not in text
    assert [name for name in seen if re.search(r"\d{7,}|secret|token[^}]", name)] == []


async def test_a_command_that_is_refused_is_counted_apart(discord, sandbox, tmp_path):
    async with watched_bot(discord, sandbox, tmp_path) as (_, get):
        order = {"options": {"prompt": "a kite"}, "attachments": {"image": ("kite.png", b"no picture")}}
        asked = await discord.slash("video", user=ANN, channel=VIDEOS, **order)
        await asked.original()
        async with asyncio.timeout(10):
            while 'clapper_commands_total{command="video"' not in (text := (await get("/metrics"))[1]):
                await asyncio.sleep(0.05)

    assert samples(text)['clapper_commands_total{command="video",outcome="refused"}'] == 1


async def test_a_process_whose_gateway_is_gone_is_alive_and_not_ready(discord, sandbox, tmp_path):
    async with watched_bot(discord, sandbox, tmp_path) as (_, get):
        status, text = await get("/readyz")
        checks = {"database": "ok", "gateway": "ok", "worker": "ok"}
        assert (status, json.loads(text)["checks"]) == (200, checks)

        async with asyncio.timeout(20):
            while status == 200:
                discord.gateway.cut()
                status, text = await get("/readyz")
        assert status == 503
        assert json.loads(text)["checks"] == checks | {"gateway": "not connected"}
        assert (await get("/healthz"))[0] == 200


async def test_a_port_that_is_taken_is_a_warning_and_the_bot_works(
    discord, sandbox, tmp_path, unused_tcp_port
):
    blocker = await asyncio.start_server(lambda *_: None, "127.0.0.1", unused_tcp_port)
    async with blocker:
        env = environment(discord, sandbox, tmp_path, HEALTH_PORT=unused_tcp_port)
        async with running_bot(discord, env) as bot:
            await discord.slash("video", user=ANN, channel=VIDEOS, options={"prompt": "a kite"})
            await discord.wait_for_message(VIDEOS, has_video, timeout=30)
            [said] = [line for line in bot.output().splitlines() if "telemetry.server" in line]
            assert "WARNING" in said
            assert f"127.0.0.1 port {unused_tcp_port} cannot be had" in said
            assert "HEALTH_PORT" in said
            assert await bot.stop() == 0


async def test_the_token_opens_the_pages_lets_them_act_and_is_not_in_the_log(discord, sandbox, tmp_path):
    settings = {"HEALTH_TOKEN": TOKEN, "LOG_LEVEL": "DEBUG"}
    async with watched_bot(discord, sandbox, tmp_path, **settings) as (bot, get):
        assert (await get("/metrics"))[0] == 401
        assert (await get("/metrics", Authorization=f"Bearer {TOKEN}"))[0] == 200
        await get(f"/?token={TOKEN}")
        address = await address_in(bot)
        headers = {"Authorization": f"Bearer {TOKEN}", "Origin": address}
        async with aiohttp.ClientSession(headers=headers) as session:
            for act, said in (("pause", "Paused everywhere"), ("resume", "Resumed")):
                async with session.post(f"{address}/{act}", data={"job": ""}) as response:
                    assert said in await response.text()
        assert "ordering is stopped by the operator" in bot.output()
        assert "canary" not in bot.output()


async def test_the_log_of_a_process_is_json_with_a_line_for_each_change(discord, sandbox, tmp_path):
    env = environment(discord, sandbox, tmp_path, LOG_FORMAT="auto")
    async with running_bot(discord, env) as bot:
        asked = await discord.slash("video", user=ANN, channel=VIDEOS, options={"prompt": "canary prompt"})
        await discord.wait_for_message(VIDEOS, has_video, timeout=30)
        assert await bot.stop() == 0

    entries = [json.loads(line) for line in bot.output().splitlines()]
    changes = [entry for entry in entries if entry["logger"] == "jobs.runtime.changes"]
    states = ["none", "queued", "submitting", "rendering", "delivering", "delivered"]
    assert [(entry["from"], entry["to"]) for entry in changes] == [*pairwise(states)]
    assert {entry["job"] for entry in changes} == {changes[0]["job"]}
    assert {entry["interaction"] for entry in changes} == {str(asked.interaction.id)}
    assert {entry["guild"] for entry in changes} == {str(VIDEOS.guild_id)}
    assert "canary" not in bot.output()


async def test_an_address_for_reports_that_cannot_be_used_is_named_before_anything_starts(
    discord, sandbox, tmp_path
):
    env = environment(discord, sandbox, tmp_path, SENTRY_DSN="https://canary.example")
    code, output = await run_to_end(discord, env)

    assert (code, "canary" in output) == (2, False)
    assert "SENTRY_DSN: is no address of a project" in output
    assert discord.ledger.requests == []


async def test_each_role_is_asked_for_what_it_does(discord, sandbox, tmp_path):
    database = await new_database()
    asked = {}
    async with contextlib.AsyncExitStack() as stack:
        for role in ("gateway", "worker"):
            env = environment(
                discord, sandbox, folder_of_one(tmp_path, role), DATABASE_URL=database, HEALTH_PORT=0
            )
            bot = await stack.enter_async_context(running_bot(discord, env, role, ready=False))
            session = await stack.enter_async_context(aiohttp.ClientSession())
            address = await address_in(bot)
            async with asyncio.timeout(30):
                while (answer := await session.get(f"{address}/readyz")).status != 200:
                    await asyncio.sleep(0.1)
            asked[role] = set((await answer.json())["checks"])
            metrics = samples(await (await session.get(f"{address}/metrics")).text())
            asked[f"{role} connected"] = metrics["clapper_gateway_connected"]
            page = await (await session.get(address)).text()
            assert (">none in this role<" in page) is (role == "worker")

    assert asked["gateway"] == {"database", "gateway"}
    assert asked["worker"] == {"database", "worker"}
    assert asked["gateway connected"] == 1
    assert math.isnan(asked["worker connected"])
