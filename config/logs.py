"""Logging to standard error, with secrets and signed addresses taken out."""

import logging
import re
from collections.abc import Iterable

_QUIET = ("aiosqlite", "alembic", "discord", "PIL", "libav", "asyncio")
_SIGNED_QUERY = re.compile(r"(https?://[^\s?'\"]+)\?[^\s'\"]+")
_DATA_URI = re.compile(r"data:[\w/+.-]+;base64,[A-Za-z0-9+/=]+")
_INTERACTION = re.compile(r"/(webhooks|interactions)/(\d+)/[\w-]+")
_BEARER = re.compile(r"(?i)\b(bearer|bot)\s+[\w.-]{20,}")


class RedactingFormatter(logging.Formatter):
    """Formats a record on one line per record part and removes what nobody should read in a log."""

    def __init__(self, secrets: Iterable[str]) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s: %(message)s")
        self._secrets = tuple(secret for secret in secrets if secret)

    def formatMessage(self, record: logging.LogRecord) -> str:
        """Return the line, with line breaks from outside made visible."""
        record.message = record.message.replace("\r", "\\r").replace("\n", "\\n")
        return super().formatMessage(record)

    def format(self, record: logging.LogRecord) -> str:
        """Return the record and its traceback, redacted."""
        return redact(super().format(record), self._secrets)


def redact(text: str, secrets: Iterable[str] = ()) -> str:
    """Return `text` without `secrets`, tokens in addresses, signed queries and embedded files."""
    for secret in secrets:
        text = text.replace(secret, "[secret]")
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
