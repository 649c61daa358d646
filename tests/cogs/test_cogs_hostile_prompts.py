"""Prompts that want to be more than words: wherever they are shown, they are shown as words."""

import re

import pytest

from tests.support.house import public

HOSTILE = {
    "everyone": "@everyone @here look",
    "mentions": "<@&1> <@123456789012345678> <#5> </help:1> <t:0:R>",
    "masked link": "[free nitro](https://evil.example/x) and [*a* ||b|| `c`](y)",
    "bare link": "https://evil.example discord.gg/evil https://discord.com/invite/evil",
    "backticks": "``` code ``` `x` **bold** __u__ ~~s~~ ||spoiler|| _i_",
    "bidi": "\u202egnp.exe\u202c \u2066x\u2069 \u200f",
    "zero width": "k\u200bi\u200ct\u2060e \ufeff",
    "headings": "# Big\n## less\n-# small\n* list\n- list",
    "quotes": ">>> all of it\n> one line",
    "backslashes": "\\*a\\* \\[x\\](y) \\",
}

MARKUP = re.compile(r"(?<!\\)(?:\\\\)*[*_~|`\[\]]")
INVISIBLE = re.compile(r"[\u200c\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff]")
LINK = re.compile(r"(?i)https?://|discord\.gg/|(?<!\\)/invite/")
PINGS = re.compile(r"@(everyone|here)|<")


def faults_of(quotation):
    """Return what in a quoted prompt would be more than words."""
    body = quotation.removeprefix("> ")
    return [rule.pattern for rule in (MARKUP, INVISIBLE, LINK, PINGS) if rule.search(body)]


def quotation_in(content):
    """Return the line in which `content` quotes the prompt; it is the only one."""
    lines = [line for line in content.split("\n") if line.startswith("> ")]
    assert len(lines) == 1
    return lines[0]


@pytest.mark.parametrize("prompt", [pytest.param(text, id=name) for name, text in HOSTILE.items()])
async def test_a_hostile_prompt_is_shown_as_words_everywhere(build_house, prompt):
    house = await build_house(render_seconds=0.3)
    asked = await house.video(prompt=prompt)
    (status,) = await house.until(lambda: public(house.room), "a status")
    assert house.pings(status) == []
    (result,) = await house.delivered()
    listed = await house.ann.slash(house.room, "jobs")
    label = listed.response.components[1]["components"][0]["options"][0]["label"]
    await house.ann.select(listed.response, [house.rows()[0]["key"]], custom_id="v1:pick:all:0")

    for content in (asked.response.content, status.content, result.content, listed.response.content):
        assert faults_of(quotation_in(content)) == []
    assert house.pings(result) == [house.ann.id]
    assert not INVISIBLE.search(label)
    assert not INVISIBLE.search(result.attachments[0].description)


@pytest.mark.parametrize(
    "prompt",
    ["😀" * 2000, "*" * 2000, "@here " * 333, "[x](y)" * 333, "\\" * 2000, "a\n" * 1000, "# " * 1000],
)
async def test_the_longest_prompts_are_cut_to_what_discord_takes_and_delivered(house, prompt):
    asked = await house.video(prompt=prompt)
    (result,) = await house.delivered()
    listed = await house.ann.slash(house.room, "jobs")
    option = listed.response.components[1]["components"][0]["options"][0]
    await house.ann.select(listed.response, [house.rows()[0]["key"]], custom_id="v1:pick:all:0")

    for content in (asked.response.content, result.content, listed.response.content):
        assert units(content) <= 2000
        quotation_in(content)
    assert 1 <= units(option["label"]) <= 100
    assert units(result.attachments[0].description) <= 1024
    assert house.ordered["prompt"] == prompt.strip()


def units(text):
    """Return the length in UTF-16 units, the strictest way of counting characters."""
    return len(text.encode("utf-16-le")) // 2
