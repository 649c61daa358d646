"""The path that CONTRIBUTING tells newcomers to follow is the path of the code."""

import ast
import re
from dataclasses import dataclass

from tests.docs.pages import ROOT
from tests.support.rows import each_row

_LINE = re.compile(r"^ {4}(\S+\.py)( +)([\w.]+)", re.MULTILINE)


@dataclass(frozen=True)
class Step:
    path: str
    name: str
    column: int


def path_to_read():
    """Return each step of the path with the one that calls it: the nearest above it that stands further left."""
    steps = [
        Step(path, name, len(path + blanks))
        for path, blanks, name in _LINE.findall((ROOT / "CONTRIBUTING.md").read_text())
    ]
    return [
        (step, next((above for above in reversed(steps[:number]) if above.column < step.column), None))
        for number, step in enumerate(steps)
    ]


def source_of(step):
    """Return the source of a step; its class may be left out."""
    owner, _, function = step.name.rpartition(".")
    text = (ROOT / step.path).read_text()
    return "\n".join(
        ast.get_source_segment(text, node)
        for parent in ast.walk(ast.parse(text))
        for node in ast.iter_child_nodes(parent)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and node.name == function
        and getattr(parent, "name", owner) == (owner or getattr(parent, "name", ""))
    )


@each_row("step, caller", path_to_read())
def test_every_step_of_the_path_stands_in_its_file_and_is_named_by_its_caller(step, caller):
    assert source_of(step)
    assert caller is None or re.search(rf"\b{step.name.rpartition('.')[2]}\b", source_of(caller))


def test_a_job_is_followed_from_the_command_to_the_message():
    names = [step.name for step, _ in path_to_read()]
    assert names[0] == "VideoCog.video"
    assert names[-2:] == ["DiscordNotifier.deliver", "_record"]
