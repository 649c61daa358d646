"""TRANSITIONS are the edges that the SQL of the store has, and those of the diagram in docs/design.md."""

import ast
import re
from pathlib import Path

from db.jobs.job import TRANSITIONS, JobState

ROOT = Path(__file__).parents[2]
RESTORED = {("queued", "unknown")}
"""Only a restore does that; it stands below the diagram."""
EDGES = {(before or "[*]", after) for before, states in TRANSITIONS.items() for after in states}
BORN = {edge for edge in EDGES if edge[0] == "[*]"}

_UPDATE = re.compile(r"UPDATE jobs SET state = '(\w+)'.*?\n?\s*WHERE (.*)RETURNING", re.DOTALL)
_INNERMOST = re.compile(r"\([^()]*\)")


def drawn():
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


def test_the_edges_that_are_written_are_the_transitions():
    assert written() == EDGES - BORN


def test_the_edges_that_are_drawn_are_the_transitions():
    ends = {(state, "[*]") for state in ("delivered", "failed", "cancelled")}
    assert drawn() == (EDGES - RESTORED) | ends


def test_every_state_is_drawn_and_has_transitions():
    assert {state for edge in drawn() for state in edge} == {*JobState, "[*]"}
    assert TRANSITIONS.keys() == {*JobState, None}
