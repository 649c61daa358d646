"""docs/commands.md names whatever can be typed or pressed, in the words of the English catalogue, and shows pictures."""

import re

from cogs.admin.home import Part
from cogs.text.catalogue import LANGUAGES
from tests.cogs.catalogues import entries
from tests.guarantees.named_tests import ROOT
from tests.support.rows import each_row

PAGE = ROOT / "docs" / "commands.md"
MANAGERS_PAGE = ROOT / "docs" / "administration.md"
PAGES = [PAGE, MANAGERS_PAGE, ROOT / "README.md", ROOT / "docs" / "operations.md"]
ALBUM = ROOT / "docs" / "screenshots"
LARGEST_KB = 200

ENGLISH = [key for key, _ in entries(ROOT / "locales" / "en.ftl")]
WAYS_TO_NAME = {"command": "`/{}`", "option": "`{}`", "button": "*{}*", "draft": "*{}*", "menu": "*{}*"}
"""How the page writes a message of each kind."""

PAGES_OF_A_LIST = ("jobs-newer", "jobs-older")

SENTENCES = {"draft-gone", "button-priced"}
"""What is said and not pressed, or joins a label with a price."""


def page():
    return PAGE.read_text(encoding="utf-8") + MANAGERS_PAGE.read_text(encoding="utf-8")


def labels(kind):
    """Return the English names of one kind: what describes them is left out."""
    keys = [key for key in ENGLISH if key.startswith(f"{kind}-") and not key.endswith("-description")]
    return [_name(key) for key in keys if key not in SENTENCES]


def _name(key):
    """Return what a message says; a part of a command comes with the command."""
    parts = key.split("-")
    if parts[0] == "command" and len(parts) == 3:
        return f"{LANGUAGES.english(f'command-{parts[1]}')} {LANGUAGES.english(key)}"
    return LANGUAGES.english(key)


def names():
    of_a_kind = [way.format(label) for kind, way in WAYS_TO_NAME.items() for label in labels(kind)]
    return of_a_kind + [f"*{LANGUAGES.english(key)}*" for key in PAGES_OF_A_LIST]


def pictures():
    shown = [
        page.parent / path
        for page in PAGES
        for path in re.findall(r"!\[[^]]*\]\(([^)]+)\)", page.read_text(encoding="utf-8"))
    ]
    return sorted({path.resolve() for path in shown})


@each_row("name", names())
def test_what_can_be_typed_or_pressed_is_named(name):
    assert name in page()


@each_row("part", Part)
def test_every_part_of_the_managers_command_is_told_of(part):
    assert f"\n### {LANGUAGES.english(f'admin-{part}')}\n" in MANAGERS_PAGE.read_text(encoding="utf-8")


@each_row("label", labels("admin-button"))
def test_every_button_of_managers_is_named(label):
    assert f"*{label}*" in " ".join(MANAGERS_PAGE.read_text(encoding="utf-8").split())


def test_every_command_that_is_named_exists():
    named = {name for name in labels("command") if " " not in name}
    assert set(re.findall(r"`/([\w-]+)`", page())) == named


def test_every_picture_that_is_shown_is_there_and_every_one_that_is_there_is_shown():
    assert pictures() == sorted(ALBUM.glob("*"))


@each_row("picture", sorted(ALBUM.glob("*")))
def test_no_picture_is_large(picture):
    assert picture.stat().st_size < LARGEST_KB * 1000
