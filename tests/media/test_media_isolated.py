"""What strangers sent is read in processes with limits, which may end as they like and share one budget of memory."""

import ast
import asyncio
import os
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from picture_samples import FORMATS, file_of, picture, png_bomb

from media.errors import NotAVideo, PictureFault, PictureRefused
from media.isolation import isolated
from media.isolation import tasks as isolated_tasks
from media.isolation.isolated import (
    REST_BYTES,
    IsolatedFailed,
    IsolatedTask,
    NotEnoughMemory,
    TooMuchWork,
    most_memory,
    run_isolated,
)
from media.isolation.tasks import (
    CHECK,
    FIT,
    JOIN,
    PROBE,
    SKETCH,
    TAKE_FRAME,
    THUMBNAIL,
    check_first_frame_isolated,
)
from media.pictures.first_frame import check_first_frame

MIB = 1024**2
MISBEHAVE = "tests.media.misbehaving:misbehave"
TASK = IsolatedTask(work=MISBEHAVE, memory_bytes=200 * MIB, cpu_seconds=10, seconds=20, file_bytes=1000)
TASKS = {
    "check": CHECK,
    "thumbnail": THUMBNAIL,
    "sketch": SKETCH,
    "frame": TAKE_FRAME,
    "fit": FIT,
    "join": JOIN,
    "probe": PROBE,
}


@pytest.fixture
def machine(monkeypatch):
    """Return what says how much memory this process may use."""
    return lambda size: monkeypatch.setattr(isolated, "memory_of_this_process", lambda: size)


@pytest.mark.parametrize("kind", FORMATS)
async def test_the_answer_is_the_same_as_in_this_process(kind):
    source = file_of(picture(), kind)
    assert await check_first_frame_isolated(source) == check_first_frame(source)


async def test_refusals_come_back_with_their_figures():
    for source in (
        png_bomb(20_000),
        file_of(picture((200, 250)), "PNG"),
        b"",
        file_of(picture(), "EPS"),
        bytes(60_000_000),
    ):
        with pytest.raises(PictureRefused) as here:
            check_first_frame(source)
        with pytest.raises(PictureRefused) as isolated_refusal:
            await check_first_frame_isolated(source)
        assert (isolated_refusal.value.reason, isolated_refusal.value.figures) == (
            here.value.reason,
            here.value.figures,
        )


async def test_a_damaged_picture_is_damaged_there_too():
    with pytest.raises(PictureRefused) as caught:
        await check_first_frame_isolated(file_of(picture(), "HEIC")[:300])
    assert (caught.value.reason, caught.value.figures) == (PictureFault.DAMAGED, {"format": "HEIC"})


async def test_what_the_work_refuses_is_raised_here():
    with pytest.raises(PictureRefused) as refused:
        await run_isolated(TASK, b"refuse picture")
    assert refused.value.reason is PictureFault.TOO_SMALL
    assert refused.value.figures == {"width": 3, "height": 4, "above": 300}
    with pytest.raises(NotAVideo, match=r"^has no moov box$"):
        await run_isolated(TASK, b"refuse video")
    with pytest.raises(OSError, match="No space left") as full:
        await run_isolated(TASK, b"refuse disk")
    assert full.value.errno == 28


@pytest.mark.parametrize("order", [b"crash", b"stop", b"unknown word"])
async def test_a_crash_is_an_ordinary_failure(order):
    with pytest.raises(IsolatedFailed, match="ended with code"):
        await run_isolated(TASK, order)


@pytest.mark.parametrize(("order", "why"), [(b"flood 80", "too long"), (b"babble", "cannot be read")])
async def test_an_answer_that_is_endless_or_no_answer_is_an_ordinary_failure(order, why):
    with pytest.raises(IsolatedFailed, match=why):
        await run_isolated(TASK, order)


