"""`python bot.py` as a process, over real sockets: order in, video out, whatever dies in between."""

import asyncio
import contextlib
import io
import signal
import sqlite3

import pytest
from PIL import Image

from app.opening import CONNECTIONS_TO_DISCORD
from sandbox.faults import Fault, FaultName, Where
from tests.loopback_discord import ANN, BEN, LOUNGE, VIDEOS, Cut, User
from tests.support.films import jpeg_of
from tests.support.processes import BOT, environment, run_to_end, running_bot

pytestmark = pytest.mark.process


def png(width=640, height=480):
    data = io.BytesIO()
    Image.new("RGB", (width, height), "teal").save(data, "PNG")
    return data.getvalue()


def order(discord, *, user=ANN, channel=VIDEOS, prompt="a kite over the sea", **more):
    return discord.slash("video", user=user, channel=channel, options={"prompt": prompt}, **more)


def has_video(message):
    return any(file.filename.endswith(".mp4") for file in message.attachments)


def videos(discord):
    return [message for message in discord.ledger.messages if has_video(message)]


async def rendering(discord):
    """Wait for the public status message, which says that the provider has accepted and the row says so."""
    return await discord.wait_for_message(VIDEOS, lambda message: not has_video(message), timeout=20)


async def test_video_of_a_picture_arrives_as_a_multipart_message(discord, sandbox, tmp_path):
    async with running_bot(discord, environment(discord, sandbox, tmp_path)):
        handle = await order(discord, attachments={"image": ("a picture.png", png())})
        reply = await handle.original()
        video = await discord.wait_for_message(VIDEOS, has_video, timeout=30)
    [accepted] = sandbox.ledger.accepted
    callback = handle.interaction.callback
    assert (callback.type, callback.data["flags"]) == (5, 64)
    assert "a kite over the sea" in reply.content
    assert accepted.body["first_frame_image"].startswith("data:image/")
    assert video.attachments[0].data[4:8] == b"ftyp"
    assert video.pings == {ANN.id}
    assert len(video.nonce) <= 25
    assert len(videos(discord)) == 1


@pytest.mark.parametrize(
    "refusal",
    [
        {"status": 400, "code": 30034},
        {"status": 429, "retry_after": 3600},
        {"status": 403, "body": "<html>Attention Required!</html>"},
        {"status": 503},
        {"status": 503, "delay_seconds": 60},
    ],
    ids=["daily limit", "rate limit", "page", "unavailable", "silence"],
)
async def test_a_discord_that_refuses_the_commands_does_not_keep_paid_videos_from_their_channel(
    discord, slow_sandbox, clock, tmp_path, refusal
):
    env = environment(discord, slow_sandbox, tmp_path)
    async with running_bot(discord, env) as bot:
        await order(discord)
        await rendering(discord)
        await bot.kill()
    database = sqlite3.connect(tmp_path / "clapper.db")
    with contextlib.closing(database), database:
        database.execute("DELETE FROM facts")
    refused = discord.faults.add("PUT", "/applications/*", times=None, **refusal)
    clock.finish_renders()
    async with running_bot(discord, env) as bot:
        await discord.wait_for_message(VIDEOS, has_video, timeout=30)
        assert refused.hits
        assert await bot.stop() == 0
    assert len(videos(discord)) == 1


async def test_status_is_deleted_once_the_video_is_out(discord, slow_sandbox, clock, tmp_path):
    async with running_bot(discord, environment(discord, slow_sandbox, tmp_path)):
        await order(discord)
        status = await rendering(discord)
        clock.finish_renders()
        await discord.wait_for_message(VIDEOS, has_video, timeout=30)
        await discord.ledger.wakeup.until(lambda: status.deleted, 10, what="end of the status message")
    assert not status.pings


