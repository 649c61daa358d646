"""Rules on the part moderation of `/admin`: managers turn them on and off for a server, each at once, and nobody else can."""

import asyncio

import pytest

from jobs.servers.preferences import GuildSettings
from tests.cogs.managers import admin, manager_of, rules_of
from tests.support.rows import each_row

BUTTONS = {
    "others_images": "Let members animate others' pictures",
    "spoiler_everywhere": "Spoiler every video in this server",
    "spoiler_here": "Spoiler every video in this channel",
}


@pytest.fixture
def manager(house):
    """Return a member who may manage the server."""
    return manager_of(house)


async def test_a_manager_sees_the_rules_in_words(house, manager):
    shown = await admin(house, "moderation", manager)
    assert shown.ephemeral
    assert [f"• {name}: **off**" for name in BUTTONS.values()] == shown.response.content.splitlines()[
        1 : 1 + len(BUTTONS)
    ]


@each_row("rule", BUTTONS)
async def test_a_rule_is_turned_on_and_off_after_a_restart_too(house, manager, rule):
    shown = await admin(house, "moderation", manager)
    await house.restart()
    await manager.click(shown.response, label=f"Turn on: {BUTTONS[rule]}")
    assert f"{BUTTONS[rule]}: **on**" in shown.response.content
    changed = await rules_of(house)
    assert changed != GuildSettings()
    await house.restart()
    assert await rules_of(house) == changed
    await manager.click(shown.response, label=f"Turn off: {BUTTONS[rule]}")
    assert await rules_of(house) == GuildSettings()


async def test_a_rule_for_this_channel_is_for_no_other(house, manager):
    other = house.guild.create_text_channel("other")
    shown = await admin(house, "moderation", manager)
    await manager.click(shown.response, label=f"Turn on: {BUTTONS['spoiler_here']}")
    elsewhere = await admin(house, "moderation", manager, room=other)
    assert f"{BUTTONS['spoiler_here']}: **off**" in elsewhere.response.content
    assert (await rules_of(house)).spoiler_channels == {house.room.id}


async def test_videos_are_hidden_where_the_server_wants_it(house, manager):
    shown = await admin(house, "moderation", manager)
    await manager.click(shown.response, label=f"Turn on: {BUTTONS['spoiler_here']}")
    await house.video()
    (result,) = await house.delivered()
    assert result.attachments[0].is_spoiler()


async def test_channels_that_are_decided_at_the_same_time_are_all_kept(house):
    preferences = house.env.bot.preferences
    async with asyncio.TaskGroup() as group:
        for channel_id in range(1, 9):
            group.create_task(preferences.hide_in_channel(7, channel_id, hide=True))
    assert (await preferences.guild(7)).spoiler_channels == set(range(1, 9))
    await preferences.hide_in_channel(7, 3, hide=False)
    assert (await preferences.guild(7)).spoiler_channels == set(range(1, 9)) - {3}
