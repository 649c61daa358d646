"""*Cancel*: by whom, when, and what it says when it is too late."""

import pytest

from cogs.text.catalogue import MENTIONS
from sandbox.faults import Fault
from tests.support.house import answer_to


@pytest.fixture
async def house(build_house):
    """Return a house whose provider takes one job at a time."""
    return await build_house(settings={"max_running_jobs": 1}, render_seconds=60)


async def waiting(house):
    """Let Ben's video occupy the provider; return Ann's acknowledgement of one that waits."""
    await house.video(house.ben)
    await house.until_job("state = 'rendering'")
    return await house.video()


def cancelled(house):
    return [row["key"] for row in house.rows("state = 'cancelled'")]


async def test_the_owner_cancels_a_waiting_video_and_gets_the_share_back(house):
    asked = await waiting(house)
    pressed = await house.ann.click(asked.response, label="Cancel")

    assert pressed.acknowledged
    said = asked.response
    assert "Cancelled" in said.content
    assert "Nothing was charged" in said.content
    assert said.components == []
    assert cancelled(house) == [house.rows()[1]["key"]]
    assert house.posts == 1


def press_of_cancel(house):
    """Return a press of the newest job's *Cancel*, also where the message shows it no more."""
    return {"custom_id": f"v1:cancel:{house.rows()[-1]['key']}", "component_type": 2}


async def test_once_the_provider_works_on_it_the_button_goes_and_a_late_press_is_told_so(house):
    asked = await house.video()
    await house.until(lambda: not asked.response.components, "an acknowledgement without a button")
    assert "Rendering" in asked.response.content

    late = await house.forge(house.ann, asked.response, **press_of_cancel(house))
    assert answer_to(late).ephemeral
    assert "too late to cancel" in answer_to(late).content
    assert "Rendering" in asked.response.content
    assert cancelled(house) == []


async def test_a_second_press_says_that_it_was_cancelled_already(house):
    asked = await waiting(house)
    await house.ann.click(asked.response, label="Cancel")
    again = await house.forge(house.ann, asked.response, **press_of_cancel(house))
    assert "already cancelled" in answer_to(again).content


async def test_a_press_on_an_ended_video_points_to_the_list(build_house):
    house = await build_house()
    asked = await house.video()
    await house.delivered()
    pressed = await house.forge(house.ann, asked.response, **press_of_cancel(house))
    assert "already ended" in answer_to(pressed).content
    assert MENTIONS("jobs") in answer_to(pressed).content


async def test_a_press_on_an_unclear_order_does_not_claim_that_it_is_being_made(build_house):
    house = await build_house()
    house.sandbox.faults.add(Fault.parse("cut_after_accepting"))
    asked = await house.video()
    await house.until_job("state = 'unknown' AND told_at IS NOT NULL")
    pressed = await house.forge(house.ann, asked.response, **press_of_cancel(house))
    assert "can't tell" in answer_to(pressed).content
    assert "working on it" not in answer_to(pressed).content


async def test_the_button_works_after_a_restart(house):
    asked = await waiting(house)
    await house.restart()
    await house.ann.click(asked.response, label="Cancel")
    assert "Cancelled" in asked.response.content
    assert len(cancelled(house)) == 1


async def test_cancelling_from_the_page_of_a_video_leads_back_to_the_list(house):
    await waiting(house)
    shown = await house.job_page()
    await house.ann.click(shown.response, label="Cancel")
    assert "Cancelled" in shown.response.content
    await house.ann.click(shown.response, label="Back to the list")
    assert "Your videos" in shown.response.content


async def test_a_late_press_on_the_page_brings_the_page_up_to_date(house):
    await waiting(house)
    first, second = await house.job_page(), await house.job_page()
    await house.ann.click(second.response, label="Cancel")
    pressed = await house.ann.click(first.response, label="Cancel")
    assert "already cancelled" in answer_to(pressed).content
    assert "**Cancelled**" in first.response.content
    assert [part["label"] for part in first.response.components[0]["components"]] == ["Back to the list"]
