"""`--headless-check`: what passes, and what it says when something is missing."""

import pytest

from demo import check
from demo.check import CheckFailed, make_one_video
from tests.demo.small_bot import encode, open_small_studio


async def test_a_video_as_asked_for_passes_in_one_line(clip):
    async with open_small_studio(clip) as studio:
        line = await make_one_video(studio)
    assert line.startswith("A video arrived: 1366x768, 6.00 s, h264 yuv420p")
    assert "\n" not in line


async def test_a_video_of_another_size_and_length_fails_by_name(tmp_path):
    small = encode(tmp_path / "small.mp4", width=640, height=360, seconds=1)
    async with open_small_studio(small) as studio:
        with pytest.raises(CheckFailed, match=r"1\.00 s long, 640x360"):
            await make_one_video(studio)


async def test_a_file_that_is_no_video_fails():
    async with open_small_studio(b"no video") as studio:
        with pytest.raises(CheckFailed, match="not a video"):
            await make_one_video(studio)


async def test_a_bot_that_never_delivers_fails_with_its_last_words(monkeypatch, clip):
    monkeypatch.setattr(check, "PATIENCE_SECONDS", 0.3)
    async with open_small_studio(clip) as studio:
        studio.env.bot.orders.put_nowait = lambda _: None
        with pytest.raises(CheckFailed, match=r"no video arrived .*'queued: the sun rises"):
            await make_one_video(studio)


async def test_a_second_message_of_the_job_that_stays_fails(monkeypatch, clip):
    monkeypatch.setattr(check, "PATIENCE_SECONDS", 0.5)
    async with open_small_studio(clip) as studio:
        await studio.env.bot.get_partial_messageable(studio.channel.id).send("a status that nobody deletes")
        with pytest.raises(CheckFailed, match="more than one message"):
            await make_one_video(studio)


async def test_a_bot_without_the_command_fails():
    async with open_small_studio() as studio:
        studio.env.bot.tree.clear_commands(guild=None)
        await studio.env.bot.tree.sync()
        with pytest.raises(CheckFailed, match="/video did not run"):
            await make_one_video(studio)
