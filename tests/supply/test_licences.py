"""docs/licences.md lists everything that is installed to run the bot, with its licence, and what its wheels bring."""

import re
from importlib.metadata import files, version

from tests.supply.licences import licences, with_licence_table
from tests.supply.pinned import ROOT, pinned
from tests.support.rows import each_row

PAGE = ROOT / "docs" / "licences.md"
TAKEN = {
    *("MIT", "MIT-0", "MIT-CMU", "Apache-2.0", "BSD", "BSD-2-Clause", "BSD-3-Clause", "0BSD"),
    *("PSF-2.0", "Zlib", "CC0-1.0", "MPL-2.0"),
}
"""Licences that ask for nothing but their text, and the MPL, which stays with its own files."""

STRICT = {"x264": {"av"}, "x265": {"av", "pillow-heif"}, "heif": {"pillow-heif"}, "de265": {"pillow-heif"}}
"""Libraries of stricter licences, and the wheels that bring them."""


def test_the_page_shows_the_table_of_what_is_installed():
    page = PAGE.read_text(encoding="utf-8")
    assert with_licence_table(page) == page, "run: python -m tests.supply.licences docs/licences.md"


def test_every_requirement_of_this_platform_is_listed_in_its_pinned_version():
    here = [each for each in pinned() if each.is_for_here]
    assert sorted(licences()) == sorted(each.name for each in here)
    assert len(here) > 30
    assert {each.name: version(each.name) for each in here} == {each.name: each.version for each in here}


@each_row("name", sorted(licences()))
def test_a_package_states_a_licence_that_we_can_take(name):
    stated = re.split(r"\s+(?:AND|OR|and)\s+", licences()[name].replace("(", "").replace(")", ""))
    assert set(stated) <= TAKEN, f"{name}: {licences()[name]!r}"


@each_row("library", STRICT)
def test_libraries_of_stricter_licences_are_told_with_their_wheels(library):
    bringing = {
        name for name in licences() for file in files(name) or () if re.match(rf"lib{library}\W", file.name)
    }
    assert bringing == STRICT[library]
    table = PAGE.read_text(encoding="utf-8").partition("## What wheels bring along")[2]
    rows = {row.split(" | ")[0].strip("| "): row for row in table.splitlines() if row.startswith("| ")}
    assert [name for name in bringing if library not in rows[name]] == []
