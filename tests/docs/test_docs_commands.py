"""Commands on the pages: each is looked up, and those of the quick start are run as they stand there.

Looked up: the subcommand and its options parse, the target is in the Makefile, files and services exist, what is set is
a setting. Run: the quick start, block by block in a copy of the project, and `make check`. Nothing is installed for
that: the environment of the tests stands in for the one that the first block makes.
"""

import asyncio
import contextlib
import os
import re
import shutil
import signal
import sys
from pathlib import Path

import pytest

from console.options import HELP
from media.video.probe import probe
from sandbox.server import open_sandbox
from tests.config.settings_table import fields
from tests.deploy.reading import compose, understood
from tests.docs.pages import FOLLOWED, PAGES, ROOT, blocks, commands, commands_in
from tests.loopback_discord import VIDEOS, open_loopback_discord
from tests.support.processes import environment, send
from tests.support.rows import each_row
from tests.transport.test_bot_process import has_video, order

QUICKSTART = ROOT / "docs" / "quickstart.md"
OF_THE_SYSTEM = {"kill", "cd", "git", "install", "useradd", "systemctl"}
"""Programs that are everybody's: nothing of ours to look up."""
EVERY_COMMAND = [command for page in PAGES for command in commands(page)]


def test_there_are_commands_to_look_up():
    assert len(EVERY_COMMAND) > 40
    assert all(commands(page) for page in FOLLOWED)


def look_up(command):
    assert [name for name in command.settings if name not in fields()] == []
    match command.words:
        case []:
            assert command.settings
        case [python, "bot.py", *words] if re.fullmatch(r"(\.venv/bin/)?python", python):
            assert understood(words)
        case [".venv/bin/python" | "python" | "python3", "-m", module, *_]:
            assert module in {"venv", "pytest"} or (ROOT / f"{module.replace('.', '/')}.py").exists()
        case [".venv/bin/pip" | "pip", "install", *words]:
            assert (ROOT / words[words.index("-r") + 1]).exists()
        case ["make", *words]:
            targets = [word for word in words if "=" not in word]
            assert set(targets) <= made()
        case ["cp", *sources, _]:
            assert [source for source in sources if not list(ROOT.glob(source))] == []
        case ["docker", "compose", *words]:
            look_up_in_compose([word for word in words if word != "-d"])
        case ["docker", "build", *_]:
            assert (ROOT / "Dockerfile").exists()
        case [program, *_]:
            assert program in OF_THE_SYSTEM


def made():
    return set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))


def look_up_in_compose(words):
    services, profiles = compose()["services"], []
    while words[0] == "--profile":
        profiles.append(words[1])
        words = words[2:]
    assert {each for service in services.values() for each in service["profiles"]} >= set(profiles)
    subcommand, *rest = words
    assert subcommand in {"build", "up", "run", "stop"}
    if subcommand != "run":
        assert set(rest) <= services.keys()
        return
    while rest[0].startswith("-"):
        rest = rest[2:] if rest[0] == "-v" else rest[1:]
    assert rest[0] in services
    assert understood(rest[1:])


def test_the_readme_names_every_command_of_the_terminal():
    page = (ROOT / "README.md").read_text()
    assert [name for name in HELP if f"`python bot.py {name}" not in page] == []


@each_row("command", EVERY_COMMAND)
def test_a_command_that_is_told_exists(command):
    look_up(command)


@each_row(
    "line",
    [
        "python bot.py backups /backups",
        "python bot.py backup",
        "make coffee",
        "cp .env.sample .env",
        "docker compose up -d clappers",
        "docker compose run --rm clapper backups /b",
        ".venv/bin/pip install -r requirement.txt",
        "HAILUO_API_KEYS=a python bot.py check",
        "frobnicate",
    ],
)
def test_a_command_that_does_not_exist_would_be_seen(line):
    [command] = commands_in(QUICKSTART, line)
    with pytest.raises((AssertionError, SystemExit)):
        look_up(command)


