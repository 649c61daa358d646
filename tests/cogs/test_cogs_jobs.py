"""`/jobs`: the list, the page of one video, *Show again*; and what stays out of other people's reach."""

import pytest

from cogs.text.catalogue import MENTIONS
from tests.support.house import PROMPT, public


def options_of(listed):
    return part_of(listed, "v1:pick:")["options"]


def part_of(listed, prefix):
    """Return the one part of a message whose custom id begins like this."""
    parts = [part for row in listed.response.components for part in row["components"]]
    (found,) = [part for part in parts if part["custom_id"].startswith(prefix)]
    return found


def labels_of(listed):
    return [part["label"] for row in listed.response.components for part in row["components"]]


async def test_who_has_no_videos_is_told_how_to_make_one(house):
    listed = await house.ann.slash(house.room, "jobs")
    assert listed.ephemeral
    assert MENTIONS("video") in listed.response.content
    assert listed.response.components == []


async def test_one_s_own_videos_are_listed_newest_first(house):
    for prompt in ("the first", "the second"):
        await house.video(prompt=prompt)
    await house.delivered(count=2)
    listed = await house.ann.slash(house.room, "jobs")
    assert [option["label"] for option in options_of(listed)] == ["the second", "the first"]
    assert "delivered · 6 s · 768p · Hailuo 2.3" in options_of(listed)[0]["description"]


async def test_a_page_shows_state_time_and_the_way_to_the_result(house):
    await house.video()
    (result,) = await house.delivered()
    listed = await house.job_page()
    said = listed.response.content
    assert PROMPT in said
    assert "Delivered" in said
    assert "<t:" in said
    assert result.jump_url in said
    assert labels_of(listed) == ["Show again", "Back to the list"]


async def test_in_direct_messages_the_page_leads_to_the_result_too(house):
    await house.ann.user.slash("video", prompt=PROMPT)
    await house.until_job("state = 'delivered'")
    listed = await house.ann.user.slash("jobs")
    await house.ann.user.select(listed.response, [house.rows()[0]["key"]], custom_id="v1:pick:all:0")
    row = house.rows()[0]
    assert (
        f"https://discord.com/channels/@me/{row['channel_id']}/{row['message_id']}" in listed.response.content
    )


async def test_the_page_of_a_waiting_video_tells_when_it_is_likely_and_can_cancel(build_house):
    house = await build_house(settings={"max_running_jobs": 1}, render_seconds=60)
    await house.video(house.ben)
    await house.until_job("state = 'rendering'")
    await house.video()
    listed = await house.job_page()
    assert "Waiting" in listed.response.content
    assert listed.response.content.count("<t:") == 2
    assert labels_of(listed) == ["Cancel", "Back to the list"]


async def test_back_leads_to_the_list(house):
    await house.video()
    await house.delivered()
    listed = await house.job_page()
    await house.ann.click(listed.response, label="Back to the list")
    assert [option["value"] for option in options_of(listed)] == [house.rows()[0]["key"]]


async def test_show_again_shows_the_video_to_its_owner_alone(house):
    await house.video(spoiler=True)
    (result,) = await house.delivered()
    listed = await house.job_page()
    shown = await house.ann.click(listed.response, label="Show again")

    assert shown.ephemeral
    (file,) = shown.response.attachments
    assert await file.read() == await result.attachments[0].read()
    assert file.is_spoiler()
    assert file.description == PROMPT
    assert public(house.room) == [result]
    assert house.private(house.ben) == []


async def test_list_page_and_buttons_work_after_a_restart(house):
    await house.video()
    await house.delivered()
    listed = await house.ann.slash(house.room, "jobs")
    await house.restart()
    await house.ann.select(listed.response, [house.rows()[0]["key"]], custom_id="v1:pick:all:0")
    shown = await house.ann.click(listed.response, label="Show again")
    assert shown.response.attachments
    await house.ann.click(listed.response, label="Back to the list")
    assert options_of(listed)


async def test_a_file_that_is_gone_is_said_to_be_gone(house):
    await house.video()
    await house.delivered()
    listed = await house.job_page()
    (house.settings.data_dir / "videos" / house.rows()[0]["video_file"]).unlink()
    shown = await house.ann.click(listed.response, label="Show again")
    assert "no longer stored" in shown.response.content


async def test_a_file_that_discord_finds_too_large_here_is_said_to_be_too_large(house):
    await house.video()
    await house.delivered()
    listed = await house.job_page()
    house.strict.limit_bytes = 100
    shown = await house.ann.click(listed.response, label="Show again")
    assert "too large to show here" in shown.response.content


@pytest.mark.parametrize("action", ["cancel", "again"])
async def test_another_member_s_press_finds_nothing(house, action):
    await house.video()
    await house.delivered()
    listed = await house.job_page()
    forged = await house.forge(
        house.ben, listed.response, custom_id=f"v1:{action}:{house.rows()[0]['key']}", component_type=2
    )
    answer = forged.followups[0] if forged.followups else forged.response
    assert answer.ephemeral
    assert "can't find that video" in answer.content
    assert not answer.attachments
