"""The buttons under a finished video, pressed as members do."""

import pytest

from cogs.results.buttons import continued
from hailuo.request import VideoRequest
from jobs.orders.order import Order
from media.rendering.render import ClipSpec, render_clip
from tests.support.house import PROMPT, public, was_accepted

ABSENT = "can't find that video"
ACTIONS = ("reroll", "remix", "upscale", "continue", "join", "details", "delete", "erase", "retry")


def labels_of(message):
    """Return the labels of a message's buttons, row by row."""
    return [[button.label for button in row.children] for row in message.components]


def said(pressed):
    """Return the private answer to a press."""
    answer = pressed.followups[0] if pressed.followups else pressed.response
    assert answer.ephemeral
    return answer


def press_of(action, key):
    return {"component_type": 2, "custom_id": f"v1:{action}:{key}"}


@pytest.fixture(scope="session")
def clip(tmp_path_factory):
    """Return a film that is large enough to take a first frame from."""
    path = tmp_path_factory.mktemp("films") / "clip.mp4"
    render_clip(ClipSpec(width=560, height=316, seconds=0.5, caption="a clip"), path)
    return path


@pytest.fixture
async def house(build_house, clip):
    """Return a house whose provider answers every order with that film."""
    return await build_house(clip=clip)


@pytest.fixture
async def shown(house):
    """Return a house with one delivered video of Ann's, and its message."""
    await house.video()
    (result,) = await house.delivered()
    await house.until_job("state = 'delivered' AND status_message_id IS NULL")
    return house, result


def key_of(house, number=0):
    return house.rows()[number]["key"]


async def test_a_result_carries_its_buttons_in_two_rows(shown):
    house, result = shown
    assert labels_of(result) == [
        ["Re-roll · $0.29", "Remix", "Continue", "Redo in 1080p · $0.43", "Delete"],
        ["Details"],
    ]
    ids = [button.custom_id for row in result.components for button in row.children]
    assert ids == [
        f"v1:{name}:{key_of(house)}"
        for name in ("reroll", "remix", "continue", "upscale", "delete", "details")
    ]


@pytest.mark.parametrize(
    ("options", "price"), [({"duration": 10}, "$0.49"), ({"resolution": "1080p"}, "$0.43")]
)
async def test_1080p_is_offered_only_where_it_is_something_else(house, options, price):
    await house.video(**options)
    (result,) = await house.delivered()
    assert labels_of(result)[0] == [f"Re-roll · {price}", "Remix", "Continue", "Delete"]


async def test_the_buttons_speak_the_language_of_the_order(house):
    await house.slash_in("zh-CN", "video", prompt=PROMPT)
    (result,) = await house.delivered()
    assert labels_of(result) == [
        ["重新生成 · 0.29 美元", "改编", "接着拍", "1080p 重新生成 · 0.43 美元", "删除"],
        ["详情"],
    ]


async def test_a_link_instead_of_a_file_carries_them_too(house):
    house.strict.limit_bytes = 100
    await house.video()
    (result,) = await house.until(
        lambda: [seen for seen in public(house.room) if "too large for Discord" in seen.content], "a link"
    )
    assert "Re-roll · $0.29" in labels_of(result)[0]


async def test_a_result_in_direct_messages_carries_them_too(house):
    await house.ann.user.slash("video", prompt=PROMPT)
    await house.until_job("state = 'delivered'")
    (result,) = [message for message in house.direct() if message.attachments]
    again = await house.ann.user.click(result, label="Re-roll · $0.29")
    assert was_accepted(said(again).content)
    await house.until_job("relation = 'reroll' AND state = 'delivered' AND guild_id = 0")


@pytest.mark.parametrize("restarts", [False, True])
@pytest.mark.parametrize("who", ["ann", "ben"])
async def test_everybody_may_re_roll_and_pays_for_it_themselves(shown, who, restarts):
    house, result = shown
    if restarts:
        await house.restart()
    presser = getattr(house, who)
    pressed = await presser.click(result, label="Re-roll · $0.29")
    await house.delivered(count=2)
    (first, second) = house.rows()
    assert (second["relation"], second["parent_id"], second["user_id"]) == ("reroll", first["id"], presser.id)
    assert second["request_json"] == first["request_json"]
    assert house.posts == 2
    await house.until(lambda: "Delivered" in said(pressed).content, "an answer that follows the job")
    assert said(pressed).components == []


