"""Secrets on every path that fails: afterwards they are in no log, no message, no file and no page of the database."""

import asyncio
import dataclasses
import re
import sqlite3
import time
from contextlib import closing

import pytest

from tests.guarantees.leaks import leaks_on_disk, leaks_to_discord, without_result_links
from tests.guarantees.parrot import KEY, SHOWN_SIGNATURE, SIGNATURE, Says
from tests.loopback_discord import ANN, BEN, VIDEOS, Channel, User
from tests.media.picture_samples import file_of, picture
from tests.sqlite_file import rows_in
from tests.support.processes import UNLIMITED, environment, resume, run_to_end, running_bot, until

pytestmark = [pytest.mark.process, pytest.mark.timeout(180)]

PROMPT = "canary-prompt-0c63d5"
FORGED = "2026-11-23 10:00:00,000 INFO db: all is well"
RECORD = re.compile(
    r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d{3} (DEBUG|INFO|WARNING|ERROR|CRITICAL) [\w.]+: |    "
    r"|Discord closed the connection for good: "
)

CLOSED = User(ANN.id + 1000, "cleo")
"""Somebody who takes no direct messages."""

SETTLED = {
    Says.REFUSED_KEY: "state = 'failed' AND reason = 'key_refused'",
    Says.NO_CREDIT: "state = 'failed' AND reason = 'out_of_credit'",
    Says.MODERATED: "state = 'failed' AND reason = 'moderated'",
    Says.PAGE_500: "state = 'unknown'",
    Says.BUSY: "state = 'queued' AND attempt = 1 AND lease_owner IS NULL",
    Says.REDIRECT: "state = 'failed' AND reason = 'rejected'",
    Says.BAD_JSON: "state = 'unknown'",
    Says.CUT: "state = 'unknown'",
    Says.NO_HTTP: "state = 'unknown'",
    Says.TASK_FAILED: "state = 'failed' AND reason = 'provider'",
    Says.TASK_MODERATED: "state = 'failed' AND reason = 'moderated'",
    Says.TASK_REFUSED_KEY: "state = 'rendering' AND next_at > submitted_at + 30000",
    Says.TASK_PAGE_500: "state = 'delivered'",
    Says.TASK_BAD_JSON: "state = 'delivered'",
    Says.EXPIRED: "state = 'delivering' AND troubles > 0",
    Says.FILE_500: "state = 'delivering' AND troubles > 0",
    Says.FILE_REDIRECT: "state = 'failed' AND reason = 'bad_result'",
    Says.FILE_IS_A_PAGE: "state = 'delivering' AND troubles > 0",
}
"""Where a job stands once it has met the fault that its prompt asks for."""

