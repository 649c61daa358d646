"""`/settings`: each change is kept at once, shown in words, and is the presser's own."""

import contextlib
import json
import sqlite3

import pytest

from cogs.member.settings import settings_page
from cogs.text.catalogue import LANGUAGES
from hailuo.request import FORMATS, VideoOptions, require_valid
from jobs.servers.preferences import MemberSettings
from tests.support.rows import each_row


def kept(house, actor):
    """Return what the database holds of a member's settings."""
    with contextlib.closing(sqlite3.connect(house.settings.data_dir / "clapper.db")) as database:
        row = database.execute("SELECT settings_json FROM members WHERE user_id = ?", (actor.id,)).fetchone()
    return json.loads(row[0]) if row else None


def marked(shown):
    """Return the options that the selects of a message show as chosen."""
    parts = [part for row in shown.response.components for part in row["components"]]
    return [option["value"] for part in parts for option in part.get("options", []) if option["default"]]


def stated(shown):
    """Return what a page says of each setting: the chosen options of its selects, and the labels of its buttons."""
    parts = [part for row in shown.response.components for part in row["components"]]
    chosen = [option["label"] for part in parts for option in part.get("options", []) if option["default"]]
    return chosen + [part["label"] for part in parts if "label" in part]


async def test_a_newcomer_sees_each_default_once_in_words(house):
    shown = await house.ann.slash(house.room, "settings")
    assert shown.ephemeral
    assert stated(shown) == [
        "Length and resolution: 6 seconds at 768p",
        "Model: Hailuo 2.3",
        "Prompt enhancement: Full",
        "Language: same as Discord",
        "Spoiler my videos: off",
        "Send videos to my DMs only: off",
        "DM me when my video is posted: off",
        "DM me if I can't post in the channel: on",
        "Let others remix, continue and animate mine: on",
    ]
    assert len(shown.response.content.splitlines()) == 1
    assert marked(shown) == ["6-768p", "MiniMax-Hailuo-2.3", "full", "auto"]
    assert kept(house, house.ann) is None


@pytest.mark.parametrize(
    ("setting", "value", "fields", "line"),
    [
        ("format", "10-768p", {"duration": 10, "resolution": "768p"}, "10 seconds at 768p"),
        ("format", "6-1080p", {"duration": 6, "resolution": "1080p"}, "6 seconds at 1080p"),
        ("model", "MiniMax-Hailuo-2.3-Fast", {"model": "MiniMax-Hailuo-2.3-Fast"}, "Hailuo 2.3 Fast"),
        ("enhance", "off", {"enhance": "off"}, "Off, my exact words"),
        ("language", "en", {"language": "en"}, "English"),
    ],
)
async def test_a_choice_is_kept_at_once_and_shown(house, setting, value, fields, line):
    shown = await house.ann.slash(house.room, "settings")
    await house.ann.select(shown.response, [value], custom_id=f"v1:mine:{setting}")
    assert fields.items() <= kept(house, house.ann).items()
    assert any(f": {line}" in said for said in stated(shown))
    assert value in marked(shown)


@each_row(
    "setting, name, before",
    [
        ("spoiler", "Spoiler my videos", False),
        ("private", "Send videos to my DMs only", False),
        ("notify", "DM me when my video is posted", False),
        ("direct_messages", "DM me if I can't post in the channel", True),
        ("reusable", "Let others remix, continue and animate mine", True),
    ],
)
async def test_a_toggle_is_turned_there_and_back(house, setting, name, before):
    shown = await house.ann.slash(house.room, "settings")
    for now in (not before, before):
        await house.ann.click(shown.response, label=f"{name}: {'off' if now else 'on'}")
        assert kept(house, house.ann)[setting] is now
        assert f"{name}: {'on' if now else 'off'}" in stated(shown)


async def test_a_toggle_changes_what_its_label_shows_though_another_message_did_it_before(house):
    first = await house.ann.slash(house.room, "settings")
    second = await house.ann.slash(house.room, "settings")
    for shown in (first, second):
        await house.ann.click(shown.response, label="Spoiler my videos: off")
    assert kept(house, house.ann)["spoiler"] is True


async def test_a_changed_language_shows_at_once_and_everywhere(house):
    shown = await house.ann.slash(house.room, "settings")
    await house.ann.select(shown.response, ["zh-CN"], custom_id="v1:mine:language")
    assert "语言：简体中文" in stated(shown)
    assert "没有正在生成" in (await house.ann.slash(house.room, "queue")).response.content
    assert "Nothing is rendering" in (await house.ben.slash(house.room, "queue")).response.content
    await house.ann.select(shown.response, ["auto"], custom_id="v1:mine:language")
    assert "Language: same as Discord" in stated(shown)


async def test_a_chosen_language_outlives_a_restart(house):
    shown = await house.ann.slash(house.room, "settings")
    await house.ann.select(shown.response, ["zh-CN"], custom_id="v1:mine:language")
    await house.restart()
    assert "没有正在生成" in (await house.ann.slash(house.room, "queue")).response.content


async def test_selects_and_buttons_work_after_a_restart(house):
    shown = await house.ann.slash(house.room, "settings")
    await house.restart()
    await house.ann.select(shown.response, ["10-768p"], custom_id="v1:mine:format")
    await house.ann.click(shown.response, label="Spoiler my videos: off")
    assert kept(house, house.ann)["duration"] == 10
    assert kept(house, house.ann)["spoiler"] is True
    assert "Length and resolution: 10 seconds at 768p" in stated(shown)


async def test_settings_are_the_member_s_own_in_direct_messages_too(house):
    shown = await house.ann.user.slash("settings")
    await house.ann.user.click(shown.response, label="Spoiler my videos: off")
    again = await house.ann.slash(house.room, "settings")
    assert "Spoiler my videos: on" in stated(again)


async def test_a_forged_press_changes_the_presser_s_own_settings_only(house):
    shown = await house.ann.slash(house.room, "settings")
    await house.forge(house.ben, shown.response, custom_id="v1:mine:reusable:0", component_type=2)
    assert kept(house, house.ann) is None
    assert kept(house, house.ben)["reusable"] is False


@each_row("setting", ["format", "model", "enhance", "language"])
@each_row("values", [["10-1080p"], []])
async def test_a_forged_choice_changes_nothing(house, setting, values):
    shown = await house.ann.slash(house.room, "settings")
    forged = await house.forge(
        house.ann, shown.response, custom_id=f"v1:mine:{setting}", component_type=3, values=values
    )
    assert "That setting doesn't exist" in forged.followups[0].content
    assert kept(house, house.ann) is None


def test_every_pair_that_can_be_a_default_is_one_that_the_provider_makes():
    for duration, resolution in FORMATS.values():
        require_valid(
            VideoOptions(duration=duration, resolution=resolution), prompt="a kite", has_picture=False
        )
    assert len(set(FORMATS.values())) == 3


@each_row("words", [pytest.param(words, id=words.code) for words in LANGUAGES])
async def test_labels_fit_into_discord_in_every_language(words):
    for on in (True, False):
        mine = MemberSettings(spoiler=on, private=on, notify=on, direct_messages=on, reusable=on)
        content, view = settings_page(words, mine)
        rows = view.to_components()
        assert len(content) <= 2000
        assert len(rows) <= 5
        for part in (part for row in rows for part in row["components"]):
            assert 1 <= len(part.get("label") or part["placeholder"]) <= 80
            assert all(len(option["label"]) <= 100 for option in part.get("options", []))
