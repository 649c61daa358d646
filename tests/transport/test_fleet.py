"""Several processes over one PostgreSQL: gateways admit, workers work, and either may die."""

import asyncio
import contextlib

import pytest

from sandbox.server import open_sandbox
from tests.loopback_discord import ANN, VIDEOS
from tests.support.databases import new_database
from tests.support.processes import environment, folder_of_one, run_to_end, running_bot
from tests.transport.rows import states
from tests.transport.test_bot_process import has_video, order, videos

pytestmark = pytest.mark.process


@pytest.fixture
async def sandbox():
    async with open_sandbox(instant=True, render_seconds=0.5) as server:
        yield server


@pytest.fixture
async def database():
    return await new_database()


@contextlib.asynccontextmanager
async def process(discord, sandbox, database, folder, *arguments, **settings):
    """Run one process of the installation in a folder of its own, which the others share for files only."""
    own = folder_of_one(folder, "-".join(arguments))
    env = environment(discord, sandbox, own, DATABASE_URL=database, **settings)
    async with running_bot(discord, env, *arguments, ready=False) as bot:
        yield bot


async def until_connected(discord, count):
    async with asyncio.timeout(30):
        while len(discord.gateway.connected) < count or not discord.backend.commands.synced:
            await asyncio.sleep(0.05)


async def test_what_a_gateway_admits_a_worker_delivers_and_the_reply_follows(
    discord, sandbox, database, tmp_path
):
    gateway = process(discord, sandbox, database, tmp_path, "gateway")
    async with gateway as listening, process(discord, sandbox, database, tmp_path, "worker") as working:
        await until_connected(discord, 1)
        handle = await order(discord)
        video = await discord.wait_for_message(VIDEOS, has_video, timeout=30)
        await discord.ledger.wakeup.until(
            lambda: "Delivered" in handle.interaction.original.content, 10, what="the reply that follows"
        )
        codes = [await working.stop(), await listening.stop()]
    assert video.pings == {ANN.id}
    assert (len(videos(discord)), len(sandbox.ledger.accepted)) == (1, 1)
    assert await states(database) == ["delivered"]
    assert codes == [0, 0]
    assert not [line for line in working.output().splitlines() if "gateway" in line.lower()]


async def test_a_worker_that_is_killed_is_replaced_by_the_other(discord, sandbox, database, tmp_path):
    async with (
        process(discord, sandbox, database, tmp_path, "gateway"),
        process(discord, sandbox, database, tmp_path, "worker") as first,
    ):
        await until_connected(discord, 1)
        await order(discord)
        await discord.wait_for_message(VIDEOS, lambda message: not has_video(message), timeout=20)
        await first.kill()
        async with process(discord, sandbox, database, tmp_path, "worker"):
            await discord.wait_for_message(VIDEOS, has_video, timeout=30)
    assert (len(videos(discord)), len(sandbox.ledger.accepted)) == (1, 1)


async def test_shards_of_two_gateways_hear_each_command_once(discord, sandbox, database, tmp_path):
    async with (
        process(discord, sandbox, database, tmp_path, "gateway", "--shards", "0", "--shard-count", "2"),
        process(discord, sandbox, database, tmp_path, "gateway", "--shards", "1", "--shard-count", "2"),
        process(discord, sandbox, database, tmp_path, "worker"),
    ):
        await until_connected(discord, 2)
        assert sorted(session.shard for session in discord.gateway.connected) == [(0, 2), (1, 2)]
        await order(discord)
        await discord.wait_for_message(VIDEOS, has_video, timeout=30)
    assert (len(videos(discord)), len(sandbox.ledger.accepted)) == (1, 1)


@pytest.mark.parametrize("role", ["gateway", "worker"])
async def test_a_role_over_sqlite_is_refused_in_a_sentence_that_names_postgresql(
    discord, sandbox, tmp_path, role
):
    code, said = await run_to_end(discord, environment(discord, sandbox, tmp_path), role)
    assert code == 2
    assert said.strip().splitlines() == [
        f"a {role} shares its work with other processes, and SQLite serves one process only: "
        "set DATABASE_URL=postgresql://..., or run `python bot.py` alone."
    ]


async def test_shards_that_cannot_be_are_refused_in_a_sentence(discord, sandbox, tmp_path):
    env = environment(discord, sandbox, tmp_path)
    code, said = await run_to_end(discord, env, "gateway", "--shards", "0-3", "--shard-count", "2")
    assert (code, said.strip()) == (2, "--shards must lie within 0 and 1, below --shard-count")
