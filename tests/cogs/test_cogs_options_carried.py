"""Every option of a video survives each way that it takes, from what a person chose to what the provider is sent."""

import dataclasses
import json

import pytest

from hailuo.request import Duration, Enhance, Model, Resolution, VideoOptions
from jobs.orders.order import Order
from jobs.servers.preferences import MemberSettings, with_settings
from sandbox.faults import Fault
from tests.cogs.photos import photo
from tests.support.house import public

CHOSEN = {
    "duration": Duration.LONG,
    "resolution": Resolution.P1080,
    "model": Model.HAILUO_FAST,
    "enhance": Enhance.QUICK,
    "watermark": True,
}
"""A value for each option that is not its default."""

OPTIONS = [field.name for field in dataclasses.fields(VideoOptions)]
each_option = pytest.mark.parametrize("name", OPTIONS)


def plain(name):
    """Return the value as Discord sends it."""
    return getattr(CHOSEN[name], "value", CHOSEN[name])


def expected(name):
    """Return the options of an order in which one is chosen."""
    return VideoOptions(**{name: CHOSEN[name]})


async def ordered(house, *, jobs):
    """Return the options of the newest of so many jobs; the provider was sent the same."""
    await house.until(
        lambda: len(house.rows("state = 'delivered'")) == jobs or None, f"{jobs} delivered jobs"
    )
    options = Order.from_json(house.rows()[-1]["request_json"]).request.options
    assert options.wire().items() <= house.ordered.items()
    return options


def shown(component):
    """Return what a component of a form shows as chosen, as it is sent off if nobody touches it."""
    values = [option["value"] for option in component["options"] if option.get("default")]
    return values[0] if component["custom_id"] == "format" else values


def test_each_option_has_a_value_here_that_is_not_its_default():
    ordinary = VideoOptions()
    assert [name for name in OPTIONS if CHOSEN[name] == getattr(ordinary, name)] == []


@each_option
async def test_an_option_of_the_command_reaches_the_provider_and_whatever_is_made_of_the_video(house, name):
    await house.video(**{name: plain(name)}, image=("kite.png", photo()))
    assert await ordered(house, jobs=1) == expected(name)
    (result,) = await house.delivered()
    key = house.rows()[0]["key"]

    await house.ann.click(result, custom_id=f"v1:reroll:{key}")
    assert await ordered(house, jobs=2) == expected(name)

    opened = await house.ann.click(result, custom_id=f"v1:remix:{key}")
    fields = [label["component"] for label in opened.modal["components"]]
    filled = {field["custom_id"]: shown(field) for field in fields if "options" in field}
    await house.ann.submit_modal(opened, {"prompt": "a blue kite", **filled})
    assert await ordered(house, jobs=3) == expected(name)


@each_option
async def test_an_option_that_a_member_prefers_reaches_the_provider_by_command_and_retry(house, name):
    await house.env.bot.preferences.change(house.ann.id, **{name: CHOSEN[name]})
    house.sandbox.faults.add(Fault.parse("fails_provider"))
    await house.video(image=("kite.png", photo()))
    failed = await house.until_job("told_at IS NOT NULL AND status_message_id IS NULL")
    (ending,) = public(house.room)
    await house.ann.click(ending, custom_id=f"v1:retry:{failed['key']}")
    assert await ordered(house, jobs=1) == expected(name)


@each_option
def test_an_option_survives_settings_and_rows(name):
    assert MemberSettings.from_json(with_settings(None, **{name: CHOSEN[name]})).options == expected(name)
    assert VideoOptions.from_wire(json.loads(json.dumps(expected(name).wire()))) == expected(name)
    assert VideoOptions.read({name: plain(name)}) == expected(name)
