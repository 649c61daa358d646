"""The part moderation of `/admin`: words and patterns that prompts may not hold, and a field to try a prompt in."""

import pytest

from jobs.servers.guild_settings import GuildSettings
from tests.cogs.managers import admin, audited, manager_of, rules_of, texts_of
from tests.support.house import was_accepted
from tests.support.rows import each_row


@pytest.fixture
def mia(house):
    """Return a manager."""
    return manager_of(house)


async def ban(house, mia, words="", patterns=""):
    """Fill in the form; return the page and what the form was answered with."""
    page = await admin(house, "moderation", mia)
    opened = await mia.click(page.response, label="Words and patterns")
    return page, await mia.submit_modal(opened, {"words": words, "patterns": patterns})


async def tried(house, mia, prompt):
    """Try a prompt; return what the page says."""
    page = await admin(house, "moderation", mia)
    opened = await mia.click(page.response, label="Try a prompt")
    await mia.submit_modal(opened, {"prompt": prompt})
    return page.response.content


async def test_a_prompt_with_a_banned_word_is_refused_privately_and_costs_nothing(house, mia):
    page, _ = await ban(house, mia, words="kite\n\n  kite \nturnip")
    assert "• Blocked words: **kite, turnip**" in page.response.content
    refused = await house.video(prompt="a red K\u200bITE over the dunes")
    assert refused.ephemeral
    assert "“kite” isn't allowed in prompts here" in refused.response.content
    assert house.nothing_was_spent()
    assert was_accepted((await house.video(prompt="two kites")).response.content)
    assert await audited(house) == ["banned_words"]


async def test_a_prompt_that_matches_a_pattern_is_refused(house, mia):
    await ban(house, mia, patterns="k[i1]te|dr[a4]gon")
    assert "“k1te” isn't allowed" in (await house.video(prompt="a K1TE")).response.content
    assert await audited(house) == ["banned_patterns"]


@each_row(
    "pattern, says",
    [
        ("(kite", "missing ): (kite"),
        ("a{5000}", "invalid repetition size"),
        ("(?=x)", "invalid perl operator"),
    ],
)
async def test_a_pattern_that_re2_does_not_take_is_refused_with_its_own_words(house, mia, pattern, says):
    _, done = await ban(house, mia, words="turnip", patterns=f"fine\n{pattern}")
    said = done.followups[0].content
    assert "RE2 says:" in said
    assert says in said.replace("\\", "")
    assert await rules_of(house) == GuildSettings()
    assert await audited(house) == []


async def test_more_than_is_kept_is_refused(house, mia):
    _, done = await ban(house, mia, words="\n".join(f"w{n}" for n in range(201)))
    assert "The limit is 200" in done.followups[0].content
    _, done = await ban(house, mia, patterns="\n".join(f"p{n}" for n in range(26)))
    assert "The limit is 25" in done.followups[0].content
    assert await rules_of(house) == GuildSettings()


async def test_the_form_shows_what_is_banned_after_a_restart_and_can_empty_it(house, mia):
    page, _ = await ban(house, mia, words="kite\nturnip", patterns="x+")
    await house.restart()
    opened = await mia.click(page.response, label="Words and patterns")
    assert texts_of(opened) == {"words": "kite\nturnip", "patterns": "x+"}
    await mia.submit_modal(opened, {"words": "", "patterns": ""})
    assert "• Blocked words: **none**" in page.response.content
    assert await rules_of(house) == GuildSettings()


async def test_a_prompt_can_be_tried_without_ordering_anything(house, mia):
    await ban(house, mia, words="kite", patterns="r[e3]d")
    said = await tried(house, mia, "a R3D kite")
    assert "I'd refuse it here:\n• “kite” matches `kite`\n• “r3d” matches `r[e3]d`" in said
    assert "This prompt passes here" in await tried(house, mia, "a blue whale")
    assert house.nothing_was_spent()


async def test_the_longest_lists_leave_the_page_within_discords_size(house, mia):
    words = "\n".join(f"{n:03}" + "w" * 16 for n in range(199))
    patterns = "\n".join(f"{n:02}" + "[*_]" * 39 for n in range(24))
    page, done = await ban(house, mia, words=words, patterns=patterns)
    assert not done.followups
    assert len(page.response.content) <= 2000
    assert len(await tried(house, mia, "*_" * 1000)) <= 2000
