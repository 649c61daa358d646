"""Pictures in memory: none is read for an order that is refused anyway, and no more are in hand than fit."""

import asyncio
import weakref

import pytest

from cogs.discord.interactions import PictureGate, TooManyPictures
from db.money.caps import LevelCaps
from media.errors import PictureFault, PictureRefused
from tests.cogs.managers import admin, manager_of
from tests.cogs.photos import photo
from tests.support.house import PROMPT, was_accepted

FILLED = {"prompt": PROMPT, "format": "6-768p", "choices": ["enhance"]}


async def by_command(house):
    return (await house.video(image=("a.png", photo()))).response.content


async def by_command_against_a_rule(house):
    asked = await house.video(image=("a.png", photo()), duration=10, resolution="1080p")
    return asked.response.content


async def by_form(house):
    opened = await house.ann.slash(house.room, "studio")
    return (await house.ann.submit_modal(opened, FILLED | {"image": ("a.png", photo())})).response.content


async def by_menu(house):
    message = await house.ann.send(house.room, "look", attachments=[("kite.png", photo())])
    opened = await house.ann.context_menu(house.room, "Animate this image", message)
    return (await house.ann.submit_modal(opened, FILLED)).response.content


WAYS = (by_command, by_command_against_a_rule, by_form, by_menu)


async def limit_of_a_member(house):
    await house.env.bot.preferences.change_guild(house.guild.id, member_limits=LevelCaps(per_day=0))


async def pause(house):
    await admin(house, "pause", manager_of(house))


async def block(house):
    await admin(house, "block", manager_of(house), member=house.ann)


async def channel(house):
    await house.env.bot.preferences.change_guild(house.guild.id, denied_channels=frozenset({house.room.id}))


async def words(house):
    await house.env.bot.preferences.change_guild(house.guild.id, banned_words=("kite",))


REFUSALS = {
    limit_of_a_member: "used today",
    pause: "paused",
    block: "blocked you from making videos",
    channel: "Videos are off in this channel",
    words: "kite",
}


@pytest.mark.parametrize(("refusal", "said"), REFUSALS.items())
async def test_no_picture_is_read_for_an_order_that_is_refused_whatever_it_shows(house, refusal, said):
    await refusal(house)
    house.lose_files()
    for way in WAYS:
        answer = await way(house)
        assert "get the picture from Discord" not in answer, way
        assert said in answer, way
        assert house.nothing_was_spent(), way


async def test_who_has_a_sketch_in_hand_gets_no_second_picture_read(house):
    house.lose_files()
    with house.env.bot.sketch_turns.turn(house.ann.id):
        asked = await house.video(image=("a.png", photo()), camera="Push in", sketch=True)
    assert "isn't ready yet" in asked.response.content


async def test_a_look_at_the_limits_takes_nothing_of_them(build_house):
    house = await build_house(settings={"member_per_day": 2})
    for _ in range(2):
        await house.video(image=("a.png", photo()))
    assert len(house.rows()) == 2
    assert "used today's 2 videos" in (await house.video(image=("a.png", photo()))).response.content


async def test_where_others_pictures_take_all_places_one_is_told_so_in_time(house):
    house.env.bot.picture_gate = PictureGate(most_bytes=1000, wait_seconds=0)
    async with house.env.bot.picture_gate.room(house.ben.id, 1000):
        asked = await house.video(image=("a.png", photo()))
        assert "reading too many pictures" in asked.response.content
        assert house.nothing_was_spent()
        assert was_accepted((await house.video()).response.content)
    assert was_accepted((await house.video(image=("a.png", photo()))).response.content)


async def in_hand_at_most(gate, pictures):
    """Hand in (member, bytes); return the most bytes, pictures, and pictures of one member in hand at once."""
    held, most = [], (0, 0, 0)

    async def take(user_id, size):
        nonlocal most
        async with gate.room(user_id, size):
            held.append((user_id, size))
            of_members = [user for user, _ in held]
            now = (sum(size for _, size in held), len(held), max(map(of_members.count, of_members)))
            most = tuple(map(max, most, now))
            await asyncio.sleep(0)
            held.remove((user_id, size))

    await asyncio.gather(*(take(*picture) for picture in pictures))
    return most


async def test_bytes_and_pictures_at_once_are_bounded_and_of_each_member_there_is_one():
    large = [(member, 20_000_000) for member in range(110)]
    small = [(member, 40) for member in range(110)]
    assert await in_hand_at_most(PictureGate(), large) == (60_000_000, 3, 1)
    assert await in_hand_at_most(PictureGate(), small) == (320, 8, 1)
    assert await in_hand_at_most(PictureGate(), [(1, 40)] * 20) == (40, 1, 1)


async def test_a_member_with_many_pictures_does_not_stand_before_others():
    gate = PictureGate()
    async with gate.room(1, 40), asyncio.timeout(1), gate.room(2, 40):
        waiting = [asyncio.create_task(in_hand_at_most(gate, [(1, 40)] * 50))]
        await asyncio.sleep(0)
        async with gate.room(3, 40):
            pass
    await asyncio.gather(*waiting)


class Held:
    """Something that can be seen to go."""


async def test_an_error_that_is_being_told_holds_no_picture():
    """Its traceback does: a hundred refusals on their way to Discord held two gigabytes."""
    gate, seen = PictureGate(), []

    async def check(data):
        try:
            return {}["x"], data
        except KeyError as fault:
            raise PictureRefused(PictureFault.NOT_A_PICTURE) from fault

    async def read():
        data = Held()
        seen.append(weakref.ref(data))
        await check(data)

    with pytest.raises(PictureRefused) as told:
        async with gate.room(1, 5):
            await read()
    assert told.value.reason is PictureFault.NOT_A_PICTURE
    assert seen[0]() is None


async def test_who_waits_too_long_is_refused_and_leaves_the_gate_as_it_was():
    gate = PictureGate(most_bytes=100, wait_seconds=0.01)
    async with gate.room(1, 100):
        for member in (1, 2):
            with pytest.raises(TooManyPictures):
                async with gate.room(member, 1):
                    pass
    async with gate.room(2, 100):
        pass
