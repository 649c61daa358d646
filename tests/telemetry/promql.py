"""Which metrics and labels a query names: enough of PromQL for the queries of this project."""

import re
from dataclasses import dataclass

_TEXT = re.compile(r'"(?:[^"\\]|\\.)*"')
_RANGE = re.compile(r"\[[^\]]*\]")
_GROUPING = re.compile(r"\b(by|without|on|ignoring|group_left|group_right)\s*\(([^)]*)\)")
_NAME = re.compile(r"(?<![\w$:.])[a-zA-Z_:][\w:]*(?=(\s*\()?)")
_SELECTED = re.compile(r"([a-zA-Z_:][\w:]*)\s*\{([^}]*)\}")
_LABEL = re.compile(r"([a-zA-Z_]\w*)\s*(=~|!~|!=|=)")
_WORDS = frozenset({"and", "or", "unless", "bool", "offset", "inf", "nan", "atan2", "start", "end"})


@dataclass(frozen=True)
class Query:
    metrics: frozenset[str]
    selected: frozenset[tuple[str, str]]  #: (metric, label) in braces
    grouped: frozenset[str]  #: labels that it groups by

    @classmethod
    def of(cls, expression: str) -> "Query":
        text = _TEXT.sub('""', expression)
        selected = frozenset(
            (metric, label) for metric, inner in _SELECTED.findall(text) for label, _ in _LABEL.findall(inner)
        )
        text = re.sub(r"\{[^}]*\}", " ", text)
        text = _RANGE.sub(" ", text)
        grouped = frozenset(
            label.strip()
            for _, labels in _GROUPING.findall(text)
            for label in labels.split(",")
            if label.strip()
        )
        text = _GROUPING.sub(" ", text)
        names = (found for found in _NAME.finditer(text) if found[1] is None and found[0] not in _WORDS)
        return cls(frozenset(found[0] for found in names), selected, grouped)
