"""Errors that want a person, sent to a server that speaks Sentry's protocol.

What is sent: our own sentence, the kinds of errors and where they were raised. Texts of errors and values of variables
may hold what a member wrote, and stay in the log.
"""

import contextlib
import logging
import time
from collections import deque
from collections.abc import Callable, Generator
from typing import Any, cast

import sentry_sdk
from sentry_sdk.utils import BadDsn, event_from_exception

FLUSH_SECONDS = 5.0
"""The longest that an end waits for reports that are on their way."""

MOST_A_MINUTE = 30
"""A step that breaks again and again says the same each time."""

Clean = Callable[[str], str]

_LEFT_OUT = ("server_name", "user", "request", "breadcrumbs", "modules", "extra", "contexts")


class ReportsUnusable(ValueError):
    """The address for reports cannot be used. The text does not repeat it."""


@contextlib.contextmanager
def open_reports(dsn: str, *, release: str, clean: Clean) -> Generator[None]:
    """Report what is logged as an error inside the block, and what ends it.

    `clean` takes out of a text what nobody should read.

    Raises:
        ReportsUnusable: `dsn` is no address of a project.
    """
    client = _client(dsn, release, clean)
    reporter = _Reporter(client)
    logging.getLogger().addHandler(reporter)
    try:
        yield
    except Exception as error:
        reporter.report(error, "ended by an error")
        raise
    finally:
        logging.getLogger().removeHandler(reporter)
        client.close(timeout=FLUSH_SECONDS)


def _client(dsn: str, release: str, clean: Clean) -> Any:
    try:
        return sentry_sdk.Client(
            dsn=dsn,
            release=release,
            before_send=lambda event, _: cast("Any", _redacted(cast("Any", event), clean)),
            server_name="",
            include_local_variables=False,
            max_breadcrumbs=0,
            default_integrations=False,
            auto_enabling_integrations=False,
            auto_session_tracking=False,
            send_client_reports=False,
            spotlight=False,
        )
    except BadDsn:
        raise ReportsUnusable("is no address of a project such as https://key@errors.example/1") from None


def _redacted(event: dict[str, Any], clean: Clean) -> dict[str, Any]:
    kept = {name: value for name, value in event.items() if name not in _LEFT_OUT}
    for error in kept.get("exception", {}).get("values", ()):
        error.pop("value", None)
    return cast("dict[str, Any]", _cleaned(kept, clean))


def _cleaned(value: object, clean: Clean) -> object:
    match value:
        case str():
            return clean(value)
        case dict():
            pairs = cast("dict[str, object]", value).items()
            return {name: _cleaned(inner, clean) for name, inner in pairs}
        case list() | tuple():
            return [_cleaned(inner, clean) for inner in cast("list[object]", value)]
        case _:
            return value


class _Reporter(logging.Handler):
    """Reports records with a client of its own: nothing of it is shared by a process."""

    def __init__(self, client: Any) -> None:
        super().__init__(logging.ERROR)
        self._client = client
        self._sent: deque[float] = deque(maxlen=MOST_A_MINUTE)

    def emit(self, record: logging.LogRecord) -> None:
        """Report a record, unless there were many just now."""
        if record.name.startswith(("sentry_sdk", "urllib3")) or self._has_sent_enough():
            return
        error = record.exc_info[1] if record.exc_info else None
        self._send(error, record.getMessage(), record)

    def report(self, error: BaseException, words: str) -> None:
        """Report an error that nobody logged."""
        self._send(error, words, None)

    def _has_sent_enough(self) -> bool:
        now = time.monotonic()
        if len(self._sent) == MOST_A_MINUTE and now - self._sent[0] < 60:
            return True
        self._sent.append(now)
        return False

    def _send(self, error: BaseException | None, words: str, record: logging.LogRecord | None) -> None:
        event, hint = _event_of(error, self._client.options)
        event["level"] = "error" if record is None else record.levelname.lower()
        event["logger"] = "clapper" if record is None else record.name
        event["logentry"] = {"message": words if record is None else str(record.msg), "formatted": words}
        self._client.capture_event(event, hint=hint)


def _event_of(error: BaseException | None, options: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    if error is None:
        return {}, {}
    event, hint = event_from_exception(
        error, client_options=options, mechanism={"type": "logging", "handled": True}
    )
    return cast("dict[str, Any]", event), hint
