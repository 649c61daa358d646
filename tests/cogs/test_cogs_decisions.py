"""The buttons under an order that may have been charged."""

import discord
import pytest

from sandbox.faults import Fault
from tests.support.house import answer_to, public


@pytest.fixture
async def unclear(house):
    """Return the house and the message in the channel that asks for a decision."""
    house.sandbox.faults.add(Fault.parse("cut_after_accepting"))
    await house.video()
    (message,) = await house.until(
        lambda: [seen for seen in public(house.room) if "lost the connection" in seen.content], "an ending"
    )
    return house, message


def moderator_of(house):
    role = house.guild.create_role("Moderators", permissions=discord.Permissions(manage_messages=True))
    return house.guild.add_member(house.env.create_user("mod"), roles=[role])


async def test_a_member_may_not_decide_not_even_the_requester(unclear):
    house, message = unclear
    for actor in (house.ann, house.ben):
        for label in ("Submit again", "Give up"):
            pressed = await actor.click(message, label=label)
            assert "You need Manage Messages for this" in answer_to(pressed).content
    assert (house.posts, house.rows()[0]["state"]) == (1, "unknown")


async def test_a_moderator_sends_it_again_after_a_restart_and_the_video_arrives(unclear):
    house, message = unclear
    await house.restart()
    await moderator_of(house).click(message, label="Submit again")
    await house.until_job("state = 'delivered'")
    assert house.posts == 2


async def test_a_moderator_gives_up_and_says_so_in_the_channel(unclear):
    house, message = unclear
    await moderator_of(house).click(message, label="Give up")
    (row,) = house.rows()
    assert (row["state"], row["charged"], house.posts) == ("failed", None, 1)
    (seen,) = public(house.room)
    assert "gave up" in seen.content
    assert seen.components == []


async def test_a_second_decision_is_refused(unclear):
    house, message = unclear
    judge = moderator_of(house)
    await judge.click(message, label="Give up")
    pressed = await house.forge(
        judge, message, component_type=2, custom_id=f"v1:resubmit:{house.rows()[0]['key']}"
    )
    assert "already decided" in answer_to(pressed).content
    assert house.posts == 1
