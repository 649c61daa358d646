"""The pages as a site and as files: complete, without a dead link, and in the words of the program."""

import asyncio
import os
import re
import sys
from pathlib import Path

import discord
import pytest

from cogs.discord.commands import PERMISSIONS
from tests.config.settings_table import fields
from tests.docs.pages import DOCS, PAGES, ROOT, text_of
from tests.support.rows import each_row

_NAME = re.compile(r"`([A-Z][A-Z0-9]+(?:_[A-Z0-9]+)+)[=`]")
OF_OTHERS = {"POSTGRES_PASSWORD", "TEST_POSTGRES_URL", "SOAK_SEED", "EVERYTHING_SET", "EVERYTHING_KEPT"}
OF_OTHERS |= {"UNDER_WAY", "OPEN_JOBS", "SET_BY_OUTCOMES"}
"""Variables of compose and of tests, and constants of the recipes."""


def nav():
    text = text_of(ROOT / "mkdocs.yml").partition("\nnav:\n")[2]
    return re.findall(r"([\w/-]+\.md)", text)


def test_every_page_is_in_the_menu_once():
    assert sorted(nav()) == sorted(page.relative_to(DOCS).as_posix() for page in DOCS.rglob("*.md"))


@pytest.mark.timeout(120)
async def test_the_site_is_built_without_a_warning(tmp_path):
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "mkdocs", "build", "--strict", "--site-dir", str(tmp_path / "site")),
        cwd=ROOT,
        env=os.environ | {"NO_MKDOCS_2_WARNING": "1"},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    output, _ = await asyncio.wait_for(process.communicate(), 100)
    assert process.returncode == 0, output.decode()
    site = tmp_path / "site"
    assert {page.relative_to(site).with_suffix("") for page in site.rglob("*.html")} == {
        page.relative_to(DOCS).with_suffix("") for page in DOCS.rglob("*.md")
    } | {Path("404")}
    assert 'class="mermaid"' in (site / "design.html").read_text(encoding="utf-8")


@each_row("page", PAGES)
def test_a_link_leads_to_a_file_that_is_there(page):
    links = re.findall(r"\]\((?!https?://|#)([^)#\s]+)", text_of(page))
    assert [link for link in links if not (page.parent / link).exists()] == []
    if DOCS in page.parents:  # the site holds nothing else
        outside = [link for link in links if not (page.parent / link).resolve().is_relative_to(DOCS)]
        assert outside == []


@each_row("page", PAGES)
def test_a_setting_that_is_named_exists(page):
    assert [name for name in _NAME.findall(text_of(page)) if name not in fields().keys() | OF_OTHERS] == []


def test_readme_leads_to_every_page():
    readme = text_of(ROOT / "README.md")
    assert [page.name for page in DOCS.glob("*.md") if f"(docs/{page.name})" not in readme] == ["index.md"]


def said():
    """Return what the bot says in English, with a gap for every value."""
    lines = text_of(ROOT / "locales" / "en.ftl").splitlines()
    return [
        re.sub(r"\{[^}]*\}", "…", line.partition(" = ")[2])
        for line in lines
        if not line.startswith(("#", " "))
    ]


def test_what_the_questions_quote_is_what_the_bot_says():
    quoted = re.findall(r"^> (.+)$", text_of(DOCS / "faq.md"), re.MULTILINE)
    quoted.remove("The application did not respond")  # Discord's own
    assert len(quoted) > 8
    assert [words for words in quoted if not any(sentence.startswith(words) for sentence in said())] == []


def test_what_a_start_that_fails_says_stands_in_the_program():
    rows = text_of(DOCS / "faq.md").partition("| it says |")[2].partition("\n\n")[0]
    program = text_of(ROOT / "bot.py") + text_of(ROOT / "db" / "engines" / "engine.py")
    quoted = re.findall(r"^\| `([^`]+)`", rows, re.MULTILINE)
    assert len(quoted) > 5
    assert [words for words in quoted if words not in program] == []


def test_the_invitation_asks_for_what_is_explained():
    explained = re.findall(r"^\| ([A-Z][\w ]+) \|", text_of(DOCS / "inviting.md"), re.MULTILINE)
    names = [name.lower().replace(" ", "_").replace("view_channels", "view_channel") for name in explained]
    assert discord.Permissions(**dict.fromkeys(names, True)) == PERMISSIONS
