"""`/video` where little is said: it is as the member prefers, and as the server wants it."""

import pytest

from hailuo.request import Duration, Enhance, Model, Resolution
from tests.cogs.photos import photo

FAST = "MiniMax-Hailuo-2.3-Fast"


async def prefer(house, **fields):
    """Let Ann prefer something."""
    await house.env.bot.preferences.change(house.ann.id, **fields)


async def test_what_is_left_out_is_as_the_member_prefers(house):
    await prefer(
        house,
        resolution=Resolution.P1080,
        model=Model.HAILUO_FAST,
        enhance=Enhance.QUICK,
        spoiler=True,
        private=True,
        direct_messages=False,
    )
    await house.video(image=("kite.png", photo()))
    job = await house.until_job("state = 'delivered'")
    assert (house.ordered["model"], house.ordered["resolution"]) == (FAST, "1080p")
    assert house.ordered["fast_pretreatment"] is True
    assert (job["spoiler"], job["route"], job["may_direct"]) == (1, "private", 0)


async def test_an_option_that_is_given_wins_over_a_preference(house):
    await prefer(
        house,
        duration=Duration.LONG,
        enhance=Enhance.OFF,
        spoiler=True,
        private=True,
    )
    await house.video(duration=6, enhance="full", spoiler=False, private=False)
    job = await house.until_job("state = 'delivered'")
    assert house.ordered["duration"] == 6
    assert house.ordered["prompt_optimizer"] is True
    assert (job["spoiler"], job["route"]) == (0, "channel")


@pytest.mark.parametrize(
    ("preferred", "options", "ordered"),
    [
        pytest.param({"resolution": Resolution.P1080}, {"duration": 10}, (10, "768p"), id="length is given"),
        pytest.param(
            {"duration": Duration.LONG}, {"resolution": "1080p"}, (6, "1080p"), id="resolution is given"
        ),
        pytest.param(
            {"duration": Duration.LONG, "resolution": Resolution.P1080}, {}, (10, "768p"), id="neither"
        ),
    ],
)
async def test_a_preference_that_does_not_go_with_the_order_gives_way(house, preferred, options, ordered):
    await prefer(house, **preferred)
    await house.video(**options)
    await house.until_job("state = 'delivered'")
    assert (house.ordered["duration"], house.ordered["resolution"]) == ordered


async def test_the_preference_for_fast_gives_way_without_a_picture(house):
    await prefer(house, model=Model.HAILUO_FAST)
    await house.video()
    await house.until_job("state = 'delivered'")
    assert house.ordered["model"] == "MiniMax-Hailuo-2.3"


async def test_the_preference_for_fast_stays_where_fast_needs_no_picture(build_house):
    house = await build_house(settings={"fast_requires_image": False}, fast_requires_image=False)
    await prefer(house, model=Model.HAILUO_FAST)
    await house.video()
    await house.until_job("state = 'delivered'")
    assert house.ordered["model"] == FAST


async def test_a_server_that_hides_results_hides_them_whatever_is_asked(house):
    await house.env.bot.preferences.change_guild(house.guild.id, spoiler_everywhere=True)
    await house.video(spoiler=False)
    (result,) = await house.delivered()
    assert result.attachments[0].is_spoiler()
