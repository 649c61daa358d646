"""Forms that are sent off by another process than opened them, or cannot be used: what was typed is not lost."""

import asyncio
import re

import pytest

from cogs.discord.interactions import finish_interactions
from cogs.video.form import FormState
from cogs.video.placing import OrderForm
from hailuo.request import Enhance, VideoOptions
from tests.cogs.photos import photo
from tests.support.house import PROMPT, was_accepted
from tests.support.rows import each_row

FILLED = {"prompt": "a blue kite", "format": "6-768p", "choices": ["enhance"]}
WROTE = "Here's what you wrote:"
KEY = "0123456789abcdef"


async def sent_after_a_restart(house, opened, actor=None, **filled):
    """Restart the bot while a form is open, then send it off."""
    await house.restart()
    return await (actor or house.ann).submit_modal(opened, FILLED | filled)


def rename(opened, change):
    """Send a form off by another id than it was opened by, as a modified client could."""
    form = opened._interaction.modal
    form["custom_id"] = change(form["custom_id"])


async def animate(house):
    message = await house.ann.send(house.room, "look", attachments=[("kite.png", photo())])
    return await house.ann.context_menu(house.room, "Animate this image", message)


async def sketched(house):
    asked = await house.video(prompt=PROMPT, camera="Push in", sketch=True, image=("kite.png", photo()))
    return asked.response


async def test_a_form_that_is_open_across_a_restart_orders_what_was_filled_in(house):
    opened = await house.ann.slash(house.room, "studio")
    done = await sent_after_a_restart(
        house, opened, image=("kite.png", photo()), camera=["push_in"], format="10-768p", choices=["spoiler"]
    )
    assert was_accepted(house.first_words(done)["content"])
    (result,) = await house.delivered()
    assert result.attachments[0].is_spoiler()
    assert house.ordered["prompt"] == "[推进]a blue kite"
    assert (house.ordered["duration"], house.ordered["prompt_optimizer"]) == (10, False)
    assert house.ordered["first_frame_image"].startswith("data:image/jpeg;base64,")


async def test_a_remix_across_a_restart_keeps_what_the_form_does_not_show(house):
    await house.video(image=("kite.png", photo()), enhance="quick", watermark=True)
    (result,) = await house.delivered()
    frame = house.ordered["first_frame_image"]
    opened = await house.ben.click(result, label="Remix")
    done = await sent_after_a_restart(house, opened, house.ben)
    assert "About $0.29. " in house.first_words(done)["content"]
    await house.delivered(count=2)
    assert (house.ordered["watermark"], house.ordered["fast_pretreatment"]) == (True, True)
    assert house.ordered["first_frame_image"] == frame
    first, second = house.rows()
    assert (second["relation"], second["parent_id"], second["user_id"]) == (
        "remix",
        first["id"],
        house.ben.id,
    )


async def test_the_form_of_a_refusal_keeps_its_choices_across_a_restart(house):
    asked = await house.video(model="MiniMax-Hailuo-2.3-Fast", watermark=True, enhance="quick")
    opened = await house.ann.click(asked.response, label="Attach one")
    picture = ("kite.png", photo())
    await sent_after_a_restart(house, opened, image=picture, choices=["enhance", "fast"])
    await house.delivered()
    assert house.ordered["model"] == "MiniMax-Hailuo-2.3-Fast"
    assert (house.ordered["watermark"], house.ordered["fast_pretreatment"]) == (True, True)


async def test_the_form_of_a_sketch_shows_another_sketch_across_a_restart(house):
    opened = await house.ann.click(await sketched(house), label="Change")
    done = await sent_after_a_restart(house, opened, image=("kite.png", photo()), camera=["shake"])
    assert [attachment.filename for attachment in done.response.attachments] == ["sketch.mp4"]
    assert house.nothing_was_spent()


@pytest.mark.parametrize("kind", ["animate", "change"])
async def test_a_picture_that_only_memory_held_is_asked_for_and_the_words_are_given_back(house, kind):
    opened = await (
        animate(house) if kind == "animate" else house.ann.click(await sketched(house), label="Change")
    )
    done = await sent_after_a_restart(house, opened)
    assert done.ephemeral
    assert done.response.content.startswith("**This form has expired**: its picture")
    assert done.response.content.endswith(f"{WROTE}\n```\na blue kite\n```")
    assert house.nothing_was_spent()


