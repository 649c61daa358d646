"""A private video: its channel learns nothing of it, neither on the way nor when it ends badly."""

import dataclasses

from db.jobs.admission import Requester
from db.jobs.job import Owner
from hailuo.request import VideoRequest
from jobs.orders.order import NewOrder, Order
from sandbox.faults import Fault
from tests.support.house import NOBODY_TOLD, PROMPT, public


async def ordered(house, **changes):
    """Order a private video for Ann in the channel, past the command."""
    requester = Requester(
        owner=Owner(guild_id=house.guild.id, user_id=house.ann.id),
        channel_id=house.room.id,
        interaction_id=1,
        upload_limit=10 * 1024 * 1024,
        private=True,
    )
    order = Order(request=VideoRequest(prompt=PROMPT), text=PROMPT)
    return await house.env.bot.jobs.submit(
        NewOrder(requester=dataclasses.replace(requester, **changes), order=order)
    )


def posted_in(house):
    """Return how often the bot posted into the channel, deleted messages included."""
    path = f"/channels/{house.room.id}/messages"
    return [call for call in house.env.http_requests if (call.method, call.path) == ("POST", path)]


async def test_a_private_video_arrives_by_direct_message_and_the_channel_stays_silent(build_house):
    house = await build_house(render_seconds=0.5)
    await ordered(house)
    await house.until_job("state = 'delivered'")

    (message,) = house.direct()
    assert PROMPT in message.content
    assert len(message.attachments) == 1
    assert posted_in(house) == []


async def test_a_private_video_that_fails_is_told_to_its_requester_alone(house):
    house.sandbox.faults.add(Fault.parse("fails_provider"))
    await ordered(house)
    await house.until_job("told_at IS NOT NULL")

    (message,) = house.direct()
    assert "couldn't make your video" in message.content
    assert PROMPT in message.content
    assert posted_in(house) == []


async def test_a_private_ending_waits_while_discord_is_out_of_order(house):
    house.sandbox.faults.add(Fault.parse("fails_provider"))
    house.env.inject_error("POST", "/users/@me/channels", status=401, times=None)
    await ordered(house)
    await house.until_job("troubles > 0 AND state = 'failed'")

    assert house.rows()[0]["told_at"] is None
    assert (posted_in(house), house.direct()) == ([], [])


async def test_with_direct_messages_closed_nobody_is_told_in_the_channel_either(house):
    house.env.inject_error("POST", "/users/@me/channels", status=403, code=50007, times=None)
    house.sandbox.faults.add(Fault.parse("fails_provider"))
    await ordered(house)
    await house.until_job(NOBODY_TOLD)

    assert (posted_in(house), public(house.room)) == ([], [])