STOPPING = {Says.REFUSED_KEY, Says.NO_CREDIT}
"""What stops all ordering until the operator lets it go on."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class Refusal:
    """What Discord does to the posts in one channel, and where that leads."""

    settled: str
    fault: dict
    word: str = "kite"
    user: User = ANN


ECHO = "<html><body>Authorization: Bot {token} token={token} POST /webhooks/1/{interaction}/messages/@original</body></html>"
DISCORD = {
    "a page": Refusal(settled="state = 'delivering' AND troubles > 0", fault={"status": 403, "times": None}),
    "403": Refusal(
        settled="reason = 'undeliverable'", fault={"status": 403, "code": 50013, "times": None}, user=CLOSED
    ),
    "404": Refusal(settled="state = 'delivered'", fault={"status": 404, "code": 10003, "times": None}),
    "413": Refusal(settled="reason = 'too_large'", fault={"code": 40005, "uploads_only": True}),
    "413 with a link": Refusal(
        settled="state = 'delivered'",
        fault={"code": 40005, "uploads_only": True, "times": None},
        word=Says.LINKED,
    ),
    "500": Refusal(settled="state = 'delivered'", fault={"status": 500, "times": 2}),
    "429": Refusal(settled="state = 'delivered'", fault={"status": 429, "body": None}),
    "200": Refusal(settled="state = 'delivered'", fault={"status": 200, "uploads_only": True}),
}
"""What Discord repeats in its answer stands in a page of HTML, or, where there is a code, beside it in JSON."""


def prompt_of(word):
    return f"{word} {PROMPT}\n{FORGED} a kite"


class Stage:
    """A bot that meets every fault at once: each job's prompt names the provider's, each channel has Discord's."""

    def __init__(self, discord, parrot, jobs, path):
        self.discord = discord
        self.parrot = parrot
        self.jobs = jobs
        self.path = path
        self.channels = {
            name: Channel(id=VIDEOS.id + 100 + number, name=f"channel-{name}", guild_id=VIDEOS.guild_id)
            for number, name in enumerate(DISCORD)
        }
        self.expected = {}
        discord.close_dms(CLOSED)
        discord.world.channels.update({channel.id: channel for channel in self.channels.values()})

    async def order(self, word, *, channel=VIDEOS, settled, user=ANN):
        """Order a video and wait until its row is there; nothing is said of how it ends."""
        seen = {job["id"] for job in self.jobs()}
        await self.discord.slash(
            "video",
            user=user,
            channel=channel,
            options={"prompt": prompt_of(word)},
            attachments={"image": ("a.png", file_of(picture(), "PNG"))},
        )
        [job] = await until(lambda: [job for job in self.jobs() if job["id"] not in seen], f"job of {word}")
        self.expected[job["id"]] = f"id = {job['id']} AND {settled}"

    async def meet_every_fault(self):
        for word, settled in SETTLED.items():
            await self.order(word, settled=settled)
            if word in STOPPING:
                await until(lambda: self.pauses() and not self.unsettled(), f"the stop by {word}")
                await resume(self.discord)
        for name, refusal in DISCORD.items():
            self._arm(f"/channels/{self.channels[name].id}/messages", refusal.fault)
            await self.order(
                refusal.word, channel=self.channels[name], settled=refusal.settled, user=refusal.user
            )
        await until(lambda: not self.unsettled(), "end of all jobs", show=self.unsettled)

    def pauses(self):
        return rows_in(self.path, "SELECT cause FROM pauses")

    async def break_an_acknowledgement(self):
        """Let Discord refuse the first words of a command with a page that repeats what it was sent."""
        for fault in ({"status": 403}, {"status": 500}):
            self._arm("/webhooks/*/messages/@original", fault, method="PATCH")
            await self.order("kite", settled="state = 'delivered'", user=BEN)
        await until(lambda: not self.unsettled(), "end of all jobs", show=self.unsettled)

    async def break_the_database(self):
        """Take a table away, order, and give it back: nothing can be saved meanwhile."""
        with closing(sqlite3.connect(self.path, timeout=10)) as database:
            database.execute("ALTER TABLE counters RENAME TO elsewhere")
            handle = await self.discord.slash(
                "video", user=ANN, channel=VIDEOS, options={"prompt": prompt_of("kite")}
            )
            reply = await handle.original(20)
            database.execute("ALTER TABLE elsewhere RENAME TO counters")
        assert "I can't save new orders" in reply.content

    async def between_two_tries(self):
        """Wait until nothing of a file that is a page is on the disk: it lies there while a try looks at it."""

        def is_waiting():
            [job] = self.jobs(f"request_json LIKE '%{Says.FILE_IS_A_PAGE}%'")
            return job["lease_owner"] is None and job["next_at"] > time.time() * 1000 + 2000

        await until(is_waiting, "a pause between two tries")

    def unsettled(self):
        return [
            (condition, dict(job[0])) if (job := self.jobs(f"id = {key}")) else condition
            for key, condition in self.expected.items()
            if not self.jobs(condition)
        ]

    def canaries(self):
        """Return everything that opens a door. The frame is a piece of what was sent to the provider."""
        frame = self.parrot.orders[0]["first_frame_image"].partition(",")[2]
        tokens = {
            f"interaction token {number}": entry.token
            for number, entry in enumerate(self.discord.ledger.interactions.values())
        }
        return {
            "bot token": self.discord.token,
            "provider key": KEY,
            "signature of a result": SIGNATURE,
            "first frame as text": frame[200:280],
        } | tokens

    def _arm(self, path, fault, *, method="POST"):
        echo = ECHO.format(token=self.discord.token, interaction=SIGNATURE)
        body = {"code": fault["code"], "message": echo} if "code" in fault else echo
        self.discord.faults.add(method, path, **({"body": body} | fault))


async def end_for_good(bot, gateway):
    """Close the gateway as Discord does for a token that was reset, until the bot has heard it; return its exit code.

    A close that comes while the library writes is taken for a broken line. It resumes then, hears that its session is
    over, and waits five seconds before it identifies: whoever closes again sooner keeps it from ever hearing why.
    """
    ended = asyncio.ensure_future(bot.wait())
    while not ended.done():
        await gateway.drop(4004)
        await asyncio.wait([ended], timeout=10)
    return ended.result()


WANTED = {("signature of a result", "clapper.db")}
"""The one exception: the row keeps its `result_url`, to fetch the film again. It is looked for without that, too."""


