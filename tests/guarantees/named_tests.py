"""Tests as pages name them, `tests/path.py::test_name`: which ones a page names, and whether they are there and run."""

import ast
import fnmatch
import re
from functools import cache, partial
from pathlib import Path

ROOT = Path(__file__).parents[2]

PROOF = "pytest.mark.proof"
NAMED = re.compile(r"`(tests/[\w/]+\.py)::(test_\w+)`")


def named_tests(text):
    return list(dict.fromkeys(NAMED.findall(text)))


@cache
def defined_in(path):
    """Return the tests that stand in a file; none where there is no such file."""
    file = ROOT / path
    if not file.exists():
        return frozenset()
    return frozenset(node.name for node in _body(file) if _is_test(node))


@cache
def proofs_in(path):
    """Return the tests of a file that only `make verify` runs: all of them, where the file says so as a whole."""
    body = _body(ROOT / path)
    whole = [ast.unparse(node) for node in body if isinstance(node, ast.Assign)]
    if any(text.startswith("pytestmark =") and PROOF in text for text in whole):
        return defined_in(path)
    marked = (node for node in body if _is_test(node) and PROOF in map(ast.unparse, node.decorator_list))
    return frozenset(node.name for node in marked)


def _body(file):
    return ast.parse(file.read_text(encoding="utf-8")).body


def _is_test(node):
    return isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith("test_")


def missing(text, pytestconfig):
    """Return each test that a text names and pytest does not run."""
    return [
        f"{path}::{name}"
        for path, name in named_tests(text)
        if not _is_collected(path, pytestconfig) or name not in defined_in(path)
    ]


def _is_collected(path, pytestconfig):
    patterns = pytestconfig.getini("python_files")
    return any(map(partial(fnmatch.fnmatch, Path(path).name), patterns)) and any(
        path.startswith(f"{folder}/") for folder in pytestconfig.getini("testpaths")
    )


def mentions_that_nobody_looks_up(text):
    """Return what looks like the name of a test, but is not written so that it is found."""
    written = set(re.findall(r"`(tests/[^`]*::[^`]*)`", text))
    read = {f"{path}::{name}" for path, name in named_tests(text)}
    return sorted(written ^ read) + re.findall(r"\btest_\w+", re.sub(r"`[^`]*`", "", text))
