"""Private replies that are still open: for how long, and not before the acknowledgement was said."""

import asyncio
from types import SimpleNamespace

import pytest

from cogs.discord.interactions import MOST_REPLIES, OPEN_SECONDS, OpenReplies


class Seconds:
    """A clock that only the test moves."""

    now = 0.0

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Seconds()


@pytest.fixture
def replies(clock):
    return OpenReplies(clock=clock)


def command(number):
    return SimpleNamespace(id=number)


async def acknowledged(replies, number):
    reply = command(number)
    with replies.acknowledging(reply):
        pass
    return reply


async def test_a_reply_is_found_until_discord_closes_it(replies, clock):
    reply = await acknowledged(replies, 1)
    clock.now = OPEN_SECONDS - 1
    assert await replies.find(1) is reply
    clock.now = OPEN_SECONDS
    assert await replies.find(1) is None
    assert await replies.find(1) is None


async def test_nobody_writes_into_a_reply_before_its_acknowledgement_is_said(replies):
    reply = command(1)
    with replies.acknowledging(reply):
        looking = asyncio.create_task(replies.find(1))
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        assert not looking.done()
    assert await looking is reply


async def test_a_command_that_was_refused_leaves_no_reply(replies):
    with pytest.raises(LookupError), replies.acknowledging(command(1)):
        raise LookupError
    assert await replies.find(1) is None


async def test_only_the_newest_replies_are_kept(replies):
    for number in range(MOST_REPLIES + 1):
        await acknowledged(replies, number)
    assert await replies.find(0) is None
    assert await replies.find(1) is not None
