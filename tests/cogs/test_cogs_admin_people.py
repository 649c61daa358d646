"""The home page of `/admin`, and its parts for blocks, channels and changes."""

import contextlib
import sqlite3

import pytest

from cogs.admin.home import Part
from jobs.servers.guild_settings import OPERATOR, Manager
from tests.cogs.managers import admin, audited, manager_of, rules_of
from tests.support.house import answer_to, was_accepted
from tests.support.rows import each_row


@pytest.fixture
def mia(house):
    """Return a manager."""
    return manager_of(house)


async def test_a_blocked_member_can_order_nothing_and_an_unblocked_one_can(house, mia):
    shown = await admin(house, "block", mia, member=house.ann)
    assert shown.ephemeral
    assert f"<@{house.ann.id}> can't make videos here any more" in shown.response.content
    assert "A manager blocked you from making videos here" in (await house.video()).response.content
    assert house.nothing_was_spent()
    shown = await admin(house, "unblock", mia, member=house.ann)
    assert f"<@{house.ann.id}> can make videos again" in shown.response.content
    assert "No blocked members" in shown.response.content
    assert was_accepted((await house.video()).response.content)
    assert await audited(house) == ["blocked", "unblocked"]


async def test_a_block_can_be_for_some_days_and_says_until_when(house, mia):
    shown = await admin(house, "block", mia, member=house.ann, days=2)
    assert ", until <t:" in shown.response.content
    (entry,) = await house.env.bot.store.audit.page(house.guild.id)
    assert '"days": 2' in entry.detail


async def test_who_is_blocked_can_be_chosen_from_the_list_after_a_restart(house, mia):
    await admin(house, "block", mia, member=house.ann)
    await admin(house, "block", mia, member=house.ben)
    shown = await admin(house, "unblock", mia)
    assert f"<@{house.ann.id}>" in shown.response.content
    await house.restart()
    await mia.select(shown.response, [str(house.ben.id)], custom_id="v1:adm:unblock")
    assert f"<@{house.ben.id}> can make videos again" in shown.response.content
    assert f"• <@{house.ann.id}>" in shown.response.content


async def test_a_second_block_and_a_needless_unblock_change_and_note_nothing(house, mia):
    await admin(house, "block", mia, member=house.ann)
    again = await admin(house, "block", mia, member=house.ann)
    assert "was already blocked" in again.response.content
    needless = await admin(house, "unblock", mia, member=house.ben)
    assert f"<@{house.ben.id}> isn't blocked here" in needless.response.content
    assert await audited(house) == ["blocked"]


async def test_a_block_holds_in_its_server_alone(house, mia):
    elsewhere = house.another_server()
    await admin(house, "block", mia, member=house.ann)
    assert was_accepted((await house.video(house.ann_in(elsewhere), room=elsewhere)).response.content)


async def choose(house, mia, which, channels):
    page = await admin(house, "channels", mia)
    await mia.select(page.response, channels, custom_id=f"v1:adm:channels:{which}")
    return page


async def test_orders_are_taken_in_the_chosen_channels_and_their_threads_only(house, mia):
    other = house.guild.create_text_channel("other")
    page = await choose(house, mia, "allowed", [other])
    assert f"• Allowed channels: **<#{other.id}>**" in page.response.content
    refused = await house.video()
    assert f"Try <#{other.id}>" in refused.response.content
    assert was_accepted((await house.video(room=other)).response.content)
    assert was_accepted((await house.video(room=house.thread(other))).response.content)
    await mia.select(page.response, [], custom_id="v1:adm:channels:allowed")
    assert was_accepted((await house.video()).response.content)
    assert await audited(house) == ["allowed_channels", "allowed_channels"]


async def test_nothing_is_ordered_in_denied_channels_nor_in_what_lies_below_them(house, mia):
    await choose(house, mia, "denied", [house.room])
    for room in (house.room, house.thread()):
        assert "Videos are off in this channel" in (await house.video(room=room)).response.content
    assert house.nothing_was_spent()


async def test_a_denied_category_stands_for_its_channels_and_their_threads(house, mia):
    category = house.guild.create_category("quiet")
    inside = house.guild.create_text_channel("inside", category=category)
    await choose(house, mia, "denied", [category])
    for room in (inside, house.thread(inside)):
        assert "Videos are off in this channel" in (await house.video(room=room)).response.content
    assert was_accepted((await house.video()).response.content)


