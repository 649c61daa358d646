"""Results on their way into Discord: too large, refused, cut off, or with nowhere to go."""

import aiohttp
import pytest

from cogs.text.catalogue import MENTIONS
from media.video.facts import Way, plan
from tests.media.odd_films import FRAGMENTS, odd_film, with_bytes_behind
from tests.support.house import NOBODY_TOLD, PROMPT, facts_of, public

MIB = 1024 * 1024


async def test_a_result_above_the_server_s_limit_is_made_smaller_and_delivered(build_house):
    house = await build_house(clip_bytes=11 * MIB)
    await house.video()
    (result,) = await house.delivered()
    (size,) = house.strict.uploads
    assert size < 10 * MIB
    facts = await facts_of(result)
    assert (facts.codec, facts.faststart) == ("h264", True)
    assert facts.duration_seconds == pytest.approx(6, abs=0.2)


ODD = {
    "plays": lambda path: odd_film(path, sound="aac"),
    "hevc": lambda path: odd_film(path, codec="libx265", options={"x265-params": "log-level=none"}),
    "ten bits": lambda path: odd_film(path, pixels="yuv420p10le"),
    "fragments": lambda path: odd_film(path, movflags=FRAGMENTS, sound="aac"),
    "index at the end": lambda path: odd_film(path, movflags=""),
    "bytes behind": lambda path: with_bytes_behind(odd_film(path), bytes(4)),
    "other sound": lambda path: odd_film(path, sound="ac3"),
}


@pytest.mark.parametrize("kind", ODD)
async def test_what_is_posted_plays_in_every_client_and_the_file_is_kept_as_it_came(
    build_house, tmp_path, kind
):
    clip = ODD[kind](tmp_path / "odd.mp4")
    house = await build_house(clip=clip)
    await house.video()
    (result,) = await house.delivered()
    facts = await facts_of(result)
    assert plan(facts) is Way.PASS
    assert (facts.codec, facts.pixel_format, facts.faststart) == ("h264", "yuv420p", True)
    assert facts.has_audio is (kind in ("plays", "fragments", "other sound"))
    kept = house.settings.data_dir / "videos" / f"{house.rows()[0]['key']}.mp4"
    assert kept.read_bytes() == clip.read_bytes()
    assert (await result.attachments[0].read() == clip.read_bytes()) is (kind == "plays")


async def test_a_refusal_of_the_size_leads_one_step_down(build_house):
    house = await build_house(clip_bytes=500_000)
    house.strict.limit_bytes = 300_000
    await house.video()
    await house.delivered()
    first, second = house.strict.uploads
    assert first == 500_000
    assert second < 300_000


async def test_what_no_message_can_carry_is_posted_as_a_link_that_names_its_end(build_house):
    house = await build_house(clip_bytes=500_000)
    house.strict.limit_bytes = 100
    await house.video()
    row = await house.until_job("state = 'delivered'")
    (result,) = await house.until(
        lambda: [seen for seen in public(house.room) if "Download it here" in seen.content], "a link"
    )
    assert len(house.strict.uploads) == 2
    assert row["result_url"] in result.content
    assert f"expires <t:{row['result_expires_at'] // 1000}:R>" in result.content
    assert house.pings(result) == [house.ann.id]

    house.strict.limit_bytes = MIB
    listed = await house.job_page(row["key"])
    shown = await house.ann.click(listed.response, label="Show again")
    assert shown.response.attachments


async def test_a_link_to_a_spoiler_stays_behind_a_click(build_house):
    house = await build_house(clip_bytes=500_000)
    house.strict.limit_bytes = 100
    await house.video(spoiler=True)
    row = await house.until_job("state = 'delivered'")
    assert f"||{row['result_url']}||" in public(house.room)[-1].content


async def test_what_stays_too_large_when_the_link_has_ended_is_kept_and_its_owner_told(build_house):
    house = await build_house(clip_bytes=500_000, file_lifetime_seconds=300)
    house.strict.limit_bytes = 100
    await house.video()
    await house.until_job("reason = 'too_large' AND told_at IS NOT NULL")
    assert len(house.strict.uploads) == 2
    (ending,) = await house.until(
        lambda: [seen for seen in public(house.room) if "too large" in seen.content], "an ending"
    )
    assert "too large to post here" in ending.content
    assert "It was charged" in ending.content

    house.strict.limit_bytes = MIB
    listed = await house.job_page()
    await house.ann.click(listed.response, label="Show again")
    await house.until_job("state = 'delivered'")


@pytest.fixture
async def homeless(build_house):
    """Return a house in which a channel was deleted while Ann's video for it was being made."""
    house = await build_house(render_seconds=0.7)
    house.strict.direct_messages_take_files = False
    return await without_channel(house)


