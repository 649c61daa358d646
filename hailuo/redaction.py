"""What the provider says, made fit to be logged, stored and shown: no secrets, no markup, not long."""

import re

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


class Redactor:
    """Removes the key it was made for, and whatever looks like a secret, from a text.

    Also removed: Authorization values, data URIs, query strings and user names of URLs, long encoded blobs, markup
    and control characters. The result has at most 500 characters and always encodes as UTF-8.
    """

    def __init__(self, key: str) -> None:
        self._key = key

    def __call__(self, text: str) -> str:
        hidden = text.replace(self._key, _HIDDEN) if self._key else text
        short = hidden[:_LONGEST_INPUT].encode("utf-8", "replace").decode()
        for pattern, replacement in _RULES:
            short = pattern.sub(replacement, short)
        return _INVISIBLE.sub(" ", short).strip()[:LONGEST_DETAIL]
