"""docs/guarantees.md names tests: each is there and is run, and no guarantee stands without a quick one or a plain no."""

import re

from tests.guarantees.named_tests import ROOT, mentions_that_nobody_looks_up, missing, named_tests, proofs_in
from tests.support.rows import each_row

PAGE = ROOT / "docs" / "guarantees.md"
GUARANTEES = [f"G{number}" for number in range(1, 64)]
NOT_BUILT = "not built yet"

_ROW = re.compile(r"^\| (G\d+) \|(.*)\|$", re.MULTILINE)
_PRODUCT_FILE = re.compile(r"`((?:bot|[a-z]+/[\w/]+)\.py)`")


def page():
    return PAGE.read_text(encoding="utf-8")


def rows(text):
    return dict(_ROW.findall(text))


def test_every_guarantee_has_one_row():
    assert [name for name, _ in _ROW.findall(page())] == GUARANTEES


def built():
    """Return the cells of each guarantee that is there: itself, its mechanism, its tests, what was broken."""
    found = {name: cells.strip().split(" | ") for name, cells in rows(page()).items()}
    return {name: cells for name, cells in found.items() if NOT_BUILT not in cells[2]}


def test_every_guarantee_has_a_test_that_make_test_runs_and_names_its_long_proofs_as_such():
    wrong = {}
    for name, (_, _, tests, _) in built().items():
        quick, _, long = tests.partition("; long: ")
        named = named_tests(quick)
        misplaced = [each for part, proof in ((quick, False), (long, True)) for each in _not(proof, part)]
        if not named or misplaced:
            wrong[name] = misplaced
    assert wrong == {}


def _not(proof, text):
    return [f"{path}::{name}" for path, name in named_tests(text) if (name in proofs_in(path)) is not proof]


def test_every_mechanism_is_in_files_that_exist():
    files = {name: _PRODUCT_FILE.findall(" ".join(cells)) for name, cells in built().items()}
    assert [name for name, paths in files.items() if not paths] == []
    assert [path for paths in files.values() for path in paths if not (ROOT / path).exists()] == []


@each_row("path", [PAGE, ROOT / "docs" / "features.md"])
def test_every_test_that_is_named_exists_and_is_run_and_is_looked_up(pytestconfig, path):
    text = path.read_text(encoding="utf-8")
    assert missing(text, pytestconfig) == []
    assert mentions_that_nobody_looks_up(text) == []
