"""A direct message when a video was posted: for whoever turned that on, once, with the way to the video."""

from sandbox.faults import Fault
from tests.support.house import public


async def turn_on(house, actor):
    """Press the button of `/settings`."""
    shown = await actor.slash(house.room, "settings")
    await actor.click(shown.response, label="DM me when my video is posted: off")


def sent_to_dms(house, actor):
    """Return every try to send a direct message to `actor`."""
    path = f"/channels/{house.env.backend.dm_channels.get(actor.id)}/messages"
    return [call for call in house.env.http_requests if (call.method, call.path) == ("POST", path)]


async def test_it_leads_to_the_video_and_comes_once_to_its_requester_alone(house):
    await turn_on(house, house.ann)
    await house.video()
    await house.video(house.ben)
    await house.delivered(count=2)
    await house.until_job("told_at IS NOT NULL AND notice = 0")

    (row,) = house.rows(f"user_id = {house.ann.id}")
    (message,) = house.direct()
    place = f"https://discord.com/channels/{house.guild.id}/{house.room.id}/{row['message_id']}"
    assert message.content == f"Your video is ready: {place}"
    assert row["message_id"] in [result.id for result in public(house.room)]
    assert [call.json["nonce"] for call in sent_to_dms(house, house.ann)] == [f"{row['key']}-n"]
    assert house.direct(house.ben) == []


async def test_a_restart_before_it_forgets_nobody(build_house):
    house = await build_house(render_seconds=1.5)
    await turn_on(house, house.ann)
    await house.video()
    await house.until_job("state = 'rendering'")
    await house.restart()
    await house.until_job("state = 'delivered' AND notice = 0 AND told_at IS NOT NULL")
    await house.restart()
    assert len(house.direct()) == 1


async def test_it_speaks_the_language_of_the_order(house):
    await turn_on(house, house.ann)
    await house.slash_in("zh-CN", "video", prompt="a kite")
    await house.until_job("notice = 0 AND told_at IS NOT NULL")
    (message,) = house.direct()
    assert message.content.startswith("你的视频好了：https://discord.com/channels/")


async def test_closed_direct_messages_are_tried_once_and_the_video_is_posted_all_the_same(house):
    house.env.inject_error("POST", "/users/@me/channels", status=403, code=50278, times=None)
    await turn_on(house, house.ann)
    await house.video()
    await house.delivered()
    await house.until_job("state = 'delivered' AND notice = 0 AND told_at IS NULL")
    asked = [call for call in house.env.http_requests if call.path == "/users/@me/channels"]
    assert len(asked) == 1


async def test_a_private_video_comes_without_a_notice(house):
    await turn_on(house, house.ann)
    await house.video(private=True)
    await house.until_job("state = 'delivered'")
    await house.env.settle()
    (message,) = house.direct()
    assert message.attachments
    assert house.rows()[0]["notice"] == 0


async def test_a_failure_is_told_as_ever(house):
    await turn_on(house, house.ann)
    house.sandbox.faults.add(Fault.parse("fails_provider"))
    await house.video()
    await house.until_job("told_at IS NOT NULL")
    assert house.direct() == []