async def test_a_whole_picture_that_takes_too_long_is_not_called_damaged(monkeypatch):
    monkeypatch.setattr(isolated_tasks, "CHECK", replace(CHECK, seconds=0.01))
    with pytest.raises(PictureRefused) as refused:
        await check_first_frame_isolated(file_of(picture(), "PNG"))
    assert refused.value.reason is PictureFault.TOO_MUCH_WORK


async def test_an_empty_answer_is_an_answer():
    assert await run_isolated(TASK, b"nothing") == b""


async def test_memory_can_be_had_up_to_the_limit_and_not_beyond():
    assert await run_isolated(TASK, b"grow %d" % (150 * MIB)) == b"%d" % (150 * MIB)
    with pytest.raises(NotEnoughMemory):
        await run_isolated(TASK, b"grow %d" % (220 * MIB))
    with pytest.raises(NotEnoughMemory):
        await run_isolated(TASK, b"grow %d" % (90 * MIB), memory_bytes=80 * MIB)


async def test_time_of_the_processor_is_bounded():
    with pytest.raises(TooMuchWork, match="ended with code"):
        await run_isolated(replace(TASK, cpu_seconds=1, seconds=20), b"spin")


async def test_files_can_be_written_up_to_the_limit_and_not_beyond(tmp_path):
    order = b"fill " + bytes(tmp_path / "file")
    assert await run_isolated(replace(TASK, file_bytes=3_000_000), order) == bytes(tmp_path / "file")
    for most in (0, 1_000_000):
        with pytest.raises(OSError, match="too large"):
            await run_isolated(replace(TASK, file_bytes=most), order)


async def test_no_compiled_module_is_written_which_the_limit_would_cut():
    assert await run_isolated(TASK, b"compiles") == b"False"


@pytest.mark.parametrize("task", TASKS.values(), ids=TASKS)
async def test_every_kind_of_work_has_all_its_limits(task):
    limits = ast.literal_eval((await run_isolated(replace(task, work=MISBEHAVE), b"limits")).decode())
    most = (
        task.memory_bytes + 200 * MIB
    )  # of address space, with what the libraries have mapped of their files
    assert 0 < limits["RLIMIT_AS"][0] == limits["RLIMIT_AS"][1] <= most
    assert limits["RLIMIT_CPU"] == (task.cpu_seconds, task.cpu_seconds)
    assert limits["RLIMIT_FSIZE"] == (task.file_bytes, task.file_bytes)
    assert limits["RLIMIT_CORE"] == (0, 0)


async def test_it_gives_way_to_who_answers_commands_and_work_of_minutes_gives_way_to_all():
    here = os.nice(0)
    own = int(await run_isolated(TASK, b"niceness"))
    of_minutes = int(await run_isolated(replace(TASK, background=True), b"niceness"))
    assert here < own < of_minutes or here >= 15


async def test_no_secret_of_this_process_goes_along(monkeypatch):
    monkeypatch.setenv("DISCORD_TOKEN", "canary")
    names = (await run_isolated(TASK, b"environment")).decode().split()
    assert "DISCORD_TOKEN" not in names
    assert set(names) <= {
        "PATH",
        "LD_LIBRARY_PATH",
        "SYSTEMROOT",
        "LANG",
        "LC_CTYPE",
        "MALLOC_ARENA_MAX",
        "PYTHONPATH",
    }


async def test_a_process_that_is_too_slow_is_ended(tmp_path):
    with pytest.raises(TooMuchWork, match="not done"):
        await run_isolated(replace(TASK, seconds=3), b"sleep " + bytes(tmp_path / "pid"))
    assert not _is_running(int((tmp_path / "pid").read_text()))


