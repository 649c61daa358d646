"""No refusal throws words away: each gives the prompt back, and *Change* opens the form with everything that was ordered."""

import pytest

from cogs.discord.interactions import PictureGate
from db.jobs.job import Owner
from db.money.caps import LevelCaps
from sandbox.faults import Fault
from tests.cogs.managers import admin, manager_of
from tests.cogs.photos import photo
from tests.support.house import PROMPT, answer_to, was_accepted

EVERYTHING = {
    "prompt": PROMPT,
    "camera": "Push in, Shake",
    "duration": 10,
    "enhance": "off",
    "spoiler": True,
    "image": ("kite.png", photo()),
}
FILLED = {"prompt": "a blue kite", "format": "6-768p", "choices": ["enhance"]}
KEPT, ASKED_FOR = "Your current picture stays", "JPEG, PNG"


def chosen(field):
    """Return the values that a field of a form shows as chosen."""
    return [option["value"] for option in field["options"] if option.get("default")]


def shown_in(opened):
    """Return what a form shows: prompt, camera moves, format, ticked boxes, and the note below its picture."""
    prompt, picture, camera, lengths, boxes = opened.modal["components"]
    return {
        "prompt": prompt["component"].get("value", ""),
        "camera": chosen(camera["component"]),
        "format": chosen(lengths["component"]),
        "boxes": chosen(boxes["component"]),
        "picture": KEPT if picture["description"].startswith(KEPT) else ASKED_FOR,
    }


async def rule(house, **rules):
    await house.env.bot.preferences.change_guild(house.guild.id, **rules)


async def a_banned_word(house):
    await rule(house, banned_words=("kite",))


async def a_daily_limit(house):
    await rule(house, member_limits=LevelCaps(per_day=0))


async def a_budget(house):
    await rule(house, guild_limits=LevelCaps(micros_per_month=1))


async def a_blocked_channel(house):
    await rule(house, denied_channels=frozenset({house.room.id}))


async def a_pause(house):
    await admin(house, "pause", manager_of(house))


async def a_block(house):
    await admin(house, "block", manager_of(house), member=house.ann)


async def a_picture_that_discord_does_not_hand_over(house):
    house.lose_files()


async def no_change(house):
    """Leave the server as it is: the order itself is refused."""


REFUSALS = {
    "banned word": (a_banned_word, {}, {}),
    "daily limit": (a_daily_limit, {}, {}),
    "budget": (a_budget, {}, {}),
    "channel": (a_blocked_channel, {}, {}),
    "pause": (a_pause, {}, {}),
    "block": (a_block, {}, {}),
    "picture not handed over": (a_picture_that_discord_does_not_hand_over, {}, {}),
    "no picture": (no_change, {"image": ("a.png", b"not a picture" * 50)}, {"picture": ASKED_FOR}),
    "small picture": (no_change, {"image": ("a.png", photo(300, 300))}, {}),
    "unknown move": (no_change, {"camera": "Push in, spin, Shake"}, {}),
    "four moves": (
        no_change,
        {"camera": "Push in, Shake, Pan left, Tilt up"},
        {"camera": ["pan_left", "push_in", "shake"]},
    ),
    "1080p and 10 seconds": (no_change, {"resolution": "1080p"}, {}),
    "too long": (no_change, {"prompt": "x" * 1999}, {"prompt": "x" * 1999}),
    "blank": (no_change, {"prompt": "\u200b"}, {"prompt": "\u200b"}),
    "preview without moves": (no_change, {"camera": None, "sketch": True}, {"camera": []}),
}
"""What refuses an order: what happens before, what is ordered otherwise, and what the form shows otherwise."""


def gives_back(answer, prompt):
    """Tell whether an answer shows the prompt, or has it as a file if it is too long for a message."""
    if len(prompt) > 1000:
        return [file.filename for file in answer.attachments] == ["prompt.txt"]
    return f"Here's what you wrote:\n```\n{prompt}\n```" in answer.content or not prompt.strip("\u200b")


@pytest.mark.parametrize("refusal", REFUSALS)
async def test_a_refusal_shows_the_prompt_and_opens_the_form_with_everything_that_was_ordered(house, refusal):
    prepare, otherwise, differently = REFUSALS[refusal]
    await prepare(house)
    options = {name: value for name, value in (EVERYTHING | otherwise).items() if value is not None}
    asked = await house.video(**options)
    assert asked.ephemeral
    assert gives_back(asked.response, options["prompt"])
    opened = await house.ann.click(asked.response, label="Change")
    everything = {
        "prompt": PROMPT,
        "camera": ["push_in", "shake"],
        "format": ["10-768p"],
        "boxes": ["spoiler"],
        "picture": KEPT,
    }
    assert shown_in(opened) == everything | differently
    assert house.nothing_was_spent()


async def test_a_picture_for_which_there_is_no_room_is_kept(house):
    house.env.bot.picture_gate = PictureGate(most_bytes=1000, wait_seconds=0)
    async with house.env.bot.picture_gate.room(house.ben.id, 1000):
        asked = await house.video(**EVERYTHING)
    assert gives_back(asked.response, PROMPT)
    assert shown_in(await house.ann.click(asked.response, label="Change"))["picture"] == KEPT


async def test_the_changed_order_is_made_with_the_picture_of_the_refused_one(house):
    await a_banned_word(house)
    asked = await house.video(image=("kite.png", photo()))
    opened = await house.ann.click(asked.response, label="Change")
    done = await house.ann.submit_modal(opened, FILLED | {"prompt": "a blue balloon"})
    assert was_accepted(house.first_words(done)["content"])
    await house.until_job("state = 'delivered' AND first_frame IS NOT NULL")
    assert house.ordered["prompt"] == "a blue balloon"


