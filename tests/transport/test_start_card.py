"""What a start and a check say: little, and what an operator wants to know."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

import bot
from sandbox.faults import Fault, FaultName, Where
from tests.support.processes import environment, run_to_end, running_bot, until
from tests.support.rows import each_row

pytestmark = pytest.mark.process


async def test_a_start_says_who_the_bot_is_and_what_holds_and_little_else(discord, sandbox, tmp_path):
    env = environment(discord, sandbox, tmp_path, HEALTH_PORT="0", MEMBER_PER_DAY=3, BOT_USD_PER_DAY=10)
    async with running_bot(discord, env) as bot:
        await until(lambda: "ready: " in bot.output(), "card", show=bot.output)
        lines = bot.output().splitlines()
    assert len(lines) <= 12
    [card] = [line for line in lines if "ready: " in line]
    for fact in (
        "bot clapper#0001, servers 1,",
        f"provider {sandbox.url}, balance $10000.00 left, $0.00 used",
        "3 a day",
        "everybody: $10.00 a day",
        "page http://127.0.0.1:",
    ):
        assert fact in card


async def test_where_no_terminal_reads_the_same_facts_are_one_line_of_json(discord, sandbox, tmp_path):
    env = environment(discord, sandbox, tmp_path, LOG_FORMAT="json")
    async with running_bot(discord, env) as bot:
        await until(lambda: '"ready"' in bot.output(), "card", show=bot.output)
        lines = [json.loads(line) for line in bot.output().splitlines()]
    [card] = [line for line in lines if line["message"] == "ready"]
    assert (card["bot"], card["servers"], card["provider"]) == ("clapper#0001", 1, sandbox.url)


async def test_a_provider_that_tells_no_balance_holds_up_no_start(discord, sandbox, tmp_path):
    sandbox.faults.add(Fault(FaultName.SERVER_ERROR, where=Where.BALANCE, times=None))
    async with running_bot(discord, environment(discord, sandbox, tmp_path)) as bot:
        await until(lambda: "ready: " in bot.output(), "card", show=bot.output)
        assert "unknown (Unavailable" in bot.output()


async def test_a_check_of_a_fresh_installation_says_at_most_ten_lines(discord, sandbox, tmp_path):
    code, said = await run_to_end(discord, environment(discord, sandbox, tmp_path), "check")
    assert code == 0
    assert len(said.splitlines()) <= 10


WITHOUT = """
import sys
sys.modules[sys.argv.pop(1)] = None
import bot
sys.exit(bot.main())
"""


@each_row(
    "command, missing, words",
    [
        ("demo", "demo", "demo is not part of this installation"),
        ("sandbox", "sandbox", "sandbox is not part of this installation"),
        ("demo", "av", "-r requirements-demo.txt"),
        ("demo", "simcord", "-r requirements-demo.txt"),
        ("demo", "dotenv", "-r requirements-demo.txt"),
        ("sandbox", "av", "-r requirements.txt"),
        ("run", "dotenv", "-r requirements.txt"),
    ],
)
def test_an_installation_that_lacks_something_says_what(command, missing, words, tmp_path):
    tried = subprocess.run(
        [sys.executable, "-c", WITHOUT, missing, command],
        env=os.environ | {"PYTHONPATH": str(Path(bot.__file__).parent)},
        cwd=tmp_path,
        capture_output=True,
        text=True,
    )
    assert tried.returncode == 2
    assert words in tried.stderr
    assert "Traceback" not in tried.stderr
