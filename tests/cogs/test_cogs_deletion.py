"""*Delete* and the menus of messages: who may, what goes, and what others see."""

import discord
import pytest

from tests.support.house import PROMPT, public


def said(pressed):
    """Return the private answer to a press."""
    answer = pressed.followups[0] if pressed.followups else pressed.response
    assert answer.ephemeral
    return answer


@pytest.fixture
async def shown(house):
    """Return a house with one delivered video of Ann's, and its message."""
    await house.video()
    (result,) = await house.delivered()
    await house.until_job("state = 'delivered' AND status_message_id IS NULL")
    return house, result


def moderator_of(house):
    role = house.guild.create_role("Moderators", permissions=discord.Permissions(manage_messages=True))
    return house.guild.add_member(house.env.create_user("mod"), roles=[role])


def files_of(house):
    return [
        path.name for folder in ("videos", "frames") for path in (house.settings.data_dir / folder).glob("*")
    ]


def nothing_is_left_of(house):
    (row,) = house.rows()
    return row["erased_at"] is not None and PROMPT not in row["request_json"] and not files_of(house)


async def test_the_owner_is_asked_first_and_then_message_files_and_words_are_gone(shown):
    house, result = shown
    asked = await house.ann.click(result, label="Delete")
    assert "permanently?" in said(asked).content
    assert PROMPT in said(asked).content
    assert files_of(house)
    assert public(house.room) == [result]

    await house.ann.click(said(asked), label="Delete permanently")
    assert "Deleted" in said(asked).content
    assert said(asked).components == []
    assert public(house.room) == []
    assert nothing_is_left_of(house)


async def test_both_presses_work_after_a_restart(shown):
    house, result = shown
    await house.restart()
    asked = await house.ann.click(result, label="Delete")
    await house.restart()
    await house.ann.click(said(asked), label="Delete permanently")
    assert public(house.room) == []
    assert nothing_is_left_of(house)


async def test_a_moderator_deletes_what_somebody_else_made(shown):
    house, result = shown
    judge = moderator_of(house)
    asked = await judge.click(result, label="Delete")
    await judge.click(said(asked), label="Delete permanently")
    assert public(house.room) == []
    assert nothing_is_left_of(house)


async def test_in_direct_messages_the_owner_deletes_a_private_video(shown):
    house, result = shown
    await house.env.bot.preferences.change(house.ann.id, private=True)
    await house.ann.click(result, label="Re-roll · $0.29")
    row = await house.until_job("route = 'private' AND state = 'delivered'")
    (private,) = house.direct()
    asked = await house.ann.user.click(private, label="Delete")
    await house.ann.user.click(said(asked), label="Delete permanently")
    assert house.direct() == []
    assert [kept for kept in files_of(house) if row["key"] in kept] == []
    assert [kept["erased_at"] is None for kept in house.rows()] == [True, False]
    assert public(house.room) == [result]


async def test_a_message_that_is_gone_already_is_as_good(shown):
    house, result = shown
    asked = await house.ann.click(result, label="Delete")
    await moderator_of(house).delete(result)
    await house.ann.click(said(asked), label="Delete permanently")
    assert "Deleted" in said(asked).content
    assert nothing_is_left_of(house)


async def test_a_message_that_discord_keeps_can_be_tried_again(shown):
    house, result = shown
    asked = await house.ann.click(result, label="Delete")
    path = f"/channels/{house.room.id}/messages/{result.id}"
    house.env.inject_error("DELETE", path, status=403, code=50013)
    await house.ann.click(said(asked), label="Delete permanently")
    assert "didn't let me delete the message" in said(asked).content
    assert nothing_is_left_of(house)

    again = await house.ann.click(result, label="Delete")
    await house.ann.click(said(again), label="Delete permanently")
    assert "Deleted" in said(again).content
    assert public(house.room) == []


async def test_a_page_that_says_404_does_not_make_a_message_gone(shown):
    house, result = shown
    asked = await house.ann.click(result, label="Delete")
    path = f"/channels/{house.room.id}/messages/{result.id}"
    house.env.inject_error("DELETE", path, status=404, code=0)
    await house.ann.click(said(asked), label="Delete permanently")
    assert "didn't let me delete the message" in said(asked).content
    assert public(house.room) == [result]


async def test_what_is_deleted_says_so_to_every_other_button(shown):
    house, result = shown
    asked = await house.ann.click(result, label="Delete")
    house.env.inject_error(
        "DELETE", f"/channels/{house.room.id}/messages/{result.id}", status=403, code=50013
    )
    await house.ann.click(said(asked), label="Delete permanently")
    for label in ("Re-roll · $0.29", "Redo in 1080p · $0.43", "Continue", "Details"):
        pressed = await house.ben.click(result, label=label)
        assert "was deleted" in said(pressed).content
    assert len(house.rows()) == 1


async def test_what_is_under_way_cannot_be_deleted_yet(build_house):
    house = await build_house(render_seconds=60)
    asked = await house.video()
    await house.until_job("state = 'rendering'")
    forged = {"component_type": 2, "custom_id": f"v1:erase:{house.rows()[0]['key']}"}
    assert "isn't finished" in said(await house.forge(house.ann, asked.response, **forged)).content
    assert house.rows()[0]["erased_at"] is None


async def test_the_menu_of_a_result_tells_everybody_what_it_is(shown):
    house, result = shown
    pressed = await house.ben.context_menu(house.room, "Video details", result)
    assert PROMPT in said(pressed).content
    assert f"<@{house.ann.id}>" in said(pressed).content


async def test_the_menu_deletes_for_its_owner_and_for_a_moderator_only(shown):
    house, result = shown
    pressed = await house.ben.context_menu(house.room, "Delete my video", result)
    assert "That isn't your video" in said(pressed).content
    for actor in (moderator_of(house), house.ann):
        asked = await actor.context_menu(house.room, "Delete my video", result)
        assert "permanently?" in said(asked).content
    await house.ann.click(said(asked), label="Delete permanently")
    assert public(house.room) == []
    assert nothing_is_left_of(house)


async def test_a_message_that_is_no_video_of_ours_is_said_to_be_none(house):
    message = await house.ann.send(house.room, "look at my holidays")
    assert (
        "That isn't one of my videos"
        in said(await house.ann.context_menu(house.room, "Video details", message)).content
    )
    assert (
        "That isn't your video"
        in said(await house.ann.context_menu(house.room, "Delete my video", message)).content
    )
