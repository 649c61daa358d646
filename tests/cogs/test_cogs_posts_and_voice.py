"""Posts of forums and the text of voice channels are places like any other, until a post is closed."""

import pytest

from tests.support.house import public

FORUM, VOICE = "post of a forum", "text of a voice channel"


def place_of(house, kind):
    """Return a place to order in."""
    if kind == VOICE:
        return house.guild.create_voice_channel("on air")
    return house.thread(house.guild.create_forum_channel("showcase"))


def closed(house, post, *, locked):
    """Close a post, as time or a moderator does."""
    thread = house.env.backend.channels[post.id].thread_metadata
    thread.archived, thread.locked = True, locked


def watched(house, room):
    """Return a list that grows with every message that the bot tries to post in a channel from now on."""
    tries = []

    def note(method, path):
        if (method, path) == ("POST", f"/channels/{room.id}/messages"):
            tries.append(path)

    house.strict.on_request = note
    return tries


@pytest.mark.parametrize("kind", [FORUM, VOICE])
async def test_a_video_is_acknowledged_shown_on_its_way_and_posted_there(build_house, kind):
    house = await build_house(render_seconds=1.0)
    room = place_of(house, kind)
    asked = await house.video(room=room)
    assert asked.ephemeral
    assert "I'll post the video here" in house.first_words(asked)["content"]
    await house.until(lambda: ["Rendering" in m.content for m in public(room)] == [True], "a status")
    (result,) = await house.delivered(room=room)
    assert house.pings(result) == [house.ann.id]
    assert [row["route"] for row in house.rows()] == ["channel"]
    assert public(house.room) == []


@pytest.mark.parametrize("kind", [FORUM, VOICE])
async def test_what_stands_under_it_works_there_after_a_restart(house, kind):
    room = place_of(house, kind)
    await house.video(room=room)
    (result,) = await house.delivered(room=room)
    await house.restart()
    await house.ann.click(result, label="Re-roll · $0.29")
    assert len(await house.delivered(room=room, count=2)) == 2


async def test_whoever_may_not_write_in_posts_is_told_before_anything_is_spent(house):
    forum = house.guild.create_forum_channel("showcase")
    post = house.thread(forum)
    channel = house.env.bot.get_channel(forum.id)
    await channel.set_permissions(channel.guild.me, send_messages_in_threads=False)
    asked = await house.video(room=post)
    assert "I need Send Messages in Threads" in asked.response.content
    assert house.nothing_was_spent()


async def test_a_post_that_was_archived_meanwhile_opens_for_the_video(build_house):
    house = await build_house(render_seconds=1.0)
    post = place_of(house, FORUM)
    await house.video(room=post)
    await house.until(lambda: public(post), "a status")
    closed(house, post, locked=False)
    await house.delivered(room=post)


async def test_a_post_that_was_locked_meanwhile_gets_one_call_and_the_video_goes_to_its_requester(
    build_house,
):
    house = await build_house(render_seconds=1.0)
    post = place_of(house, FORUM)
    await house.video(room=post)
    await house.until(lambda: public(post), "a status")
    closed(house, post, locked=True)
    tries = watched(house, post)
    await house.until_job("state = 'delivered' AND route = 'fallback'")
    (message,) = house.direct()
    assert f"I couldn't post it in <#{post.id}>" in message.content
    assert message.attachments
    assert len(tries) == 1


async def test_where_direct_messages_are_closed_too_the_video_is_kept_and_shown_once_the_post_is_open(
    build_house,
):
    house = await build_house(render_seconds=1.0)
    house.strict.direct_messages_take_files = False
    post = place_of(house, FORUM)
    asked = await house.video(room=post)
    await house.until(lambda: public(post), "a status")
    closed(house, post, locked=True)
    tries = watched(house, post)
    job = await house.until_job("reason = 'undeliverable' AND told_at IS NOT NULL")
    assert "I couldn't post it in its channel" in asked.response.content
    assert len(tries) == 1

    closed(house, post, locked=False)
    shown = await house.job_page(job["key"], room=post)
    await house.ann.click(shown.response, label="Show again")
    await house.until_job("state = 'delivered' AND route = 'channel'")
    assert [message for message in public(post) if message.attachments]
