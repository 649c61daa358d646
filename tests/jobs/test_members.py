"""Preferences: kept as they were set, read whatever stands there, and asked of the disk once."""

import asyncio
import json

import pytest

from hailuo.request import Duration, Enhance, Model, Resolution, VideoOptions
from jobs.servers.preferences import GuildSettings, MemberSettings, Preferences, with_settings
from tests.support.rows import each_row

EVERYTHING_SET = MemberSettings(
    options=VideoOptions(
        duration=Duration.LONG,
        resolution=Resolution.P1080,
        model=Model.HAILUO_FAST,
        enhance=Enhance.QUICK,
        watermark=True,
    ),
    spoiler=True,
    private=True,
    language="de",
    direct_messages=False,
    notify=True,
    reusable=False,
)
EVERYTHING_KEPT = {
    "duration": 10,
    "resolution": "1080p",
    "model": "MiniMax-Hailuo-2.3-Fast",
    "enhance": "quick",
    "watermark": True,
    "spoiler": True,
    "private": True,
    "language": "de",
    "direct_messages": False,
    "notify": True,
    "reusable": False,
}
A_STRICT_SERVER = GuildSettings(
    others_images=True, spoiler_everywhere=True, spoiler_channels=frozenset({2**63 - 1, 7})
)


class CountedMembers:
    """The store's view, with a count of its looks."""

    def __init__(self, members):
        self.members = members
        self.looks = 0

    async def settings_of(self, user_id):
        self.looks += 1
        return await self.members.settings_of(user_id)

    async def settings_of_guild(self, guild_id):
        self.looks += 1
        return await self.members.settings_of_guild(guild_id)

    async def save(self, user_id, settings_json):
        await self.members.save(user_id, settings_json)

    async def save_guild(self, guild_id, settings_json):
        await self.members.save_guild(guild_id, settings_json)


@pytest.fixture
def members(stage):
    """Return the store's settings, counted."""
    return CountedMembers(stage.store.members)


def test_a_members_settings_come_back_as_they_were_kept():
    assert MemberSettings.from_json(json.dumps(EVERYTHING_KEPT)) == EVERYTHING_SET
    assert json.loads(with_settings(None, **EVERYTHING_KEPT)) == EVERYTHING_KEPT


def test_only_what_a_member_set_is_kept():
    kept = with_settings(with_settings(None, spoiler=True), duration=Duration.SHORT)
    assert json.loads(kept) == {"spoiler": True, "duration": 6}
    assert json.loads(with_settings('{"colour": "red"}', spoiler=True)) == {"colour": "red", "spoiler": True}


@each_row("settings", [GuildSettings(), A_STRICT_SERVER])
def test_a_servers_settings_come_back_as_they_were_kept(settings):
    assert GuildSettings.from_json(settings.to_json()) == settings


@each_row("text", [None, "", "{}", "no json", "[1]", "7", '{"colour": "red"}'])
def test_what_says_nothing_leaves_everything_as_it_is_without_settings(text):
    assert MemberSettings.from_json(text) == MemberSettings()
    assert GuildSettings.from_json(text) == GuildSettings()


@each_row("name", EVERYTHING_KEPT)
@each_row("nonsense", [[], {}, 3.5, "loud"])
def test_one_field_that_cannot_be_understood_does_not_take_the_others_along(name, nonsense):
    if name == "language":
        nonsense = 5
    read = MemberSettings.from_json(json.dumps(EVERYTHING_KEPT | {name: nonsense}))

    ordinary = {each: MemberSettings().value_of(each) for each in EVERYTHING_KEPT}
    assert {each: read.value_of(each) for each in EVERYTHING_KEPT} == EVERYTHING_KEPT | {name: ordinary[name]}


@each_row("nonsense", [5, None, ["a"], [None]])
def test_a_server_with_channels_that_are_none_keeps_the_rest(nonsense):
    kept = json.loads(A_STRICT_SERVER.to_json()) | {"spoiler_channels": nonsense}

    settings = GuildSettings.from_json(json.dumps(kept))

    assert (settings.spoiler_everywhere, settings.spoiler_channels) == (True, frozenset())


async def test_a_change_keeps_what_it_does_not_name_and_outlives_the_process(stage):
    await stage.pipeline.preferences.change(11, duration=Duration.LONG, language="de")
    changed = await stage.pipeline.preferences.change(11, spoiler=True)
    await stage.pipeline.preferences.change_guild(1, spoiler_channels=frozenset({77}))

    restarted = Preferences(stage.store.members)
    assert changed == MemberSettings(
        options=VideoOptions(duration=Duration.LONG), language="de", spoiler=True
    )
    assert await restarted.member(11) == changed
    assert await restarted.member(22) == MemberSettings()
    assert await restarted.guild(1) == GuildSettings(spoiler_channels=frozenset({77}))
    assert await restarted.guild(11) == GuildSettings()


async def test_a_field_that_does_not_exist_cannot_be_set(stage):
    with pytest.raises(TypeError):
        await stage.pipeline.preferences.change(11, colour="red")
    assert await stage.store.members.settings_of(11) is None


async def test_a_second_look_costs_nothing_and_sees_every_change(members):
    preferences = Preferences(members)
    await preferences.member(11)
    await preferences.guild(1)
    looks = members.looks
    await preferences.member(11)
    await preferences.guild(1)
    assert (looks, members.looks) == (2, 2)

    await preferences.change(11, spoiler=True)
    await preferences.change_guild(1, others_images=True)
    looks = members.looks
    assert (await preferences.member(11)).spoiler
    assert (await preferences.guild(1)).others_images
    assert members.looks == looks


async def test_changes_at_the_same_time_do_not_lose_each_other(stage):
    preferences = stage.pipeline.preferences
    await asyncio.gather(
        preferences.member(11),
        preferences.change(11, spoiler=True),
        preferences.change(11, notify=True),
        preferences.change(11, reusable=False),
        preferences.member(11),
    )

    expected = MemberSettings(spoiler=True, notify=True, reusable=False)
    assert await preferences.member(11) == expected
    assert await Preferences(stage.store.members).member(11) == expected


async def test_a_glance_sees_what_is_kept_and_waits_for_nobody_who_reads_for_long(members):
    await members.save(1, json.dumps(EVERYTHING_KEPT))
    preferences, reading = Preferences(members), members.settings_of
    stands_still = asyncio.Event()

    async def never(_user_id):
        stands_still.set()
        await asyncio.Event().wait()

    members.settings_of = never
    waiting = asyncio.create_task(preferences.member(2))
    await stands_still.wait()
    members.settings_of = reading
    async with asyncio.timeout(5):
        assert await preferences.member_unlocked(1) == EVERYTHING_SET
    waiting.cancel()


async def test_a_glance_sees_what_another_process_has_changed(members):
    here, there = Preferences(members, alone=False), Preferences(members, alone=False)
    await here.change(1, notify=True)
    await there.change(1, notify=False)
    assert (await here.member_unlocked(1)).notify is False


async def test_no_more_is_remembered_than_allowed_and_the_last_seen_stay(members):
    preferences = Preferences(members, remembered=2)
    for user_id in (1, 2, 1, 3, 1):
        await preferences.member(user_id)
    assert members.looks == 3

    await preferences.member(2)
    assert members.looks == 4
