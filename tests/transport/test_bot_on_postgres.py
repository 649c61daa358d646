"""`python bot.py` over PostgreSQL: killed, deprived of its server, decided about while it runs; no password is told."""

import asyncio
import time

import asyncpg
import pytest

from console.jobs import submit_again
from tests.db.rows import PLENTY
from tests.loopback_discord import VIDEOS
from tests.support.databases import new_database, own_server
from tests.support.processes import environment, run_to_end, running_bot
from tests.transport.rows import keys, states
from tests.transport.test_bot_process import has_video, order, rendering, videos

pytestmark = pytest.mark.process

CANARY = "canary-password"


def with_password(url):
    """Return an address with a password, which a server that trusts everybody does not ask for."""
    head, at, tail = url.partition("@")
    return f"{head}:{CANARY}{at}{tail}"


async def test_a_job_outlives_kill_and_a_server_that_stops_and_nobody_is_told_the_password(
    discord, slow_sandbox, clock, tmp_path
):
    with own_server(settings=("fsync=off", "full_page_writes=off")) as server:  # it keeps what it answered
        url = server.url("postgres")
        env = environment(discord, slow_sandbox, tmp_path, DATABASE_URL=with_password(url), LOG_LEVEL="DEBUG")
        async with running_bot(discord, env) as bot:
            await order(discord)
            await rendering(discord)
            await bot.kill()
        async with running_bot(discord, env) as bot:
            await asyncio.to_thread(server.stop, at_once=True)
            await asyncio.sleep(0.5)
            await asyncio.to_thread(server.start)
            clock.finish_renders()
            await discord.wait_for_message(VIDEOS, has_video, timeout=30)
            assert await bot.stop() == 0
            said = bot.output()
        assert await states(url) == ["delivered"]

    assert len(slow_sandbox.ledger.accepted) == len(videos(discord)) == 1
    assert CANARY not in said
    assert "step broke" not in said


async def test_what_an_operator_decides_reaches_the_running_bot_at_once(discord, slow_sandbox, tmp_path):
    url = await new_database()
    env = environment(discord, slow_sandbox, tmp_path, DATABASE_URL=with_password(url))
    async with running_bot(discord, env):
        await order(discord)
        await rendering(discord)
        await ambiguous(url)
        (key,) = await keys(url)
        began = time.monotonic()
        assert await submit_again(url, key, day="2026-11-23", caps=PLENTY)
        while len(slow_sandbox.ledger.accepted) < 2:
            assert time.monotonic() - began < 10
            await asyncio.sleep(0.02)
        took = time.monotonic() - began

    assert took < 5  # the sweep of a loop that hears nothing comes every 15 seconds


async def ambiguous(url):
    """Make the order one of unknown outcome."""
    connection = await asyncpg.connect(url)
    await connection.execute(
        "UPDATE jobs SET state = 'unknown', reason = 'ambiguous_submit', told_at = 1, fence = fence + 1"
    )
    await connection.close()


@pytest.mark.parametrize(
    ("address", "arguments", "code", "said"),
    [
        ("postgresql://ann:{canary}@127.0.0.1:1/clapper", [], 1, "'clapper' at 127.0.0.1:1 does not answer"),
        ("postgresql://ann:{canary}@127.0.0.1:1/clapper", ["jobs"], 1, "'clapper' at 127.0.0.1:1 does not"),
        ("postgresql://ann:{canary}@host:port/clapper", ["migrate"], 2, "DATABASE_URL cannot be read"),
        ("mysql://ann:{canary}@host/clapper", [], 2, "DATABASE_URL starts with 'mysql'"),
    ],
)
async def test_a_database_that_cannot_be_used_ends_the_bot_in_one_sentence(
    discord, slow_sandbox, tmp_path, address, arguments, code, said
):
    env = environment(discord, slow_sandbox, tmp_path, DATABASE_URL=address.format(canary=CANARY))

    ended, output = await run_to_end(discord, env, *arguments)

    assert (ended, said in output, CANARY in output) == (code, True, False)
    assert "Traceback" not in output


async def test_an_empty_database_is_migrated_and_checked_without_a_word_of_the_password(
    discord, slow_sandbox, tmp_path
):
    url = with_password(await new_database(migrated=False))
    env = environment(discord, slow_sandbox, tmp_path, DATABASE_URL=url)

    migrated = await run_to_end(discord, env, "migrate")
    checked = await run_to_end(discord, env, "check")

    assert (migrated[0], checked[0]) == (0, 0)
    assert "is up to date" in migrated[1]
    assert "opens and is migrated" in checked[1]
    assert CANARY not in migrated[1] + checked[1]
