"""`/operator`: whoever runs the bot stops all ordering and lets it go on, in direct messages; nobody else."""

import pytest

from db.settings.pauses import Cause
from jobs.money.limits import KillSwitch


@pytest.fixture
def owned(house):
    """Return a house whose bot is Ann's."""
    house.env.bot.owner_id = house.ann.id
    return house


async def asks(house, subcommand, actor=None):
    """Run a subcommand in one's direct messages with the bot; return what is said."""
    return (await (actor or house.ann).user.slash(f"operator {subcommand}")).response.content


@pytest.mark.parametrize("subcommand", ["pause", "resume", "status"])
async def test_it_answers_the_owner_of_the_application_alone(owned, subcommand):
    assert "Only the bot's operator" in await asks(owned, subcommand, owned.ben)
    await owned.video(owned.ben)
    await owned.delivered()


async def test_ordering_stops_and_goes_on_again(owned):
    assert "Paused everywhere" in await asks(owned, "pause")
    refused = (await owned.video(owned.ben)).response.content
    assert "paused" in refused
    assert "Nothing was charged" in refused
    assert owned.nothing_was_spent()

    assert "Resumed" in await asks(owned, "resume")
    assert "Nothing was paused" in await asks(owned, "resume")
    await owned.video(owned.ben)
    await owned.delivered()


async def test_the_switch_of_the_machine_is_turned_off_too(owned):
    switch = KillSwitch(owned.settings.data_dir)
    switch.turn_on()
    assert "Paused by you" in await asks(owned, "status")
    assert "Resumed" in await asks(owned, "resume")
    assert not switch.is_on


async def test_how_things_stand_is_told_with_what_was_spent_today(owned):
    assert "Running normally" in await asks(owned, "status")
    await owned.video(owned.ben)
    await owned.delivered()

    said = await asks(owned, "status")

    assert "1 video, $0.29" in said
    assert f"`{owned.guild.id}`" in said


@pytest.mark.parametrize("cause", Cause)
async def test_why_it_stands_still_is_told(owned, cause):
    pauses = owned.env.bot.ordering_pauses._pauses
    await pauses.pause(cause, seconds=60)
    assert "aused" in (await asks(owned, "status")).splitlines()[0]
