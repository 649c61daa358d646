"""docs/guarantees.md names tests: each is there and is run, and no guarantee stands without a test or a plain no."""

import re

import pytest

from tests.guarantees.named_tests import (
    NAMED,
    ROOT,
    defined_in,
    is_collected,
    mentions_that_nobody_looks_up,
    named_tests,
)

PAGE = ROOT / "docs" / "guarantees.md"
GUARANTEES = [f"G{number}" for number in range(1, 63)]
NOT_BUILT = "not built yet"

_ROW = re.compile(r"^\| (G\d+) \|(.*)\|$", re.MULTILINE)
_PRODUCT_FILE = re.compile(r"`((?:bot|[a-z]+/[\w/]+)\.py)`")


def page():
    return PAGE.read_text(encoding="utf-8")


def rows(text):
    return dict(_ROW.findall(text))


def test_every_guarantee_has_one_row():
    assert [name for name, _ in _ROW.findall(page())] == GUARANTEES


@pytest.mark.parametrize("name", GUARANTEES)
def test_a_row_names_a_test_or_says_that_it_is_not_built(name):
    cells = rows(page())[name]
    assert NAMED.search(cells) or NOT_BUILT in cells


@pytest.mark.parametrize("name", GUARANTEES)
def test_a_row_names_files_that_exist(name):
    cells = rows(page())[name]
    assert [path for path in _PRODUCT_FILE.findall(cells) if not (ROOT / path).exists()] == []
    assert _PRODUCT_FILE.search(cells) or NOT_BUILT in cells


@pytest.mark.parametrize("named", named_tests(page()), ids="::".join)
def test_a_test_that_is_named_exists_and_is_run(named, pytestconfig):
    path, name = named
    assert is_collected(path, pytestconfig)
    assert name in defined_in(path)


def test_every_mention_of_a_test_is_one_that_is_looked_up():
    assert mentions_that_nobody_looks_up(page()) == []
