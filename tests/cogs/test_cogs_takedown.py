"""The moderators' log: each video with its first picture, *Take down* and *Block*, and what members report."""

import io

import discord
import pytest
from PIL import Image

from tests.cogs.managers import admin, audited, manager_of, moderator_of, rules_of
from tests.cogs.photos import photo
from tests.support.house import PROMPT, answer_to, public

REPORT = "Report video"


@pytest.fixture
def mia(house):
    """Return a manager."""
    return manager_of(house)


async def log_in(house, mia, name="mod-log", **permissions):
    """Choose a channel for the log; return it, and the page."""
    overwrite = discord.PermissionOverwrite(**permissions)
    channel = house.guild.create_text_channel(name, overwrites={house.guild.default_role: overwrite})
    page = await admin(house, "log", mia)
    chosen = await mia.select(page.response, [channel], custom_id="v1:adm:log")
    return channel, page, chosen


@pytest.fixture
async def log(house, mia):
    """Return the channel of the log."""
    channel, _, _ = await log_in(house, mia)
    return channel


async def logged(house, log, count=1):
    """Wait until so many messages stand in the log; return them."""
    return await house.until(lambda: len(public(log)) == count and public(log), f"{count} in the log")


async def test_the_page_says_which_channel_it_is_and_none_again(house, mia):
    channel, page, _ = await log_in(house, mia)
    assert f"It's <#{channel.id}>" in page.response.content
    await mia.select(page.response, [], custom_id="v1:adm:log")
    assert "No log channel yet" in page.response.content
    assert (await rules_of(house)).log_channel is None
    assert await audited(house) == ["log_channel", "log_channel"]


async def test_a_channel_in_which_the_bot_may_not_post_is_refused(house, mia):
    channel, _, chosen = await log_in(house, mia, send_messages=False, attach_files=False)
    assert f"I can't post in <#{channel.id}>" in answer_to(chosen).content
    assert "Send Messages, Attach Files" in answer_to(chosen).content
    assert (await rules_of(house)).log_channel is None


async def test_a_channel_of_another_server_is_no_log(house, mia):
    elsewhere = house.another_server()
    page = await admin(house, "log", mia)
    forged = await house.forge(
        mia, page.response, component_type=8, custom_id="v1:adm:log", values=[str(elsewhere.id)]
    )
    assert "I can't post in this kind of channel" in answer_to(forged).content
    assert (await rules_of(house)).log_channel is None


async def test_each_video_is_shown_with_requester_prompt_link_and_first_picture_and_pings_nobody(house, log):
    await house.video()
    (result,) = await house.delivered()
    (entry,) = await logged(house, log)
    assert entry.content.startswith(f"🎬 <@{house.ann.id}> · 6 s · 768p · Hailuo 2.3 · {result.jump_url}")
    assert f"> {PROMPT}" in entry.content
    assert house.pings(entry) == []
    (picture,) = entry.attachments
    assert picture.description == PROMPT
    assert 0 < max(Image.open(io.BytesIO(await picture.read())).size) <= 640


async def test_the_picture_of_a_video_that_began_with_one_is_that_one_and_hidden_with_it(house, log):
    await house.video(image=("red.png", photo(800, 500)), spoiler=True)
    await house.delivered()
    (entry,) = await logged(house, log)
    (picture,) = entry.attachments
    assert picture.is_spoiler()
    assert Image.open(io.BytesIO(await picture.read())).size == (640, 400)


async def test_private_videos_are_not_shown(house, log):
    await house.video(private=True)
    await house.until_job("state = 'delivered'")
    await house.video()
    await house.until(lambda: len(house.rows("state = 'delivered'")) == 2, "the second one")
    (entry,) = await logged(house, log)
    assert house.rows()[1]["key"] in entry.attachments[0].filename


async def test_without_a_log_nothing_is_posted_anywhere(house):
    await house.video()
    await house.delivered()
    assert len(public(house.room)) == 1


async def test_a_log_that_cannot_be_posted_to_delays_no_delivery(house, log):
    house.env.inject_error("POST", f"/channels/{log.id}/messages", status=403, code=50013, times=None)
    await house.video()
    await house.delivered()
    await house.until_job("state = 'delivered'")
    assert public(log) == []


