"""The sandbox as a process of its own."""

import asyncio
import contextlib
import json
import os
import re
import signal
import sys
import tempfile
from pathlib import Path

import aiohttp
import pytest

from tests.support.rows import each_row

ROOT = Path(__file__).parents[2]


@contextlib.asynccontextmanager
async def started(*arguments):
    """Start a sandbox and yield the process and its address."""
    with tempfile.TemporaryDirectory() as folder:  # a killed sandbox cannot clean up
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "sandbox",
            *arguments,
            cwd=ROOT,
            stdout=-1,
            stderr=-1,
            start_new_session=True,
            env=os.environ | {"TMPDIR": folder},
        )
        try:
            line = (await process.stdout.readline()).decode()
            found = re.fullmatch(r"sandbox provider: (http://127\.0\.0\.1:\d+) key: (\S+)\n", line)
            assert found, (line, await process.stderr.read())
            yield process, found[1], {"Authorization": f"Bearer {found[2]}"}
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            await process.communicate()


async def refused(*arguments):
    """Run a command line that cannot work and return its exit code and what it says."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "sandbox", *arguments, cwd=ROOT, stdout=-1, stderr=-1
    )
    _, errors = await process.communicate()
    return process.returncode, errors.decode()


@each_row("number", [signal.SIGINT, signal.SIGTERM])
async def test_it_prints_its_address_and_ends_with_0_on_a_signal(number, tmp_path):
    lines = tmp_path / "ledger.jsonl"
    arguments = ("--instant", "--render-seconds", "0", "--ledger", str(lines), "--api-key", "k-1")
    async with started(*arguments, "--fault", "rate_limited=7*2", "--fault", "bad_gateway") as (
        process,
        url,
        key,
    ):
        assert key == {"Authorization": "Bearer k-1"}
        async with aiohttp.ClientSession(url, headers=key) as session:
            statuses = [await submit(session) for _ in range(4)]
            async with session.get("/sandbox/ledger") as response:
                ledger = await response.json()
        process.send_signal(number)
        output, errors = await asyncio.wait_for(process.communicate(), 10)
        assert (process.returncode, output, errors) == (0, b"", b"")
    assert statuses == [429, 429, 502, 200]
    assert len(ledger["accepted"]) == 1
    kept = [json.loads(line)["event"] for line in lines.read_text(encoding="utf-8").splitlines()]
    assert kept == ["received", "rejected"] * 3 + ["received", "accepted"]


async def submit(session, **fields):
    body = {"model": "MiniMax-Hailuo-2.3", "prompt": "x"} | fields
    async with session.post("/v1/videos/generations", json=body) as response:
        return response.status


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize("send", [os.kill, os.killpg])
async def test_a_signal_in_the_middle_of_a_render_ends_it_without_noise(send, number):
    """A terminal's Ctrl-C and a service manager's stop reach the renderers too."""
    async with started("--render-seconds", "0") as (process, url, key):
        await until_rendering(url, key)
        children = children_of(process.pid)
        send(process.pid, number)
        _, errors = await asyncio.wait_for(process.communicate(), 10)
        assert (process.returncode, errors) == (0, b"")
        await asyncio.wait_for(all_gone(children), 10)


async def test_an_interrupt_between_two_renders_ends_it_without_noise():
    async with started("--render-seconds", "0", "--scale", "8") as (process, url, key):
        async with aiohttp.ClientSession(url, headers=key) as session:
            await progressed(session, 100)
        os.killpg(process.pid, signal.SIGINT)
        _, errors = await asyncio.wait_for(process.communicate(), 10)
        assert (process.returncode, errors) == (0, b"")


async def until_rendering(url, key):
    async with aiohttp.ClientSession(url, headers=key) as session:
        await progressed(session, 1, duration=10)


async def progressed(session, percent, **fields):
    """Submit, and look until the task is that far."""
    await submit(session, **fields)
    async with session.get("/sandbox/ledger") as response:
        [accepted] = (await response.json())["accepted"]
    progress = 0
    while progress < percent:
        async with session.get(f"/v1/tasks/{accepted['task_id']}") as response:
            progress = (await response.json())["data"]["progress"]
        await asyncio.sleep(0.02)


async def test_a_killed_sandbox_leaves_no_renderer_behind():
    async with started("--render-seconds", "0") as (process, url, key):
        await until_rendering(url, key)
        children = children_of(process.pid)
        process.kill()
        await process.wait()
        await asyncio.wait_for(all_gone(children), 10)


async def all_gone(pids):
    while True:
        if not any(running(pid) for pid in pids):
            return
        await asyncio.sleep(0.05)


def children_of(pid):
    """Return the processes that a process started."""
    listed = Path(f"/proc/{pid}/task/{pid}/children")
    if not listed.exists():
        pytest.skip("children are listed in /proc on Linux only")
    children = [int(child) for child in listed.read_text(encoding="ascii").split()]
    assert children
    return children


def running(pid):
    """Say whether a process lives; a zombie that nobody waits for does not."""
    with contextlib.suppress(ProcessLookupError, FileNotFoundError):
        os.kill(pid, 0)
        return Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()[0] != "Z"
    return False


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--fault", "no_such_fault"), "no_such_fault"),
        (("--fault", "stuck@file"), "stuck cannot happen at file"),
        (("--render-seconds", "-1"), "seconds"),
        (("--scale", "3"), "scale"),
    ],
)
async def test_a_wrong_option_ends_with_2_and_its_name(arguments, said):
    code, errors = await refused(*arguments)
    assert (code, said in errors, "Traceback" in errors) == (2, True, False)


async def test_a_taken_port_ends_with_1_and_one_line():
    async with started("--instant") as (_, url, _):
        code, errors = await refused("--port", url.rpartition(":")[2])
    assert (code, errors.count("\n"), "Traceback" in errors) == (1, 1, False)
    assert errors.startswith("sandbox: ")
