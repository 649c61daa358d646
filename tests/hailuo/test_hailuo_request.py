"""Requests: what cannot be built, and what is sent exactly."""

import json

import pytest

from hailuo.camera import CameraMove
from hailuo.request import (
    MAX_PROMPT,
    Duration,
    Model,
    Resolution,
    Rule,
    RuleBroken,
    VideoRequest,
    compose_prompt,
)


def rule_broken_by(prompt="a cat", **fields):
    with pytest.raises(RuleBroken) as caught:
        VideoRequest(prompt=prompt, **fields)
    return caught.value


def test_the_defaults_are_the_providers():
    assert VideoRequest(prompt="a cat").body() == {
        "model": "MiniMax-Hailuo-2.3",
        "prompt": "a cat",
        "duration": 6,
        "resolution": "768p",
        "prompt_optimizer": True,
        "fast_pretreatment": False,
        "watermark": False,
    }


def test_duration_goes_out_as_a_number_and_resolution_in_lower_case():
    body = json.dumps(VideoRequest(prompt="a cat", duration=Duration.LONG).body())
    assert '"duration": 10' in body
    assert '"resolution": "768p"' in body


def test_a_picture_is_sent_under_the_name_the_provider_gives_it():
    request = VideoRequest(prompt="a cat", has_first_frame=True)
    assert request.body("https://files.example/a.png")["first_frame_image"] == "https://files.example/a.png"
    assert "first_frame_image" not in VideoRequest(prompt="a cat").body()


@pytest.mark.parametrize("prompt", ["", " ", "\n\t　"])
def test_a_prompt_of_nothing_is_refused(prompt):
    assert rule_broken_by(prompt=prompt).rule is Rule.PROMPT_EMPTY


def test_a_prompt_may_have_two_thousand_characters_and_not_one_more():
    VideoRequest(prompt="猫" * MAX_PROMPT)
    broken = rule_broken_by(prompt="猫" * (MAX_PROMPT + 1))
    assert (broken.rule, broken.value) == (Rule.PROMPT_TOO_LONG, 2001)


def test_tokens_count_as_characters_of_the_prompt():
    prompt = compose_prompt("x" * (MAX_PROMPT - 3), (CameraMove.PUSH_IN,))
    assert rule_broken_by(prompt=prompt).value == 2001


def test_ten_seconds_at_1080p_cannot_be_built():
    broken = rule_broken_by(resolution=Resolution.P1080, duration=Duration.LONG)
    assert broken.rule is Rule.LONG_AT_1080P
    VideoRequest(prompt="a cat", resolution=Resolution.P1080)


def test_fast_needs_a_picture_unless_the_setting_allows_none():
    assert rule_broken_by(model=Model.HAILUO_FAST).rule is Rule.FAST_WITHOUT_IMAGE
    VideoRequest(prompt="a cat", model=Model.HAILUO_FAST, has_first_frame=True)
    VideoRequest(prompt="a cat", model=Model.HAILUO_FAST, fast_requires_image=False)


def test_a_request_comes_back_from_its_row_unchanged():
    request = VideoRequest(
        prompt="[推进]a cat",
        model=Model.HAILUO_FAST,
        duration=Duration.LONG,
        has_first_frame=True,
        prompt_optimizer=False,
        fast_pretreatment=True,
        watermark=True,
    )
    restored = VideoRequest.from_json(json.loads(json.dumps(request.to_json())))
    assert restored.to_json() == request.to_json()
    assert restored.body() == request.body()


def test_an_allowed_fast_request_without_picture_can_be_restored():
    request = VideoRequest(prompt="a cat", model=Model.HAILUO_FAST, fast_requires_image=False)
    assert VideoRequest.from_json(request.to_json()).body() == request.body()


def test_composing_trims_and_puts_the_moves_in_front():
    assert compose_prompt("  a cat  ", (CameraMove.PAN_LEFT, CameraMove.PEDESTAL_UP)) == "[左摇,上升]a cat"
    with pytest.raises(RuleBroken) as caught:
        compose_prompt("  ", (CameraMove.PAN_LEFT,))
    assert caught.value.rule is Rule.PROMPT_EMPTY
