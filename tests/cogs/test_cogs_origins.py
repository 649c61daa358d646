"""*Details* lead from a video to the one that it came from, where the requester may see that."""

import pytest


@pytest.fixture
async def shown(house):
    """Return a house with a delivered video of Ann's, and its message."""
    await house.video()
    (result,) = await house.delivered()
    return house, result


async def rerolled(house, result, actor, *, count=2):
    """Let somebody re-roll a result; return the new message."""
    await actor.click(result, label="Re-roll · $0.29")
    *_, second = await house.delivered(count=count)
    return second


async def details(actor, message):
    pressed = await actor.click(message, label="Details")
    (answer,) = pressed.followups or [pressed.response]
    return answer.content


async def test_a_take_leads_to_the_video_that_it_came_from(shown):
    house, result = shown
    second = await rerolled(house, result, house.ben)
    await house.restart()
    said = await details(house.ann, second)
    assert f"Re-roll of another video: {result.jump_url}" in said
    assert f"<@{house.ben.id}>" in said


async def test_in_chinese_it_does_too(shown):
    house, result = shown
    second = await rerolled(house, result, house.ben)
    with house.speaking("zh-CN"):
        said = await details(house.ann, second)
    assert f"由另一个视频重新生成：{result.jump_url}" in said


async def test_what_came_from_nothing_says_nothing_of_it(shown):
    house, result = shown
    assert "another video" not in await details(house.ben, result)


async def test_where_the_other_one_was_deleted_that_is_said(shown):
    house, result = shown
    second = await rerolled(house, result, house.ben)
    asked = await house.ann.click(result, label="Delete")
    await house.ann.click(
        asked.followups[0] if asked.followups else asked.response, label="Delete permanently"
    )
    said = await details(house.ben, second)
    assert "Re-roll of another video, which was deleted" in said
    assert result.jump_url not in said


async def test_one_without_a_message_in_a_channel_is_named_by_its_key(shown):
    house, result = shown
    await house.env.bot.preferences.change(house.ann.id, private=True)
    await house.ann.click(result, label="Re-roll · $0.29")
    await house.until_job("route = 'private' AND state = 'delivered'")
    await house.env.bot.preferences.change(house.ann.id, private=False)
    (first,) = house.direct()
    assert f"Re-roll of another video: {result.jump_url}" in await details(house.ann.user, first)
    await house.ann.user.click(first, label="Re-roll · $0.29")
    await house.until_job("id = 3 AND state = 'delivered'")
    *_, second = house.direct()
    assert f"Re-roll of another video: `{house.rows()[1]['key']}`" in await details(house.ann.user, second)
