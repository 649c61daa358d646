"""Acknowledgements whose answer is lost: what Discord took goes on, and nothing is done that somebody else took."""

import contextlib
import re
from pathlib import Path

import pytest

from cogs.discord import acknowledging
from tests.loopback_discord import ANN, BEN, VIDEOS, Cut, Refusal
from tests.support.processes import environment, running_bot

pytestmark = [pytest.mark.process, pytest.mark.timeout(240)]

CALLBACK = "/interactions/*/callback"
PAGE = "<html>502</html>"

LOST = {
    "502 after Discord took it": {"status": 502, "after_accepting": True},
    "502 twice, after it took it": {"status": 502, "after_accepting": True, "times": 2},
    "503 before": {"status": 503},
    "a page before": {"status": 403, "body": PAGE},
    "200 with a page, after": {"status": 200, "body": PAGE, "after_accepting": True},
} | {
    f"{cut.name}, {'after' if late else 'before'}": {"cut": cut, "after_accepting": late}
    for cut in Cut
    for late in (True, False)
}


@contextlib.asynccontextmanager
async def bot_with_a_video(discord, sandbox, folder):
    """Run a bot that has posted a video of Ann's, on which nobody else may build; give the message."""
    limits = {"MEMBER_ACTIVE": 1000, "MEMBER_PER_DAY": 1000, "GUILD_PER_DAY": 1000, "BOT_USD_PER_DAY": 1000}
    async with running_bot(discord, environment(discord, sandbox, folder, UNDO_SECONDS=1, **limits)):
        page = await (await discord.slash("settings", user=ANN, channel=VIDEOS)).original()
        await (await discord.click(page, "v1:mine:reusable:0", user=ANN)).callback()
        await order(discord, "the first")
        yield await discord.wait_for_message(VIDEOS, lambda message: message.attachments, timeout=30)


async def order(discord, prompt):
    return await discord.slash("video", user=ANN, channel=VIDEOS, options={"prompt": prompt})


def custom_id(message, beginning):
    ids = (part.get("custom_id", "") for row in message.components for part in row["components"])
    return next(found for found in ids if found.startswith(beginning))


async def ordered(discord, _):
    return "a kite, lost", await (await order(discord, "a kite, lost")).original()


async def listed(discord, _):
    return "", await (await discord.slash("jobs", user=ANN, channel=VIDEOS)).original()


async def helped(discord, _):
    return "/video", await (await discord.slash("help", user=ANN, channel=VIDEOS)).original()


async def pressed(discord, video):
    handle = await discord.click(video, custom_id(video, "v1:details:"), user=ANN)
    return "the first", await handle.original()


async def from_the_menu(discord, video):
    handle = await discord.context_menu("Video details", user=ANN, channel=VIDEOS, target=video)
    return "the first", await handle.original()


async def filled_in(discord, _):
    handle = await discord.submit_modal(
        await discord.slash("studio", user=ANN, channel=VIDEOS), {"prompt": "a form, lost"}
    )
    return "a form, lost", await handle.original()


async def refused(discord, video):
    handle = await discord.click(video, custom_id(video, "v1:remix:"), user=BEN)

    def answers():
        return [
            message for message in (handle.interaction.original, *handle.interaction.followups) if message
        ]

    return "", (await discord.ledger.wakeup.until(answers, 10, what="refusal"))[0]


WAYS = (ordered, listed, helped, pressed, from_the_menu, filled_in, refused)


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.__name__)
async def test_what_discord_took_is_done_although_its_answer_was_lost(discord, sandbox, tmp_path, way):
    async with bot_with_a_video(discord, sandbox, tmp_path) as video:
        for name, fault in LOST.items():
            planned = discord.faults.add("POST", CALLBACK, **fault)
            words, answer = await way(discord, video)
            assert words in answer.content, name
            assert answer.content, name
            assert "went wrong on our side" not in answer.content, name
            assert planned.hits, name
            discord.faults.clear()
        paid = 1 + len(LOST) * (way in (ordered, filled_in))
        await discord.ledger.wakeup.until(
            lambda: (
                len([m for m in discord.ledger.messages if m.attachments and m.channel == VIDEOS]) == paid
            ),
            60,
            what="a video of each order",
        )
        assert len(sandbox.ledger.accepted) == paid


async def test_a_page_that_is_changed_by_a_press_is_changed_although_the_answer_was_lost(
    discord, sandbox, tmp_path
):
    async with running_bot(discord, environment(discord, sandbox, tmp_path)):
        page = await (await discord.slash("settings", user=ANN, channel=VIDEOS)).original()
        for name, fault in LOST.items():
            before = len(page.revisions)
            discord.faults.add("POST", CALLBACK, **fault)
            await discord.click(page, custom_id(page, "v1:mine:spoiler:"), user=ANN)
            await discord.ledger.wakeup.until(lambda: len(page.revisions) > before, 10, what=name)  # noqa: B023
            discord.faults.clear()


@pytest.mark.parametrize("trouble", [*Cut, Refusal.AUTO_MODERATED], ids=lambda trouble: trouble.name)
async def test_an_order_stands_whose_place_in_the_queue_cannot_be_said(discord, sandbox, tmp_path, trouble):
    async with running_bot(discord, environment(discord, sandbox, tmp_path)):
        if trouble is Refusal.AUTO_MODERATED:
            discord.rules.refused_words = {"a kite": trouble}
        else:
            discord.faults.add("PATCH", "/webhooks/*", cut=trouble)
        handle = await order(discord, "a kite")
        await discord.wait_for_message(VIDEOS, lambda message: message.attachments, timeout=30)
        reply = await handle.original(20, lambda message: "/channels/" in message.content)
    assert not [past for past in reply.revisions if "went wrong on our side" in past.content]
    assert len(sandbox.ledger.accepted) == 1


def test_every_first_answer_passes_the_one_place_that_knows_whether_it_was_given():
    cogs = Path(acknowledging.__file__).parents[1].rglob("*.py")
    direct = [path.name for path in cogs if re.search(r"\.response\.\w+\(", path.read_text(encoding="utf-8"))]
    assert direct == ["acknowledging.py"]


async def test_what_another_process_acknowledged_is_left_to_it(discord, sandbox, tmp_path):
    async with running_bot(discord, environment(discord, sandbox, tmp_path)) as bot:
        planned = discord.faults.add("POST", CALLBACK, code=40060, times=None)
        handle = await order(discord, "You can't animate this picture")
        await discord.ledger.wakeup.until(
            lambda: planned.hits >= 2, 10, what="the answer, and that of the error"
        )
        discord.faults.clear()
        assert await bot.stop() == 0
    assert (sandbox.ledger.accepted, handle.interaction.followups) == ([], [])
