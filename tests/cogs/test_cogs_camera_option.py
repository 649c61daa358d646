"""The `camera` option: what is offered while one types, and how what was typed is read."""

import pytest

from hailuo.camera import CameraMove
from tests.support.rows import each_row


async def offered(house, typed):
    choices = await house.ann.autocomplete(house.room, "video", "camera", typed)
    assert len(choices) <= 25
    assert all(1 <= len(choice["name"]) <= 100 and len(choice["value"]) <= 100 for choice in choices)
    return [choice["value"] for choice in choices]


async def test_before_anything_is_typed_every_move_is_offered_with_what_it_does(house):
    choices = await house.ann.autocomplete(house.room, "video", "camera", "")
    assert [choice["value"] for choice in choices] == [move.english for move in CameraMove]
    assert choices[0]["name"] == "Slide left (Truck left)"


@each_row(
    "typed, expected",
    [
        ("pu", ["Push in", "Pull out"]),
        ("slide", ["Truck left", "Truck right"]),
        ("推", ["Push in", "Zoom in"]),
        ("sh", ["Shake", "Push in", "Tracking shot", "Static shot"]),  # what begins so comes first
        ("【推", []),
        ("Push in, tr", ["Push in, Truck left", "Push in, Truck right", "Push in, Tracking shot"]),
        ("Move closer (Push in), 晃", ["Push in, Shake"]),
        ("Push in，上升、晃", ["Push in, Pedestal up, Shake"]),
        ("Push in, Truck left, Shake", ["Push in, Truck left, Shake"]),
        ("Push in, Truck left, Shake, ", ["Push in, Truck left, Shake"]),
        ("Push in, Truck left, Shake, ti", ["Push in, Truck left, Shake"]),
        ("Push in, push in, shak", ["Push in, Shake"]),
        ("nothing like it", []),
    ],
)
async def test_what_was_typed_is_completed(house, typed, expected):
    assert await offered(house, typed) == expected


async def test_a_finished_move_is_offered_alone_and_with_a_second_one(house):
    choices = await offered(house, "Push in")
    assert choices[0] == "Push in"
    assert choices[1] == "Push in, Truck left"
    assert len(choices) == 15


async def test_the_longest_choice_still_fits(house):
    await offered(house, "Pedestal down, Tracking shot, ")


@pytest.mark.parametrize(
    "camera",
    ["Push in, Pedestal up", "push IN + 上升", "Move closer (Push in), Rise (Pedestal up)", "[推进,上升]"],
)
async def test_chosen_moves_are_sent_in_one_bracket_before_the_words(house, camera):
    await house.video(prompt="a kite", camera=camera)
    await house.delivered()
    assert house.ordered["prompt"] == "[推进,上升]a kite"


async def test_a_move_typed_in_the_prompt_is_named_as_it_was_read(house):
    asked = await house.video(prompt="[pan left] a kite")
    assert "Camera: Turn left (Pan left)" in house.first_words(asked)["content"]
    await house.delivered()
    assert house.ordered["prompt"] == "[左摇] a kite"


async def test_a_move_that_was_chosen_and_typed_is_not_doubled(house):
    asked = await house.video(prompt="a kite [Push in]", camera="Push in")
    said = house.first_words(asked)["content"]
    assert said.count("Push in") == 2  # once in the quoted prompt, once as it was read
    await house.delivered()
    assert house.ordered["prompt"] == "a kite [推进]"
