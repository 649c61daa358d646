"""`/video sketch:true`: what the camera will do is shown first, and costs nothing."""

import pytest
import simcord
from simcord import interactions

from cogs.discord.interactions import AlreadyDrawing, SketchTurns, TooManySketches
from tests.cogs.photos import photo
from tests.support.house import PROMPT, facts_of, public, was_accepted

SKETCH = {"camera": "Push in, Pan left", "sketch": True}


async def sketched(house, **options):
    """Ask for a sketch; make sure that it is one, seen by Ann alone, for nothing."""
    asked = await house.video(**(SKETCH | options))
    assert asked.ephemeral
    assert [attachment.filename for attachment in asked.response.attachments] == ["sketch.mp4"]
    assert house.nothing_was_spent()
    assert public(house.room) == []
    return asked.response


def button(message, label):
    """Return the id of a button."""
    return next(
        button["custom_id"]
        for row in message.components
        for button in row["components"]
        if button["label"] == label
    )


async def asked_at_once(house, *actors):
    """Let several sketches be asked for before any is there; return what is said of each."""
    backend = house.env.backend
    command = backend.find_command("video", house.guild.id)
    options = [
        {"name": "prompt", "type": 3, "value": PROMPT},
        {"name": "camera", "type": 3, "value": "Push in"},
        {"name": "sketch", "type": 5, "value": True},
    ]
    records = []
    for actor in actors:
        record, event = interactions.base_payload(
            backend,
            type=2,
            channel_id=house.room.id,
            guild_id=house.guild.id,
            user_id=actor.id,
            data={"id": command["id"], "name": "video", "type": 1, "options": options},
        )
        backend.emit("INTERACTION_CREATE", event)
        records.append(record)
    await house.env.settle()
    return [simcord.InteractionResult(house.env, record).response for record in records]


def was_drawn(said):
    return [attachment.filename for attachment in said.attachments] == ["sketch.mp4"]


async def test_a_sketch_is_two_small_seconds_of_the_members_own_picture(house):
    shown = await sketched(house, image=("kite.png", photo(640, 480)))
    facts = await facts_of(shown.message)
    assert (facts.width, facts.height) == (320, 240)
    assert facts.duration_seconds == pytest.approx(2, abs=0.2)
    assert "Push in" in shown.content
    assert PROMPT in shown.content
    assert "Nothing is ordered yet" in shown.content


async def test_a_sketch_uses_no_share_of_any_limit(build_house):
    house = await build_house(settings={"member_per_day": 1, "bot_per_day": 1})
    await sketched(house)
    await sketched(house)
    await house.video()
    await house.until_job("state = 'delivered'")
    assert house.posts == 1


async def test_make_it_orders_exactly_what_was_sketched(house):
    shown = await sketched(house, image=("kite.png", photo()), duration=10, watermark=True)
    pressed = await house.ann.click(shown, label="Make it")
    assert was_accepted(house.first_words(pressed)["content"])
    await house.until_job("state = 'delivered'")
    assert house.posts == 1
    assert house.ordered["prompt"] == "[推进,左摇]" + PROMPT
    assert (house.ordered["duration"], house.ordered["watermark"]) == (10, True)
    assert house.ordered["first_frame_image"].startswith("data:image/jpeg;base64,")


async def test_change_opens_the_form_with_it_and_shows_another_sketch(house):
    shown = await sketched(house, image=("kite.png", photo()))
    opened = await house.ann.click(shown, label="Change")
    camera = opened.modal["components"][2]["component"]
    chosen = [option["value"] for option in camera["options"] if option.get("default")]
    assert sorted(chosen) == ["pan_left", "push_in"]
    assert "Your current picture" in opened.modal["components"][1]["description"]
    filled = {"prompt": PROMPT, "format": "6-768p", "camera": ["shake"], "choices": ["enhance"]}
    done = await house.ann.submit_modal(opened, filled)
    assert house.nothing_was_spent()
    assert [attachment.filename for attachment in done.response.attachments] == ["sketch.mp4"]
    await house.ann.click(done.response, label="Make it")
    await house.until_job("state = 'delivered'")
    assert house.ordered["prompt"] == "[晃动]" + PROMPT
    assert house.ordered["first_frame_image"].startswith("data:image/jpeg;base64,")


