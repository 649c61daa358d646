"""Pictures of strangers are decoded in a process with limits, which may end as it likes."""

import asyncio
import os

import pytest
from picture_samples import FORMATS, file_of, picture, png_bomb

from media.apart import ApartFailed, run_apart
from media.firstframe import PictureFault, PictureRefused, check_first_frame, check_first_frame_apart

MISBEHAVING = "tests.media.misbehaving"


@pytest.mark.parametrize("kind", FORMATS)
async def test_the_answer_is_the_same_as_in_this_process(kind):
    source = file_of(picture(), kind)
    assert await check_first_frame_apart(source) == check_first_frame(source)


async def test_refusals_come_back_with_their_figures():
    for source in (
        png_bomb(),
        file_of(picture((200, 250)), "PNG"),
        b"",
        file_of(picture(), "GIF"),
        bytes(20_000_000),
    ):
        with pytest.raises(PictureRefused) as here:
            check_first_frame(source)
        with pytest.raises(PictureRefused) as apart:
            await check_first_frame_apart(source)
        assert (apart.value.reason, apart.value.figures) == (here.value.reason, here.value.figures)


async def test_a_damaged_picture_is_damaged_there_too():
    with pytest.raises(PictureRefused) as caught:
        await check_first_frame_apart(file_of(picture(), "PNG")[:300])
    assert (caught.value.reason, caught.value.figures) == (PictureFault.DAMAGED, {"format": "PNG"})


@pytest.mark.parametrize("order", [b"crash", b"grow 400000000", b"spin", b"say nothing"])
async def test_a_crash_or_a_limit_is_an_ordinary_failure(order):
    with pytest.raises(ApartFailed):
        await run_apart(MISBEHAVING, order, timeout_seconds=20)


async def test_memory_below_the_limit_can_be_had():
    assert await run_apart(MISBEHAVING, b"grow 40000000", timeout_seconds=20) == b"40000000"


async def test_no_secret_of_this_process_goes_along(monkeypatch):
    monkeypatch.setenv("DISCORD_TOKEN", "canary")
    names = (await run_apart(MISBEHAVING, b"environment", timeout_seconds=20)).decode().split()
    assert "DISCORD_TOKEN" not in names
    assert set(names) <= {"PATH", "LD_LIBRARY_PATH", "SYSTEMROOT", "LANG", "LC_CTYPE", "MALLOC_ARENA_MAX"}


async def test_a_process_that_is_too_slow_is_ended(tmp_path):
    with pytest.raises(ApartFailed, match="not done"):
        await run_apart(MISBEHAVING, b"sleep " + bytes(tmp_path / "pid"), timeout_seconds=3)
    assert not _is_running(int((tmp_path / "pid").read_text()))


async def test_giving_up_ends_the_process(tmp_path):
    waiting = asyncio.create_task(
        run_apart(MISBEHAVING, b"sleep " + bytes(tmp_path / "pid"), timeout_seconds=60)
    )
    process_id = await _written_to(tmp_path / "pid")
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    assert not _is_running(process_id)


async def test_many_at_once_wait_for_each_other_and_all_end_well():
    source = file_of(picture(), "PNG")
    firsts = await asyncio.gather(*(check_first_frame_apart(source) for _ in range(6)))
    assert len(set(firsts)) == 1


async def _written_to(path):
    async with asyncio.timeout(20):
        while not path.exists() or not path.read_text():
            await asyncio.sleep(0.02)
    return int(path.read_text())


def _is_running(process_id):
    try:
        os.kill(process_id, 0)
    except ProcessLookupError:
        return False
    return True
