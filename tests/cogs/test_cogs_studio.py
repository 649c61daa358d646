"""`/studio` and its form, the form of a remix, and private orders."""

import pytest

from hailuo.request import Duration, Enhance, Model
from tests.cogs.photos import photo
from tests.support.house import PROMPT, public
from tests.support.rows import each_row

FAST = "MiniMax-Hailuo-2.3-Fast"
FILLED = {"prompt": PROMPT, "format": "6-768p", "choices": ["enhance"]}


async def remix(house, message, actor=None):
    """Press *Remix* under a result as Ann, or as `actor`."""
    return await (actor or house.ann).click(message, label="Remix")


async def studio(house, actor=None, **filled):
    """Open the empty form and send it off, filled in."""
    actor = actor or house.ann
    opened = await actor.slash(house.room, "studio")
    return await actor.submit_modal(opened, FILLED | filled)


async def prefer(house, actor=None, **fields):
    """Let Ann, or `actor`, prefer something."""
    await house.env.bot.preferences.change((actor or house.ann).id, **fields)


def form_of(opened):
    """Return the components of a form by their ids."""
    return {label["component"]["custom_id"]: label["component"] for label in opened.modal["components"]}


def ticked(component):
    """Return what is chosen in a component before anybody touched it."""
    return [option["value"] for option in component["options"] if option.get("default")]


async def test_the_form_opens_at_once_and_orders_nothing(house):
    before = len(house.env.http_requests)
    opened = await house.ann.slash(house.room, "studio")
    (answer,) = house.env.http_requests[before:]
    assert (answer.path.endswith("/callback"), answer.json["type"]) == (True, 9)
    form = form_of(opened)
    assert list(form) == ["prompt", "image", "camera", "format", "choices"]
    assert not form["prompt"].get("value")
    assert ticked(form["format"]) == ["6-768p"]
    assert ticked(form["choices"]) == ["enhance"]
    assert len(form["camera"]["options"]) == 15
    assert form["camera"]["max_values"] == 3
    assert house.nothing_was_spent()


@each_row("locale", ["en-US", "zh-CN"])
async def test_the_form_is_within_discords_sizes_in_every_language(house, locale):
    opened = await house.slash_in(locale, "studio")
    assert 1 <= len(opened.modal["title"]) <= 45
    assert len(opened.modal["components"]) == 5
    for label in opened.modal["components"]:
        assert 1 <= len(label["label"]) <= 45
        assert len(label.get("description") or "") <= 100
        component = label["component"]
        assert len(component.get("placeholder") or "") <= 100
        assert all(1 <= len(option["label"]) <= 100 for option in component.get("options") or [])


async def test_the_form_shows_what_the_member_prefers(house):
    await prefer(
        house,
        duration=Duration.LONG,
        model=Model.HAILUO_FAST,
        enhance=Enhance.OFF,
        spoiler=True,
        private=True,
    )
    form = form_of(await house.ann.slash(house.room, "studio"))
    assert ticked(form["format"]) == ["10-768p"]
    assert ticked(form["choices"]) == ["fast", "private", "spoiler"]


async def test_a_filled_in_form_becomes_a_video_in_the_channel(house):
    done = await studio(
        house,
        image=("kite.png", photo()),
        camera=["push_in", "pan_left"],
        format="6-1080p",
        choices=["fast", "spoiler"],
    )
    assert done.ephemeral
    (result,) = await house.delivered()
    assert result.attachments[0].is_spoiler()
    ordered = house.ordered
    assert ordered["model"] == FAST
    assert ordered["prompt"] == "[推进,左摇]" + PROMPT
    assert (ordered["duration"], ordered["resolution"]) == (6, "1080p")
    assert ordered["prompt_optimizer"] is False
    assert ordered["first_frame_image"].startswith("data:image/jpeg;base64,")


@pytest.mark.parametrize(
    ("choice", "duration", "resolution"),
    [("6-768p", 6, "768p"), ("10-768p", 10, "768p"), ("6-1080p", 6, "1080p")],
)
async def test_each_pair_of_length_and_resolution_is_ordered_as_it_says(house, choice, duration, resolution):
    await studio(house, format=choice)
    await house.until_job("state = 'delivered'")
    assert (house.ordered["duration"], house.ordered["resolution"]) == (duration, resolution)