async def test_where_the_video_cannot_be_posted_the_form_can_send_it_to_direct_messages(house):
    closed = house.closed_room(attach_files=False)
    asked = await house.video(room=closed)
    opened = await house.ann.click(asked.response, label="Change")
    done = await house.ann.submit_modal(opened, FILLED | {"choices": ["private"]})
    assert was_accepted(house.first_words(done)["content"])


async def test_a_form_that_is_refused_opens_again_as_it_was_sent_off(house):
    await a_banned_word(house)
    opened = await house.ann.slash(house.room, "studio")
    sent = FILLED | {"camera": ["shake"], "format": "6-1080p", "image": ("kite.png", photo())}
    done = await house.ann.submit_modal(opened, sent)
    assert gives_back(done.response, "a blue kite")
    again = await house.ann.click(done.response, label="Change")
    assert shown_in(again) == {
        "prompt": "a blue kite",
        "camera": ["shake"],
        "format": ["6-1080p"],
        "boxes": ["enhance"],
        "picture": KEPT,
    }


async def test_a_press_that_places_an_order_gives_it_back_too(house):
    asked = await house.video(**EVERYTHING | {"resolution": "1080p"})
    await a_daily_limit(house)
    pressed = await house.ann.click(asked.response, label="6 s at 1080p")
    assert gives_back(answer_to(pressed), PROMPT)
    opened = await house.ann.click(answer_to(pressed), label="Change")
    assert shown_in(opened)["format"] == ["6-1080p"]
    assert house.nothing_was_spent()


async def test_a_refused_re_roll_opens_the_form_with_its_order_after_a_restart_too(house):
    await house.video(camera="Shake")
    (result,) = await house.delivered()
    await a_banned_word(house)
    (label,) = [b.label for row in result.components for b in row.children if b.label.startswith("Re-roll")]
    pressed = await house.ben.click(result, label=label)
    await house.restart()
    opened = await house.ben.click(pressed.response, label="Change")
    assert (shown_in(opened)["prompt"], shown_in(opened)["camera"]) == (PROMPT, ["shake"])
    assert len(house.rows()) == 1


async def test_a_refused_clip_opens_its_form_again_with_the_words_that_were_typed(house):
    await house.video()
    (result,) = await house.delivered()
    await a_banned_word(house)
    opened = await house.ann.click(result, label="Continue")
    done = await house.ann.submit_modal(opened, {"prompt": "the kite lands"})
    assert gives_back(done.response, "the kite lands")
    again = await house.ann.click(done.response, label="Change")
    assert again.modal["title"] == "What happens next?"
    assert again.modal["components"][0]["component"]["value"] == "the kite lands"
    done = await house.ann.submit_modal(again, {"prompt": "it lands"})
    assert was_accepted(house.first_words(done)["content"])
    assert [row["relation"] for row in house.rows()] == [None, "continue"]


async def test_the_words_of_a_remix_outlive_the_video_that_was_remixed(house):
    await house.video()
    (result,) = await house.delivered()
    opened = await house.ann.click(result, label="Remix")
    await house.env.bot.jobs.erase(await _job_of(house), user_id=house.ann.id)
    done = await house.ann.submit_modal(opened, FILLED)
    assert "This video was deleted" in done.response.content
    again = await house.ann.click(done.response, label="Change")
    done = await house.ann.submit_modal(again, FILLED)
    assert was_accepted(house.first_words(done)["content"])
    assert house.rows()[-1]["relation"] is None


async def test_where_the_first_frame_is_gone_the_form_asks_for_another(house):
    await house.video(image=("kite.png", photo()))
    (result,) = await house.delivered()
    for frame in (house.settings.data_dir / "frames").iterdir():
        frame.unlink()
    (label,) = [b.label for row in result.components for b in row.children if b.label.startswith("Re-roll")]
    pressed = await house.ann.click(result, label=label)
    assert "no longer stored" in pressed.response.content
    opened = await house.ann.click(pressed.response, label="Change")
    assert shown_in(opened)["prompt"] == PROMPT


async def test_what_the_filter_refused_is_told_with_its_whole_prompt(house):
    prompt = f"{PROMPT}, {'far away, ' * 60}at dusk"
    house.sandbox.faults.add(Fault.parse("moderated"))
    asked = await house.video(prompt=prompt, private=True)
    await house.until_job("told_at IS NOT NULL")
    opened = await house.ann.click(asked.response, label="Change prompt")
    assert shown_in(opened)["prompt"] == prompt


async def test_nobody_else_opens_the_form_of_a_refused_order(house):
    await a_banned_word(house)
    asked = await house.video()
    (button,) = asked.response.components[0]["components"]
    pressed = await house.forge(house.ben, asked.response, custom_id=button["custom_id"], component_type=2)
    assert pressed.modal is None
    said = pressed.followups[0] if pressed.followups else pressed.response
    assert "has expired" in said.content


async def test_after_a_restart_the_prompt_can_still_be_copied(house):
    await a_banned_word(house)
    asked = await house.video()
    await house.restart()
    pressed = await house.ann.click(asked.response, label="Change")
    assert pressed.modal is None
    assert "Copy your prompt from above" in house.private()[-1].content
    assert gives_back(asked.response, PROMPT)


async def _job_of(house):
    owner = Owner(guild_id=house.guild.id, user_id=house.ann.id)
    return await house.env.bot.store.job_queries.find_in_guild(house.rows()[0]["key"], owner)
