"""Mutants of SQL text: guards, bounds, orders and assignments of the statements in `db/`."""

import re
from collections.abc import Iterator

STATEMENT = re.compile(r"\s*(SELECT|INSERT INTO|UPDATE \w+ SET|DELETE FROM|PRAGMA) ")

_VALUE = r"(?:<dbnow>(?: [-+] :\w+)?|:\w+|'\w*'|\d+)"
_GUARD = (
    rf"(?:[\w.:]+ (?:=|<>|<=|>=|<|>) {_VALUE}|[\w.]+ IS (?:NOT )?NULL|[\w.]+ (?:NOT )?IN \([^()]*\))(?![\w(])"
)
_ORDER_KEY = r"[\w.]+(?:\(\w+\))?(?: DESC)?"
_NEIGHBOUR = {"<": "<=", "<=": "<", ">": ">=", ">=": ">"}

Change = tuple[str, int, int, str]
"""Kind, start, end, and what stands there instead; places count characters of the statement."""


def sql_mutants(sql: str) -> Iterator[Change]:
    if sql.lstrip().startswith("PRAGMA"):
        yield "sql pragma", 0, len(sql), "SELECT 1"
        return
    yield from _guards(sql)
    yield from _operators(sql)
    yield from _orders(sql)
    yield from _assignments(sql)
    yield from _lists(sql)


def _guards(sql: str) -> Iterator[Change]:
    for match in re.finditer(rf"\s+AND {_GUARD}", sql):
        yield "sql guard", *match.span(), ""
    for match in re.finditer(rf"\b(WHERE|WHEN) ({_GUARD}\s+AND )", sql):
        yield "sql guard", *match.span(2), ""
    for match in re.finditer(rf"\bWHERE ({_GUARD})(?!\s+(?:AND|OR)\b)", sql):
        yield "sql guard", *match.span(1), "1 = 1"
    for match in re.finditer(r"\bAND\b", sql):
        yield "sql and/or", *match.span(), "OR"
    for match in re.finditer(r"\bOR\b", sql):
        yield "sql and/or", *match.span(), "AND"
    for match in re.finditer(r"\bIS (NOT )?NULL\b", sql):
        yield "sql null", *match.span(), "IS NULL" if match[1] else "IS NOT NULL"
    for match in re.finditer(r" ON CONFLICT DO NOTHING|\nON CONFLICT DO NOTHING", sql):
        yield "sql conflict", *match.span(), ""


def _operators(sql: str) -> Iterator[Change]:
    for match in re.finditer(r"(?<=\s)(?:<=|>=|<|>)(?=\s)", sql):
        yield "sql comparison", *match.span(), _NEIGHBOUR[match[0]]
    for match in re.finditer(r"(?<=[\w>)]) [-+] (?:<dbnow>|:?(?!CASE\b)[\w.]+\b(?!\())", sql):
        yield "sql arithmetic", *match.span(), ""
    for match in re.finditer(r"(?<== )[01]\b", sql):
        yield "sql constant", *match.span(), "1" if match[0] == "0" else "0"
    for match in re.finditer(r"COALESCE\(([^,()]+), ([^()]+)\)", sql):
        yield "sql coalesce", *match.span(), f"COALESCE({match[2]}, {match[1]})"
    for match in re.finditer(r"(?<=LIMIT )(\d+)\b", sql):
        if match[0] != "1":
            yield "sql limit", *match.span(), str(int(match[0]) + 1)


def _orders(sql: str) -> Iterator[Change]:
    for match in re.finditer(rf"\s+ORDER BY ({_ORDER_KEY})((?:, {_ORDER_KEY})*)", sql):
        yield "sql order", *match.span(), ""
        key = match[1]
        yield "sql order", *match.span(1), key.removesuffix(" DESC") if " DESC" in key else f"{key} DESC"
        if match[2]:
            yield "sql order", *match.span(2), ""


def _assignments(sql: str) -> Iterator[Change]:
    for clause in re.finditer(r"\bSET\s+", sql):
        starts, ends = _parts(sql, clause.end(), _end_of_assignments(sql, clause.end()))
        for number in range(len(starts) if len(starts) > 1 else 0):
            last = number == len(starts) - 1
            start = ends[number - 1] if last else starts[number]
            yield "sql assignment", start, ends[number] if last else starts[number + 1], ""


def _end_of_assignments(sql: str, start: int) -> int:
    """Return where the condition or the answer of the statement begins; that of a question inside it is none."""
    for found in re.finditer(r"\s+(?:WHERE|RETURNING)\b", sql[start:]):
        inside = sql[start : start + found.start()]
        if inside.count("(") == inside.count(")"):
            return start + found.start()
    return len(sql)


def _parts(sql: str, start: int, end: int) -> tuple[list[int], list[int]]:
    """Return where the parts of a list begin and end; commas inside parentheses part nothing."""
    commas, depth = [], 0
    for place in range(start, end):
        depth += (sql[place] == "(") - (sql[place] == ")")
        if sql[place] == "," and depth == 0:
            commas.append(place)
    after = [comma + 1 + len(sql[comma + 1 :]) - len(sql[comma + 1 :].lstrip()) for comma in commas]
    return [start, *after], [*commas, end]


def _lists(sql: str) -> Iterator[Change]:
    for clause in re.finditer(r"\bIN \(([^()]*)\)", sql):
        starts, ends = _parts(sql, *clause.span(1))
        for number in range(len(starts) if len(starts) > 1 else 0):
            last = number == len(starts) - 1
            start = ends[number - 1] if last else starts[number]
            yield "sql list", start, ends[number] if last else starts[number + 1], ""