@each_row(
    "filled, word",
    [
        pytest.param({"prompt": "\u200b"}, "prompt is empty", id="nothing to be seen"),
        pytest.param({"image": ("a.png", photo(300, 300))}, "300 × 300", id="small picture"),
    ],
)
async def test_a_form_against_a_rule_is_refused_privately(house, filled, word):
    done = await studio(house, **filled)
    assert done.ephemeral
    assert word in done.response.content
    assert house.nothing_was_spent()


async def test_a_private_video_comes_by_direct_message_only(house):
    done = await studio(house, choices=["enhance", "private"])
    assert "DM" in house.first_words(done)["content"]
    await house.until_job("state = 'delivered'")
    assert [len(message.attachments) for message in house.direct()] == [1]
    assert public(house.room) == []


async def test_video_takes_private_too_and_says_so(house):
    asked = await house.video(private=True)
    assert "DM" in house.first_words(asked)["content"]
    await house.until_job("state = 'delivered'")
    assert [len(message.attachments) for message in house.direct()] == [1]
    assert public(house.room) == []


async def test_a_private_video_can_be_ordered_where_the_bot_may_not_post(house):
    closed = house.closed_room(send_messages=False)
    await house.video(room=closed, private=True)
    await house.until_job("state = 'delivered'")
    assert len(house.direct()) == 1


async def test_a_remix_starts_from_the_order_of_the_job(house):
    await house.video(prompt="[Shake] a red kite", camera="Push in", duration=10, enhance="off", spoiler=True)
    (result,) = await house.delivered()
    opened = await remix(house, result)
    form = form_of(opened)
    assert form["prompt"]["value"] == "[Shake] a red kite"
    assert ticked(form["camera"]) == ["push_in"]
    assert ticked(form["format"]) == ["10-768p"]
    assert ticked(form["choices"]) == ["spoiler"]
    assert house.posts == 1


async def test_a_remix_keeps_what_the_form_does_not_show(house):
    await house.video(image=("kite.png", photo()), enhance="quick", watermark=True)
    (result,) = await house.delivered()
    first = house.ordered["first_frame_image"]
    opened = await remix(house, result)
    assert "Your current picture" in opened.modal["components"][1]["description"]
    await house.ann.submit_modal(opened, FILLED | {"prompt": "a blue kite"})
    await house.delivered(count=2)
    assert house.ordered["prompt"] == "a blue kite"
    assert house.ordered["watermark"] is True
    assert house.ordered["fast_pretreatment"] is True
    assert house.ordered["first_frame_image"] == first
    assert [row["relation"] for row in house.rows()] == [None, "remix"]


async def test_a_remix_with_another_picture_begins_with_that(house):
    await house.video(image=("kite.png", photo()))
    (result,) = await house.delivered()
    first = house.ordered["first_frame_image"]
    opened = await remix(house, result)
    await house.ann.submit_modal(opened, FILLED | {"image": ("other.png", photo(800, 600))})
    await house.delivered(count=2)
    assert house.ordered["first_frame_image"] != first


async def test_others_may_remix_what_is_shared_and_it_is_theirs(house):
    await house.video()
    (result,) = await house.delivered()
    opened = await remix(house, result, house.ben)
    await house.ben.submit_modal(opened, FILLED | {"prompt": "a blue kite"})
    await house.delivered(count=2)
    assert [row["user_id"] for row in house.rows()] == [house.ann.id, house.ben.id]


async def test_others_do_not_even_see_the_words_of_what_is_not_shared(house):
    await prefer(house, reusable=False)
    await house.video()
    (result,) = await house.delivered()
    refused = await remix(house, result, house.ben)
    assert refused.modal is None
    assert "doesn't share this one" in refused.response.content
    assert refused.ephemeral


async def test_sharing_that_ends_while_the_form_is_open_is_noticed(house):
    await house.video()
    (result,) = await house.delivered()
    opened = await remix(house, result, house.ben)
    await prefer(house, reusable=False)
    done = await house.ben.submit_modal(opened, FILLED)
    assert "doesn't share this one" in done.response.content
    assert house.posts == 1