@each_row("values", [["1; DROP TABLE jobs"], ["\ud800"], ["-1"], ["٣"], [str(n) for n in range(99)]])
async def test_choices_that_nobody_was_offered_are_left_out(house, mia, values):
    page = await admin(house, "channels", mia)
    await house.forge(
        mia, page.response, component_type=8, custom_id="v1:adm:channels:allowed", values=values
    )
    chosen = (await rules_of(house)).allowed_channels
    assert len(chosen) <= 25
    assert chosen in (frozenset(), frozenset(range(25)))


async def test_the_audit_says_who_changed_what_and_when_page_by_page(house, mia):
    zoe = manager_of(house, "zoe")
    empty = await admin(house, "audit", mia)
    assert empty.response.content == "No changes yet."
    for _ in range(6):
        await admin(house, "pause", mia)
        await admin(house, "resume", zoe)
    shown = await admin(house, "audit", mia)
    lines = shown.response.content.splitlines()[1:]
    assert len(lines) == 10
    assert lines[0].startswith("• <t:")
    assert lines[0].endswith(f"<@{zoe.id}>: resumed this server")
    assert lines[1].endswith(f"<@{mia.id}>: paused this server")
    await house.restart()
    await mia.click(shown.response, label="Next page")
    assert len(shown.response.content.splitlines()) == 3
    await mia.click(shown.response, label="First page")
    assert shown.response.content.splitlines()[1:] == lines
    assert await house.env.bot.store.audit.page(house.another_server().guild.id) == []
    await house.env.bot.administration.pause(Manager(house.guild.id, OPERATOR))
    shown = await admin(house, "audit", mia)
    assert shown.response.content.splitlines()[1].endswith("the bot's operator: paused this server")


async def test_what_members_wrote_is_harmless_in_the_audit(house, mia):
    await house.env.bot.administration.ban(
        Manager(house.guild.id, mia.id), words=["@everyone", "**bold**", "<@1>", "```"], patterns=()
    )
    shown = await admin(house, "audit", mia)
    assert "@everyone" not in shown.response.content
    assert "\\*\\*bold" in shown.response.content


async def test_an_entry_of_another_version_is_shown_all_the_same(house, mia):
    detail = '{"figures": {"wings": 2}, "to": [1]}'
    with contextlib.closing(sqlite3.connect(house.settings.data_dir / "clapper.db")) as database:
        database.execute(
            "INSERT INTO audit (guild_id, user_id, at, action, detail) VALUES (?, ?, 0, 'teleported', ?)",
            (house.guild.id, mia.id, detail),
        )
        database.commit()
    shown = await admin(house, "audit", mia)
    assert "unknown (not supported by this version)" in shown.response.content


async def test_the_command_opens_a_private_page_that_shows_how_the_server_stands(house, mia):
    page = await mia.slash(house.room, "admin")
    assert page.ephemeral
    for line in (
        "**Your server at a glance**",
        "• today: **0** videos, $0.00",
        "• Each member: Videos at once: 20 · Videos a day: 1000",
        "• Everyone together: Videos a day: 1000",
        "• Log channel: **none**",
        "• Running normally",
    ):
        assert line in page.response.content.splitlines(), line


@each_row("part", Part)
async def test_each_part_is_one_choice_away_and_leads_back(house, mia, part):
    page = await mia.slash(house.room, "admin")
    home = page.response.content
    await mia.select(page.response, [part], custom_id="v1:adm:parts")
    assert page.response.content != home
    await mia.click(page.response, label="Home")
    assert page.response.content == home
    assert page.response.attachments == []


async def test_after_a_restart_too_the_page_pauses_the_server_and_resumes_it(house, mia):
    page = await mia.slash(house.room, "admin")
    await house.restart()
    await mia.click(page.response, label="Pause here")
    assert "• ⏸️ **Paused by a manager**" in page.response.content
    await mia.click(page.response, label="Resume")
    assert "• Running normally" in page.response.content


async def test_a_part_that_nobody_was_offered_is_refused(house, mia):
    page = await mia.slash(house.room, "admin")
    forged = await house.forge(
        mia, page.response, component_type=3, custom_id="v1:adm:parts", values=["treasury"]
    )
    assert "That setting doesn't exist" in answer_to(forged).content


@each_row("days", ["0", "9999", "two", "1.5", "٣"])
async def test_a_block_for_no_number_of_days_is_refused(house, mia, days):
    page = await admin(house, "unblock", mia)
    opened = await mia.click(page.response, label="Block a member")
    sent = await mia.submit_modal(opened, {"member": [house.ann], "days": days})
    assert f"“{days}” isn't a number of days" in answer_to(sent).content
    assert await audited(house) == []
