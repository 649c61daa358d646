"""Whatever is ordered by a press says what it counts, and can be taken back; a command that was typed can be cancelled."""

import asyncio
import re

import pytest

from cogs.discord.context import LOOK_SECONDS, in_time_for_a_form
from cogs.text.catalogue import Refused
from tests.cogs.photos import photo
from tests.support.house import PROMPT, was_accepted

FILLED = {"prompt": "a blue kite", "format": "6-768p", "choices": ["enhance"]}
SETTINGS = {"member_per_day": 10, "undo_seconds": 7}


@pytest.fixture
async def house(build_house):
    """Return a house in which ten videos a day can be ordered, and seven seconds be undone."""
    return await build_house(settings=SETTINGS)


async def by_remix(house):
    await house.video()
    (result,) = await house.delivered()
    return await house.ann.submit_modal(await house.ann.click(result, label="Remix"), FILLED)


async def by_the_menu_of_a_picture(house):
    message = await house.ann.send(house.room, "look", attachments=[("kite.png", photo())])
    opened = await house.ann.context_menu(house.room, "Animate this image", message)
    return await house.ann.submit_modal(opened, FILLED)


async def by_a_way_out_of_a_refusal(house):
    asked = await house.video(resolution="1080p", duration=10)
    return await house.ann.click(asked.response, label="6 s at 1080p")


async def by_the_form_of_a_refusal(house):
    asked = await house.video(model="MiniMax-Hailuo-2.3-Fast")
    opened = await house.ann.click(asked.response, label="Attach one")
    return await house.ann.submit_modal(opened, FILLED | {"image": ("kite.png", photo())})


async def by_a_sketch(house):
    asked = await house.video(camera="Push in", sketch=True)
    return await house.ann.click(asked.response, label="Make it")


PRESSES = [
    by_remix,
    by_the_menu_of_a_picture,
    by_a_way_out_of_a_refusal,
    by_the_form_of_a_refusal,
    by_a_sketch,
]


@pytest.mark.parametrize("press", PRESSES, ids=lambda press: press.__name__)
async def test_a_press_that_costs_something_says_so_and_is_undone_before_anything_is_ordered(house, press):
    done = await press(house)
    before, job = house.posts, house.rows()[-1]
    words = house.first_words(done)
    left = 10 - len(house.rows())
    assert re.search(rf"About \$0\.\d\d\. {left} left today", words["content"])
    assert "within 7 seconds" in words["content"]
    assert words["attachments"] == []
    assert job["next_at"] - job["created_at"] == 7000
    (button,) = words["components"][0]["components"]
    assert (button["label"], button["custom_id"]) == ("Undo", f"v1:cancel:{job['key']}")
    await house.ann.click(done.followups[0] if done.followups else done.response, label="Undo")
    assert house.rows()[-1]["state"] == "cancelled"
    assert house.posts == before


async def by_video(house):
    return await house.video()


async def by_studio(house):
    return await house.ann.submit_modal(await house.ann.slash(house.room, "studio"), FILLED)


@pytest.mark.parametrize("command", [by_video, by_studio], ids=lambda command: command.__name__)
async def test_a_command_that_was_typed_starts_at_once_and_offers_cancel(house, command):
    done = await command(house)
    words = house.first_words(done)
    assert was_accepted(words["content"])
    assert "**Undo**" not in words["content"]
    assert [button["label"] for button in words["components"][0]["components"]] == ["Cancel"]
    await house.delivered()


@pytest.mark.parametrize("label", ["Remix", "Continue"])
@pytest.mark.parametrize("restarts", [False, True])
async def test_what_its_author_keeps_opens_no_form(house, label, restarts):
    await house.video()
    (result,) = await house.delivered()
    await house.env.bot.preferences.change(house.ann.id, reusable=False)
    if restarts:
        await house.restart()
    pressed = await house.ben.click(result, label=label)
    assert pressed.modal is None
    assert pressed.ephemeral
    assert "The author doesn't share this one" in pressed.response.content
    assert (await house.ann.click(result, label=label)).modal is not None


async def test_a_look_that_takes_too_long_for_a_form_ends_in_words():
    with pytest.raises(Refused) as refused:
        async with in_time_for_a_form(seconds=0.01):
            await asyncio.Event().wait()
    assert refused.value.phrase.key == "form-not-now"
    assert LOOK_SECONDS < 3


async def test_the_prompt_of_a_clip_is_shown_where_its_author_shares(house):
    await house.video()
    (result,) = await house.delivered()
    opened = await house.ben.click(result, label="Continue")
    assert opened.modal["components"][0]["component"]["value"] == PROMPT
