"""Makes data from outside safe to use: reads JSON values as an expected type or None, and redacts texts.

A redacted text may be logged, stored and shown: it has no secrets, no markup, and a limited length.
"""

import json
import re
from datetime import datetime
from typing import Any, cast

JsonObject = dict[str, Any]

MOST = 1e15
"""The largest number that is accepted; larger ones count as missing, because no column, clock or sum can hold them."""

_SMALLEST_MS = 1e11
"""The least number that is read as milliseconds: as seconds, it would be after the year 5000."""
_LARGEST_MS = 253_402_300_800_000
"""The start of the year 10000 in epoch milliseconds; later dates cannot be represented."""

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
    """Parse `data` as JSON; return None if it is not JSON (an HTML page, a cut answer) or is nested too deeply."""
    try:
        return cast("object", json.loads(data))
    except (ValueError, RecursionError):
        return None


def as_object(value: object) -> JsonObject | None:
    """Return `value` if it is a JSON object, else None."""
    return cast("JsonObject", value) if isinstance(value, dict) else None


def as_list(value: object) -> list[object]:
    """Return `value` if it is a JSON array, else an array that holds only `value`."""
    return cast("list[object]", value) if isinstance(value, list) else [value]


def objects_in(value: object) -> list[JsonObject]:
    """Return the JSON objects in an array, or `value` alone if it is an object; leave out empty objects."""
    return [entry for entry in map(as_object, as_list(value)) if entry]


def as_text(value: object) -> str | None:
    """Return `value` as trimmed text, a whole number as its digits; None for blank text and other types."""
    if isinstance(value, str):
        return value.strip() or None
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    return None


def as_number(value: object, *, least: float = -MOST, most: float = MOST) -> float | None:
    """Return `value` (a number, or text that reads as a number) as a float; None if there is none within bounds."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        number = float(value)
    except (ValueError, OverflowError):
        return None
    return number if least <= number <= most else None


def as_epoch_ms(value: object) -> int | None:
    """Return a time as epoch milliseconds, None if it is no valid time.

    `value`: epoch seconds, epoch milliseconds, or ISO 8601 text with a time zone.
    """
    number = as_number(value)
    if number is None:
        number = _from_iso(value) if isinstance(value, str) else None
    if number is None:
        return None
    milliseconds = number if number >= _SMALLEST_MS else number * 1000
    return int(milliseconds) if 0 < milliseconds < _LARGEST_MS else None


def _from_iso(text: str) -> float | None:
    """Return the epoch seconds of an ISO 8601 text with a time zone, None for any other text."""
    try:
        moment = datetime.fromisoformat(text.strip())
        return moment.timestamp() if moment.tzinfo else None
    except (ValueError, OverflowError):
        return None


class Redactor:
    """A function that removes one API key, and all that looks like a secret, from texts.

    It also removes Authorization values, data URIs, query strings and user names of URLs, long encoded blobs, markup
    and control characters. The result has at most 500 characters and can always be encoded as UTF-8.
    """

    def __init__(self, key: str) -> None:
        self._key = key

    def __call__(self, text: str) -> str:
        """Return `text` without secrets, shortened, on one line."""
        hidden = text.replace(self._key, _HIDDEN) if self._key else text
        short = hidden[:_LONGEST_INPUT].encode("utf-8", "replace").decode()
        for pattern, replacement in _RULES:
            short = pattern.sub(replacement, short)
        return _INVISIBLE.sub(" ", short).strip()[:LONGEST_DETAIL]