async def test_a_form_about_a_picture_that_is_no_longer_kept_orders_nothing_without_it(house):
    shown = await sketched(house, image=("kite.png", photo()))
    opened = await house.ann.click(shown, label="Change")
    make = await house.ann.click(shown, label="Make it")
    assert was_accepted(house.first_words(make)["content"])
    filled = {"prompt": PROMPT, "format": "6-768p", "camera": ["shake"], "choices": ["enhance"]}
    done = await house.ann.submit_modal(opened, filled)
    assert "has expired" in done.response.content
    assert len(house.rows()) == 1


async def test_a_form_with_another_picture_does_not_need_the_one_that_was_kept(house):
    shown = await sketched(house, image=("kite.png", photo()))
    opened = await house.ann.click(shown, label="Change")
    await house.ann.click(shown, label="Make it")
    filled = {
        "prompt": PROMPT,
        "format": "6-768p",
        "camera": ["shake"],
        "image": ("other.png", photo(800, 600)),
    }
    done = await house.ann.submit_modal(opened, filled)
    assert [attachment.filename for attachment in done.response.attachments] == ["sketch.mp4"]


async def test_without_moves_there_is_nothing_to_sketch(house):
    asked = await house.video(sketch=True)
    assert "Choose a camera move" in asked.response.content
    assert asked.response.attachments == []
    assert house.nothing_was_spent()


async def test_moves_that_are_typed_are_sketched_too(house):
    asked = await house.video(prompt="[Push in] a lighthouse", sketch=True)
    assert [attachment.filename for attachment in asked.response.attachments] == ["sketch.mp4"]
    assert house.nothing_was_spent()


async def test_a_sketch_against_a_rule_is_mended_and_then_still_a_sketch(house):
    asked = await house.video(**SKETCH, resolution="1080p", duration=10)
    pressed = await house.ann.click(asked.response, label="6 s at 1080p")
    assert house.nothing_was_spent()
    shown = pressed.response or asked.response
    assert [attachment.filename for attachment in shown.attachments] == ["sketch.mp4"]


@pytest.mark.parametrize("label", ["Make it", "Change"])
async def test_nobody_else_can_press_under_a_sketch(house, label):
    shown = await sketched(house)
    pressed = await house.forge(house.ben, shown, custom_id=button(shown, label), component_type=2)
    (said,) = pressed.followups or [pressed.response]
    assert said.ephemeral
    assert "has expired" in said.content
    assert pressed.modal is None
    assert house.nothing_was_spent()


async def test_after_a_restart_a_sketch_has_ended(house):
    shown = await sketched(house)
    await house.restart()
    await house.ann.click(shown, label="Make it")
    assert any("has expired" in message.content for message in house.private())
    assert house.nothing_was_spent()


async def test_a_member_has_one_sketch_at_a_time_and_others_do_not_wait_for_it(house):
    first, second, bens = await asked_at_once(house, house.ann, house.ann, house.ben)
    assert [was_drawn(said) for said in (first, second, bens)] == [True, False, True]
    assert "Your other preview isn't ready yet" in second.content
    assert house.nothing_was_spent()
    await sketched(house)


async def test_everybody_together_has_few_sketches_at_a_time(house):
    house.env.bot.sketch_turns = SketchTurns(most=1)
    anns, bens = await asked_at_once(house, house.ann, house.ben)
    assert [was_drawn(said) for said in (anns, bens)] == [True, False]
    assert "Too many previews" in bens.content


def test_a_turn_is_given_back_whatever_becomes_of_the_sketch():
    turns = SketchTurns(most=2)
    with pytest.raises(OSError, match="disk"), turns.turn(1):
        raise OSError("disk")
    with turns.turn(1), turns.turn(2):
        with pytest.raises(AlreadyDrawing), turns.turn(1):
            pass
        with pytest.raises(TooManySketches), turns.turn(3):
            pass
    with turns.turn(1), turns.turn(3):
        pass
