"""What comes from outside, made safe to use: JSON values of the expected type or None, and texts without secrets.

A redacted text is fit to be logged, stored and shown: no secrets, no markup, not long.
"""

import json
import re
from datetime import datetime
from typing import Any, cast

JsonObject = dict[str, Any]

MOST = 1e15
"""A larger number is taken for none: no column, clock or sum of ours can hold it."""

_SMALLEST_MS = 1e11
"""Above it a number of seconds would lie after the year 5000, so it counts milliseconds."""
_LARGEST_MS = 253_402_300_800_000
"""The year 10000, where dates end."""

LONGEST_DETAIL = 500
_LONGEST_INPUT = 4_000
_HIDDEN = "[redacted]"

_RULES = (
    (re.compile(r"data:[\w.+/-]{0,80}[;,][^\s\"'<>]*", re.IGNORECASE), f"data:{_HIDDEN}"),
    (re.compile(r"(https?:(?:\\?/){2})[^\s/@\"'<>]*@", re.IGNORECASE), r"\1"),
    (re.compile(r"(https?:(?:\\?/){2}[^\s\"'<>?#]*)[?#][^\s\"'<>]*", re.IGNORECASE), rf"\1?{_HIDDEN}"),
    (
        re.compile(
            r"(authorization[\"']?\s*[:=]\s*[\"']?)(?:(?:bearer|basic)\s+)?[^\s\"',;}]+", re.IGNORECASE
        ),
        rf"\1{_HIDDEN}",
    ),
    (re.compile(r"\b(bearer\s+)[\w.~+/=-]{8,}", re.IGNORECASE), rf"\1{_HIDDEN}"),
    (
        re.compile(
            r"((?:x-(?:amz|goog|oss|cos)-[a-z-]+|signature|sig|token|secret|api[_-]?key|access[_-]?key[_-]?id)=)"
            r"[^\s&\"'<>]+",
            re.IGNORECASE,
        ),
        rf"\1{_HIDDEN}",
    ),
    (re.compile(r"\bsk-[\w-]{8,}"), _HIDDEN),
    (re.compile(r"[A-Za-z0-9+/=_-]{120,}"), _HIDDEN),
    (re.compile(r"</?[a-zA-Z!][^<>]*>"), " "),
)
_INVISIBLE = re.compile(r"[\s\x00-\x1f\x7f-\x9f\u2028\u2029]+")


def decode(data: bytes) -> object:
    """Return the JSON value in `data`, or None when there is none (an HTML page, half an answer, too deep)."""
    try:
        return cast("object", json.loads(data))
    except (ValueError, RecursionError):
        return None


def as_object(value: object) -> JsonObject | None:
    """Return `value` when it is an object."""
    return cast("JsonObject", value) if isinstance(value, dict) else None


def as_list(value: object) -> list[object]:
    """Return `value` when it is an array, else an array of it alone."""
    return cast("list[object]", value) if isinstance(value, list) else [value]


def objects_in(value: object) -> list[JsonObject]:
    """Return the objects of an array, or `value` alone when it is one; empty objects are left out."""
    return [entry for entry in map(as_object, as_list(value)) if entry]


def as_text(value: object) -> str | None:
    """Return a text that is not blank, trimmed; a whole number counts as its digits."""
    if isinstance(value, str):
        return value.strip() or None
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    return None


def as_number(value: object, *, least: float = -MOST, most: float = MOST) -> float | None:
    """Return a number within bounds, None without one; a text that reads as a number counts."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        number = float(value)
    except (ValueError, OverflowError):
        return None
    return number if least <= number <= most else None


def as_epoch_ms(value: object) -> int | None:
    """Return a moment as epoch milliseconds, given as epoch seconds, epoch milliseconds or an ISO 8601 text."""
    number = as_number(value)
    if number is None:
        number = _from_iso(value) if isinstance(value, str) else None
    if number is None:
        return None
    milliseconds = number if number >= _SMALLEST_MS else number * 1000
    return int(milliseconds) if 0 < milliseconds < _LARGEST_MS else None


def _from_iso(text: str) -> float | None:
    """Return the epoch seconds of an ISO 8601 text that names its zone."""
    try:
        moment = datetime.fromisoformat(text.strip())
        return moment.timestamp() if moment.tzinfo else None
    except (ValueError, OverflowError):
        return None


class Redactor:
    """Removes the key it was made for, and whatever looks like a secret, from a text.

    Also removed: Authorization values, data URIs, query strings and user names of URLs, long encoded blobs, markup
    and control characters. The result has at most 500 characters and always encodes as UTF-8.
    """

    def __init__(self, key: str) -> None:
        self._key = key

    def __call__(self, text: str) -> str:
        """Return `text` short, on one line, and without secrets."""
        hidden = text.replace(self._key, _HIDDEN) if self._key else text
        short = hidden[:_LONGEST_INPUT].encode("utf-8", "replace").decode()
        for pattern, replacement in _RULES:
            short = pattern.sub(replacement, short)
        return _INVISIBLE.sub(" ", short).strip()[:LONGEST_DETAIL]
