"""Mutants of Python text, found in the syntax tree and written into the text, one place at a time."""

import ast
import re
from collections.abc import Iterator

from tests.mutation.exclusions import excluded
from tests.mutation.mutant import Mutant, Source
from tests.mutation.sql_mutants import STATEMENT, sql_mutants

_COMPARED = {
    ast.Lt: ("<", "<="),
    ast.LtE: ("<=", "<"),
    ast.Gt: (">", ">="),
    ast.GtE: (">=", ">"),
    ast.Eq: ("==", "!="),
    ast.NotEq: ("!=", "=="),
    ast.Is: ("is", "is not"),
    ast.IsNot: ("is not", "is"),
    ast.In: ("in", "not in"),
    ast.NotIn: ("not in", "in"),
}
_COMPUTED = {
    ast.Add: ("+", "-"),
    ast.Sub: ("-", "+"),
    ast.Mult: ("*", "/"),
    ast.Div: ("/", "*"),
    ast.FloorDiv: ("//", "*"),
    ast.Mod: ("%", "*"),
    ast.Pow: ("**", "*"),
}


def mutants_of(path: str, source: bytes) -> list[Mutant]:
    found = _Finder(Source(path, source))
    found.walk(ast.parse(source))
    return sorted(set(found.mutants))


class _Finder:
    def __init__(self, source: Source) -> None:
        self._source = source
        self.mutants: list[Mutant] = []

    def walk(self, parent: ast.AST) -> None:
        for field, value in ast.iter_fields(parent):
            for node in value if isinstance(value, list) else [value]:
                if isinstance(node, ast.AST) and not excluded(parent, field, node):
                    self.mutants += self._of(parent, field, node)
                    self.walk(node)

    def _of(self, parent: ast.AST, field: str, node: ast.AST) -> Iterator[Mutant]:  # noqa: C901 - a table of nodes
        if isinstance(node, ast.expr) and (field == "test" or field in {"ifs", "guard"}):
            yield from self._forced(parent, node)
        match node:
            case ast.Compare():
                yield from self._compared(node)
            case ast.BoolOp():
                yield from self._joined(node)
            case ast.UnaryOp(op=ast.Not()):
                start = self._source.begin(node)
                yield self._source.mutant("not", start, start + len("not "), "")
            case ast.Constant():
                yield from self._constant(parent, field, node)
            case ast.BinOp():
                yield from self._operator(node.left, type(node.op), node.right)
            case ast.AugAssign():
                yield from self._operator(node.target, type(node.op), node.value)
            case ast.Expr(value=ast.Call() | ast.Await(value=ast.Call())):
                yield self._source.mutant("statement", *self._source.span(node), "pass")
            case ast.Return(value=ast.expr() as value) if not isinstance(value, ast.Constant):
                yield self._source.mutant("return", *self._source.span(value), "None")
            case ast.With() | ast.AsyncWith():
                yield from self._guard(node)
            case _:
                pass

    def _forced(self, parent: ast.AST, test: ast.expr) -> Iterator[Mutant]:
        # A loop that is entered for ever is found by the time limit alone, which shows nothing.
        for forced in ("False",) if isinstance(parent, ast.While) else ("True", "False"):
            if not isinstance(test, ast.Constant):
                yield self._source.mutant("condition", *self._source.span(test), forced)

    def _compared(self, node: ast.Compare) -> Iterator[Mutant]:
        for left, operator, right in zip(
            [node.left, *node.comparators], node.ops, node.comparators, strict=False
        ):
            old, new = _COMPARED[type(operator)]
            yield self._between("comparison", left, right, old, new)

    def _joined(self, node: ast.BoolOp) -> Iterator[Mutant]:
        old, new = ("and", "or") if isinstance(node.op, ast.And) else ("or", "and")
        for left, right in zip(node.values, node.values[1:], strict=False):
            yield self._between("and/or", left, right, old, new)

    def _operator(self, left: ast.expr, kind: type[ast.operator], right: ast.expr) -> Iterator[Mutant]:
        if kind in _COMPUTED and not _is_text(left) and not _is_text(right):
            yield self._between("arithmetic", left, right, *_COMPUTED[kind])

    def _between(self, kind: str, left: ast.expr, right: ast.expr, old: str, new: str) -> Mutant:
        begin = self._source.span(left)[1]
        gap = self._source.text(begin, self._source.begin(right))
        place = re.search(re.escape(old).replace(r"\ ", r"\s+"), gap)
        assert place is not None, gap
        start = begin + len(gap[: place.start()].encode())
        return self._source.mutant(kind, start, start + len(place[0].encode()), new)

    def _constant(self, parent: ast.AST, field: str, node: ast.Constant) -> Iterator[Mutant]:
        start, end = self._source.span(node)
        match node.value:
            case bool(value):
                yield self._source.mutant("boolean", start, end, str(not value))
            case int(value) | float(value):
                for new in {value + 1, value * 2} - {value}:
                    yield self._source.mutant("number", start, end, repr(new))
            case str(value) if STATEMENT.match(value):
                yield from self._statement(start, self._source.text(start, end), value)
            case str(value) if _is_default(parent, field):
                yield self._source.mutant("default", start, end, repr(f"{value}x"))
            case _:
                pass

    def _statement(self, start: int, written: str, value: str) -> Iterator[Mutant]:
        assert written.isascii(), "places of a statement are counted in characters"
        begin = start + written.index(value)
        for kind, first, last, new in sql_mutants(value):
            yield self._source.mutant(kind, begin + first, begin + last, new)

    def _guard(self, node: ast.With | ast.AsyncWith) -> Iterator[Mutant]:
        spans = [self._source.span(item.context_expr) for item in node.items]
        for number, item in enumerate(node.items):
            if item.optional_vars is not None:
                continue  # the body needs what it yields
            if len(node.items) == 1:
                yield self._source.mutant("with", self._source.begin(node), self._colon(node), "if True")
            elif number < len(spans) - 1:
                yield self._source.mutant("with", spans[number][0], spans[number + 1][0], "")
            else:
                before = node.items[number - 1]
                yield self._source.mutant(
                    "with",
                    self._source.span(before.optional_vars or before.context_expr)[1],
                    spans[number][1],
                    "",
                )

    def _colon(self, node: ast.With | ast.AsyncWith) -> int:
        end = self._source.span(node.items[-1].context_expr)[1]
        return end + self._source.text(end, self._source.begin(node.body[0])).encode().index(b":")


def _is_text(node: ast.expr) -> bool:
    return isinstance(node, ast.JoinedStr) or (isinstance(node, ast.Constant) and isinstance(node.value, str))


def _is_default(parent: ast.AST, field: str) -> bool:
    return field in {"defaults", "kw_defaults"} or (isinstance(parent, ast.AnnAssign) and field == "value")
