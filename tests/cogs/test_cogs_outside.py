"""Where a member installed the bot for themselves and it is no member: results go to their direct messages."""

import json

import pytest

from cogs.discord.commands import install_address
from sandbox.faults import Fault
from tests.cogs.outside import (
    in_a_private_group,
    in_a_server_without_the_bot,
    installed_both_ways,
)
from tests.cogs.photos import photo
from tests.support.house import PROMPT, public

FOLLOW_UPS = 5
ANYWHERE = {"video", "studio", "jobs", "settings", "usage", "privacy", "help", "Animate this image"}

everywhere_outside = pytest.mark.parametrize(
    "place", [in_a_server_without_the_bot, in_a_private_group], ids=["server", "group"]
)


def registered_last(house):
    """Return the commands of the newest registration by their names."""
    sent = [request.json for request in house.env.http_requests if request.method == "PUT"][-1]
    return {command["name"]: command for command in sent}


@everywhere_outside
async def test_a_video_comes_by_direct_message_and_its_acknowledgement_says_so_and_why(build_house, place):
    house = await build_house(render_seconds=0.5)
    there = place(house)
    asked = await there.slash("video", prompt=PROMPT)
    said = house.first_words(asked)["content"]
    assert asked.ephemeral
    assert "I'll DM you the video" in said
    assert "I'm not in this server" in said

    await house.until_job("state = 'delivered' AND route = 'private'")
    (message,) = [message for message in house.direct() if message.attachments]
    assert message.content.startswith("Your video is ready")
    assert there.posts() == []


@everywhere_outside
async def test_no_interaction_uses_up_the_answers_that_discord_takes(house, place):
    there = place(house)
    house.sandbox.faults.add(Fault.parse("fails_provider"))
    asked = await there.slash("video", prompt=PROMPT)
    await house.until_job("told_at IS NOT NULL")
    again = await there.ann.click(asked.response, label="Try again · $0.29")
    await house.until_job("state = 'delivered'")
    shown = await there.slash("jobs")
    assert there.follow_ups(asked) == []
    assert all(len(there.follow_ups(each)) <= FOLLOW_UPS for each in (again, shown))


@everywhere_outside
async def test_what_is_made_from_there_once_more_comes_by_direct_message_too(house, place):
    there = place(house)
    house.sandbox.faults.add(Fault.parse("fails_provider"))
    asked = await there.slash("video", prompt=PROMPT)
    await house.until_job("told_at IS NOT NULL")
    again = await there.ann.click(asked.response, label="Try again · $0.29")
    assert "I'll DM you the video" in house.first_words(again)["content"]
    await house.until_job("state = 'delivered' AND route = 'private'")
    assert there.posts() == []


@everywhere_outside
async def test_a_restart_in_mid_rendering_changes_nothing(build_house, place):
    house = await build_house(render_seconds=1.5)
    there = place(house)
    await there.slash("video", prompt=PROMPT)
    await house.until_job("state = 'rendering'")
    await house.restart()
    await house.until_job("state = 'delivered' AND route = 'private'")
    assert len([message for message in house.direct() if message.attachments]) == 1
    assert there.posts() == []


@everywhere_outside
async def test_with_direct_messages_closed_the_video_is_kept_and_shown_once_they_are_open(house, place):
    there = place(house)
    house.strict.direct_messages_take_files = False
    asked = await there.slash("video", prompt=PROMPT)
    await house.until_job("reason = 'undeliverable' AND told_at IS NOT NULL")
    assert "your DMs are closed" in asked.response.content
    assert there.posts() == []

    await house.restart()
    house.strict.direct_messages_take_files = True
    shown = await there.slash("jobs")
    (key,) = [row["key"] for row in house.rows()]
    await there.ann.select(shown.response, [key], custom_id="v1:pick:all:0")
    again = await there.ann.click(shown.response, label="Show again")
    assert "sending it to your DMs" in again.response.content
    await house.until_job("state = 'delivered' AND route = 'private'")
    assert there.posts() == []


