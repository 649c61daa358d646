"""docs/features.md: what Clapper has is shown by a test that is there and run, and what it has not is said plainly."""

import re

from tests.guarantees.named_tests import NAMED, ROOT

PAGE = ROOT / "docs" / "features.md"
OTHERS = ("Midjourney", "Pika", "nnabuuu", "mold", "DisComfy", "AIYA")
NOT_YET = "not yet"

_ROW = re.compile(r"^\| (?!feature\b|system\b|-)(.+) \|$", re.MULTILINE)


def page():
    return PAGE.read_text(encoding="utf-8")


def rows(text):
    """Return the cells of each feature: its name, ours, what shows it, and one cell for each of the others."""
    table = text.partition("## The table")[2]
    cells = [[cell.strip() for cell in row.split(" | ")] for row in _ROW.findall(table)]
    return {name: rest for name, *rest in cells}


FEATURES = rows(page())


def test_the_table_has_the_features_that_were_compared():
    assert len(FEATURES) == len(_ROW.findall(page().partition("## The table")[2])) == 38


def test_every_row_has_a_cell_for_us_for_what_shows_it_and_for_each_of_the_others():
    cells = 2 + len(OTHERS)
    assert [name for name, row in FEATURES.items() if len(row) != cells or not all(row)] == []


def test_what_we_have_is_shown_by_a_test_and_what_we_have_not_is_said_to_be_missing():
    unclear = []
    for feature, (ours, shown_by, *_) in FEATURES.items():
        match re.split(r"\W", ours)[0]:
            case "yes" | "partly":
                clear = NAMED.search(shown_by)
            case word:
                clear = (word, shown_by) == ("no", NOT_YET)
        if not clear:
            unclear.append(feature)
    assert unclear == []


def test_the_gate_of_a_clean_checkout_lints_and_tests():
    gate = (ROOT / ".ci" / "run").read_text(encoding="utf-8").splitlines()
    assert [line for line in gate if line.startswith("make ")] == ["make lint", "make verify"]
