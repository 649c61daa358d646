"""Limits that nobody gets around: by going elsewhere, by another time zone, or by another way to order."""

import pytest

from tests.cogs.managers import admin, manager_of
from tests.cogs.outside import in_a_private_group, in_a_server_without_the_bot
from tests.support.house import PROMPT, was_accepted

REROLL = "Re-roll · $0.29"
ELSEWHERE = 4
"""Servers without the bot."""


async def order_everywhere(house):
    """Order in direct messages, in servers without the bot, and in a group: by a command, the form and a press."""
    first = await house.ann.user.slash("video", prompt=PROMPT)
    await house.until(lambda: house.rows("state IN ('delivered', 'failed')"), "the first one ended")
    answers = [first, await house.ann.user.slash("video", prompt=PROMPT)]
    for _ in range(ELSEWHERE):
        there = in_a_server_without_the_bot(house)
        answers.append(await there.slash("video", prompt=PROMPT))
        opened = await there.slash("studio")
        answers.append(await there.ann.submit_modal(opened, {"prompt": PROMPT, "format": "6-768p"}))
    (video,) = [message for message in house.direct() if message.attachments][:1]
    answers.append(await house.ann.user.click(video, label=REROLL))
    answers.append(await in_a_private_group(house).slash("video", prompt=PROMPT))
    return answers


@pytest.mark.parametrize(
    ("limits", "orders"),
    [
        ({"member_per_day": 2}, 2),
        ({"member_usd_per_day": 0.6}, 2),
        ({"member_usd_per_month": 0.6}, 2),
        ({"member_cooldown_seconds": 600}, 1),
        ({"user_per_day": 2}, 2),
    ],
    ids=lambda value: next(iter(value)) if isinstance(value, dict) else "",
)
async def test_direct_messages_and_all_places_without_the_bot_are_one_for_a_member(
    build_house, limits, orders
):
    house = await build_house(settings=limits)
    await order_everywhere(house)
    assert len(house.rows()) == orders
    ben = await house.ben.user.slash("video", prompt=PROMPT)
    assert was_accepted(house.first_words(ben)["content"])


async def test_one_video_at_once_is_one_at_once_in_all_of_them(build_house):
    house = await build_house(settings={"member_active": 1}, render_seconds=30.0)
    await house.ann.user.slash("video", prompt=PROMPT)
    refused = await in_a_server_without_the_bot(house).slash("video", prompt=PROMPT)
    assert "You have 1 video running" in refused.response.content
    assert len(house.rows()) == 1


async def test_strangers_do_not_use_up_each_others_direct_messages(build_house):
    house = await build_house(settings={"guild_per_day": 1, "guild_active": 1, "guild_usd_per_day": 0.3})
    for member in (house.ann, house.ben):
        await member.user.slash("video", prompt=PROMPT)
    assert len(house.rows()) == 2


async def test_what_is_ordered_elsewhere_is_one_s_own_to_see_to_cancel_and_to_be_told_of(build_house):
    house = await build_house(settings={"member_per_day": 5}, render_seconds=30.0)
    await house.ann.user.slash("video", prompt=PROMPT)
    there = in_a_server_without_the_bot(house)
    await there.slash("video", prompt=PROMPT)
    assert {row["guild_id"] for row in house.rows()} == {0}
    assert "today: **2** videos" in (await there.slash("usage")).response.content


async def test_the_operator_limits_a_member_over_all_servers(build_house):
    house = await build_house(settings={"user_per_day": 2})
    far = house.another_server()
    await house.video()
    await house.video(house.ann_in(far), room=far)
    refused = await house.video()
    said = refused.response.content
    assert "You've used today's 2 videos for all servers together" in said
    assert "midnight UTC" in said
    assert was_accepted((await house.video(house.ben)).response.content)
    assert "in all servers together: Videos a day: 2" in (
        (await house.ann.slash(house.room, "usage")).response.content
    )


ZONES = ("Pacific/Kiritimati", "Pacific/Niue", "UTC", "Asia/Tokyo", "America/New_York")
"""Between them they are always on three different days."""


@pytest.mark.parametrize(
    "limits",
    [
        {"guild_per_day": 3},
        {"guild_usd_per_day": 0.9},
        {"guild_usd_per_month": 0.9},
        {"member_per_day": 3},
        {"member_usd_per_day": 0.9},
        {"member_usd_per_month": 0.9},
    ],
    ids=lambda limits: next(iter(limits)),
)
async def test_another_time_zone_opens_no_new_day_of_what_the_operator_allows(build_house, limits):
    house = await build_house(settings=limits)
    mia = manager_of(house)
    for zone in ZONES:
        page = await admin(house, "limits", mia)
        opened = await mia.click(page.response, label="Server limits")
        await mia.submit_modal(opened, {"zone": zone})
        said = [(await house.video()).response.content for _ in range(2)]
    assert len(house.rows()) == 3
    assert all("midnight UTC" in refused for refused in said)


async def test_a_limit_of_the_managers_says_that_it_resets_in_their_zone(build_house):
    house = await build_house()
    mia = manager_of(house)
    page = await admin(house, "limits", mia)
    opened = await mia.click(page.response, label="Server limits")
    page = await mia.submit_modal(opened, {"zone": "Asia/Tokyo", "per_day": "1"})
    await house.video()
    assert "midnight in this server's time zone" in (await house.video()).response.content
    assert "the bot's own at midnight UTC" in (await admin(house, "limits", mia)).response.content
