"""The diagram of a job's life in docs/design.md shows the edges that the SQL of the store has, and no other."""

import ast
import re
from pathlib import Path

from db.job import JobState

ROOT = Path(__file__).parents[2]
RESTORED = {("queued", "unknown"), ("submitting", "unknown")}
"""Edges of a restore, told below the diagram."""
BORN = {("[*]", "queued"), ("[*]", "delivering")}

_UPDATE = re.compile(r"UPDATE jobs SET state = '(\w+)'.*?\n?\s*WHERE (.*)RETURNING", re.DOTALL)
_COUNTED = re.compile(r"\(SELECT[^()]*(?:\([^()]*\)[^()]*)*\)")


def drawn():
    """Return the edges of the diagram."""
    page = (ROOT / "docs" / "design.md").read_text(encoding="utf-8")
    diagram = page.partition("```mermaid\n")[2].partition("```")[0]
    assert diagram.startswith("stateDiagram-v2")
    return set(re.findall(r"^    (\S+) --> ([\w*\[\]]+)", diagram, re.MULTILINE))


def written():
    """Return the edges of the statements."""
    edges = set()
    for file in (ROOT / "db").glob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if (
                isinstance(node, ast.Constant)
                and isinstance(node.value, str)
                and (found := _UPDATE.search(node.value))
            ):
                guard = _COUNTED.sub("", found[2])
                edges |= {(before, found[1]) for before in re.findall(r"state = '(\w+)'", guard)}
    return edges


def test_the_edges_that_are_drawn_are_those_of_the_statements():
    ends = {(state, "[*]") for state in ("delivered", "failed", "cancelled")}
    assert drawn() == (written() - RESTORED) | {("submitting", "unknown")} | BORN | ends


def test_every_state_is_drawn():
    assert {state for edge in drawn() for state in edge} == {*JobState, "[*]"}
