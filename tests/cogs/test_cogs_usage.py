"""`/usage`, and the part usage of `/admin`: what was used, what is left, a chart that can be read, a table to take along."""

import csv
import io
import sys

import pytest
from PIL import Image

from db.money.ledger import Spent
from tests.cogs.managers import admin, manager_of


@pytest.fixture
async def house(build_house):
    """Return a house with few figures, so that each is known."""
    return await build_house(settings={"member_per_day": 5, "guild_per_day": 9, "guild_usd_per_month": 40})


@pytest.fixture
def mia(house):
    """Return a manager."""
    return manager_of(house)


async def make(house, count=1, actor=None):
    """Let videos be made."""
    for _ in range(count):
        await house.video(actor)
    await house.until(
        lambda: len(house.rows("state = 'delivered'")) == len(house.rows()), "everything delivered"
    )


async def chart_of(shown):
    """Return the picture of an answer, and the text that stands for it."""
    (chart,) = shown.response.attachments
    data = await chart.read()
    return Image.open(io.BytesIO(data)), chart.description


async def test_a_member_sees_what_was_used_what_is_left_and_which_limits_hold(house):
    await make(house, 2)
    shown = await house.ann.slash(house.room, "usage")
    assert shown.ephemeral
    said = shown.response.content
    for line in (
        "• today: **2** videos, $0.59",
        "• this month: **2** videos, $0.59",
        "• the last 30 days: **2** videos, $0.59",
        "**What's left**\n• today: **3** videos",
        "• resets <t:",
        "• you: Videos at once: 20 · Videos a day: 5\n",
        "• this server: Videos a day: 9 · US dollars a month: $40.00\n",
        "• everyone together: Videos a day: 1000 · US dollars a day: $1,000.00\n",
    ):
        assert line in said, line


async def test_one_who_has_used_nothing_sees_that_too(house):
    shown = await house.ben.slash(house.room, "usage")
    assert "• today: **0** videos, $0.00" in shown.response.content
    picture, stands_for = await chart_of(shown)
    assert picture.size == (900, 360)
    assert "0 videos for $0.00 in total" in stands_for


async def test_the_chart_comes_with_words_that_stand_for_it(house):
    await make(house)
    _, stands_for = await chart_of(await house.ann.slash(house.room, "usage"))
    assert "1 video for $0.29 in total, most on 20" in stands_for


async def test_figures_come_without_a_chart_where_none_can_be_drawn(house, mia, monkeypatch):
    await make(house)
    monkeypatch.setattr(sys, "executable", "/bin/false")
    for shown in (await house.ann.slash(house.room, "usage"), await admin(house, "usage", mia)):
        assert "• today: **1** video, $0.29" in shown.response.content
        assert "I couldn't draw the chart right now." in shown.response.content
        assert not shown.response.attachments


async def test_in_direct_messages_the_server_is_left_out(house):
    shown = await house.ann.user.slash("usage")
    assert "this server" not in shown.response.content
    assert "• everyone together:" in shown.response.content


async def test_it_speaks_chinese_and_the_picture_stays_the_same(house):
    english, _ = await chart_of(await house.ann.slash(house.room, "usage"))
    shown = await house.slash_in("zh-CN", "usage")
    chinese, stands_for = await chart_of(shown)
    assert "你在这里的用量" in shown.response.content
    assert "个视频" in stands_for
    assert english.tobytes() == chinese.tobytes()


async def test_a_manager_sees_the_server_and_who_spent_most(house, mia):
    await make(house, 2)
    await make(house, 1, house.ben)
    shown = await admin(house, "usage", mia)
    assert shown.ephemeral
    said = shown.response.content
    for line in (
        "• today: **3** videos, $0.88",
        "• today: **6** videos",
        "• of this month's budget: **$39.12** of $40.00",
        f"• <@{house.ann.id}>: 2 videos, $0.59\n• <@{house.ben.id}>: 1 video, $0.29",
    ):
        assert line in said, line
    assert (await chart_of(shown))[0].size == (900, 360)


async def test_the_table_has_a_row_for_each_day_and_member_after_a_restart_too(house, mia):
    await make(house, 2)
    await make(house, 1, house.ben)
    shown = await admin(house, "usage", mia)
    await house.restart()
    pressed = await mia.click(shown.response, label="Export as CSV")
    (answer,) = pressed.followups or [pressed.response]
    (file,) = answer.attachments
    rows = list(csv.DictReader(io.StringIO((await file.read()).decode())))
    assert [(row["user_id"], row["videos"], row["usd"]) for row in rows] == [
        (str(house.ann.id), "2", "0.585600"),
        (str(house.ben.id), "1", "0.292800"),
    ]
    assert len({row["day"] for row in rows}) == 1


async def test_another_server_is_not_in_it(house, mia):
    elsewhere = house.another_server()
    await house.video(house.ann_in(elsewhere), room=elsewhere)
    await house.until_job("state = 'delivered'")  # what was charged stands in place of what was reserved
    shown = await admin(house, "usage", mia)
    assert "• today: **0** videos, $0.00" in shown.response.content
    assert await house.env.bot.accounts.members_by_day(house.guild.id) == []
    ((_, user_id, spent),) = await house.env.bot.accounts.members_by_day(elsewhere.guild.id)
    assert (user_id, spent) == (house.ann.id, Spent(n=1, micros=292_800))