async def test_a_paid_press_says_what_it_counts_and_offers_undo(build_house):
    house = await build_house(settings={"member_per_day": 10, "undo_seconds": 5})
    await house.video()
    (result,) = await house.delivered()
    pressed = await house.ann.click(result, label="Re-roll · $0.29")
    words = house.first_words(pressed)
    assert was_accepted(words["content"])
    assert "within 5 seconds" in words["content"].replace("\u2068", "").replace("\u2069", "")
    assert "About $0.29. 8 left today" in words["content"]
    assert PROMPT in words["content"]
    (button,) = words["components"][0]["components"]
    assert (button["label"], button["custom_id"]) == ("Undo", f"v1:cancel:{key_of(house, 1)}")


@pytest.mark.parametrize("restarts", [False, True])
async def test_undo_gives_the_share_back_and_nothing_is_ordered(build_house, restarts):
    house = await build_house(settings={"member_per_day": 2, "undo_seconds": 30})
    await house.video()
    (result,) = await house.delivered()
    for _ in range(2):
        pressed = await house.ann.click(result, label="Re-roll · $0.29")
        assert "None left today" in said(pressed).content
        if restarts:
            await house.restart()
        await house.ann.click(said(pressed), label="Undo")
        assert "Cancelled" in said(pressed).content
        assert said(pressed).components == []
    assert [row["state"] for row in house.rows()] == ["delivered", "cancelled", "cancelled"]
    assert house.posts == 1


async def test_nothing_is_ordered_while_undo_is_certain(build_house):
    house = await build_house(settings={"undo_seconds": 1.5})
    await house.video()
    (result,) = await house.delivered()
    await house.ann.click(result, label="Re-roll · $0.29")
    row = house.rows()[1]
    assert row["next_at"] - row["created_at"] == 1500
    await house.delivered(count=2)
    assert house.rows()[1]["submitted_at"] >= row["created_at"] + 1500


async def test_1080p_orders_the_same_clip_anew_from_its_own_first_frame(shown):
    house, result = shown
    await house.restart()
    await house.ben.click(result, label="Redo in 1080p · $0.43")
    *_, upscaled = await house.delivered(count=2)
    assert house.ordered["resolution"] == "1080p"
    assert house.ordered["first_frame_image"].startswith("data:image/jpeg;base64,")
    assert labels_of(upscaled)[0] == ["Re-roll · $0.43", "Remix", "Continue", "Delete"]


async def test_a_cap_that_is_reached_refuses_the_press(build_house):
    house = await build_house(settings={"member_per_day": 1})
    await house.video()
    (result,) = await house.delivered()
    for label in ("Re-roll · $0.29", "Redo in 1080p · $0.43"):
        pressed = await house.ann.click(result, label=label)
        assert "You've used today's 1 video" in said(pressed).content
    assert (len(house.rows()), house.posts) == (1, 1)
    await house.ben.click(result, label="Re-roll · $0.29")
    assert len(house.rows()) == 2


async def test_what_an_author_does_not_share_others_may_re_roll_only(shown):
    house, result = shown
    await house.env.bot.preferences.change(house.ann.id, reusable=False)
    pressed = await house.ben.click(result, label="Redo in 1080p · $0.43")
    assert "The author doesn't share this one" in said(pressed).content
    await house.env.bot.preferences.change(house.ann.id, reusable=True)
    form = await house.ben.click(result, label="Continue")
    await house.env.bot.preferences.change(house.ann.id, reusable=False)
    pressed = await house.ben.submit_modal(form, {"prompt": "it lands"})
    assert "The author doesn't share this one" in said(pressed).content
    assert len(house.rows()) == 1
    await house.ben.click(result, label="Re-roll · $0.29")
    assert len(house.rows()) == 2


async def test_a_file_that_is_gone_can_be_re_rolled_but_not_built_upon(shown):
    house, result = shown
    for path in (house.settings.data_dir / "videos").iterdir():
        path.unlink()
    assert "no longer stored" in said(await house.ann.click(result, label="Redo in 1080p · $0.43")).content
    form = await house.ann.click(result, label="Continue")
    pressed = await house.ann.submit_modal(form, {"prompt": "it lands"})
    assert "no longer stored" in said(pressed).content
    assert len(house.rows()) == 1
    await house.ann.click(result, label="Re-roll · $0.29")
    assert len(house.rows()) == 2


async def test_remix_opens_the_form_with_the_order_and_orders_what_is_changed_for_the_presser(shown):
    house, result = shown
    await house.restart()
    form = await house.ben.click(result, label="Remix")
    assert form.modal["components"][0]["component"]["value"] == PROMPT
    changed = {"prompt": "a blue kite", "format": "6-768p", "choices": []}
    assert was_accepted(said(await house.ben.submit_modal(form, changed)).content)
    await house.delivered(count=2)
    row = house.rows()[1]
    assert (row["relation"], row["user_id"]) == ("remix", house.ben.id)
    assert house.ordered["prompt"] == "a blue kite"