async def test_kill_in_the_middle_of_rendering_costs_nothing(discord, slow_sandbox, clock, tmp_path):
    env = environment(discord, slow_sandbox, tmp_path)
    async with running_bot(discord, env) as bot:
        await order(discord, attachments={"image": ("a.png", png())})
        await rendering(discord)
        await bot.kill()
    clock.finish_renders()
    async with running_bot(discord, env):
        video = await discord.wait_for_message(VIDEOS, has_video, timeout=30)
    assert video.attachments[0].data[4:8] == b"ftyp"
    assert len(videos(discord)) == 1
    assert (len(slow_sandbox.ledger.received), len(slow_sandbox.ledger.accepted)) == (1, 1)


@pytest.mark.parametrize("by", [signal.SIGTERM, signal.SIGINT])
async def test_stop_in_the_middle_of_rendering_exits_0_and_loses_nothing(
    discord, slow_sandbox, clock, tmp_path, by
):
    env = environment(discord, slow_sandbox, tmp_path)
    async with running_bot(discord, env) as bot:
        await order(discord)
        await rendering(discord)
        assert await bot.stop(by) == 0, bot.output()
    assert "Traceback" not in bot.output()
    clock.finish_renders()
    async with running_bot(discord, env):
        await discord.wait_for_message(VIDEOS, has_video, timeout=30)
    assert len(slow_sandbox.ledger.received) == 1
    assert len(videos(discord)) == 1


async def test_a_command_that_is_being_answered_when_the_bot_is_told_to_stop_gets_its_answer(
    discord, slow_sandbox, tmp_path
):
    async with running_bot(discord, environment(discord, slow_sandbox, tmp_path)) as bot:
        asked = await discord.slash(
            "video",
            user=ANN,
            channel=VIDEOS,
            options={"prompt": "a kite"},
            attachments={"image": ("frame.jpg", jpeg_of(2400, 1800))},
        )
        await asked.callback()
        assert await bot.stop() == 0, bot.output()
    reply = asked.interaction.original
    assert not reply.loading
    assert "**Queued**" in reply.content or "**Rendering**" in reply.content


@pytest.mark.parametrize("cut", list(Cut))
async def test_upload_that_breaks_after_discord_took_it_shows_one_video(discord, sandbox, tmp_path, cut):
    discord.faults.add(
        "POST", f"/channels/{VIDEOS.id}/messages", cut=cut, after_accepting=True, uploads_only=True
    )
    async with running_bot(discord, environment(discord, sandbox, tmp_path)):
        await order(discord)
        await discord.ledger.wakeup.until(
            lambda: any(upload.status == 200 for upload in uploads(discord)), 30, what="upload that went well"
        )
    attempts = uploads(discord)
    assert [attempt.status for attempt in attempts] == [None, 200]
    assert attempts[0].payload["nonce"] == attempts[1].payload["nonce"]
    assert len(videos(discord)) == 1


def uploads(discord):
    sent = discord.ledger.requests_to("POST", f"/channels/{VIDEOS.id}/messages")
    return [request for request in sent if request.payload and request.payload.get("attachments")]


async def test_gateway_that_drops_the_bot_loses_no_command(discord, sandbox, tmp_path):
    async with running_bot(discord, environment(discord, sandbox, tmp_path)):
        await discord.gateway.drop(4000)
        handle = await order(discord)
        assert (await handle.callback(20)).type == 5
        await discord.wait_for_message(VIDEOS, has_video, timeout=30)
    assert discord.ledger.operations()[:2] == [2, 6]


async def test_two_people_in_two_channels_get_their_own(discord, sandbox, tmp_path):
    async with running_bot(discord, environment(discord, sandbox, tmp_path)):
        await order(discord, user=ANN, channel=VIDEOS, prompt="for ann")
        await order(discord, user=BEN, channel=LOUNGE, prompt="for ben")
        for_ann = await discord.wait_for_message(VIDEOS, has_video, timeout=30)
        for_ben = await discord.wait_for_message(LOUNGE, has_video, timeout=30)
    assert (for_ann.pings, for_ben.pings) == ({ANN.id}, {BEN.id})
    assert ("for ann" in for_ann.content, "for ben" in for_ben.content) == (True, True)


