"""*Try again* under what came to nothing and was not charged."""

import pytest

from sandbox.faults import Fault
from tests.cogs.house import PROMPT, public


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
    assert "Queued" in pressed.response.content
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
    assert "Queued" in pressed.response.content
    assert PROMPT in pressed.response.content


async def test_another_member_finds_no_such_video(house):
    _, ending = await failed(house)
    pressed = await house.ben.click(ending, label="Try again · $0.29")
    assert "no such video of yours" in said(pressed)
    assert len(house.rows()) == 1


async def test_what_may_have_been_charged_offers_no_second_try(house):
    _, ending = await failed(house, "cut_after_accepting")
    assert labels_of(ending) == ["Submit again", "Give up"]
    forged = await house.forge(
        house.ann, ending, component_type=2, custom_id=f"v1:retry:{house.rows()[0]['key']}"
    )
    assert "not possible with this video" in said(forged)
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
    assert "Queued" in pressed.response.content
