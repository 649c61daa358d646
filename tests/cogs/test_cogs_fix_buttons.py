"""What the provider does not make is refused with the ways out of it, one press each."""

import io

import pytest
from PIL import Image

from cogs.video.options import SECONDS, Choices, Draft, Drafts
from db.jobs.job import Owner
from media.pictures.rules import FirstFrame
from tests.cogs.photos import photo
from tests.support.house import PROMPT, answer_to, public, was_accepted

FAST = "MiniMax-Hailuo-2.3-Fast"
TOO_MUCH = {"resolution": "1080p", "duration": 10}
OWNER = Owner(guild_id=1, user_id=2)


def buttons_of(message):
    """Return the ids of the buttons by their labels."""
    return {
        button["label"]: button["custom_id"] for row in message.components for button in row["components"]
    }


async def refused(house, words, **options):
    """Ask for what is not made; make sure that nothing was spent, and return the refusal."""
    asked = await house.video(**options)
    assert asked.ephemeral
    assert [word for word in words if word not in asked.response.content] == []
    assert house.nothing_was_spent()
    assert public(house.room) == []
    return asked.response


@pytest.mark.parametrize(
    ("label", "duration", "resolution"), [("10 s at 768p", 10, "768p"), ("6 s at 1080p", 6, "1080p")]
)
async def test_ten_seconds_at_1080p_become_either_with_one_press(house, label, duration, resolution):
    refusal = await refused(house, ["1080p", "6 seconds", "10"], **TOO_MUCH)
    assert list(buttons_of(refusal)) == ["10 s at 768p", "6 s at 1080p", "Change"]
    pressed = await house.ann.click(refusal, label=label)
    assert was_accepted(house.first_words(pressed)["content"])
    await house.until_job("state = 'delivered'")
    assert (house.ordered["duration"], house.ordered["resolution"]) == (duration, resolution)
    assert house.ordered["prompt"] == PROMPT


async def test_everything_else_stays_as_it_was_asked(house):
    refusal = await refused(
        house,
        ["1080p"],
        **TOO_MUCH,
        image=("kite.png", photo()),
        camera="Shake",
        model=FAST,
        enhance="off",
        watermark=True,
        spoiler=True,
        private=True,
    )
    await house.ann.click(refusal, label="6 s at 1080p")
    job = await house.until_job("state = 'delivered'")
    assert house.ordered["model"] == FAST
    assert house.ordered["prompt"] == "[晃动]" + PROMPT
    assert house.ordered["prompt_optimizer"] is False
    assert house.ordered["watermark"] is True
    assert house.ordered["first_frame_image"].startswith("data:image/jpeg;base64,")
    assert (job["spoiler"], job["route"]) == (1, "private")


async def test_fast_without_a_picture_becomes_the_other_model_with_one_press(house):
    refusal = await refused(house, ["Fast", "Attach a picture"], model=FAST)
    assert list(buttons_of(refusal)) == ["Use Hailuo 2.3", "Attach one"]
    await house.ann.click(refusal, label="Use Hailuo 2.3")
    await house.until_job("state = 'delivered'")
    assert house.ordered["model"] == "MiniMax-Hailuo-2.3"


async def test_fast_without_a_picture_gets_one_in_the_form(house):
    refusal = await refused(house, ["Fast"], model=FAST, duration=10)
    opened = await house.ann.click(refusal, label="Attach one")
    prompt, _, _, lengths, choices = (label["component"] for label in opened.modal["components"])
    assert prompt["value"] == PROMPT
    filled = {
        "prompt": PROMPT,
        "format": next(option["value"] for option in lengths["options"] if option.get("default")),
        "choices": [option["value"] for option in choices["options"] if option.get("default")],
        "image": ("kite.png", photo()),
    }
    await house.ann.submit_modal(opened, filled)
    await house.until_job("state = 'delivered'")
    assert (house.ordered["model"], house.ordered["duration"]) == (FAST, 10)
    assert house.ordered["first_frame_image"].startswith("data:image/jpeg;base64,")


async def test_a_form_without_the_picture_that_fast_needs_is_refused_with_the_same_buttons(house):
    opened = await house.ann.slash(house.room, "studio")
    done = await house.ann.submit_modal(
        opened, {"prompt": PROMPT, "format": "6-768p", "choices": ["enhance", "fast"]}
    )
    assert list(buttons_of(done.response)) == ["Use Hailuo 2.3", "Attach one"]
    assert house.nothing_was_spent()


async def test_two_broken_rules_are_mended_one_after_the_other(house):
    refusal = await refused(house, ["1080p"], **TOO_MUCH, model=FAST)
    again = await house.ann.click(refusal, label="10 s at 768p")
    assert house.nothing_was_spent()
    await house.ann.click(again.response or refusal, label="Use Hailuo 2.3")
    await house.until_job("state = 'delivered'")
    assert (house.ordered["model"], house.ordered["duration"]) == ("MiniMax-Hailuo-2.3", 10)


