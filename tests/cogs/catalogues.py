"""Reads the catalogues and the code that speaks from them, so that tests can compare the two."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from fluent.syntax import FluentParser
from fluent.syntax import ast as ftl
from fluent.syntax.visitor import Visitor

ROOT = Path(__file__).parents[2]
LOCALES = sorted((ROOT / "locales").glob("*.ftl"))

_SPEAKERS = frozenset({"words", "self", "Refused", "Phrase", "localized"})
"""What is called with a key."""

_MACHINERY = frozenset({"catalogue.py", "commands.py"})

UNREADABLE = "?"

_SAID = frozenset({"words_of", "words_for"})
"""What returns something that is called with a key."""


class _References(Visitor):
    def __init__(self) -> None:
        self.variables: set[str] = set()
        self.messages: set[str] = set()

    def visit_VariableReference(self, node: ftl.VariableReference) -> None:  # noqa: N802 - the library's name
        self.variables.add(node.id.name)

    def visit_MessageReference(self, node: ftl.MessageReference) -> None:  # noqa: N802 - the library's name
        self.messages.add(node.id.name)


@dataclass(frozen=True)
class Entry:
    """A message: the variables it wants, also those of messages within it, and the messages it refers to."""

    variables: frozenset[str]
    messages: frozenset[str]


def entries(path: Path) -> list[tuple[str, Entry]]:
    """Return the messages of a catalogue in their order, doubles included."""
    resource = FluentParser().parse(path.read_text(encoding="utf-8"))
    found = []
    for message in resource.body:
        if isinstance(message, ftl.Message):
            seen = _References()
            seen.visit(message)
            found.append((message.id.name, Entry(frozenset(seen.variables), frozenset(seen.messages))))
    return found


@dataclass(frozen=True)
class Call:
    """A place in the code that says something. `{}` in a key stands for what is only known at run time."""

    place: str
    key: str
    values: frozenset[str] | None  #: None where they are passed on as a mapping


def calls_in(source: str, *, name: str) -> Iterator[Call]:
    """Find every call that is given a key; `UNREADABLE` is a key that is no literal."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and node.args and _speaks(node.func):
            for key in _keys(node.args[0]):
                yield Call(f"{name}:{node.lineno}", key, _values(node))


def calls() -> list[Call]:
    """Return every such call in `cogs/`, apart from those of the machinery that passes keys on."""
    found = []
    for path in sorted((ROOT / "cogs").rglob("*.py")):
        made = calls_in(path.read_text(encoding="utf-8"), name=path.name)
        found += [call for call in made if call.key != UNREADABLE or path.name not in _MACHINERY]
    return found


def options() -> set[str]:
    """Return the names that are handed to `localized_options`."""
    trees = [ast.parse(path.read_text(encoding="utf-8")) for path in (ROOT / "cogs").rglob("*.py")]
    given = [
        node.args
        for tree in trees
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id == "localized_options"
    ]
    return {ast.literal_eval(argument) for arguments in given for argument in arguments}


def _speaks(called: ast.expr) -> bool:
    if isinstance(called, ast.Name):
        return called.id in _SPEAKERS
    if isinstance(called, ast.Call):
        return isinstance(called.func, ast.Name) and called.func.id in _SAID
    return isinstance(called, ast.Attribute) and called.attr == "english"


def _keys(argument: ast.expr) -> list[str]:
    match argument:
        case ast.Constant(value=str(key)):
            return [key]
        case ast.IfExp(body=body, orelse=orelse):
            return [*_keys(body), *_keys(orelse)]
        case ast.JoinedStr(values=parts):
            return ["".join(part.value if isinstance(part, ast.Constant) else "{}" for part in parts)]
        case _:
            return [UNREADABLE]


def _values(call: ast.Call) -> frozenset[str] | None:
    names = [keyword.arg for keyword in call.keywords]
    return None if None in names else frozenset(name for name in names if name)