async def test_with_another_picture_the_form_of_a_message_works_across_a_restart(house):
    opened = await animate(house)
    await sent_after_a_restart(house, opened, image=("other.png", photo(800, 600)))
    await house.until_job("state = 'delivered'")
    assert house.ordered["first_frame_image"].startswith("data:image/jpeg;base64,")


@pytest.mark.parametrize(("locale", "said"), [("en-US", "This form has expired"), ("zh-CN", "表单已失效")])
async def test_a_form_that_nobody_knows_is_answered_in_the_members_language_with_their_words(
    house, locale, said
):
    opened = await house.ann.slash(house.room, "studio")
    rename(opened, lambda _: "0123456789abcdef0123456789abcdef")
    with house.speaking(locale):
        done = await house.ann.submit_modal(opened, FILLED)
    assert done.ephemeral
    assert said in done.response.content
    assert "```\na blue kite\n```" in done.response.content
    assert house.nothing_was_spent()


async def test_what_a_limit_refuses_is_given_back_too(build_house):
    house = await build_house(settings={"member_per_day": 1})
    await house.video()
    (result,) = await house.delivered()
    for form in (
        await house.ann.click(result, label="Continue"),
        await house.ann.slash(house.room, "studio"),
    ):
        values = FILLED if "format" in str(form.modal) else {"prompt": "a blue kite"}
        done = await house.ann.submit_modal(form, values)
        assert "You've used today's" in done.response.content
        assert f"{WROTE}\n```\na blue kite\n```" in done.response.content
    assert len(house.rows()) == 1


@pytest.mark.parametrize("text", ["long " * 400, "a ```fence``` @everyone"], ids=["long", "fenced"])
async def test_words_that_fit_into_no_message_come_as_a_file(build_house, text):
    house = await build_house(settings={"bot_per_day": 1})
    await house.video()
    await house.delivered()
    opened = await house.ann.slash(house.room, "studio")
    done = await house.ann.submit_modal(opened, FILLED | {"prompt": text})
    assert done.response.content.endswith(WROTE)
    (file,) = done.response.attachments
    assert file.filename == "prompt.txt"
    assert await done.response.message.attachments[0].read() == text.encode()


async def test_a_form_of_somebody_elses_private_video_finds_nothing(house):
    await house.video(private=True)
    await house.until_job("state = 'delivered'")
    opened = await house.ben.slash(house.room, "studio")
    rename(opened, lambda custom_id: custom_id.replace("::", f":{house.rows()[0]['key']}:"))
    done = await house.ben.submit_modal(opened, FILLED)
    assert "can't find that video" in done.response.content
    assert len(house.rows()) == 1


async def test_a_form_with_somebody_elses_picture_finds_nothing(house):
    drafts = house.env.bot.drafts
    await sketched(house)
    opened = await house.ben.slash(house.room, "studio")
    rename(opened, lambda custom_id: custom_id.replace("::", f"::{next(iter(drafts._kept))}"))
    done = await house.ben.submit_modal(opened, FILLED)
    assert "has expired" in done.response.content
    assert house.nothing_was_spent()


@each_row(
    "beside",
    [
        FormState(),
        FormState(options=VideoOptions(watermark=True, enhance=Enhance.OFF)),
        FormState(options=VideoOptions(enhance=Enhance.QUICK), sketch=True, draft=KEY),
        FormState(pressed=True, source=KEY),
        FormState(
            options=VideoOptions(watermark=True), sketch=True, pressed=True, source=KEY, draft=KEY[::-1]
        ),
    ],
)
def test_what_goes_along_with_a_form_is_read_from_its_id_as_it_was_written(beside):
    custom_id = f"v1:studio:{beside}:89abcdef"
    match = OrderForm.template.fullmatch(custom_id)
    assert match is not None
    assert FormState.read(match["beside"]) == beside
    assert len(custom_id) <= 100


async def test_each_form_has_an_id_of_its_own(house):
    ids = {(await house.ann.slash(house.room, "studio")).modal["custom_id"] for _ in range(3)}
    assert len(ids) == 3
    assert all(re.fullmatch(r"v1:studio:full:000:::[0-9a-f]{8}", custom_id) for custom_id in ids)


async def test_a_bot_that_is_told_to_stop_finishes_a_form_that_was_sent_off(house):
    opened = await house.ann.slash(house.room, "studio")
    sending = asyncio.create_task(house.ann.submit_modal(opened, FILLED))
    calls = len(house.env.http_requests)
    while len(house.env.http_requests) == calls:
        await asyncio.sleep(0)
    assert house.rows() == []
    await finish_interactions(at_most_seconds=10)
    assert len(house.rows()) == 1
    await sending