@pytest.mark.parametrize("label", ["Use Hailuo 2.3", "Attach one"])
async def test_nobody_else_can_press(house, label):
    refusal = await refused(house, ["Fast"], model=FAST)
    pressed = await house.forge(house.ben, refusal, custom_id=buttons_of(refusal)[label], component_type=2)
    (said,) = pressed.followups or [pressed.response]
    assert said.ephemeral
    assert "has expired" in said.content
    assert pressed.modal is None
    assert house.nothing_was_spent()
    await house.ann.click(refusal, label="Use Hailuo 2.3")
    await house.until_job("state = 'delivered'")


@pytest.mark.parametrize("label", ["Use Hailuo 2.3", "Attach one"])
async def test_after_a_restart_a_press_says_that_this_has_ended(house, label):
    refusal = await refused(house, ["Fast"], model=FAST)
    await house.restart()
    pressed = await house.ann.click(refusal, label=label)
    (said,) = [message for message in house.private() if "has expired" in message.content]
    assert "Copy your prompt from above" in said.content
    assert pressed.modal is None
    assert house.nothing_was_spent()


async def test_a_second_press_orders_nothing_more(house):
    refusal = await refused(house, ["1080p"], **TOO_MUCH)
    custom_id = buttons_of(refusal)["10 s at 768p"]
    await house.ann.click(refusal, label="10 s at 768p")
    pressed = await house.forge(house.ann, refusal, custom_id=custom_id, component_type=2)
    assert "has expired" in answer_to(pressed).content
    assert len(house.rows()) == 1


async def test_what_a_limit_refuses_can_be_pressed_again_later(build_house):
    house = await build_house(settings={"member_active": 1, "max_running_jobs": 1}, instant=False)
    await house.video()
    asked = await house.video(**TOO_MUCH)
    pressed = await house.ann.click(asked.response, label="10 s at 768p")
    assert "running" in answer_to(pressed).content
    assert list(buttons_of(asked.response)) == ["10 s at 768p", "6 s at 1080p", "Change"]
    assert house.env.bot.drafts.find(buttons_of(asked.response)["10 s at 768p"][-16:], _owner(house))


async def test_of_two_faults_the_picture_is_mended_first(house):
    asked = await house.video(**TOO_MUCH, image=("a.png", photo(300, 300)))
    assert "300 × 300" in asked.response.content
    await house.ann.click(asked.response, label="Use this")
    assert list(buttons_of(asked.response)) == ["10 s at 768p", "6 s at 1080p", "Change"]
    assert house.nothing_was_spent()
    await house.ann.click(asked.response, label="6 s at 1080p")
    await house.until_job("state = 'delivered' AND first_frame IS NOT NULL")


WIDE, SMALL = ("wide.png", photo(1200, 400)), ("small.png", photo(200, 150))


async def shown(answer):
    """Return the size of the picture that an answer shows."""
    (file,) = answer.attachments
    return Image.open(io.BytesIO(await file.read())).size


def sent(house, job):
    """Return the size of the first frame that was ordered."""
    with Image.open(house.settings.data_dir / "frames" / job["first_frame"]) as picture:
        return picture.size


@pytest.mark.parametrize(
    ("size", "words"),
    [
        ((300, 300), ["300 × 300", "longer than 300"]),
        ((1000, 400), ["1000 × 400", "wider than 5:2"]),
        ((400, 1000), ["400 × 1000", "narrower than 2:5"]),
    ],
    ids=["too small", "too wide", "too narrow"],
)
async def test_a_picture_of_the_wrong_size_is_shown_as_it_would_fit_and_used_with_one_press(
    house, size, words
):
    options = {"image": ("a.png", photo(*size)), "camera": "Shake", "duration": 10, "private": True}
    refusal = await refused(house, ["can't use this picture as the first frame", *words], **options)
    assert list(buttons_of(refusal)) == ["Use this", "Other ways", "Change"]
    width, height = await shown(refusal)
    assert 2 / 5 < width / height < 5 / 2
    await house.ann.click(refusal, label="Use this")
    assert list(buttons_of(refusal)) == ["Undo"]
    job = await house.until_job("state = 'delivered'")
    assert (house.ordered["prompt"], house.ordered["duration"]) == ("[晃动]" + PROMPT, 10)
    assert job["route"] == "private"
    assert sent(house, job) == (width, height)


