"""`/help`: examples that work, and links to the pages of whoever runs the bot."""

import re

import pytest

from cogs.text.catalogue import LANGUAGES
from cogs.video.camera import parse_camera
from hailuo.camera import moves_in
from tests.support.rows import each_row

LINKS = {
    "terms_url": "https://example.org/terms?lang=en#top",
    "privacy_url": "https://example.org/privacy",
    "support_url": "https://discord.gg/example",
}


async def test_the_help_is_for_the_asker_alone_and_has_no_links_unless_they_are_set(house):
    shown = await house.ann.slash(house.room, "help")
    assert shown.ephemeral
    assert "I make short videos" in shown.response.content
    assert shown.response.components == []


async def test_pages_that_are_set_are_shown_as_link_buttons(build_house):
    house = await build_house(settings=LINKS)
    shown = await house.ann.slash(house.room, "help")
    (row,) = shown.response.components
    assert [(part["label"], part["url"]) for part in row["components"]] == [
        ("Terms of use", LINKS["terms_url"]),
        ("Privacy", LINKS["privacy_url"]),
        ("Help and support", LINKS["support_url"]),
    ]


async def test_one_page_alone_is_shown_alone(build_house):
    house = await build_house(settings={"support_url": LINKS["support_url"]})
    shown = await house.ann.slash(house.room, "help")
    assert [part["label"] for part in shown.response.components[0]["components"]] == ["Help and support"]


@each_row("words", [pytest.param(words, id=words.code) for words in LANGUAGES])
def test_every_camera_move_of_the_help_is_understood(words):
    said = words("help")
    chosen = re.findall(rf"`{words('option-camera')}: (.+?)`", said)
    typed = re.findall(r"`(\[.+?\][^`]*)`", said)
    assert len(chosen) == 2
    assert all(parse_camera(text) for text in chosen)
    assert len(typed) == 1
    assert all(moves_in(text) for text in typed)
    assert len(said) <= 2000


NAMED = [
    *("option-prompt", "option-image", "option-camera", "option-sketch", "option-private", "option-enhance"),
    *("button-reroll", "button-remix", "button-upscale", "button-continue", "button-join"),
    *("button-details", "button-delete"),
]


@each_row("words", [pytest.param(words, id=words.code) for words in LANGUAGES])
async def test_the_help_names_every_command_menu_and_button(house, words):
    (registered,) = [request.json for request in house.env.http_requests if request.method == "PUT"]
    names = [
        (command.get("name_localizations") or {}).get(words.code, command["name"]) for command in registered
    ]
    assert len(names) >= 10
    needed = {*names, *map(words, NAMED)} - {words("command-help"), words("command-operator")}
    assert {name for name in needed if name not in words("help")} == set()
