"""docs/guarantees.md names tests: each is there and is run, and no guarantee stands without a test or a plain no."""

import ast
import fnmatch
import re
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "guarantees.md"
GUARANTEES = [f"G{number}" for number in range(1, 36)]
NOT_BUILT = "not built yet"

_ROW = re.compile(r"^\| (G\d+) \|(.*)\|$", re.MULTILINE)
_NAMED = re.compile(r"`(tests/[\w/]+\.py)::(test_\w+)(?:\[([^`]*)\])?`")
_ANY_TEST = re.compile(r"`(tests/[^`]*)`|\b(test_\w+)")
_PRODUCT_FILE = re.compile(r"`((?:bot|[a-z]+/[\w/]+)\.py)`")


def page():
    return PAGE.read_text(encoding="utf-8")


def rows(text):
    return {name: cells for name, cells in _ROW.findall(text)}


def named_tests(text):
    return list(dict.fromkeys(_NAMED.findall(text)))


@cache
def defined_in(path):
    """Return the tests that pytest finds in a file, each with its source."""
    source = (ROOT / path).read_text(encoding="utf-8")
    functions = (ast.FunctionDef, ast.AsyncFunctionDef)
    found = [node for node in ast.parse(source).body if isinstance(node, functions)]
    return {node.name: node for node in found if node.name.startswith("test_")}


def is_collected(path, pytestconfig):
    patterns = pytestconfig.getini("python_files")
    return any(fnmatch.fnmatch(Path(path).name, pattern) for pattern in patterns) and any(
        path.startswith(f"{folder}/") for folder in pytestconfig.getini("testpaths")
    )


def test_every_guarantee_has_one_row():
    assert [name for name, _ in _ROW.findall(page())] == GUARANTEES


@pytest.mark.parametrize("name", GUARANTEES)
def test_a_row_names_a_test_or_says_that_it_is_not_built(name):
    cells = rows(page())[name]
    assert _NAMED.search(cells) or NOT_BUILT in cells


@pytest.mark.parametrize("name", GUARANTEES)
def test_a_row_names_files_that_exist(name):
    cells = rows(page())[name]
    assert [path for path in _PRODUCT_FILE.findall(cells) if not (ROOT / path).exists()] == []
    assert _PRODUCT_FILE.search(cells) or NOT_BUILT in cells


@pytest.mark.parametrize(("path", "name", "case"), named_tests(page()), ids="::".join)
def test_a_test_that_is_named_exists_and_is_run(path, name, case, pytestconfig):
    assert is_collected(path, pytestconfig)
    assert name in defined_in(path)
    if case:
        assert any(
            ast.unparse(mark).find("parametrize") >= 0 for mark in defined_in(path)[name].decorator_list
        )
        assert case in (ROOT / path).read_text(encoding="utf-8")


def test_every_mention_of_a_test_is_one_that_is_looked_up():
    text = page()
    looked_up = {
        (f"{path}::{name}" + (f"[{case}]" if case else "")) for path, name, case in named_tests(text)
    }
    mentioned = {whole for whole, _ in _ANY_TEST.findall(text) if "::" in whole}
    assert mentioned == looked_up
    outside = re.sub(r"`[^`]*`", "", text)
    assert re.findall(r"\btest_\w+", outside) == []
