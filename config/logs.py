"""Logging to standard error, with secrets and signed addresses taken out."""

import logging
import re
from collections.abc import Iterable
from typing import Any

_QUIET = ("aiosqlite", "asyncpg", "sqlalchemy", "alembic", "discord", "PIL", "libav", "asyncio")
_CREDENTIALS = re.compile(r"(\w://)[^\s/?#@]+@")
_SIGNED_QUERY = re.compile(r"((?:https?|wss?)://[^\s?'\"]+)\?[^\s'\"]+")
_DATA_URI = re.compile(r"data:[\w/+.-]+;base64,[A-Za-z0-9+/=]+")
_INTERACTION = re.compile(r"/(webhooks|interactions)/(\d+)/[^\s/?'\"]+")
_BEARER = re.compile(r"(?i)\b(bearer|bot)\s+[\w.~+/=-]{20,}")
_CONTROL = re.compile(r"[\x00-\x08\x0a-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]")


class RedactingFormatter(logging.Formatter):
    """Formats a record on one line, its traceback indented, and removes what nobody should read in a log.

    Text from outside can neither begin a line of its own nor steer a terminal.
    """

    def __init__(self, secrets: Iterable[str]) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s: %(message)s")
        self._secrets = tuple(sorted(filter(None, secrets), key=len, reverse=True))

    def formatMessage(self, record: logging.LogRecord) -> str:
        """Return the line, with control characters made visible."""
        record.message = _visible(record.message)
        return super().formatMessage(record)

    def formatException(self, ei: Any) -> str:
        """Return the traceback, indented."""
        return _indented(super().formatException(ei))

    def formatStack(self, stack_info: str) -> str:
        """Return the stack, indented."""
        return _indented(super().formatStack(stack_info))

    def format(self, record: logging.LogRecord) -> str:
        """Return the record and its traceback, redacted."""
        record.exc_text = None  # where another handler keeps the traceback as it formatted it
        text = redact(super().format(record), self._secrets)
        record.exc_text = None
        return text


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


def set_up_logging(level: str, *, secrets: Iterable[str] = ()) -> None:
    """Log to standard error from now on. Libraries that print bodies or tokens never go below INFO."""
    handler = logging.StreamHandler()
    handler.setFormatter(RedactingFormatter(secrets))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    for name in _QUIET:
        logging.getLogger(name).setLevel(max(logging.INFO, root.level))