async def test_a_burst_of_commands_opens_no_more_connections_than_a_bot_may_hold(discord, sandbox, tmp_path):
    people = [User(1_200_000_000_000_000_000 + number, f"user{number}") for number in range(150)]
    async with running_bot(discord, environment(discord, sandbox, tmp_path, BOT_PER_DAY=1)):
        discord.ledger.requests.clear()
        handles = [await order(discord, user=person) for person in people]
        for handle in handles:
            await handle.original(timeout=30)
    assert len({request.connection for request in discord.ledger.requests}) <= CONNECTIONS_TO_DISCORD


async def test_what_is_there_at_the_start_is_left_out_of_collections(discord, sandbox, tmp_path):
    script = tmp_path / "says_what_is_frozen.py"
    script.write_text(
        f"import atexit, gc, sys\nsys.path.insert(0, {str(BOT.parent)!r})\nimport bot\n"
        "atexit.register(lambda: print('left out:', gc.get_freeze_count()))\nsys.exit(bot.main([]))\n"
    )
    async with running_bot(discord, environment(discord, sandbox, tmp_path), program=script) as bot:
        assert await bot.stop() == 0
        assert int(bot.output().rpartition("left out:")[2]) > 10_000


async def test_check_accepts_what_the_loopback_servers_accept(discord, sandbox, tmp_path):
    code, output = await run_to_end(discord, environment(discord, sandbox, tmp_path), "check")
    assert code == 0, output
    assert "client_id=" in output
    assert "User install: off (enable it under Installation in the developer portal)" in output
    assert "$10000.00 left" in output


async def test_check_says_so_where_the_provider_tells_no_balance(discord, sandbox, tmp_path):
    sandbox.faults.add(Fault(FaultName.NOT_FOUND, where=Where.BALANCE))
    code, output = await run_to_end(discord, environment(discord, sandbox, tmp_path), "check")
    assert code == 0, output
    assert "tells no balance" in output


async def test_check_fails_plainly_on_a_refused_key(discord, sandbox, tmp_path):
    env = environment(discord, sandbox, tmp_path) | {"HAILUO_API_KEY": "canary-wrong-key"}
    code, output = await run_to_end(discord, env, "check")
    assert code == 1
    assert "FAILED  provider key" in output
    assert "canary-wrong-key" not in output
    assert "Traceback" not in output


async def test_a_stop_while_discord_does_not_answer_is_heard(discord, sandbox, tmp_path):
    discord.faults.add("GET", "/users/@me", delay_seconds=60, times=None)
    async with running_bot(discord, environment(discord, sandbox, tmp_path), ready=False) as bot:
        async with asyncio.timeout(30):
            while not discord.ledger.requests_to("GET", "/users/@me"):
                await asyncio.sleep(0.05)
        assert await bot.stop() == 0


async def test_a_network_that_is_down_is_one_plain_line(discord, sandbox, tmp_path, unused_tcp_port):
    env = environment(discord, sandbox, tmp_path) | {"DISCORD_API_URL": f"http://127.0.0.1:{unused_tcp_port}"}
    code, output = await run_to_end(discord, env)
    assert code == 1
    assert "Traceback" not in output


async def test_a_missing_setting_is_named_without_a_traceback(discord, sandbox, tmp_path):
    env = {**environment(discord, sandbox, tmp_path), "BOT_PER_DAY": "many"}
    del env["HAILUO_API_KEY"]
    code, output = await run_to_end(discord, env)
    assert code == 2
    assert ("HAILUO_API_KEY" in output, "BOT_PER_DAY" in output) == (True, True)
    assert "Traceback" not in output


async def test_wrong_token_ends_with_a_plain_word(discord, sandbox, tmp_path):
    env = environment(discord, sandbox, tmp_path) | {"DISCORD_TOKEN": "wrong"}
    code, output = await run_to_end(discord, env)
    assert code == 1
    assert "Traceback" not in output