async def without_channel(house):
    """Delete the channel for which Ann's video is being made."""
    gone = house.guild.create_text_channel("gone")
    await house.video(room=gone)
    await house.until(lambda: public(gone), "a status")
    house.env.backend.delete_channel(gone.id)
    return house


async def test_a_video_without_its_channel_arrives_by_direct_message(build_house):
    house = await without_channel(await build_house(render_seconds=0.7))
    row = await house.until_job("state = 'delivered'")
    (message,) = house.direct()
    assert f"I couldn't post it in <#{row['channel_id']}>" in message.content
    assert PROMPT in message.content
    assert len(message.attachments) == 1
    assert house.posts == 1


async def test_a_video_without_its_channel_is_announced_by_direct_message_and_shown_elsewhere(homeless):
    (message,) = await homeless.until(homeless.direct, "a direct message")
    assert "couldn't post" in message.content
    assert MENTIONS("jobs") in message.content
    assert "It was charged" in message.content
    assert PROMPT in message.content

    listed = await homeless.job_page()
    pressed = await homeless.ann.click(listed.response, label="Show again")
    assert pressed.ephemeral
    assert "posting it" in pressed.response.content
    (result,) = await homeless.delivered()
    assert PROMPT in result.content
    assert homeless.posts == 1


async def test_show_again_needs_a_channel_in_which_the_bot_may_post(homeless):
    await homeless.until_job("told_at IS NOT NULL")
    closed = homeless.closed_room(attach_files=False)
    listed = await homeless.job_page(room=closed)
    pressed = await homeless.ann.click(listed.response, label="Show again")
    assert "Attach Files" in pressed.response.content
    assert homeless.rows()[0]["state"] == "failed"


async def test_who_can_be_told_nowhere_still_finds_the_video_in_the_list(build_house):
    house = await build_house(render_seconds=0.7)
    house.env.inject_error("POST", "/users/@me/channels", status=403, code=50007, times=None)
    await without_channel(house)
    await house.until_job(f"reason = 'undeliverable' AND {NOBODY_TOLD}")
    listed = await house.ann.slash(house.room, "jobs")
    assert "failed" in str(listed.response.components)


async def test_the_right_to_attach_files_that_goes_in_mid_job_keeps_the_video(build_house):
    house = await build_house(render_seconds=0.7)
    house.strict.direct_messages_take_files = False
    asked = await house.video()
    await house.until(lambda: public(house.room), "a status")
    me = house.env.bot.get_guild(house.guild.id).me
    with house.env.time_context():
        await house.env.bot.get_channel(house.room.id).set_permissions(me, attach_files=False)
    await house.until_job("reason = 'undeliverable' AND told_at IS NOT NULL")
    assert "couldn't post" in asked.response.content
    await house.until(lambda: not public(house.room), "an empty channel")


async def test_a_message_that_arrived_although_the_connection_broke_is_not_posted_twice(house):
    house.strict.cut_after = [
        aiohttp.ServerDisconnectedError(),
        TypeError("an answer that is no JSON object"),
        ValueError("Expecting value: line 1 column 1"),
    ]
    for actor in (house.ann, house.ben, house.ann):
        await house.video(actor)
    results = await house.delivered(count=3)
    assert len(house.strict.uploads) == 6
    assert {row["message_id"] for row in house.rows()} == {result.id for result in results}


async def test_a_result_that_was_deleted_between_two_tries_is_not_posted_again(house):
    house.strict.cut_after = [aiohttp.ServerDisconnectedError()]
    await house.video()
    (result,) = await house.until(
        lambda: [message for message in public(house.room) if message.attachments], "a result"
    )
    house.env.backend.delete_message(house.room.id, result.id)
    row = await house.until_job("state = 'delivered'")
    assert row["message_id"] is None
    await house.until(lambda: not public(house.room), "an empty channel")


async def test_a_status_that_a_moderator_deleted_holds_nothing_up(build_house):
    house = await build_house(render_seconds=0.7)
    await house.video()
    (status,) = await house.until(lambda: public(house.room), "a status")
    house.env.backend.delete_message(house.room.id, status.id)
    await house.delivered()


async def test_a_video_outlives_a_restart_in_mid_rendering(build_house):
    house = await build_house(render_seconds=1.0)
    await house.video()
    await house.until(lambda: public(house.room), "a status")
    await house.restart()
    await house.delivered()
    assert house.posts == 1


async def test_long_after_a_broken_send_the_channel_is_searched_before_anything_is_sent_again(build_house):
    house = await build_house()
    house.strict.cut_after = [aiohttp.ServerDisconnectedError()]
    await house.video()
    row = await house.until_job("state = 'delivering' AND first_sent_at IS NOT NULL AND lease_owner IS NULL")
    house.change_row(row["key"], first_sent_at=row["first_sent_at"] - 120_000)
    (result,) = await house.delivered()

    row = await house.until_job("state = 'delivered'")
    assert row["message_id"] == result.id
    assert len(house.strict.uploads) == 1
