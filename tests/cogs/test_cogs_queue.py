"""`/queue`: what a server has under way, without anybody's words. `/help`: how to begin."""

import pytest

from cogs.text.catalogue import LANGUAGES, MENTIONS
from hailuo.camera import CameraMove

LONGEST = ", ".join(
    [CameraMove.PEDESTAL_DOWN.english, CameraMove.TRACKING.english, CameraMove.STATIC.english]
)


@pytest.fixture
async def house(build_house):
    """Return a house whose provider takes two jobs at a time."""
    return await build_house(settings={"max_running_jobs": 2}, render_seconds=60)


async def test_an_idle_server_is_said_to_be_idle(house):
    shown = await house.ann.slash(house.room, "queue")
    assert shown.ephemeral
    assert "Nothing is rendering or waiting" in shown.response.content


async def test_running_and_waiting_videos_are_listed_with_places_and_times_but_without_prompts(house):
    for actor in (house.ann, house.ben, house.ann):
        await house.video(actor, prompt="my secret")
    await house.until(lambda: len(house.rows("state = 'rendering'")) == 2, "two renderings")
    shown = await house.ben.slash(house.room, "queue")

    said = shown.response.content
    assert "secret" not in said
    running, waiting = said.split("**Waiting**")
    assert f"<@{house.ann.id}>" in running
    assert f"<@{house.ben.id}>" in running
    assert "number 1 · " in waiting
    assert f"<@{house.ann.id}>" in waiting
    assert said.count("<t:") == 3
    stored = house.env.backend.get_message(house.room.id, shown.response.id)
    assert stored.ping_user_ids == []


async def test_another_server_s_videos_are_not_shown(house):
    await house.video()
    elsewhere = house.another_server()
    shown = await house.ann_in(elsewhere).slash(elsewhere, "queue")
    assert "Nothing is rendering or waiting" in shown.response.content


async def test_nobody_sees_in_direct_messages_what_others_have_under_way(house):
    await house.ben.user.slash("video", prompt="my secret")
    await house.until_job("state = 'rendering'")
    assert "queue" not in house.ann.user.available_commands()


async def test_a_long_queue_fits_into_one_message_and_says_how_many_more_there_are(build_house):
    house = await build_house(
        settings={"max_running_jobs": 12, "member_active": 100},
        render_seconds=60,
        fast_requires_image=False,
    )
    for _ in range(26):
        await house.video(camera=LONGEST)
    await house.until(lambda: len(house.rows("state = 'rendering'")) == 12, "twelve renderings")
    shown = await house.ben.slash(house.room, "queue")
    said = shown.response.content
    assert said.count(f"<@{house.ann.id}>") == 20
    assert said.count("and more") == 2


async def test_help_tells_how_to_begin(house):
    shown = await house.ann.slash(house.room, "help")
    assert shown.ephemeral
    assert shown.response.content == LANGUAGES.english("help")
    assert all(MENTIONS(name) in shown.response.content for name in ("video", "jobs", "queue"))
    assert MENTIONS("video").startswith("</video:")


async def test_the_moves_that_the_help_names_exist(house):
    for camera in ("Push in", "Truck left, Pedestal up"):
        assert camera in LANGUAGES.english("help")
        await house.video(camera=camera)
    assert len(house.rows()) == 2
