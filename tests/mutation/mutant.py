"""A mutant: one place of one file, and what stands there instead."""

import ast
import itertools
from dataclasses import dataclass

_SHOWN_CHARACTERS = 90


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Mutant:
    """The bytes `start` to `end` of the file at `path` are replaced by `new`."""

    path: str
    start: int
    end: int
    kind: str
    old: str
    new: str
    line: int
    context: str  #: the line of the source, to recognise an operator by

    def applied_to(self, source: bytes) -> bytes:
        assert source[self.start : self.end].decode() == self.old
        return source[: self.start] + self.new.encode() + source[self.end :]

    def __str__(self) -> str:
        change = f"{_short(self.old)} -> {_short(self.new) or '(nothing)'}"
        where = "" if _short(self.old) == _short(self.context) else f"   in: {_short(self.context)}"
        return f"{self.path}:{self.line} {self.kind}: {change}{where}"


class Source:
    """A file, and where its nodes stand in it (the syntax tree counts lines and UTF-8 bytes)."""

    def __init__(self, path: str, source: bytes) -> None:
        self.path = path
        self.source = source
        lines = source.splitlines(keepends=True)
        self._lines = [line.decode() for line in lines]
        self._starts = [0, *itertools.accumulate(len(line) for line in lines)]

    def span(self, node: ast.stmt | ast.expr) -> tuple[int, int]:
        return self.begin(node), self._starts[node.end_lineno - 1] + node.end_col_offset

    def begin(self, node: ast.stmt | ast.expr) -> int:
        return self._starts[node.lineno - 1] + node.col_offset

    def text(self, start: int, end: int) -> str:
        return self.source[start:end].decode()

    def mutant(self, kind: str, start: int, end: int, new: str) -> Mutant:
        old = self.text(start, end)
        line = self.source.count(b"\n", 0, start + len(old) - len(old.lstrip()))
        context = self._lines[line]
        return Mutant(
            path=self.path, start=start, end=end, kind=kind, old=old, new=new, line=line + 1, context=context
        )


def _short(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= _SHOWN_CHARACTERS else f"{text[: _SHOWN_CHARACTERS - 3]}..."
