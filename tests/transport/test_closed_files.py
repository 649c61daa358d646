"""What the process keeps of members is closed to other users of the machine, and what a killed one left is gone."""

import asyncio
import io
import os
import stat

import pytest
from PIL import Image

from sandbox.faults import Fault
from tests.loopback_discord import ANN, VIDEOS
from tests.support.processes import environment, run_to_end, running_bot


@pytest.fixture(autouse=True)
def usual_umask():
    """Start processes as a shell does, not as our units do."""
    before = os.umask(0o022)
    yield
    os.umask(before)


def open_to_others(folder):
    """Return what other users can read of what the bot has made below `folder`."""
    return sorted(
        f"{path.relative_to(folder)} {stat.filemode(path.stat().st_mode)}"
        for path in folder.rglob("*")
        if path.stat().st_mode & 0o077 and path.name != "bot.log"  # which the test itself makes
    )


def png():
    data = io.BytesIO()
    Image.new("RGB", (640, 480), "teal").save(data, "PNG")
    return data.getvalue()


def has_video(message):
    return any(file.filename.endswith(".mp4") for file in message.attachments)


async def order(discord):
    picture = {"image": ("a.png", png())}
    return await discord.slash(
        "video", user=ANN, channel=VIDEOS, options={"prompt": "a kite"}, attachments=picture
    )


async def test_nothing_of_members_is_open_to_others_also_in_what_was_there_before(discord, sandbox, tmp_path):
    data = tmp_path / "data"
    for folder in ("frames", "videos"):
        (data / folder).mkdir(parents=True)
        (data / folder / "older.bin").write_bytes(b"x")
    env = environment(discord, sandbox, data)
    assert (await run_to_end(discord, env, "migrate"))[0] == 0
    for path in [*data.iterdir()]:
        path.chmod(path.stat().st_mode | 0o044)
    async with running_bot(discord, env):
        await order(discord)
        await discord.wait_for_message(VIDEOS, has_video, timeout=30)
        assert {"clapper.db", "clapper.db-wal", "clapper.db-shm"} < {path.name for path in data.iterdir()}
        assert len([*(data / "videos").iterdir()]) == 2
        assert open_to_others(data) == []
    assert (await run_to_end(discord, env, "backup", str(tmp_path / "backups")))[0] == 0
    assert [*(tmp_path / "backups").rglob("*.mp4")]
    assert open_to_others(tmp_path / "backups") == []


async def test_what_a_killed_process_left_unfinished_is_gone_after_the_next_start(discord, sandbox, tmp_path):
    env = environment(discord, sandbox, tmp_path)
    sandbox.faults.add(Fault.parse("drip=100*2"))
    async with running_bot(discord, env) as bot:
        await order(discord)
        async with asyncio.timeout(20):
            while not [*tmp_path.glob("videos/.*.part")]:
                await asyncio.sleep(0.05)
        await bot.kill()
    assert [*tmp_path.glob("videos/.*.part")]
    (tmp_path / "frames" / ".older.jpg.0a1b2c3d.part").write_bytes(b"x" * 1000)
    sandbox.faults.clear()
    async with running_bot(discord, env):
        await discord.wait_for_message(VIDEOS, has_video, timeout=60)
        assert [*tmp_path.glob("*/.*")] == []
