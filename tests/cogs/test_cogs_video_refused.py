"""`/video` when it cannot be: each refusal names rule and value, stays private, and nothing is spent."""

import re

import discord
import pytest

from cogs.text.catalogue import MENTIONS
from tests.cogs.photos import photo
from tests.support.house import public
from tests.support.rows import each_row


async def refused(house, **options):
    """Ask, make sure that nothing was spent, and return the answer."""
    asked = await house.video(**options)
    assert asked.ephemeral
    assert [part["label"] for row in asked.response.components for part in row["components"]] == ["Change"]
    assert house.nothing_was_spent()
    assert public(house.room) == []
    return asked.response.content


@each_row(
    "options, words",
    [
        pytest.param({"prompt": "   "}, ["prompt is empty"], id="blanks"),
        pytest.param({"prompt": "\u200b\u2060\u200d"}, ["prompt is empty"], id="nothing to be seen"),
        pytest.param(
            {"prompt": "x" * 1999, "camera": "Push in"},
            ["too long", "2003", "2000", "Remove 3"],
            id="too long",
        ),
        pytest.param({"camera": "Push in, spin"}, ["spin", "Truck left", "Static shot"], id="unknown move"),
        pytest.param(
            {"camera": "Push in, Shake, Pan left, Tilt up"}, ["4 camera moves", "up to 3"], id="four moves"
        ),
    ],
)
async def test_an_order_against_a_rule_is_refused_with_rule_and_value(house, options, words):
    said = await refused(house, **options)
    assert [word for word in words if word not in said] == []


@each_row(
    "name, data, words",
    [
        pytest.param("a.png", photo(format="ICO"), ["an ICO file", "Save it as a JPEG or PNG"], id="ICO"),
        pytest.param("a.png", b"not a picture at all " * 50, ["isn't a picture", "JPEG"], id="text"),
        pytest.param("a.png", photo()[:400], ["only", "% of it is there"], id="cut off"),
        pytest.param("a.png", photo()[:40], ["damaged"], id="nothing but a head"),
        pytest.param("a.png", bytes(60_000_000), ["60.0 MB", "the limit is 60 MB"], id="60 MB"),
    ],
)
async def test_a_picture_against_a_rule_is_refused_with_rule_and_value(house, name, data, words):
    said = await refused(house, image=(name, data))
    assert "can't use this picture as the first frame" in said
    assert [word for word in words if word not in said] == []


async def test_a_picture_that_discord_does_not_hand_over_is_asked_for_again(house):
    house.lose_files()
    said = await refused(house, image=("a.png", photo()))
    assert "Attach it again" in said


async def test_a_picture_that_is_too_big_is_not_even_fetched(house):
    house.lose_files()
    said = await refused(house, image=("a.png", bytes(60_400_000)))
    assert "60.4 MB" in said


@pytest.mark.parametrize(
    ("permission", "name"), [("attach_files", "Attach Files"), ("send_messages", "Send Messages")]
)
async def test_without_the_right_to_post_nothing_is_spent(house, permission, name):
    closed = house.closed_room(**{permission: False})
    asked = await house.video(room=closed)
    assert asked.ephemeral
    assert name in asked.response.content
    assert house.nothing_was_spent()


async def test_in_a_thread_the_right_to_post_in_threads_counts(house):
    parent = house.closed_room(send_messages_in_threads=False)
    asked = await house.video(room=house.thread(parent))
    assert "Send Messages in Threads" in asked.response.content
    assert house.nothing_was_spent()

    quiet = house.closed_room(send_messages=False)
    await house.video(room=house.thread(quiet))
    assert len(house.rows()) == 1


async def test_whoever_has_enough_under_way_is_told_the_limit(build_house):
    house = await build_house(settings={"member_active": 2}, render_seconds=60)
    await house.video()
    await house.video()
    asked = await house.video()
    assert "2 videos running" in asked.response.content
    assert re.search(r"The next one should be done <t:\d+:R>", asked.response.content)
    assert MENTIONS("jobs") in asked.response.content
    assert len(house.rows()) == 2
    await house.video(house.ben)  # another member is not held up
    assert len(house.rows()) == 3


@pytest.mark.parametrize(
    ("setting", "words"),
    [
        ("member_per_day", "used today's 1 video"),
        ("bot_per_day", "Everyone together has used today's 1 video"),
    ],
)
async def test_whoever_meets_a_daily_limit_is_told_when_it_ends(build_house, setting, words):
    house = await build_house(settings={setting: 1})
    await house.video()
    await house.delivered()
    asked = await house.video()
    assert words in asked.response.content
    assert "<t:" in asked.response.content
    assert len(house.rows()) == 1


async def test_a_picture_of_a_refused_order_is_not_kept(build_house):
    house = await build_house(settings={"bot_per_day": 1}, render_seconds=60)
    await house.video()
    await house.video(image=("a.png", photo()))
    assert list((house.settings.data_dir / "frames").iterdir()) == []


async def test_a_sentence_of_refusal_pings_nobody(house):
    asked = await house.video(camera="@everyone **x** <@&1>")
    stored = house.env.backend.get_message(house.room.id, asked.response.id)
    assert (stored.ping_user_ids, stored.ping_role_ids, stored.mention_everyone) == ([], [], False)
    assert "**x**" not in asked.response.content
    assert isinstance(asked.response.flags, discord.MessageFlags)
