"""Mutants of SQL text: guards, bounds, orders and assignments of the statements in `db/`."""

import itertools
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


_FIXED = (
    ("sql guard", rf"(\s+AND {_GUARD})", ""),
    ("sql guard", rf"\b(?:WHERE|WHEN) ({_GUARD}\s+AND )", ""),
    ("sql guard", rf"\bWHERE ({_GUARD})(?!\s+(?:AND|OR)\b)", "1 = 1"),
    ("sql and/or", r"\b(AND)\b", "OR"),
    ("sql and/or", r"\b(OR)\b", "AND"),
    ("sql null", r"\b(IS NOT NULL)\b", "IS NULL"),
    ("sql null", r"\b(IS NULL)\b", "IS NOT NULL"),
    ("sql conflict", r"( ON CONFLICT DO NOTHING|\nON CONFLICT DO NOTHING)", ""),
    ("sql arithmetic", r"(?<=[\w>)])( [-+] (?:<dbnow>|:?(?!CASE\b)[\w.]+\b(?!\()))", ""),
    ("sql constant", r"(?<== )(0)\b", "1"),
    ("sql constant", r"(?<== )(1)\b", "0"),
)
"""Changes whose new text is always the same: kind, pattern with the place in a group, and what stands there instead."""


def sql_mutants(sql: str) -> Iterator[Change]:
    if sql.lstrip().startswith("PRAGMA"):
        yield "sql pragma", 0, len(sql), "SELECT 1"
        return
    for kind, pattern, new in _FIXED:
        for match in re.finditer(pattern, sql):
            yield kind, *match.span(1), new
    yield from _operators(sql)
    yield from _orders(sql)
    for clause in re.finditer(r"\bSET\s+", sql):
        yield from _parts("sql assignment", sql, clause.end(), _end_of_assignments(sql, clause.end()))
    for clause in re.finditer(r"\bIN \(([^()]*)\)", sql):
        yield from _parts("sql list", sql, *clause.span(1))


def _operators(sql: str) -> Iterator[Change]:
    for match in re.finditer(r"(?<=\s)(?:<=|>=|<|>)(?=\s)", sql):
        yield "sql comparison", *match.span(), _NEIGHBOUR[match[0]]
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


def _end_of_assignments(sql: str, start: int) -> int:
    """Return where the condition or the answer of the statement begins; that of a question inside it is none."""
    for found in re.finditer(r"\s+(?:WHERE|RETURNING)\b", sql[start:]):
        inside = sql[start : start + found.start()]
        if inside.count("(") == inside.count(")"):
            return start + found.start()
    return len(sql)


def _parts(kind: str, sql: str, start: int, end: int) -> Iterator[Change]:
    """Yield each part of a list taken out, with its comma; commas inside parentheses part nothing."""
    commas, depth = [], 0
    for place in range(start, end):
        depth += (sql[place] == "(") - (sql[place] == ")")
        if sql[place] == "," and depth == 0:
            commas.append(place)
    if not commas:
        return
    starts = [
        start,
        *(comma + 1 + len(sql[comma + 1 :]) - len(sql[comma + 1 :].lstrip()) for comma in commas),
    ]
    for first, following in itertools.pairwise(starts):
        yield kind, first, following, ""
    yield kind, commas[-1], end, ""