@pytest.mark.proof
@pytest.mark.parametrize("level", ["INFO", "DEBUG"])
async def test_no_secret_is_left_anywhere_by_anything_that_fails(
    discord, parrot, data_dir, jobs, level, tmp_path
):
    database = data_dir / "clapper.db"
    bounds = {"MAX_RUNNING_JOBS": 50, "DATABASE_URL": f"sqlite:///{database}"} | UNLIMITED
    settings = environment(discord, parrot, data_dir, LOG_LEVEL=level, **bounds)
    stage = Stage(discord, parrot, jobs, database)
    async with running_bot(discord, settings) as bot:
        await stage.meet_every_fault()
        await stage.break_an_acknowledgement()
        await stage.break_the_database()
        await discord.gateway.drop(4000)
        await discord.wait_until_ready()
        await stage.order("kite", settled="1 = 1")
        await stage.between_two_tries()
        await bot.kill()
    on_disk = leaks_on_disk(data_dir, stage.canaries())
    assert (data_dir / "clapper.db-wal").stat().st_size > 0
    assert {(leak.canary, leak.place.removesuffix("-wal")) for leak in on_disk} <= WANTED, on_disk
    async with running_bot(discord, settings) as bot:
        await until(lambda: not jobs("state IN ('submitting')"), "end of recovery")
        assert await end_for_good(bot, discord.gateway) == 1
        log = bot.output()

    canaries = stage.canaries()
    assert leaks_to_discord(discord, canaries) == []
    link = {"link": SHOWN_SIGNATURE}
    posted = f"POST /channels/{stage.channels['413 with a link'].id}/messages"
    assert {leak.place for leak in leaks_to_discord(discord, link)} == {posted}
    assert {leak.place.removesuffix("-wal") for leak in leaks_on_disk(data_dir, link)} == {"clapper.db"}
    on_disk = leaks_on_disk(data_dir, canaries)
    assert {(leak.canary, leak.place.removesuffix("-wal")) for leak in on_disk} == WANTED, on_disk
    assert leaks_on_disk(without_result_links(data_dir, tmp_path / "copy"), canaries | link) == []
    assert [line for line in log.splitlines() if line and not RECORD.match(line)] == []
    assert [line for line in log.splitlines() if PROMPT in line and " DEBUG " not in line] == []
    assert (PROMPT in log) == (level == "DEBUG")


WRONG_SETTINGS = {
    "two keys in one": {"HAILUO_API_KEY": f"{KEY} {KEY}"},
    "a letter that no key has": {"DISCORD_TOKEN": f"{KEY}é"},
    "a key in the address": {"HAILUO_API_URL": f"https://user:{KEY}@provider.example"},
    "a key in the query": {"DISCORD_API_URL": f"https://discord.example/?key={KEY}"},
    "a database with a password": {"DATABASE_URL": f"mysql://user:{KEY}@db.example/clapper"},
    "a key where a figure belongs": {"BOT_PER_DAY": KEY},
    "a key where a level belongs": {"LOG_LEVEL": KEY},
    "a former key without its provider": {"HAILUO_FORMER": KEY},
    "a former key in an address": {"HAILUO_FORMER": f"https://user:{KEY}@former.example={KEY}"},
}


@pytest.mark.parametrize("wrong", WRONG_SETTINGS.values(), ids=WRONG_SETTINGS)
async def test_settings_that_cannot_be_used_are_named_and_never_repeated(discord, parrot, data_dir, wrong):
    settings = environment(discord, parrot, data_dir) | wrong
    code, output = await run_to_end(discord, settings)
    assert code == 2
    assert any(name in output for name in wrong)
    assert leaks_on_disk(data_dir, {"key": KEY, "token": discord.token}) == []


def put_a_page_in_place_of(discord, path):
    page = f"<html>\n<body>Authorization: Bot {discord.token} token={discord.token}\n{FORGED}</body></html>"
    discord.faults.add("*", path, status=403, body=page, times=None)


async def test_a_page_in_place_of_discord_at_the_start_ends_the_bot_in_one_line_without_its_token(
    discord, parrot, data_dir
):
    put_a_page_in_place_of(discord, "/users/@me")
    code, output = await run_to_end(discord, environment(discord, parrot, data_dir))
    assert code == 1
    assert "403" in output
    assert_clean(output)
    assert leaks_on_disk(data_dir, {"key": KEY, "token": discord.token}) == []


async def test_a_page_in_place_of_the_commands_is_told_in_one_line_without_its_token(
    discord, parrot, data_dir
):
    put_a_page_in_place_of(discord, "/applications/*/commands")
    settings = environment(discord, parrot, data_dir)
    async with running_bot(discord, settings, ready=False) as bot:
        await until(lambda: "commands not registered" in bot.output(), "word of it", show=bot.output)
    assert "403" in bot.output()
    assert_clean(bot.output())
    assert leaks_on_disk(data_dir, {"key": KEY, "token": discord.token}) == []


def assert_clean(output):
    """Fail where text from outside begins a line."""
    assert [line for line in output.splitlines() if line and not RECORD.match(line)] == []
    assert FORGED not in [line.strip() for line in output.splitlines()]


@pytest.mark.parametrize("level", ["INFO", "DEBUG"])
async def test_a_check_that_fails_repeats_neither_token_nor_key(discord, parrot, data_dir, level):
    put_a_page_in_place_of(discord, "/users/@me")
    (data_dir / "clapper.db").parent.mkdir(parents=True)
    (data_dir / "clapper.db").write_bytes(b"no database " * 500)
    settings = environment(discord, parrot, data_dir, LOG_LEVEL=level)
    code, output = await run_to_end(discord, settings, "check")
    assert code == 1
    assert output.count("FAILED") == 3
    assert "Traceback" not in output
    assert leaks_on_disk(data_dir, {"key": KEY, "token": discord.token}) == []