async def test_details_tell_everybody_what_it_is_and_whose(shown):
    house, result = shown
    await house.restart()
    pressed = await house.ben.click(result, label="Details")
    for part in (
        "Delivered",
        f"<@{house.ann.id}>",
        "6 s · 768p · Hailuo 2.3",
        PROMPT,
        "<t:",
        result.jump_url,
    ):
        assert part in said(pressed).content
    assert house.pings(result) == [house.ann.id]


async def test_continue_asks_with_the_old_prompt_and_refuses_an_empty_one(shown):
    house, result = shown
    form = await house.ann.click(result, label="Continue")
    assert form.modal["title"] == "What happens next?"
    assert form.modal["components"][0]["component"]["value"] == PROMPT
    pressed = await house.ann.submit_modal(form, {"prompt": " "})
    assert "prompt is empty" in said(pressed).content
    assert len(house.rows()) == 1


async def test_two_members_fill_in_the_form_of_one_clip_at_the_same_time(shown):
    house, result = shown
    forms = [await actor.click(result, label="Continue") for actor in (house.ann, house.ben)]
    for actor, form in zip((house.ann, house.ben), forms, strict=True):
        pressed = await actor.submit_modal(form, {"prompt": f"what {actor.name} wants"})
        assert f"what {actor.name} wants" in said(pressed).content
    assert [row["user_id"] for row in house.rows()[1:]] == [house.ann.id, house.ben.id]


async def test_continue_keeps_the_chosen_moves_and_the_format(house):
    await house.video(duration=10, camera="Push in", prompt="[Shake] a storm")
    (result,) = await house.delivered()
    await house.restart()
    form = await house.ben.click(result, label="Continue")
    assert was_accepted(said(await house.ben.submit_modal(form, {"prompt": "it calms"})).content)
    *_, clip = await house.delivered(count=2)
    assert house.ordered["prompt"].endswith("it calms")
    assert "Shake" not in house.ordered["prompt"]
    assert "Push in" in clip.content
    assert house.ordered["duration"] == 10
    assert labels_of(clip) == [["Re-roll · $0.49", "Remix", "Continue", "Delete"], ["Details", "Join"]]


def test_what_goes_on_from_a_joined_video_is_one_clip_long():
    whole = Order(request=VideoRequest(prompt="all"), text="all", joined_seconds=24)
    assert continued(whole, "and then").seconds == 6


async def test_from_another_server_a_forged_press_finds_nothing(shown):
    house, result = shown
    elsewhere = house.another_server()
    for action in ACTIONS:
        forged = await house.forge(house.ann, result, room=elsewhere, **press_of(action, key_of(house)))
        assert ABSENT in said(forged).content, action
    assert len(house.rows()) == 1


async def private_take_of(house, result):
    """Let Ann re-roll a result for herself alone; return the message in her direct messages."""
    await house.env.bot.preferences.change(house.ann.id, private=True)
    await house.ann.click(result, label="Re-roll · $0.29")
    await house.until_job("route = 'private' AND state = 'delivered'")
    (private,) = house.direct()
    return private


async def test_a_private_video_is_not_there_for_others(shown):
    house, result = shown
    await private_take_of(house, result)
    for action in ACTIONS:
        forged = await house.forge(house.ben, result, **press_of(action, key_of(house, 1)))
        assert ABSENT in said(forged).content, action
    assert len(house.rows()) == 2


async def test_what_is_made_of_a_private_video_stays_private(shown):
    house, result = shown
    private = await private_take_of(house, result)
    await house.env.bot.preferences.change(house.ann.id, private=False)
    pressed = await house.ann.user.click(private, label="Re-roll · $0.29")
    assert "DM" in said(pressed).content
    await house.until_job(
        f"parent_id = {house.rows()[1]['id']} AND state = 'delivered' AND route = 'private'"
    )
    assert public(house.room) == [result]


async def test_a_chain_with_a_private_clip_is_joined_for_its_author_alone(shown):
    house, result = shown
    await house.env.bot.preferences.change(house.ann.id, private=True)
    form = await house.ann.click(result, label="Continue")
    await house.ann.submit_modal(form, {"prompt": "it lands"})
    await house.until_job("relation = 'continue' AND state = 'delivered'")
    await house.env.bot.preferences.change(house.ann.id, private=False)
    (clip,) = house.direct()
    pressed = await house.ann.user.click(clip, label="Join")
    assert "DM you the whole video" in house.first_words(pressed)["content"]
    await house.until_job("relation = 'join' AND state = 'delivered' AND route = 'private'")
    assert public(house.room) == [result]
    assert house.posts == 2


async def test_a_clip_alone_is_no_chain(shown):
    house, result = shown
    forged = await house.forge(house.ann, result, **press_of("join", key_of(house)))
    assert "Nothing to join yet" in said(forged).content
    assert len(house.rows()) == 1
