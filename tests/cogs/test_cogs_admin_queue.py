"""Queue, unclear orders and the pause on `/admin`: managers see what everybody has under way, and decide."""

import pytest

from db.jobs.job import Owner
from db.settings.pauses import Cause
from sandbox.faults import Fault, FaultName
from tests.cogs.managers import admin, audited, manager_of, moderator_of
from tests.support.house import public, was_accepted

HELD = "state = 'queued' AND attempt > 0 AND lease_owner IS NULL"


@pytest.fixture
def mia(house):
    """Return a manager."""
    return manager_of(house)


async def waiting(house, actor=None, **options):
    """Order a video that waits for long; return its key."""
    house.sandbox.faults.add(Fault(FaultName.RATE_LIMITED, "600"))
    await house.video(actor, **options)
    key = house.rows()[-1]["key"]
    await house.until_job(f"key = '{key}' AND {HELD}")
    return key


async def choose(house, mia, key):
    page = await admin(house, "queue", mia)
    await mia.select(page.response, [key], custom_id="v1:adm:waiting")
    return page


async def test_everybodys_waiting_videos_are_listed_with_places_and_without_prompts(house, mia):
    await waiting(house, prompt="a secret of ann")
    await waiting(house, house.ben, private=True)
    shown = await admin(house, "queue", mia)
    assert shown.ephemeral
    said = shown.response.content
    assert f"<@{house.ann.id}> · 6 s · 768p · Hailuo 2.3 · waiting" in said
    assert "number 1\n" in said
    assert f"<@{house.ben.id}>" in said
    assert "secret" not in said


async def test_a_manager_cancels_what_waits_and_its_requester_is_told_and_not_charged(house, mia):
    key = await waiting(house)
    page = await choose(house, mia, key)
    assert "Cancel this video?" in page.response.content
    await house.restart()
    await mia.click(page.response, label="Cancel this video")
    assert "Nothing is rendering or waiting" in page.response.content
    row = await house.until_job(f"key = '{key}' AND told_at IS NOT NULL")
    assert (row["state"], row["reason"], row["charged"]) == ("cancelled", "withdrawn", 0)
    told = await house.until(house.direct, "a direct message, since the private answer is gone")
    assert "A manager of the server cancelled your video" in told[0].content
    assert await audited(house) == ["cancelled"]
    assert house.sandbox.ledger.accepted == []


async def test_what_was_begun_cannot_be_cancelled_any_more(house, mia):
    key = await waiting(house)
    page = await choose(house, mia, key)
    assert await house.env.bot.jobs.cancel(key, Owner(guild_id=house.guild.id, user_id=house.ann.id))
    pressed = await mia.click(page.response, label="Cancel this video")
    assert "no longer waiting" in pressed.followups[0].content
    assert await audited(house) == []


async def test_a_long_queue_has_pages_that_lead_on_and_back_after_a_restart(build_house):
    house = await build_house(render_seconds=60, settings={"max_running_jobs": 1})
    mia = manager_of(house)
    for _ in range(13):
        await house.video()
    await house.until_job("state = 'rendering'")
    shown = await admin(house, "queue", mia)
    assert "**Rendering**" in shown.response.content
    assert shown.response.content.count("number ") == 10
    await house.restart()
    await mia.click(shown.response, label="Next page")
    assert shown.response.content.count("number ") == 2
    await mia.click(shown.response, label="First page")
    assert shown.response.content.count("number ") == 10


async def test_a_paused_server_orders_nothing_until_it_is_resumed(house, mia):
    shown = await admin(house, "pause", mia)
    assert "Paused in this server" in shown.response.content
    assert "A manager paused video making in this server" in (await house.video()).response.content
    assert "Already paused in this server" in (await admin(house, "pause", mia)).response.content
    assert "no new orders for now" in (await admin(house, "queue", mia)).response.content
    elsewhere = house.another_server()
    assert was_accepted((await house.video(house.ann_in(elsewhere), room=elsewhere)).response.content)
    shown = await admin(house, "resume", mia)
    assert "Resumed." in shown.response.content
    assert was_accepted((await house.video()).response.content)
    assert "wasn't paused" in (await admin(house, "resume", mia)).response.content
    assert await audited(house) == ["paused", "resumed"]


async def test_resuming_does_not_lift_what_the_operator_has_stopped(house, mia):
    await house.env.bot.administration._store.pauses.pause(Cause.OPERATOR)
    await admin(house, "pause", mia)
    shown = await admin(house, "resume", mia)
    assert "Still paused by the operator or the provider" in shown.response.content
    assert "The bot's operator paused" in (await house.video()).response.content


async def unclear(house, actor=None, **options):
    """Order a video of which nobody can tell whether it was taken; return its key."""
    house.sandbox.faults.add(Fault(FaultName.CUT_AFTER_ACCEPTING))
    await house.video(actor, **options)
    key = house.rows()[-1]["key"]
    await house.until_job(f"key = '{key}' AND state = 'unknown' AND told_at IS NOT NULL")
    return key


async def open_unknown(house, mia, key):
    page = await admin(house, "unknown", mia)
    await mia.select(page.response, [key], custom_id="v1:adm:undecided")
    return page


async def test_unclear_orders_are_listed_the_private_ones_too_and_without_prompts(house, mia):
    await unclear(house, prompt="a secret of ann")
    await unclear(house, house.ben, private=True, prompt="a secret of ben")
    shown = await admin(house, "unknown", mia)
    assert shown.ephemeral
    assert f"1. <@{house.ben.id}> · 6 s · 768p · Hailuo 2.3 · $" in shown.response.content
    assert f"2. <@{house.ann.id}>" in shown.response.content
    assert "secret" not in shown.response.content


async def test_a_manager_submits_again_after_a_restart_and_the_video_arrives(house, mia):
    key = await unclear(house)
    page = await open_unknown(house, mia, key)
    assert "may have been charged" in page.response.content
    await house.restart()
    (again,) = [one for one in labels(page) if one.startswith("Submit again · $")]
    await mia.click(page.response, label=again)
    assert f"<@{mia.id}> resent <@{house.ann.id}>'s order" in page.response.content
    await house.until_job(f"key = '{key}' AND state = 'delivered'")
    assert house.posts == 2
    assert await audited(house) == ["submitted_again"]


def labels(page):
    return [button["label"] for row in page.response.components for button in row["components"]]


async def test_a_manager_gives_up_and_nothing_is_ordered(house, mia):
    key = await unclear(house)
    page = await open_unknown(house, mia, key)
    await mia.click(page.response, label="Give up")
    assert "> gave up <@" in page.response.content
    assert "Nothing needs a decision" in page.response.content
    (row,) = house.rows()
    assert (row["state"], row["charged"], house.posts) == ("failed", None, 1)
    assert await audited(house) == ["given_up"]


async def test_a_decision_in_the_channel_is_written_down_too_and_not_made_twice(house, mia):
    key = await unclear(house)
    page = await open_unknown(house, mia, key)
    (message,) = [seen for seen in public(house.room) if "lost the connection" in seen.content]
    await moderator_of(house).click(message, label="Give up")
    pressed = await mia.click(page.response, label="Give up")
    assert "already decided" in pressed.followups[0].content
    assert await audited(house) == ["given_up"]
