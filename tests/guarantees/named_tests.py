"""Tests as pages name them, `tests/path.py::test_name`: which ones a page names, and whether they are there and run."""

import ast
import fnmatch
import re
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]

NAMED = re.compile(r"`(tests/[\w/]+\.py)::(test_\w+)`")


def named_tests(text):
    """Return path and name of each test that a text names, once."""
    return list(dict.fromkeys(NAMED.findall(text)))


@cache
def defined_in(path):
    """Return the tests that stand in a file; none where there is no such file."""
    file = ROOT / path
    if not file.exists():
        return frozenset()
    functions = (ast.FunctionDef, ast.AsyncFunctionDef)
    body = ast.parse(file.read_text(encoding="utf-8")).body
    return frozenset(
        node.name for node in body if isinstance(node, functions) if node.name.startswith("test_")
    )


def is_collected(path, pytestconfig):
    """Tell whether pytest looks for tests in a file."""
    patterns = pytestconfig.getini("python_files")
    return any(fnmatch.fnmatch(Path(path).name, pattern) for pattern in patterns) and any(
        path.startswith(f"{folder}/") for folder in pytestconfig.getini("testpaths")
    )


def mentions_that_nobody_looks_up(text):
    """Return what looks like the name of a test, but is not written so that it is found."""
    written = set(re.findall(r"`(tests/[^`]*::[^`]*)`", text))
    read = {f"{path}::{name}" for path, name in named_tests(text)}
    return sorted(written ^ read) + re.findall(r"\btest_\w+", re.sub(r"`[^`]*`", "", text))
