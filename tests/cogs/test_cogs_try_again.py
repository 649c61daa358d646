"""*Try again* under what came to nothing and was not charged."""

import pytest

from sandbox.faults import Fault
from tests.cogs.outside import in_a_server_without_the_bot
from tests.cogs.photos import photo
from tests.support.house import PROMPT, public, was_accepted


def labels_of(message):
    """Return the labels of a message's buttons."""
    return [button.label for row in message.components for button in row.children]


def said(pressed):
    """Return the private answer to a press."""
    answer = pressed.followups[0] if pressed.followups else pressed.response
    assert answer.ephemeral
    return answer.content


async def failed(house, fault="fails_provider"):
    """Order a video that meets `fault`; return Ann's acknowledgement and the ending in the channel."""
    house.sandbox.faults.add(Fault.parse(fault))
    asked = await house.video()
    await house.until_job("told_at IS NOT NULL AND status_message_id IS NULL")
    (ending,) = public(house.room)
    return asked, ending


@pytest.mark.parametrize("restarts", [False, True])
async def test_an_ending_that_was_not_charged_can_be_tried_again(house, restarts):
    _, ending = await failed(house)
    assert labels_of(ending) == ["Try again · $0.29"]
    if restarts:
        await house.restart()
    pressed = await house.ann.click(ending, label="Try again · $0.29")
    assert pressed.ephemeral
    assert was_accepted(pressed.response.content)
    await house.until_job("relation = 'retry' AND state = 'delivered'")
    first, second = house.rows()
    assert (second["parent_id"], second["request_json"]) == (first["id"], first["request_json"])
    assert house.posts == 2


async def test_undo_of_a_second_try_orders_nothing(build_house):
    house = await build_house(settings={"undo_seconds": 30})
    _, ending = await failed(house)
    pressed = await house.ann.click(ending, label="Try again · $0.29")
    await house.ann.click(pressed.response, label="Undo")
    assert "Cancelled" in pressed.response.content
    assert [row["state"] for row in house.rows()] == ["failed", "cancelled"]
    assert house.posts == 1


async def test_the_private_acknowledgement_of_what_failed_offers_it_too(house):
    asked, _ = await failed(house)
    await house.until(lambda: asked.response.components, "an acknowledgement with a button")
    pressed = await house.ann.click(asked.response, label="Try again · $0.29")
    assert was_accepted(pressed.response.content)
    assert PROMPT in pressed.response.content


async def test_what_may_have_been_charged_offers_no_second_try(house):
    _, ending = await failed(house, "cut_after_accepting")
    assert labels_of(ending) == ["Submit again", "Give up"]
    forged = await house.forge(
        house.ann, ending, component_type=2, custom_id=f"v1:retry:{house.rows()[0]['key']}"
    )
    assert "can't do that with this video" in said(forged)
    assert len(house.rows()) == 1


async def test_what_waited_too_long_can_be_ordered_anew(build_house):
    house = await build_house(settings={"max_running_jobs": 1, "queue_ttl_hours": 0.0005}, render_seconds=60)
    await house.video(house.ben)
    await house.until_job("state = 'rendering'")
    await house.video()
    await house.until_job("reason = 'waited_too_long' AND told_at IS NOT NULL")
    (ending,) = await house.until(
        lambda: [seen for seen in public(house.room) if "waited too long" in seen.content], "an ending"
    )
    assert labels_of(ending) == ["Try again · $0.29"]
    pressed = await house.ann.click(ending, label="Try again · $0.29")
    assert was_accepted(pressed.response.content)


def offered(answer):
    """Return the labels of the buttons of a private answer."""
    return [button["label"] for row in answer.components for button in row["components"]]


def filled_in(opened):
    """Return what a form shows before anybody has touched it, as it would be sent off."""
    filled = {}
    for label in opened.modal["components"]:
        component = label["component"]
        if "value" in component:
            filled[component["custom_id"]] = component["value"]
        elif "options" in component:
            ticked = [option["value"] for option in component["options"] if option.get("default")]
            single = component["custom_id"] == "format"
            filled[component["custom_id"]] = ticked[0] if single else ticked
    return filled


async def refused_by_the_filter(house, *, actor=None, **options):
    """Order a video that the provider's filter refuses; return the private acknowledgement that says so."""
    house.sandbox.faults.add(Fault.parse("moderated"))
    known = len(house.rows("told_at IS NOT NULL"))
    asked = await house.video(actor, **options)
    await house.until(lambda: len(house.rows("told_at IS NOT NULL")) > known, "the refusal")
    await house.until(lambda: offered(asked.response) not in ([], ["Cancel"]), "a button")
    return asked


async def test_what_the_filter_refused_is_changed_in_the_form_and_not_sent_again(house):
    attached = {"image": ("kite.png", photo()), "camera": "Push in", "duration": 10, "spoiler": True}
    asked = await refused_by_the_filter(house, **attached)
    assert offered(asked.response) == ["Change prompt"]
    assert "1 of 3 refusals today" in asked.response.content
    opened = await house.ann.click(asked.response, label="Change prompt")
    filled = filled_in(opened)
    assert (filled["prompt"], filled["camera"], filled["format"]) == (PROMPT, ["push_in"], "10-768p")
    assert "spoiler" in filled["choices"]
    assert len(house.rows()) == 1

    await house.ann.submit_modal(opened, {**filled, "prompt": "A paper boat on a lake"})
    await house.until_job("relation = 'remix' AND state = 'delivered'")
    first, second = house.rows()
    assert second["first_frame"] is not None
    assert second["parent_id"] == first["id"]
    assert house.ordered["prompt"] == "[推进]A paper boat on a lake"


async def test_a_button_of_before_that_says_try_again_opens_the_form_too_also_after_a_restart(house):
    asked = await refused_by_the_filter(house)
    key = house.rows()[0]["key"]
    await house.restart()
    pressed = await house.forge(house.ann, asked.response, component_type=2, custom_id=f"v1:retry:{key}")
    assert filled_in(pressed)["prompt"] == PROMPT
    assert len(house.rows()) == 1


async def test_refusals_are_counted_and_a_suspension_says_when_it_ends(house):
    said = [(await refused_by_the_filter(house)).response.content for _ in range(3)]
    assert ["2 of 3 refusals today" in one for one in said] == [False, True, False]
    assert "3 of 3 refusals today.** You can make videos again on <t:" in said[2]
    there = in_a_server_without_the_bot(house)
    for refused in (await house.video(), await there.slash("video", prompt=PROMPT)):
        assert "You can again on <t:" in refused.response.content
    assert len(house.rows()) == 3


async def test_in_the_list_of_one_s_own_it_is_changed_too(house):
    await refused_by_the_filter(house)
    shown = await house.job_page()
    opened = await house.ann.click(shown.response, label="Change prompt")
    assert filled_in(opened)["prompt"] == PROMPT
