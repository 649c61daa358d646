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
_NAMED = re.compile(r"`(tests/[\w/]+\.py)::(test_\w+)`")
_PRODUCT_FILE = re.compile(r"`((?:bot|[a-z]+/[\w/]+)\.py)`")


def page():
    return PAGE.read_text(encoding="utf-8")


def rows(text):
    return dict(_ROW.findall(text))


def named_tests(text):
    return list(dict.fromkeys(_NAMED.findall(text)))


@cache
def defined_in(path):
    """Return the tests that stand in a file."""
    body = ast.parse((ROOT / path).read_text(encoding="utf-8")).body
    functions = (ast.FunctionDef, ast.AsyncFunctionDef)
    return {node.name for node in body if isinstance(node, functions) and node.name.startswith("test_")}


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


@pytest.mark.parametrize("named", named_tests(page()), ids="::".join)
def test_a_test_that_is_named_exists_and_is_run(named, pytestconfig):
    path, name = named
    assert is_collected(path, pytestconfig)
    assert name in defined_in(path)


def test_every_mention_of_a_test_is_one_that_is_looked_up():
    text = page()
    mentioned = set(re.findall(r"`(tests/[^`]*::[^`]*)`", text))
    assert mentioned == {f"{path}::{name}" for path, name in named_tests(text)}
    assert re.findall(r"\btest_\w+", re.sub(r"`[^`]*`", "", text)) == []
