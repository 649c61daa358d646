"""`python bot.py setup` in a terminal: what is typed, what is answered, and the bot that runs afterwards."""

import asyncio
import contextlib
import os
import pty
import signal
import stat
import sys

import pytest
from dotenv import dotenv_values

from tests.loopback_discord import ANN, VIDEOS
from tests.support.processes import BOT, environment

pytestmark = pytest.mark.process

SECRETS = ("DISCORD_TOKEN", "HAILUO_API_KEY")


class Terminal:
    """A person at a terminal: types, and reads what appears."""

    def __init__(self, descriptor, process):
        self.process, self.seen = process, ""
        self._descriptor, self._read_to = descriptor, 0
        os.set_blocking(descriptor, False)

    async def until(self, words, *, seconds=30):
        """Wait until `words` appear behind what was read before."""
        async with asyncio.timeout(seconds):
            while words not in self.seen[self._read_to :]:
                with contextlib.suppress(BlockingIOError, OSError):
                    self.seen += os.read(self._descriptor, 65536).decode(errors="replace")
                await asyncio.sleep(0.02)
        self._read_to = self.seen.index(words, self._read_to) + len(words)

    async def answer(self, question, typed):
        await self.until(question)
        os.write(self._descriptor, typed.encode() + b"\n")


@pytest.fixture
async def terminal(discord, sandbox, tmp_path):
    """Yield a terminal in which setup runs, in a folder of its own."""
    surroundings = environment(discord, sandbox, tmp_path / "data")
    for name in SECRETS:
        del surroundings[name]
    ours, theirs = pty.openpty()
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        BOT,
        "setup",
        cwd=tmp_path,
        env=surroundings,
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        start_new_session=True,
    )
    os.close(theirs)
    yield Terminal(ours, process)
    if process.returncode is None:
        process.send_signal(signal.SIGTERM)
        async with asyncio.timeout(30):
            await process.wait()
    os.close(ours)


async def test_two_answers_lead_from_a_clone_to_a_running_bot(terminal, discord, sandbox, tmp_path):
    await terminal.answer("Token: ", f"Bot {discord.token}")
    await terminal.until("https://discord.com/oauth2/authorize?client_id=")
    await terminal.answer("[y/N]", "")
    await terminal.answer("Key: ", sandbox.api_key)
    await terminal.answer("Run the bot now? [Y/n]", "")
    await discord.wait_until_ready(30)
    await terminal.until("Ctrl-C stops it")
    card = terminal.seen.partition("Run the bot now? [Y/n]")[2].strip().splitlines()
    assert len(card) <= 12
    assert "bot       clapper#0001" in terminal.seen
    assert "invite    https://discord.com/oauth2/authorize?client_id=" in terminal.seen
    handle = await discord.slash("video", user=ANN, channel=VIDEOS, options={"prompt": "a kite"})
    assert "a kite" in (await handle.original()).content
    file = tmp_path / ".env"
    assert [dotenv_values(file)[name] for name in SECRETS] == [discord.token, sandbox.api_key]
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert not any(secret in terminal.seen for secret in (discord.token, sandbox.api_key))


async def test_the_wrong_kind_of_secret_is_recognised_and_a_wrong_one_is_refused(
    terminal, discord, sandbox, tmp_path
):
    for typed, hint in [
        ("123456789012345678", "That is an id"),
        ("0" * 64, "That is the public key"),
        ("x" * 32, "That is the client secret"),
        ("sk-api-12345", "That is the key of a provider"),
        (discord.token[:-1] + "x", "Discord doesn't know this token"),
        (discord.token, "OK: "),
    ]:
        await terminal.answer("Token: ", typed)
        await terminal.until(hint)
    await terminal.answer("[y/N]", "n")
    for typed, hint in [
        (discord.token, "That is the Discord token"),
        ("nobodys-key", "The provider doesn't know this key"),
        (sandbox.api_key, "OK: "),
    ]:
        await terminal.answer("Key: ", typed)
        await terminal.until(hint)
    await terminal.answer("Run the bot now? [Y/n]", "n")
    async with asyncio.timeout(30):
        assert await terminal.process.wait() == 0
    assert dotenv_values(tmp_path / ".env")["DISCORD_TOKEN"] == discord.token


async def test_enter_keeps_the_secrets_of_the_file_and_every_other_line_stays(
    terminal, discord, sandbox, tmp_path
):
    (tmp_path / ".env").write_text(
        f"# ours\nDISCORD_TOKEN={discord.token}\nHAILUO_API_KEY={sandbox.api_key}\nBOT_USD_PER_DAY=3\n"
    )
    await terminal.answer("Token (Enter keeps the one you have): ", "")
    await terminal.answer("[y/N]", "n")
    await terminal.answer("Key (Enter keeps the one you have): ", "")
    await terminal.answer("Run the bot now? [Y/n]", "no")
    async with asyncio.timeout(30):
        assert await terminal.process.wait() == 0
    lines = (tmp_path / ".env").read_text().splitlines()
    assert (lines[0], lines[-1]) == ("# ours", "BOT_USD_PER_DAY=3")
    assert [dotenv_values(tmp_path / ".env")[name] for name in SECRETS] == [discord.token, sandbox.api_key]


async def test_people_may_install_the_bot_for_themselves_if_the_operator_says_yes(terminal, discord):
    await terminal.answer("Token: ", discord.token)
    await terminal.answer("Let people install it for themselves, too? [y/N]", "y")
    await terminal.until("integration_type=1")