async def test_a_log_that_fails_for_a_moment_is_posted_to_once(house, log):
    house.env.inject_error("POST", f"/channels/{log.id}/messages", status=503, code=0, times=2)
    await house.video()
    await house.delivered()
    await logged(house, log)


async def take_down(house, actor, entry):
    """Press *Take down* and confirm it; return what the question became."""
    asked = await actor.click(entry, label="Take down")
    answer = asked.followups[0] if asked.followups else asked.response
    await actor.click(answer, label="Delete permanently")
    return asked.response


async def test_a_moderator_takes_down_message_files_words_and_the_entry_itself(house, log):
    judge = moderator_of(house)
    await house.video()
    await house.delivered()
    (entry,) = await logged(house, log)
    await house.restart()
    said = await take_down(house, judge, entry)
    assert "Deleted" in said.content
    assert public(house.room) == []
    (struck,) = public(log)
    assert struck.content == (f"A video by <@{house.ann.id}> was deleted.")
    assert (struck.attachments, struck.components) == ([], [])
    (row,) = house.rows()
    assert row["erased_at"] is not None
    assert PROMPT not in row["request_json"]
    assert list((house.settings.data_dir / "videos").iterdir()) == []
    assert await audited(house) == ["log_channel", "taken_down"]


async def test_what_its_author_deletes_is_struck_out_too_and_is_nobody_s_takedown(house, log):
    await house.video()
    (result,) = await house.delivered()
    await logged(house, log)
    asked = await house.ann.click(result, label="Delete")
    await house.ann.click(asked.response, label="Delete permanently")
    (struck,) = public(log)
    assert "was deleted" in struck.content
    assert await audited(house) == ["log_channel"]


async def test_a_member_who_sees_the_log_can_take_nothing_down_and_block_nobody(house, log):
    await house.video()
    await house.delivered()
    (entry,) = await logged(house, log)
    taken = await house.ben.click(entry, label="Take down")
    assert "I can't find that video" in taken.response.content
    blocked = await house.ben.click(entry, label="Block")
    assert "Manage Server" in blocked.response.content
    assert house.rows()[0]["erased_at"] is None
    assert await house.env.bot.store.blocks.of(house.guild.id) == []


async def test_a_manager_blocks_its_author_from_the_log(house, log, mia):
    await house.video()
    await house.delivered()
    (entry,) = await logged(house, log)
    pressed = await mia.click(entry, label="Block")
    assert f"<@{house.ann.id}> can't make videos here any more" in pressed.response.content
    assert "A manager blocked you from making videos here" in (await house.video()).response.content
    assert await audited(house) == ["log_channel", "blocked"]


async def report(house, actor, result):
    """Choose the menu; return what it answers."""
    return (await actor.context_menu(house.room, REPORT, result)).response.content


async def test_a_report_comes_with_link_and_reporter_once_for_each_member(house, log):
    await house.video()
    (result,) = await house.delivered()
    await logged(house, log)
    assert "Reported." in await report(house, house.ben, result)
    assert "already reported this video" in await report(house, house.ben, result)
    _, entry = await logged(house, log, 2)
    assert entry.content == (f"🚩 <@{house.ben.id}> reported a video by <@{house.ann.id}>: {result.jump_url}")
    assert house.pings(entry) == []
    assert "Reported." in await report(house, house.guild.add_member(house.env.create_user("cas")), result)
    await logged(house, log, 3)
    await take_down(house, moderator_of(house), entry)
    assert public(house.room) == []


async def test_where_there_is_no_log_a_report_says_so(house):
    await house.video()
    (result,) = await house.delivered()
    assert "Reports aren't set up here" in await report(house, house.ben, result)


async def test_a_report_that_reaches_nobody_says_so_and_can_be_made_again(house, log):
    await house.video()
    (result,) = await house.delivered()
    await logged(house, log)
    house.env.inject_error("POST", f"/channels/{log.id}/messages", status=403, code=50013, times=None)
    assert "I couldn't send your report" in await report(house, house.ben, result)
    house.env.backend.faults.clear()
    assert "Reported." in await report(house, house.ben, result)


async def test_what_is_no_video_cannot_be_reported(house, log):
    message = await house.ann.send(house.room, "hello")
    assert "That isn't one of my videos" in await report(house, house.ben, message)
    assert public(log) == []
