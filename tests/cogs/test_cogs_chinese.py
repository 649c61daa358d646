"""A member whose client speaks Chinese reads Chinese from the command to the end; the others go on in English."""

import re

import discord
import pytest

from cogs.text.catalogue import MENTIONS
from hailuo.camera import CameraMove
from sandbox.faults import Fault
from tests.cogs.photos import photo
from tests.support.house import answer_to, public
from tests.support.rows import each_row

CHINESE = re.compile(r"[\u4e00-\u9fff]")
ENGLISH = re.compile(r"[a-z]{4,} [a-z]{2,}")


def is_chinese(said):
    """Tell whether `said` is Chinese, apart from names and quotations."""
    told = "\n".join(line for line in said.split("\n") if not line.startswith("> "))
    return bool(CHINESE.search(told)) and not ENGLISH.search(told)


@pytest.fixture
async def slow(build_house):
    """Return a house whose provider takes a moment."""
    return await build_house(render_seconds=0.7)


async def test_acknowledgement_status_and_result_are_chinese(slow):
    asked = await slow.slash_in("zh-CN", "video", prompt="一只红风筝", camera="推进")
    (status,) = await slow.until(lambda: public(slow.room), "a status")
    (result,) = await slow.delivered()
    await slow.until(lambda: "已送达" in asked.response.content, "an acknowledgement that follows")

    changes = [call.json["content"] for call in slow.changes_of(asked)]
    assert "已排队" in changes[0]
    assert "正在生成" in changes[1]
    assert "运镜：推进（靠近主体）" in changes[0]
    assert f"正在生成** <@{slow.ann.id}> 的视频" in status.content
    assert "6 秒 · 768p · Hailuo 2.3 · 推进" in status.content
    assert f"<@{slow.ann.id}> 你的视频好了" in result.content
    assert [said for said in (*changes, status.content, result.content) if not is_chinese(said)] == []
    assert slow.rows()[0]["language"] == "zh-CN"


async def test_the_language_of_a_job_outlives_a_restart(slow):
    await slow.slash_in("zh-CN", "video", prompt="a kite")
    await slow.until_job("state = 'rendering'")
    await slow.restart()
    (result,) = await slow.delivered()
    assert "你的视频好了" in result.content


async def test_taiwan_reads_chinese_and_the_rest_of_the_world_english(house):
    for locale, headline in (("zh-TW", "已排队"), ("de", "Queued"), ("en-GB", "Queued")):
        asked = await house.slash_in(locale, "video", prompt="a kite")
        assert headline in house.first_words(asked)["content"]


@each_row(
    "options, words",
    [
        ({"camera": "转圈"}, ["转圈", "左移、右移、左摇", "固定"]),
        ({"camera": "左移、右移、左摇、右摇"}, ["4 种运镜", "3 种"]),
        ({"prompt": " "}, ["提示词是空的"]),
        ({"resolution": "1080p", "duration": 10}, ["1080p 只能配 6 秒"]),
        ({"image": ("a.png", b"no picture " * 50)}, ["不能用作首帧", "不是图片"]),
    ],
)
async def test_refusals_are_chinese(house, options, words):
    asked = await house.slash_in("zh-CN", "video", **({"prompt": "a kite"} | options))
    assert asked.ephemeral
    assert [word for word in words if word not in asked.response.content] == []
    assert is_chinese(asked.response.content)
    assert house.nothing_was_spent()


async def test_a_place_without_the_right_to_post_is_refused_in_chinese(house):
    closed = house.closed_room(attach_files=False)
    asked = await house.slash_in("zh-CN", "video", room=closed, prompt="a kite")
    assert "缺少权限：附加文件" in asked.response.content


async def test_a_limit_is_refused_in_chinese(build_house):
    house = await build_house(settings={"member_active": 1}, render_seconds=60)
    await house.video()
    asked = await house.slash_in("zh-CN", "video", prompt="a kite")
    assert "你有 1 个视频正在进行" in asked.response.content


async def test_what_breaks_is_said_in_chinese(house):
    house.breaks = True
    frames = house.settings.data_dir / "frames"
    frames.rmdir()
    frames.write_text("no folder")
    asked = await house.slash_in("zh-CN", "video", prompt="a kite", image=("a.png", photo()))
    assert re.search(r"出了点问题.*`[0-9a-f]{8}`", asked.response.content)


