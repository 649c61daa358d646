"""Logging to standard error, as text or JSON, without secrets and without the queries of signed addresses."""

import json
import logging
import re
import sys
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

_QUIET = ("aiosqlite", "asyncpg", "sqlalchemy", "alembic", "discord", "PIL", "libav", "asyncio")
_CREDENTIALS = re.compile(r"(\w://)[^\s/?#@]+@")
_SIGNED_QUERY = re.compile(r"((?:https?|wss?)://[^\s?'\"]+)\?[^\s'\"]+")
_DATA_URI = re.compile(r"data:[\w/+.-]+;base64,[A-Za-z0-9+/=]+")
_INTERACTION = re.compile(r"/(webhooks|interactions)/(\d+)/[^\s/?'\"]+")
_BEARER = re.compile(r"(?i)\b(bearer|bot)\s+[\w.~+/=-]{20,}")
_CONTROL = re.compile(r"[\x00-\x08\x0a-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]")


class RedactingFormatter(logging.Formatter):
    """A log formatter that writes a line of text and its indented traceback, without secrets.

    Text from outside can neither start a line of its own nor control a terminal.
    """

    def __init__(self, secrets: Iterable[str]) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s: %(message)s")
        self._secrets = _longest_first(secrets)

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 - logging's name
        """Return the line, with control characters made visible."""
        record.message = _visible(record.message)
        return super().formatMessage(record)

    def formatException(self, ei: Any) -> str:  # noqa: N802 - logging's name
        """Return the traceback, indented."""
        return _indented(super().formatException(ei))

    def formatStack(self, stack_info: str) -> str:  # noqa: N802 - logging's name
        """Return the stack, indented."""
        return _indented(super().formatStack(stack_info))

    def format(self, record: logging.LogRecord) -> str:
        """Return the record and its traceback, redacted."""
        record.exc_text = (
            None  # otherwise the traceback that another handler has formatted would be used again
        )
        text = redact(super().format(record), self._secrets)
        record.exc_text = None
        return text


class JsonFormatter(logging.Formatter):
    """A log formatter that writes one line of JSON: the message and the fields passed as `extra`, without secrets."""

    def __init__(self, secrets: Iterable[str]) -> None:
        super().__init__()
        self._secrets = _longest_first(secrets)

    def format(self, record: logging.LogRecord) -> str:
        """Return the record as JSON, with secrets removed from every text."""
        entry = _fields_of(record) | {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
        }
        if record.exc_info and record.exc_info[0]:
            entry["exception"] = self.formatException(record.exc_info)
        if record.stack_info:
            entry["stack"] = self.formatStack(record.stack_info)
        clean = {name: self._clean(value) for name, value in entry.items() if value is not None}
        text = json.dumps(clean, ensure_ascii=False, allow_nan=False)
        return _CONTROL.sub(lambda found: f"\\u{ord(found[0]):04x}", text)

    def _clean(self, value: object) -> str | int | bool:
        return value if isinstance(value, int) else redact(str(value), self._secrets)


_OF_EVERY_RECORD = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}


def _fields_of(record: logging.LogRecord) -> dict[str, object]:
    return {name: value for name, value in vars(record).items() if name not in _OF_EVERY_RECORD}


def _longest_first(secrets: Iterable[str]) -> tuple[str, ...]:
    """Sort secrets by length, longest first: if one secret begins with another, nothing of the longer one remains."""
    return tuple(sorted(filter(None, secrets), key=len, reverse=True))


def _visible(text: str) -> str:
    return _CONTROL.sub(lambda found: found[0].encode("unicode_escape").decode("ascii"), text)


def _indented(text: str) -> str:
    return "\n".join(f"    {_visible(line)}" for line in text.split("\n"))


def redact(text: str, secrets: Iterable[str] = ()) -> str:
    """Return `text` without `secrets`, tokens in addresses, signed queries and embedded files."""
    for secret in secrets:
        text = text.replace(secret, "[secret]")
    text = _CREDENTIALS.sub(r"\1[credentials]@", text)
    text = _SIGNED_QUERY.sub(r"\1?[query]", text)
    text = _DATA_URI.sub("data:[file]", text)
    text = _INTERACTION.sub(r"/\1/\2/[token]", text)
    return _BEARER.sub(r"\1 [secret]", text)


def is_for_people(layout: str) -> bool:
    """Return whether logs of this layout are text for people: `text`, or `auto` on a terminal."""
    return layout == "text" or (layout == "auto" and sys.stderr.isatty())


def set_up_logging(level: str, *, layout: str = "text", secrets: Iterable[str] = ()) -> None:
    """Log to standard error from now on.

    `layout` is `text`, `json`, or `auto`: text on a terminal, otherwise JSON. Libraries that log bodies or
    tokens at DEBUG never log below INFO; unless `level` is DEBUG, they log only warnings and errors.
    """
    handler = logging.StreamHandler()
    handler.setFormatter(RedactingFormatter(secrets) if is_for_people(layout) else JsonFormatter(secrets))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    for name in _QUIET:
        logging.getLogger(name).setLevel(
            logging.INFO if root.level < logging.INFO else max(logging.WARNING, root.level)
        )
