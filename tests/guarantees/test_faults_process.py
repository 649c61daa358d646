"""Stop signals in the middle of the paid call, and a gateway that goes: the bot as a process, over real sockets."""

import asyncio
import signal
import time

import pytest

from sandbox.faults import Fault
from sandbox.server import open_sandbox
from tests.crash.ledgers import read_rows
from tests.loopback_discord import ANN, VIDEOS
from tests.support.processes import environment, running_bot, until

pytestmark = [pytest.mark.process, pytest.mark.timeout(120)]

STOPS = [signal.SIGTERM, signal.SIGINT]


def order(discord):
    return discord.slash("video", user=ANN, channel=VIDEOS, options={"prompt": "a kite over the sea"})


def has_video(message):
    return bool(message.attachments)


def is_status(message):
    return not has_video(message)


def states(folder):
    return [job["state"] for job in read_rows(folder / "clapper.db").jobs]


async def stopped_in_the_paid_call(discord, sandbox, env, by):
    """Order, stop the bot while the provider still thinks about the paid call, and return exit code and seconds."""
    async with running_bot(discord, env) as bot:
        await order(discord)
        await until(lambda: sandbox.ledger.received, "paid call")
        asked = time.monotonic()
        code = await bot.stop(by)
        assert "Traceback" not in bot.output()
    return code, time.monotonic() - asked


@pytest.mark.parametrize("by", STOPS)
async def test_a_stop_in_the_middle_of_the_paid_call_waits_for_its_answer(discord, sandbox, tmp_path, by):
    sandbox.faults.add(Fault.parse("latency_after@submit=1.5"))
    env = environment(discord, sandbox, tmp_path, SHUTDOWN_GRACE_SECONDS=10)
    code, seconds = await stopped_in_the_paid_call(discord, sandbox, env, by)
    assert (code, states(tmp_path)) == (0, ["rendering"])
    assert seconds < 10

    async with running_bot(discord, env):
        await discord.wait_for_message(VIDEOS, has_video, timeout=30)
    assert len(sandbox.ledger.received) == 1


@pytest.mark.parametrize("by", STOPS)
async def test_a_paid_call_that_outlasts_the_grace_is_never_made_again(discord, sandbox, tmp_path, by):
    sandbox.faults.add(Fault.parse("latency_after@submit=20"))
    env = environment(discord, sandbox, tmp_path, SHUTDOWN_GRACE_SECONDS=1, LEASE_SECONDS=1)
    code, seconds = await stopped_in_the_paid_call(discord, sandbox, env, by)
    assert (code, states(tmp_path)) == (0, ["submitting"])
    assert seconds < 10

    async with running_bot(discord, env):
        [told] = [await discord.wait_for_message(VIDEOS, is_status, timeout=30)]
        await until(lambda: read_rows(tmp_path / "clapper.db").settled, "end of the job")
    assert "risk paying twice" in told.content
    assert (states(tmp_path), len(sandbox.ledger.received)) == (["unknown"], 1)


async def test_a_gateway_that_drops_and_resumes_while_a_job_renders_changes_nothing(discord, tmp_path):
    ahead = [0.0]
    async with open_sandbox(
        instant=True, render_seconds=3600, clock=lambda: time.time() + ahead[0]
    ) as sandbox:
        async with running_bot(discord, environment(discord, sandbox, tmp_path)):
            await order(discord)
            await discord.wait_for_message(VIDEOS, is_status, timeout=20)
            await discord.gateway.drop(4000)
            await until(lambda: 6 in discord.ledger.operations(), "resumed session")
            ahead[0] = 7200
            await discord.wait_for_message(VIDEOS, has_video, timeout=30)
        assert discord.ledger.operations()[:2] == [2, 6]
        assert len(sandbox.ledger.received) == 1
    assert sum(has_video(message) for message in discord.ledger.messages) == 1


@pytest.mark.parametrize(("code", "words"), [(4004, "closed with 4004"), (4014, "privileged intents")])
async def test_a_gateway_that_closes_for_good_ends_the_process_with_an_error(
    discord, sandbox, tmp_path, code, words
):
    async with running_bot(discord, environment(discord, sandbox, tmp_path)) as bot:
        # A session that is still opening might try to resume; one that has served a command is at rest.
        handle = await order(discord)
        await handle.original()
        await until(lambda: read_rows(tmp_path / "clapper.db").settled, "end of the job")
        await discord.gateway.drop(code)
        async with asyncio.timeout(30):
            assert await bot.wait() == 1
        assert "Traceback" not in bot.output()
        assert words in bot.output()