async def test_an_ending_is_told_in_the_language_of_the_order(house):
    house.sandbox.faults.add(Fault.parse("fails_provider"))
    await house.slash_in("zh-CN", "video", prompt="a kite")
    (ending,) = await house.until(
        lambda: [seen for seen in public(house.room) if "没能生成" in seen.content], "an ending"
    )
    assert "没有产生费用" in ending.content
    assert is_chinese(ending.content)


async def test_an_order_to_be_decided_keeps_its_language_whoever_decides(house):
    house.sandbox.faults.add(Fault.parse("cut_after_accepting"))
    await house.slash_in("zh-CN", "video", prompt="a kite")
    (message,) = await house.until(
        lambda: [seen for seen in public(house.room) if "连接中断" in seen.content], "an ending"
    )
    refused = await house.ben.click(message, label="放弃")
    assert "You need Manage Messages for this" in answer_to(refused).content

    role = house.guild.create_role("Moderators", permissions=discord.Permissions(manage_messages=True))
    judge = house.guild.add_member(house.env.create_user("mod"), roles=[role])
    await judge.click(message, label="放弃")
    (seen,) = public(house.room)
    assert f"<@{judge.id}> 放弃了 <@{house.ann.id}> 的任务" in seen.content


async def test_the_list_the_page_and_its_buttons_are_chinese(house):
    await house.slash_in("zh-CN", "video", prompt="a kite")
    await house.delivered()
    listed = await house.slash_in("zh-CN", "jobs")
    (option,) = listed.response.components[1]["components"][0]["options"]
    assert "已送达 · 6 秒" in option["description"]
    assert "你在这里的视频" in listed.response.content
    with house.speaking("zh-CN"):
        await house.ann.select(listed.response, [house.rows()[0]["key"]], custom_id="v1:pick:all:0")
        assert "**已送达**" in listed.response.content
        shown = await house.ann.click(listed.response, label="重新显示")
        assert "只有你能看到" in shown.response.content
        await house.ann.click(listed.response, label="返回列表")
    assert "你在这里的视频" in listed.response.content


async def test_cancel_says_in_chinese_that_it_is_done_and_that_it_is_too_late(build_house):
    house = await build_house(settings={"max_running_jobs": 1}, render_seconds=60)
    await house.video(house.ben)
    await house.until_job("state = 'rendering'")
    asked = await house.slash_in("zh-CN", "video", prompt="a kite")
    key = house.rows()[-1]["key"]
    with house.speaking("zh-CN"):
        await house.ann.click(asked.response, label="取消")
        assert "已取消" in asked.response.content
        late = await house.forge(house.ann, asked.response, custom_id=f"v1:cancel:{key}", component_type=2)
    assert "已经取消了" in answer_to(late).content


async def test_queue_and_help_are_chinese(house):
    assert "没有正在生成" in (await house.slash_in("zh-CN", "queue")).response.content
    help_page = (await house.slash_in("zh-CN", "help")).response.content
    assert f"输入 {MENTIONS('video')}" in help_page  # a command has one name, whatever the client speaks


async def test_moves_are_offered_in_chinese_and_stay_readable_for_the_bot(house):
    with house.speaking("zh-CN"):
        choices = await house.ann.autocomplete(house.room, "video", "camera", "推进、左")
    assert [choice["name"] for choice in choices] == [
        "推进、左移（机位向左平移）",
        "推进、左摇（镜头向左转）",
    ]
    for camera in (choices[0]["value"], choices[0]["name"]):
        await house.video(camera=camera)
        await house.delivered(count=len(house.rows()))
        assert house.ordered["prompt"].startswith("[推进,左移]")


@each_row(
    "typed, group",
    [
        ("pan", "pan"),
        ("tilt", "tilt"),
        ("truck", "truck"),
        ("zoom", "zoom"),
        ("pedestal", "pedestal"),
        ("dolly", "dolly"),
        ("摇", "pan"),
        ("摇", "tilt"),
        ("移", "truck"),
        ("变焦", "zoom"),
        ("升降", "pedestal"),
        ("推拉", "dolly"),
    ],
)
@each_row("locale", ["en-US", "zh-CN"])
async def test_a_word_for_a_group_finds_all_its_moves_whatever_the_language(house, locale, typed, group):
    with house.speaking(locale):
        choices = await house.ann.autocomplete(house.room, "video", "camera", typed)
    first = [choice["value"] for choice in choices]
    assert {move.english for move in CameraMove if move.group.value == group} <= set(first[:4])
