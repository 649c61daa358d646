"""The diagram of a job's life in docs/design.md shows the edges that the SQL of the store has, and no other."""

import ast
import re
from pathlib import Path

from db.jobs.job import JobState

ROOT = Path(__file__).parents[2]
RESTORED = {("queued", "unknown"), ("submitting", "unknown")}
"""Edges of a restore, told below the diagram."""
BORN = {("[*]", "queued"), ("[*]", "delivering")}

_UPDATE = re.compile(r"UPDATE jobs SET state = '(\w+)'.*?\n?\s*WHERE (.*)RETURNING", re.DOTALL)
_INNERMOST = re.compile(r"\([^()]*\)")


def drawn():
    """Return the edges of the diagram."""
    page = (ROOT / "docs" / "design.md").read_text(encoding="utf-8")
    diagram = page.partition("```mermaid\n")[2].partition("```")[0]
    assert diagram.startswith("stateDiagram-v2")
    return set(re.findall(r"^    (\S+) --> ([\w*\[\]]+)", diagram, re.MULTILINE))


def without_questions(sql):
    """Return a statement without what stands in parentheses: the questions inside it ask for other rows."""
    while _INNERMOST.search(sql):
        sql = _INNERMOST.sub("", sql)
    return sql


def written():
    """Return the edges of the statements."""
    edges = set()
    for file in (ROOT / "db").rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if (
                isinstance(node, ast.Constant)
                and isinstance(node.value, str)
                and (found := _UPDATE.search(without_questions(node.value)))
            ):
                edges |= {(before, found[1]) for before in re.findall(r"state = '(\w+)'", found[2])}
    return edges


def test_the_edges_that_are_drawn_are_those_of_the_statements():
    ends = {(state, "[*]") for state in ("delivered", "failed", "cancelled")}
    assert drawn() == (written() - RESTORED) | {("submitting", "unknown")} | BORN | ends


def test_every_state_is_drawn():
    assert {state for edge in drawn() for state in edge} == {*JobState, "[*]"}
