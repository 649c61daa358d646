"""Endings that are not a video: who is told, where, in which words, and whether it was charged."""

import pytest

from cogs.text.catalogue import MENTIONS
from sandbox.faults import Fault
from tests.support.house import PROMPT, public


async def told(house, fault, **options):
    """Order a video that meets `fault`; return Ann's acknowledgement once its ending was told."""
    house.sandbox.faults.add(Fault.parse(fault))
    asked = await house.video(**options)
    await house.until_job("told_at IS NOT NULL")
    return asked


async def nothing_is_left(house):
    await house.until(lambda: not public(house.room), "an empty channel")


@pytest.mark.parametrize("fault", ["moderated", "fails_moderated"])
async def test_a_refusal_by_the_filter_goes_to_the_requester_alone(house, fault):
    asked = await told(house, fault, prompt="something rude")

    answer = asked.response
    await house.until(lambda: "content filter" in answer.content, "the acknowledgement become the ending")
    assert answer.ephemeral
    assert list(asked.followups) == []
    assert "othing was charged" in answer.content
    await nothing_is_left(house)
    assert house.private(house.ben) == []
    assert house.direct() == []


async def test_after_a_restart_a_refusal_by_the_filter_comes_as_a_direct_message(build_house):
    house = await build_house(render_seconds=1.0)
    house.sandbox.faults.add(Fault.parse("fails_moderated"))
    await house.video(prompt="something rude")
    await house.until(lambda: public(house.room), "a status")
    await house.restart()
    (message,) = await house.until(house.direct, "a direct message")
    assert "content filter" in message.content
    assert "something rude" in message.content
    await nothing_is_left(house)


async def test_with_direct_messages_closed_the_channel_learns_neither_prompt_nor_reason(build_house):
    house = await build_house(render_seconds=1.0)
    house.sandbox.faults.add(Fault.parse("fails_moderated"))
    await house.video(prompt="something rude")
    await house.until(lambda: public(house.room), "a status")
    house.env.inject_error("POST", "/users/@me/channels", status=403, code=50007, times=None)
    await house.restart()
    await house.until_job("told_at IS NOT NULL")

    (message,) = await house.until(
        lambda: [seen for seen in public(house.room) if "Rendering" not in seen.content], "a hint"
    )
    assert house.pings(message) == [house.ann.id]
    assert MENTIONS("jobs") in message.content
    assert "rude" not in message.content
    assert "filter" not in message.content


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        ("fails_provider", ["couldn't make your video", "othing was charged"]),
        ("out_of_credit", ["account with the provider is empty", "othing was charged"]),
        ("bad_key", ["refused the bot's key", "othing was charged"]),
        ("not_found@submit", ["rejected", "othing was charged"]),
        (
            "cut_after_accepting",
            ["may have been charged", "won't resend it", "counts against your limits"],
        ),
    ],
)
async def test_a_failure_says_in_plain_words_why_and_whether_it_was_charged(house, fault, words):
    await told(house, fault)
    (ending,) = await house.until(
        lambda: [seen for seen in public(house.room) if "Rendering" not in seen.content], "an ending"
    )
    assert [word for word in words if word not in ending.content] == []
    assert house.pings(ending) == [house.ann.id]
    await house.until(lambda: len(public(house.room)) == 1, "one message left")


async def test_a_failure_is_told_privately_where_the_bot_may_no_longer_post(house):
    house.env.inject_error("POST", f"/channels/{house.room.id}/messages", status=403, code=50013, times=None)
    asked = await told(house, "fails_provider")
    answer = asked.response
    assert answer.ephemeral
    assert "couldn't make your video" in answer.content
    assert PROMPT in answer.content


async def test_when_discord_forgets_the_reply_early_a_refusal_by_the_filter_comes_as_a_direct_message(
    build_house,
):
    house = await build_house(render_seconds=0.5)
    house.sandbox.faults.add(Fault.parse("fails_moderated"))
    await house.video()
    house.env.inject_error("PATCH", "/webhooks/*", status=404, code=10015, times=None)
    (message,) = await house.until(house.direct, "a direct message")
    assert "content filter" in message.content
    await nothing_is_left(house)


async def test_after_a_restart_an_ordinary_failure_is_told_in_the_channel_to_the_requester(build_house):
    house = await build_house(render_seconds=1.0)
    house.sandbox.faults.add(Fault.parse("fails_provider"))
    await house.video()
    await house.until(lambda: public(house.room), "a status")
    await house.restart()
    await house.until_job("told_at IS NOT NULL")
    (message,) = await house.until(
        lambda: [seen for seen in public(house.room) if "Rendering" not in seen.content], "an ending"
    )
    assert house.pings(message) == [house.ann.id]
    assert "couldn't make your video" in message.content
    assert "othing was charged" in message.content
    await house.until(lambda: len(public(house.room)) == 1, "the status gone")


async def test_the_page_of_a_failed_video_repeats_why(house):
    await told(house, "fails_provider")
    listed = await house.job_page()
    assert "Failed" in listed.response.content
    assert "couldn't make your video" in listed.response.content
    assert "othing was charged" in listed.response.content


async def test_an_unclear_order_is_listed_as_unclear(house):
    await told(house, "cut_after_accepting")
    listed = await house.job_page()
    assert "Unclear" in listed.response.content
    assert "may have been charged" in listed.response.content
    assert house.posts == 1