@everywhere_outside
async def test_the_studio_orders_from_there(house, place):
    there = place(house)
    opened = await there.slash("studio")
    await there.ann.submit_modal(opened, {"prompt": PROMPT, "format": "6-768p"})
    await house.until_job("state = 'delivered' AND route = 'private'")
    assert there.posts() == []


@everywhere_outside
async def test_one_s_own_pages_answer_there_for_oneself_alone(house, place):
    there = place(house)
    for name in ("jobs", "settings", "help"):
        answer = await there.slash(name)
        assert answer.ephemeral
        assert answer.response.content


async def test_one_s_own_picture_is_animated_where_the_bot_is_no_member_and_nobody_else_s(house):
    there = in_a_server_without_the_bot(house)
    ben = there.room.guild.add_member(house.ben.user)
    theirs = await ben.send(there.room, "look", attachments=[("kite.png", photo())])
    refused = await there.ann.context_menu(there.room, "Animate this image", theirs)
    assert "You can't animate this picture" in refused.response.content

    mine = await there.ann.send(there.room, "mine", attachments=[("kite.png", photo())])
    opened = await there.ann.context_menu(there.room, "Animate this image", mine)
    await there.ann.submit_modal(opened, {"prompt": PROMPT, "format": "6-768p"})
    await house.until_job("state = 'delivered' AND route = 'private' AND first_frame IS NOT NULL")
    assert there.posts() == []


async def test_a_video_that_failed_to_arrive_elsewhere_is_never_posted_in_somebody_s_group(house):
    house.strict.direct_messages_take_files = False
    await house.ann.user.slash("video", prompt=PROMPT)
    job = await house.until_job("reason = 'undeliverable' AND told_at IS NOT NULL")
    assert job["route"] == "channel"
    there = in_a_private_group(house)
    house.strict.direct_messages_take_files = True
    shown = await there.slash("jobs")
    await there.ann.select(shown.response, [job["key"]], custom_id="v1:pick:all:0")
    await there.ann.click(shown.response, label="Show again")
    await house.until_job("state = 'delivered' AND route = 'private'")
    assert there.posts() == []


async def test_the_direct_messages_of_the_bot_are_a_place_like_any_other(build_house):
    house = await build_house(render_seconds=1.0)
    asked = await house.ann.user.slash("video", prompt=PROMPT)
    assert "I'll post the video here" in house.first_words(asked)["content"]
    await house.until(lambda: [m for m in house.direct() if "Rendering" in m.content], "a status")
    await house.until_job("state = 'delivered' AND route = 'channel'")
    assert len([message for message in house.direct() if message.attachments]) == 1


async def test_a_server_that_has_the_bot_sees_the_video_whoever_installed_it_besides(house):
    installed_both_ways(house)
    asked = await house.video()
    assert "I'll post the video here" in house.first_words(asked)["content"]
    await house.delivered()
    assert len(public(house.room)) == 1
    assert house.direct() == []


async def test_commands_are_for_members_where_the_portal_says_so_and_a_change_of_it_is_registered(house):
    def for_members():
        commands = registered_last(house)
        return {name for name, command in commands.items() if command["integration_types"] == [0, 1]}

    assert for_members() == ANYWHERE
    assert "integration_type=1" in install_address(house.env.bot)
    house.strict.members_install = False
    await house.restart()
    assert for_members() == set()
    assert install_address(house.env.bot) is None
    assert not any(2 in command["contexts"] for command in registered_last(house).values())
    house.strict.members_install = True
    await house.restart()
    assert for_members() == ANYWHERE


async def test_a_test_server_gets_commands_that_a_server_can_have(house):
    await house.restart(discord_test_guild=house.guild.id)
    sent = registered_last(house)
    assert {json.dumps(command["integration_types"]) for command in sent.values()} == {"[0]"}
