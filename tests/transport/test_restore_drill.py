"""The drill: back up under load, lose everything, restore, go on. Every job ends, and nothing is paid twice."""

import asyncio
import contextlib
import shutil
import sqlite3
import sys
from collections import Counter

import pytest

from tests.crash.ledgers import has_ended, read_rows, violations
from tests.loopback_discord import VIDEOS, User
from tests.support.films import jpeg_of
from tests.support.processes import BOT, environment, running_bot
from tests.transport.test_bot_process import has_video, videos

pytestmark = [pytest.mark.proof, pytest.mark.process, pytest.mark.timeout(180)]

RUNNING = 2
JOBS = 6
PATIENCE_SECONDS = 60


@pytest.fixture
def data_dir(tmp_path):
    """Return the folder that will be lost."""
    return tmp_path / "data"


@pytest.fixture
def env(discord, slow_sandbox, data_dir):
    """Return the settings of a bot that gives the provider two jobs at once, so that others wait."""
    return environment(
        discord,
        slow_sandbox,
        data_dir,
        MAX_RUNNING_JOBS=RUNNING,
        MEMBER_ACTIVE=100,
        MEMBER_PER_DAY=100,
        GUILD_PER_DAY=1000,
        BOT_USD_PER_DAY=1000,
    )


async def command(env, folder, *arguments):
    """Run a subcommand as an operator does, in a folder without an `.env`; return exit code and output."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, str(BOT), *arguments),
        env=env,
        cwd=folder,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    output, _ = await asyncio.wait_for(process.communicate(), PATIENCE_SECONDS)
    return process.returncode, output.decode()


async def until(condition):
    async with asyncio.timeout(PATIENCE_SECONDS):
        while not condition():
            await asyncio.sleep(0.05)


async def order(discord, number):
    """Order a video as somebody of their own; every second one begins with a picture."""
    await discord.slash(
        "video",
        user=User(1_200_000_000_000_000_000 + number, f"member{number}"),
        channel=VIDEOS,
        options={"prompt": f"a kite over the sea, number {number}"},
        attachments={"image": ("beach.jpg", jpeg_of(640, 480))} if number % 2 else None,
    )


def rows(data_dir):
    return read_rows(data_dir / "clapper.db")


def by_state(data_dir):
    return Counter(job["state"] for job in rows(data_dir).jobs)


async def all_ended(data_dir, clock):
    """Let renders end until every job has its end and its requester knows."""

    def ended():
        clock.finish_renders()
        return all(has_ended(job) for job in rows(data_dir).jobs)

    await until(ended)


def let_an_hour_pass(data_dir, discord):
    """Make the restored jobs an hour older, which is longer than Discord remembers a nonce."""
    with contextlib.closing(sqlite3.connect(data_dir / "clapper.db")) as connection, connection:
        connection.execute(
            "UPDATE jobs SET created_at = created_at - 3600000, first_sent_at = first_sent_at - 3600000"
        )
    discord.forget_nonces()


async def backed_up_under_load_then_gone_on(discord, sandbox, clock, env, data_dir, backups):
    """Take a backup while two videos render and four orders wait; have all made, and one more; kill, lose the disk.

    Return the backup and the jobs that it holds.
    """
    async with running_bot(discord, env) as bot:
        for number in range(JOBS):
            await order(discord, number)
        await until(lambda: by_state(data_dir) == {"rendering": RUNNING, "queued": JOBS - RUNNING})
        held = rows(data_dir).jobs
        loading = asyncio.create_task(order(discord, JOBS))
        code, said = await command(env, backups.parent, "backup", str(backups), "--keep", "3")
        assert code == 0, said
        await loading
        await until(lambda: len(rows(data_dir).jobs) == JOBS + 1)
        await all_ended(data_dir, clock)
        assert by_state(data_dir) == {"delivered": JOBS + 1}
        await bot.kill()
    await asyncio.to_thread(shutil.rmtree, data_dir)
    [backup] = backups.iterdir()
    return backup, held


async def test_a_restored_bot_brings_every_job_to_its_end_and_pays_for_nothing_twice(
    discord, slow_sandbox, clock, env, data_dir, tmp_path
):
    backup, held = await backed_up_under_load_then_gone_on(
        discord, slow_sandbox, clock, env, data_dir, tmp_path / "backups"
    )
    paid, posted = len(slow_sandbox.ledger.accepted), len(videos(discord))
    assert paid == posted == JOBS + 1

    code, said = await command(env, tmp_path, "restore", str(backup))
    assert code == 0, said
    let_an_hour_pass(data_dir, discord)
    async with running_bot(discord, env) as bot:
        await all_ended(data_dir, clock)
        assert await bot.stop() == 0

    # What rendered then is found where it was posted; what waited then may have been ordered, and was.
    ends = {job["key"]: job["state"] for job in rows(data_dir).jobs}
    for job in held:
        assert ends[job["key"]] == ("delivered" if job["state"] == "rendering" else "unknown")
    assert (len(slow_sandbox.ledger.accepted), len(videos(discord))) == (paid, posted)
    assert {job["submit_key"] for job in held} <= {entry.submit_key for entry in slow_sandbox.ledger.accepted}
    assert "step broke" not in bot.output()
    assert paid_twice(slow_sandbox) == []


async def test_orders_that_are_placed_again_because_nothing_is_said_to_have_run_would_be_seen(
    discord, slow_sandbox, clock, env, data_dir, tmp_path
):
    backup, _ = await backed_up_under_load_then_gone_on(
        discord, slow_sandbox, clock, env, data_dir, tmp_path / "backups"
    )

    code, said = await command(env, tmp_path, "restore", str(backup), "--nothing-ran-since")
    assert code == 0, said
    async with running_bot(discord, env):
        await all_ended(data_dir, clock)

    assert len(paid_twice(slow_sandbox)) >= JOBS - RUNNING


async def test_a_bot_that_was_stopped_before_its_backup_moves_without_a_question(
    discord, slow_sandbox, clock, env, data_dir, tmp_path
):
    async with running_bot(discord, env) as bot:
        for number in range(JOBS):
            await order(discord, number)
        await until(lambda: by_state(data_dir) == {"rendering": RUNNING, "queued": JOBS - RUNNING})
        assert await bot.stop() == 0
    assert (await command(env, tmp_path, "backup", str(tmp_path / "backups")))[0] == 0
    [backup] = (tmp_path / "backups").iterdir()
    elsewhere = tmp_path / "elsewhere"
    env = env | {"DATA_DIR": str(elsewhere)}

    code, said = await command(env, tmp_path, "restore", str(backup), "--nothing-ran-since")
    assert code == 0, said
    async with running_bot(discord, env):
        await all_ended(elsewhere, clock)

    assert by_state(elsewhere) == {"delivered": JOBS}
    assert len([message for message in discord.ledger.messages if has_video(message)]) == JOBS
    assert paid_twice(slow_sandbox) == violations(rows(elsewhere), slow_sandbox.ledger, discord.ledger) == []


def paid_twice(sandbox):
    """Return the orders that the provider has accepted more than once."""
    times = Counter(entry.submit_key for entry in sandbox.ledger.accepted)
    return [key for key, count in times.items() if count > 1]
