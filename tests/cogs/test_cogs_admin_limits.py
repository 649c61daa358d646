"""The parts limits, budget and roles of `/admin`: what members and the server may use."""

import pytest

from db.money.caps import UNLIMITED, LevelCaps
from jobs.servers.guild_settings import GuildSettings
from tests.cogs.managers import admin, audited, manager_of, rules_of, texts_of
from tests.support.house import was_accepted
from tests.support.rows import each_row


@pytest.fixture
async def house(build_house):
    """Return a house with few figures, so that each is known."""
    return await build_house(settings={"member_active": 2, "member_per_day": 30, "guild_per_day": 40})


@pytest.fixture
def mia(house):
    """Return a manager."""
    return manager_of(house)


async def fill_in(house, mia, part, label, **filled):
    """Open a part, press a button, send its form off; return the page."""
    page = await admin(house, part, mia)
    opened = await mia.click(page.response, label=label)
    await mia.submit_modal(opened, filled)
    return page


async def test_where_nothing_was_decided_the_page_shows_what_the_operator_allows(house, mia):
    shown = await admin(house, "limits", mia)
    assert shown.ephemeral
    said = shown.response.content
    assert "Each member:\n• Videos at once: **2** (bot default)" in said
    assert "• Videos a day: **40** (bot default)" in said
    assert "• Seconds between two videos: **no limit** (bot default)" in said


async def test_what_is_filled_in_for_members_holds_at_once_and_after_a_restart(house, mia):
    page = await fill_in(house, mia, "limits", "Member limits", active="1", per_day="0", cooldown_ms="90")
    assert "• Videos at once: **1**\n• Videos a day: **0**\n• Seconds between two videos: **90 seconds**" in (
        page.response.content
    )
    await house.restart()
    assert (await rules_of(house)).member_limits == LevelCaps(active=1, per_day=0, cooldown_ms=90_000)
    refused = await house.video()
    assert "used today's 0 videos" in refused.response.content
    assert await audited(house) == ["member_limits"]


async def test_a_form_shows_what_holds_and_an_emptied_field_is_the_operators_again(house, mia):
    page = await fill_in(house, mia, "limits", "Member limits", active="1", per_day="5", cooldown_ms="")
    opened = await mia.click(page.response, label="Member limits")
    assert texts_of(opened) == {"active": "1", "per_day": "5", "cooldown_ms": ""}
    await mia.submit_modal(opened, {"active": "", "per_day": "6", "cooldown_ms": ""})
    assert (await rules_of(house)).member_limits == LevelCaps(per_day=6)


async def test_a_server_cannot_allow_itself_more_than_the_operator_does(house, mia):
    page = await fill_in(house, mia, "limits", "Server limits", per_day="50", zone="UTC")
    assert "• Videos a day: **40** (bot default; you set 50)" in page.response.content
    page = await fill_in(house, mia, "limits", "Server limits", per_day="7", zone="UTC")
    assert "• Videos a day: **7**\n" in page.response.content


async def test_days_turn_in_the_zone_that_is_chosen(house, mia):
    page = await fill_in(house, mia, "limits", "Server limits", zone="Asia/Shanghai")
    assert "time zone Asia/Shanghai" in page.response.content
    assert (await rules_of(house)).time_zone == "Asia/Shanghai"
    assert await audited(house) == ["time_zone", "guild_limits"]


@each_row("zone", ["Mars/Olympus", "../../etc/passwd", "/etc/localtime", "x" * 50, "Europe"])
async def test_a_zone_that_does_not_exist_is_refused_and_nothing_changes(house, mia, zone):
    page = await admin(house, "limits", mia)
    opened = await mia.click(page.response, label="Server limits")
    done = await mia.submit_modal(opened, {"zone": zone, "per_day": "1"})
    assert "isn't a time zone" in done.followups[0].content
    assert await rules_of(house) == GuildSettings()
    assert await audited(house) == []


@each_row("typed", ["-1", "1.5", "two", "1_0", "٣", "1e3", "9999999"])
async def test_what_is_no_whole_figure_is_refused_with_its_name(house, mia, typed):
    page = await admin(house, "limits", mia)
    opened = await mia.click(page.response, label="Member limits")
    done = await mia.submit_modal(opened, {"active": "1", "per_day": typed})
    said = done.followups[0].content
    assert f"Videos a day: “{typed}” isn't a whole number" in said
    assert (await rules_of(house)).member_limits == UNLIMITED


