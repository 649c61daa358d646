"""Requests: which combinations are refused, and what is sent exactly."""

import json

import pytest

from hailuo.camera import CameraMove
from hailuo.client import clip_body
from hailuo.request import (
    MAX_PROMPT,
    Duration,
    Enhance,
    Model,
    Resolution,
    Rule,
    RuleBroken,
    VideoOptions,
    VideoRequest,
    compose_prompt,
    require_valid,
)
from tests.support.caps import GATEWAY
from tests.support.rows import each_row


def rule_broken_by(prompt="a cat", **options):
    with pytest.raises(RuleBroken) as caught:
        require_valid(VideoOptions(**options), prompt=prompt, has_picture=False)
    return caught.value


def body_of(request, picture=None):
    return clip_body(request, GATEWAY.model(request.options.model), picture)


def test_the_defaults_are_the_providers():
    assert body_of(VideoRequest(prompt="a cat")) == {
        "model": "MiniMax-Hailuo-2.3",
        "prompt": "a cat",
        "duration": 6,
        "resolution": "768p",
        "prompt_optimizer": True,
        "fast_pretreatment": False,
        "watermark": False,
    }


def test_duration_goes_out_as_a_number_and_resolution_in_lower_case():
    body = json.dumps(body_of(VideoRequest(prompt="a cat", options=VideoOptions(duration=Duration.LONG))))
    assert '"duration": 10' in body
    assert '"resolution": "768p"' in body


def test_a_picture_is_sent_under_the_name_the_provider_gives_it():
    request = VideoRequest(prompt="a cat", has_first_frame=True)
    assert (
        body_of(request, "https://files.example/a.png")["first_frame_image"] == "https://files.example/a.png"
    )
    assert "first_frame_image" not in body_of(VideoRequest(prompt="a cat"))


@each_row("prompt", ["", " ", "\n\t　"])
def test_a_prompt_of_nothing_is_refused(prompt):
    assert rule_broken_by(prompt=prompt).rule is Rule.PROMPT_EMPTY


def test_a_prompt_may_have_two_thousand_characters_and_not_one_more():
    require_valid(VideoOptions(), prompt="猫" * MAX_PROMPT, has_picture=False)
    broken = rule_broken_by(prompt="猫" * (MAX_PROMPT + 1))
    assert (broken.rule, broken.value) == (Rule.PROMPT_TOO_LONG, 2001)


def test_tokens_count_as_characters_of_the_prompt():
    prompt = compose_prompt("x" * (MAX_PROMPT - 3), (CameraMove.PUSH_IN,))
    assert rule_broken_by(prompt=prompt).value == 2001


def test_ten_seconds_at_1080p_are_refused():
    broken = rule_broken_by(resolution=Resolution.P1080, duration=Duration.LONG)
    assert broken.rule is Rule.LONG_AT_1080P
    require_valid(VideoOptions(resolution=Resolution.P1080), prompt="a cat", has_picture=False)


def test_fast_needs_a_picture_unless_the_setting_allows_none():
    fast = VideoOptions(model=Model.HAILUO_FAST)
    assert rule_broken_by(model=Model.HAILUO_FAST).rule is Rule.FAST_WITHOUT_IMAGE
    require_valid(fast, prompt="a cat", has_picture=True)
    require_valid(fast, prompt="a cat", has_picture=False, fast_requires_image=False)


@each_row("enhance", Enhance)
def test_a_request_comes_back_from_its_row_unchanged(enhance):
    options = VideoOptions(model=Model.HAILUO_FAST, duration=Duration.LONG, enhance=enhance, watermark=True)
    request = VideoRequest(prompt="[推进]a cat", options=options, has_first_frame=True)
    assert VideoRequest.from_json(json.loads(json.dumps(request.to_json()))) == request


def test_a_row_of_before_an_option_has_its_default():
    kept = VideoRequest(prompt="a cat").to_json()
    del kept["watermark"]
    assert VideoRequest.from_json(kept) == VideoRequest(prompt="a cat")


def test_composing_trims_and_puts_the_moves_in_front():
    assert compose_prompt("  a cat  ", (CameraMove.PAN_LEFT, CameraMove.PEDESTAL_UP)) == "[左摇,上升]a cat"
    with pytest.raises(RuleBroken) as caught:
        compose_prompt("  ", (CameraMove.PAN_LEFT,))
    assert caught.value.rule is Rule.PROMPT_EMPTY