@pytest.fixture
def copy(tmp_path):
    """Return a copy of the project as somebody gets it, without what makes it large or private."""
    left_out = shutil.ignore_patterns(
        ".git", ".venv", "build", "data", ".env", "__pycache__", "*_cache", "tests"
    )
    target = tmp_path / "clapper"
    shutil.copytree(ROOT, target, ignore=left_out, symlinks=True)
    return target


def with_environment(copy):
    """Put the environment of the tests where the first block would make one; a second install finds nothing to do."""
    venv = copy / ".venv"
    venv.mkdir()
    for part in Path(sys.prefix).iterdir():
        if part.name not in {"run", "dev", "bench"}:
            (venv / part.name).symlink_to(part)
    for stamp in ("dev", "run"):
        (venv / stamp).touch()


class Shell:
    """Runs blocks as they stand, in a copy of the project, with what the copied `.env` does not hold."""

    def __init__(self, copy):
        self.copy = copy

    async def start(self, code):
        return await asyncio.create_subprocess_exec(
            *("sh", "-e", "-c", code),
            cwd=self.copy,
            env={name: os.environ[name] for name in ("PATH", "LANG", "HOME") if name in os.environ},
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
            start_new_session=True,
        )

    async def run(self, code):
        process = await self.start(code)
        try:
            output, _ = await asyncio.wait_for(process.communicate(), 100)
        finally:
            if process.returncode != 0:  # a block that failed has left its sandbox in the background
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(process.pid, signal.SIGKILL)
        assert process.returncode == 0, output.decode()
        return output.decode()


@pytest.mark.proof
@pytest.mark.process
@pytest.mark.timeout(180)
async def test_the_quick_start_leads_from_nothing_to_a_video_in_discord(copy, tmp_path, unused_tcp_port):
    install, first_video, settings, check, run = blocks(QUICKSTART)
    shell = Shell(copy)

    # Substituted: what would fetch a hundred packages. That it asks for hashes is tested in tests/supply/.
    assert [command.words[:3] for command in commands_in(QUICKSTART, install)] == [
        ("python3", "-m", "venv"),
        (".venv/bin/pip", "install", "--require-hashes"),
    ]
    with_environment(copy)

    # Substituted: the port, which somebody else may have taken here.
    assert first_video.count("8765") == 2
    await shell.run(first_video.replace("8765", str(unused_tcp_port)))
    assert probe(copy / "kite.mp4").codec == "h264"

    await shell.run(settings)
    async with open_loopback_discord() as discord, open_sandbox(instant=True) as sandbox:
        fill_in(copy / ".env", environment(discord, sandbox, copy / "data"))

        assert "Invite the bot with https://" in await shell.run(check)
        assert "ok      Discord token" in await shell.run("make check")

        bot = await shell.start(f"exec {run}")
        try:
            await discord.wait_until_ready(30)
            await order(discord)
            await discord.wait_for_message(VIDEOS, has_video, timeout=30)
            send(bot, signal.SIGTERM)
            assert await asyncio.wait_for(bot.wait(), 30) == 0
        finally:
            if bot.returncode is None:
                bot.kill()


def fill_in(path, values):
    """Fill in token and key as step 3 says, and, beyond it, the addresses of the servers of this test."""
    text = path.read_text(encoding="utf-8")
    for name in ("DISCORD_TOKEN", "HAILUO_API_KEY"):
        assert f"\n{name}=\n" in text
        text = text.replace(f"\n{name}=\n", f"\n{name}={values[name]}\n")
    more = [
        f"{name}={value}" for name, value in values.items() if name in fields() and f"\n{name}=" not in text
    ]
    path.write_text("\n".join([text, *more, ""]), encoding="utf-8")


@pytest.mark.process
async def test_every_target_that_is_told_can_be_made(copy):
    with_environment(copy)
    told = {
        word
        for command in EVERY_COMMAND
        if command.words[:1] == ("make",)
        for word in command.words[1:]
        if "=" not in word
    }
    assert {"demo", "test", "check", "run"} <= told
    for target in sorted(told):
        assert await Shell(copy).run(f"make --dry-run {target}")
