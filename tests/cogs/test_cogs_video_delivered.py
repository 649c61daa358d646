"""`/video` when all goes well: what each side sees, from the command to the one message that is left."""

import re

import pytest

from sandbox.faults import Fault
from tests.cogs.photos import photo
from tests.support.house import PROMPT, facts_of, public

SILENT = 1 << 12


async def test_a_prompt_comes_back_as_one_message_with_a_playable_video(house):
    await house.video()

    (result,) = await house.delivered()
    assert f"<@{house.ann.id}>" in result.content
    assert PROMPT in result.content
    assert house.pings(result) == [house.ann.id]
    assert result.attachments[0].description == PROMPT
    assert result.attachments[0].filename.endswith(".mp4")
    facts = await facts_of(result)
    assert (facts.codec, facts.pixel_format, facts.faststart) == ("h264", "yuv420p", True)
    assert facts.duration_seconds == pytest.approx(6, abs=0.1)
    assert house.posts == 1


async def test_the_acknowledgement_is_private_and_tells_place_time_and_how_to_cancel(house):
    asked = await house.video(prompt="a lighthouse", duration=10)

    assert asked.ephemeral
    assert house.private(house.ben) == []
    said = house.first_words(asked)
    assert "next in line" in said["content"]
    assert re.search(r"<t:\d+:R>", said["content"])
    assert "a lighthouse" in said["content"]
    assert "10 s · 768p · Hailuo 2.3" in said["content"]
    (button,) = said["components"][0]["components"]
    assert (button["label"], button["custom_id"]) == ("Cancel", f"v1:cancel:{house.rows()[0]['key']}")


async def test_the_acknowledgement_follows_the_job_to_its_end(house):
    asked = await house.video(camera="Push in")
    (result,) = await house.delivered()
    await house.until(
        lambda: "Delivered" in asked.response.content, "an acknowledgement that leads to the result"
    )
    assert result.jump_url in asked.response.content
    assert asked.response.components == []
    changes = [call.json["content"] for call in house.changes_of(asked)]
    assert ["Queued" in changes[0], "Rendering" in changes[1], "Delivered" in changes[-1]] == [True] * 3
    assert all("Move closer (Push in)" in content and PROMPT in content for content in changes)


async def test_whoever_has_to_wait_is_told_the_place_in_line(build_house):
    house = await build_house(settings={"max_running_jobs": 1}, render_seconds=60)
    await house.video(house.ben)
    await house.until_job("state = 'rendering'")
    said = [house.first_words(await house.video())["content"] for _ in range(2)]
    assert "next in line" in said[0]
    assert "number 2 in line" in said[1]


async def test_a_late_video_is_said_to_be_late_and_still_being_made(build_house):
    house = await build_house(settings={"late_after_minutes": 0.001}, render_seconds=60)
    await house.video()
    await house.until(
        lambda: [seen for seen in public(house.room) if "longer than usual" in seen.content], "a late status"
    )
    (status,) = public(house.room)
    assert "No need to order again" in status.content


async def test_the_first_request_after_a_command_is_its_acknowledgement(house):
    before = len(house.env.http_requests)
    await house.video()
    assert house.env.http_requests[before].path.endswith("/callback")


async def test_the_status_appears_moves_with_reported_progress_and_goes_when_the_result_is_there(build_house):
    house = await build_house(render_seconds=2)
    await house.video()

    status = await house.until(lambda: public(house.room), "a status")
    assert "Rendering" in status[0].content
    assert PROMPT in status[0].content
    assert house.pings(status[0]) == []
    (result,) = await house.delivered()

    calls = [call for call in house.env.http_requests if f"/channels/{house.room.id}/messages" in call.path]
    of_status = [call for call in calls if call.path.endswith(f"/{status[0].id}")]
    posts = [call.json for call in calls if call.method == "POST"]
    assert [post["nonce"][-2:] for post in posts] == ["-s", "-r"]
    assert all(post["enforce_nonce"] for post in posts)
    assert posts[0]["flags"] == SILENT
    assert any(re.search(r"▰+▱* \d+ %", call.json["content"]) for call in of_status if call.method == "PATCH")
    assert of_status[-1].method == "DELETE"
    assert calls.index(of_status[-1]) > next(
        index for index, call in enumerate(calls) if (call.json or {}).get("nonce", "").endswith("-r")
    )
    assert public(house.room) == [result]


async def test_no_bar_is_shown_where_the_provider_reports_no_progress(build_house):
    house = await build_house(render_seconds=0.4)
    house.sandbox.faults.add(Fault.parse("shape@task=progress:absent*always"))
    await house.video()
    await house.delivered()
    assert not [call for call in house.env.http_requests if "▱" in str(call.json)]


@pytest.mark.parametrize(("name", "format"), [("kite.png", "PNG"), ("IMG_0042.HEIC", "HEIC")])
async def test_an_attached_picture_becomes_the_first_frame(house, name, format):
    await house.video(image=(name, photo(format=format)))
    await house.delivered()
    assert house.ordered["first_frame_image"].startswith("data:image/jpeg;base64,")


async def test_all_choices_of_the_options_reach_the_provider(house):
    await house.video(
        image=("kite.png", photo()), resolution="1080p", model="MiniMax-Hailuo-2.3-Fast", watermark=True
    )
    await house.delivered()
    body = house.ordered
    assert (body["model"], body["resolution"], body["duration"], body["watermark"]) == (
        "MiniMax-Hailuo-2.3-Fast",
        "1080p",
        6,
        True,
    )


@pytest.mark.parametrize(
    ("enhance", "optimizer", "quick"), [(None, True, False), ("quick", True, True), ("off", False, False)]
)
async def test_enhance_decides_what_the_provider_does_with_the_words(house, enhance, optimizer, quick):
    await house.video(**({"enhance": enhance} if enhance else {}))
    await house.delivered()
    assert (house.ordered["prompt_optimizer"], house.ordered["fast_pretreatment"]) == (optimizer, quick)


async def test_a_spoiler_stays_behind_a_click(house):
    await house.video(spoiler=True)
    (result,) = await house.delivered()
    assert result.attachments[0].is_spoiler()


async def test_fast_without_a_picture_is_taken_where_the_setting_allows_it(build_house):
    house = await build_house(settings={"fast_requires_image": False}, fast_requires_image=False)
    await house.video(model="MiniMax-Hailuo-2.3-Fast")
    await house.delivered()
    assert "first_frame_image" not in house.ordered


async def test_in_direct_messages_everything_works_as_well(house):
    asked = await house.ann.user.slash("video", prompt=PROMPT)
    assert asked.ephemeral

    def result():
        return [message for message in house.direct() if message.attachments]

    (video,) = await house.until(result, "a result in direct messages")
    assert PROMPT in video.content
    row = house.rows()[0]
    assert (row["guild_id"], row["upload_limit"]) == (0, 10 * 1024 * 1024)

    listed = await house.ann.user.slash("jobs")
    assert row["key"] in str(listed.response.components)
    assert (await house.ann.slash(house.room, "jobs")).response.components == []


async def test_in_a_thread_the_video_arrives_in_the_thread(house):
    thread = house.thread()
    await house.video(room=thread)
    await house.delivered(room=thread)
    assert public(house.room) == []


async def test_two_members_at_once_each_get_their_own(house):
    await house.video(house.ann, prompt="first")
    await house.video(house.ben, prompt="second")
    results = await house.delivered(count=2)
    assert {house.pings(result)[0]: "first" in result.content for result in results} == {
        house.ann.id: True,
        house.ben.id: False,
    }