async def test_the_other_ways_are_another_repair_and_another_picture_with_the_same_words(house):
    refusal = await refused(house, ["wider than 5:2"], image=("wide.png", photo(2000, 400)))
    first = await shown(refusal)
    await house.ann.click(refusal, label="Other ways")
    assert list(buttons_of(refusal)) == ["Use this", "Other ways", "Attach one"]
    assert await shown(refusal) != first
    opened = await house.ann.click(refusal, label="Attach one")
    assert opened.modal["components"][0]["component"]["value"] == PROMPT
    assert house.nothing_was_spent()
    filled = {"prompt": PROMPT, "format": "6-768p", "image": ("kite.png", photo())}
    await house.ann.submit_modal(opened, filled)
    job = await house.until_job("state = 'delivered'")
    assert sent(house, job) == (640, 480)


async def test_the_form_animate_and_a_remix_show_it_too(house):
    opened = await house.ann.slash(house.room, "studio")
    filled = {"prompt": PROMPT, "format": "6-768p", "image": SMALL}
    done = await house.ann.submit_modal(opened, filled)
    assert "Use this" in buttons_of(done.response)

    message = await house.ann.send(house.room, "mine", attachments=[WIDE])
    opened = await house.ann.context_menu(house.room, "Animate this image", message)
    done = await house.ann.submit_modal(opened, {"prompt": PROMPT, "format": "6-768p"})
    assert "Use this" in buttons_of(done.response)
    assert house.nothing_was_spent()

    await house.video()
    await house.until_job("state = 'delivered'")
    result = public(house.room)[-1]
    opened = await house.ann.click(result, label="Remix")
    done = await house.ann.submit_modal(opened, {**filled, "prompt": "a blue kite"})
    await house.ann.click(done.response, label="Use this")
    await house.until_job("relation = 'remix' AND state = 'delivered' AND first_frame IS NOT NULL")


async def test_a_preview_that_was_shown_before_a_restart_says_that_it_has_ended(house):
    refusal = await refused(house, ["300"], image=SMALL)
    await house.restart()
    for label in ("Use this", "Other ways"):
        pressed = await house.ann.click(refusal, label=label)
        assert "This has expired" in answer_to(pressed).content
    assert house.nothing_was_spent()


def test_a_draft_is_found_by_its_owner_for_a_quarter_of_an_hour():
    now = [0.0]
    drafts = Drafts(clock=lambda: now[0])
    key = drafts.keep(OWNER, Draft(choices=Choices(text="x")))
    assert drafts.find(key, Owner(guild_id=1, user_id=3)) is None
    assert drafts.find(key, Owner(guild_id=9, user_id=2)) is None
    now[0] = SECONDS - 1
    assert drafts.find(key, OWNER) is not None
    now[0] = SECONDS
    assert drafts.find(key, OWNER) is None


def test_the_oldest_drafts_make_room():
    drafts = Drafts(most=2)
    keys = [drafts.keep(OWNER, Draft(choices=Choices(text=str(number)))) for number in range(3)]
    assert [drafts.find(key, OWNER) is not None for key in keys] == [False, True, True]


def test_pictures_of_drafts_take_no_more_memory_than_is_given():
    drafts = Drafts(most_bytes=100)
    picture = FirstFrame(bytes(40), 640, 480)
    keys = [drafts.keep(OWNER, Draft(choices=Choices(text="x"), picture=picture)) for _ in range(3)]
    assert [drafts.find(key, OWNER) is not None for key in keys] == [False, True, True]
    assert drafts.take(keys[1], OWNER) is not None
    drafts.keep(OWNER, Draft(choices=Choices(text="x"), picture=picture))
    assert drafts.find(keys[2], OWNER) is not None


def test_no_member_takes_the_place_of_anothers_draft_wherever_they_make_theirs():
    drafts = Drafts(most_bytes=200)
    picture = FirstFrame(bytes(40), 640, 480)
    theirs = drafts.keep(Owner(guild_id=1, user_id=3), Draft(choices=Choices(text="x"), picture=picture))
    mine = [
        drafts.keep(Owner(guild_id=number, user_id=2), Draft(choices=Choices(text="x"), picture=picture))
        for number in range(600)
    ]
    assert drafts.find(theirs, Owner(guild_id=1, user_id=3)) is not None
    assert drafts.find(mine[-1], Owner(guild_id=599, user_id=2)) is not None


def test_a_member_has_so_many_drafts_and_so_many_bytes_and_loses_their_oldest():
    for how in ({"most_of_member": 2}, {"most_bytes_of_member": 100}):
        drafts = Drafts(**how)
        picture = FirstFrame(bytes(40), 640, 480)
        keys = [drafts.keep(OWNER, Draft(choices=Choices(text="x"), picture=picture)) for _ in range(3)]
        assert [drafts.find(key, OWNER) is not None for key in keys] == [False, True, True]


def test_a_draft_is_taken_once():
    drafts = Drafts()
    key = drafts.keep(OWNER, Draft(choices=Choices(text="x")))
    assert drafts.take(key, OWNER) is not None
    assert drafts.take(key, OWNER) is None


def _owner(house):
    return Owner(guild_id=house.guild.id, user_id=house.ann.id)