@each_row("typed, micros", [("2.5", 2_500_000), ("$3", 3_000_000), ("0,29", 290_000)])
async def test_budgets_are_dollars(house, mia, typed, micros):
    page = await fill_in(house, mia, "budget", "Member budget", micros_per_day=typed, micros_per_month="40")
    assert "• US dollars a month: **$40.00**" in page.response.content
    assert (await rules_of(house)).member_limits == LevelCaps(
        micros_per_day=micros, micros_per_month=40_000_000
    )


async def test_budget_and_limits_are_changed_without_losing_each_other(house, mia):
    await fill_in(house, mia, "limits", "Server limits", active="3", zone="UTC")
    await fill_in(house, mia, "budget", "Server budget", micros_per_day="1", micros_per_month="")
    assert (await rules_of(house)).guild_limits == LevelCaps(active=3, micros_per_day=1_000_000)


async def test_an_order_above_the_budget_is_refused_with_what_is_left(house, mia):
    await fill_in(house, mia, "budget", "Member budget", micros_per_day="0.10")
    refused = await house.video()
    assert "Your daily budget of $0.10 doesn't cover this video" in refused.response.content
    assert house.nothing_was_spent()


async def open_role(house, mia, role):
    page = await admin(house, "roles", mia)
    await mia.select(page.response, [role], custom_id="v1:adm:roles")
    return page


async def test_a_role_raises_what_its_members_may_use(house, mia):
    role = house.guild.create_role("Patrons")
    patron = house.guild.add_member(house.env.create_user("pat"), roles=[role])
    await fill_in(house, mia, "limits", "Member limits", per_day="0")
    page = await open_role(house, mia, role)
    opened = await mia.click(page.response, label="Role limits")
    await mia.submit_modal(opened, {"per_day": "3", "micros_per_day": "5"})
    assert f"<@&{role.id}>: Videos a day: 3 · US dollars a day: $5.00" in page.response.content
    assert "You've used today's" in (await house.video()).response.content
    assert was_accepted((await house.video(patron)).response.content)


async def test_a_role_is_favoured_and_made_plain_again_after_a_restart(house, mia):
    role = house.guild.create_role("Patrons")
    page = await open_role(house, mia, role)
    opened = await mia.click(page.response, label="Role limits")
    await mia.submit_modal(opened, {"active": "3"})
    await mia.click(page.response, label="Give priority")
    await house.restart()
    rules = await rules_of(house)
    assert (rules.favoured_roles, set(rules.role_limits)) == ({role.id}, {role.id})
    assert "priority · Videos at once: 3" in page.response.content
    await mia.click(page.response, label="Remove special limits")
    await mia.click(page.response, label="Remove priority")
    assert "same as everyone" in page.response.content
    await mia.click(page.response, label="Back")
    assert "No special roles yet" in page.response.content
    assert await rules_of(house) == GuildSettings()
    assert await audited(house) == [
        "role_limits",
        "role_favoured",
        "role_no_limits",
        "role_not_favoured",
    ]


async def test_more_roles_than_are_kept_are_refused(house, mia):
    await house.env.bot.preferences.change_guild(house.guild.id, favoured_roles=frozenset(range(1, 26)))
    page = await open_role(house, mia, house.guild.create_role("Patrons"))
    pressed = await mia.click(page.response, label="Give priority")
    assert "Up to 25 roles" in pressed.followups[0].content


async def test_two_managers_who_change_different_limits_at_once_both_count(house, mia):
    zoe = manager_of(house, "zoe")
    first = await mia.click((await admin(house, "limits", mia)).response, label="Member limits")
    second = await zoe.click((await admin(house, "budget", zoe)).response, label="Member budget")
    await mia.submit_modal(first, {"active": "1"})
    await zoe.submit_modal(second, {"micros_per_day": "2"})
    assert (await rules_of(house)).member_limits == LevelCaps(active=1, micros_per_day=2_000_000)