async def test_giving_up_ends_the_process(tmp_path):
    waiting = asyncio.create_task(run_isolated(TASK, b"sleep " + bytes(tmp_path / "pid")))
    process_id = await _written_to(tmp_path / "pid")
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    assert not _is_running(process_id)


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere nothing ends with its parent")
async def test_it_ends_with_a_caller_that_is_killed(tmp_path):
    program = (
        "import asyncio; from media.isolation.isolated import *;"
        f"task = IsolatedTask(work={MISBEHAVE!r}, memory_bytes=200_000_000, cpu_seconds=10, seconds=60, file_bytes=99);"
        f"asyncio.run(run_isolated(task, b'sleep {tmp_path / 'pid'}'))"
    )
    caller = await asyncio.create_subprocess_exec(sys.executable, "-c", program)
    process_id = await _written_to(tmp_path / "pid")
    caller.kill()
    await caller.wait()
    async with asyncio.timeout(10):
        while _is_running(process_id):
            await asyncio.sleep(0.02)


async def test_many_at_once_wait_for_each_other_and_all_end_well():
    source = file_of(picture(), "PNG")
    firsts = await asyncio.gather(*(check_first_frame_isolated(source) for _ in range(6)))
    assert len(set(firsts)) == 1


@pytest.mark.parametrize(
    ("memory", "budget"), [(256, 256), (512, 256), (1024, 640), (2048, 1024), (4096, 2048), (24_576, 12_288)]
)
def test_the_budget_follows_the_memory_and_leaves_the_bot_its_own(memory, budget):
    assert isolated.budget_bytes(memory * MIB) == budget * MIB


async def test_all_processes_together_stay_within_one_budget(machine, tmp_path):
    """Each one takes as much as it may, so that two of them are too much for the budget."""
    machine(1024 * MIB)
    assert most_memory(TASK) == 640 * MIB - REST_BYTES
    assert most_memory(replace(TASK, background=True)) == 480 * MIB - REST_BYTES
    large = replace(TASK, memory_bytes=4096 * MIB)
    waiting = asyncio.create_task(run_isolated(large, b"sleep " + bytes(tmp_path / "large")))
    process_id = await _written_to(tmp_path / "large")
    small = asyncio.create_task(run_isolated(replace(TASK, memory_bytes=8 * MIB), b"nothing"))
    background = asyncio.create_task(run_isolated(replace(TASK, background=True), b"nothing"))
    done, _ = await asyncio.wait({small, background}, timeout=1)
    assert not done
    assert _is_running(process_id)
    waiting.cancel()
    assert await asyncio.gather(small, background) == [b"", b""]


async def test_work_of_minutes_leaves_memory_to_what_people_wait_for(machine, tmp_path):
    machine(1024 * MIB)
    slow = replace(TASK, memory_bytes=4096 * MIB, background=True, seconds=600)
    waiting = [
        asyncio.create_task(run_isolated(slow, b"sleep " + bytes(tmp_path / name))) for name in ("one", "two")
    ]
    await _written_to(tmp_path / "one")
    assert await run_isolated(replace(TASK, memory_bytes=90 * MIB), b"nothing") == b""
    assert not (tmp_path / "two").exists()
    for task in waiting:
        task.cancel()
    await asyncio.wait(waiting)


async def test_what_needs_more_than_there_is_is_refused_before_it_starts(machine):
    machine(1024 * MIB)
    most = most_memory(TASK)
    assert await run_isolated(TASK, b"nothing", memory_bytes=most) == b""
    with pytest.raises(NotEnoughMemory, match="of at most"):
        await run_isolated(TASK, b"crash", memory_bytes=most + 1)


async def _written_to(path):
    async with asyncio.timeout(20):
        while not path.exists() or not path.read_text():
            await asyncio.sleep(0.02)
    return int(path.read_text())


def _is_running(process_id):
    try:
        os.kill(process_id, 0)
        return _state_of(process_id) != "Z"  # which nobody has waited for yet
    except (ProcessLookupError, FileNotFoundError):
        return False


def _state_of(process_id):
    return Path(f"/proc/{process_id}/stat").read_text(encoding="ascii").rpartition(")")[2].split()[0]
