"""Error reports to a server that speaks Sentry's protocol.

A report holds the log message, the types of the errors and the places where they were raised. The errors' own
texts and the values of variables stay in the log, because they may hold what a member wrote.
"""

import contextlib
import http.client
import json
import linecache
import logging
import queue
import threading
import time
import traceback
import urllib.request
import uuid
from collections import deque
from collections.abc import Callable, Generator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import SplitResult, urlsplit

FLUSH_SECONDS = 5.0
"""The longest time, in seconds, that the end of the program waits for reports that are still to be sent."""

MOST_A_MINUTE = 30
"""Limit of reports in a minute; a step that fails again and again would send the same report each time."""

Clean = Callable[[str], str]
Event = dict[str, Any]

_SEND_SECONDS = 10.0
_MOST_WAITING = 100
_MOST_CAUSES = 10
_ROOT = Path(__file__).resolve().parent.parent


class ReportsUnusable(ValueError):
    """The address for reports cannot be used; the message does not repeat the address."""


@contextlib.contextmanager
def open_reports(dsn: str, *, release: str, clean: Clean) -> Generator[None]:
    """Report errors that are logged inside the block, and the error that ends the block.

    `clean` removes secrets from a text.

    Raises:
        ReportsUnusable: `dsn` is not the address of a Sentry project.
    """
    sender = _Sender(_Project.at(dsn))
    reporter = _Reporter(sender, release=release, clean=clean)
    logging.getLogger().addHandler(reporter)
    try:
        yield
    except Exception as error:
        reporter.report(error, "ended by an error")
        raise
    finally:
        logging.getLogger().removeHandler(reporter)
        sender.close()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Project:
    """The address that receives reports, and the key that it requires."""

    url: str
    key: str

    @classmethod
    def at(cls, dsn: str) -> "_Project":
        """Parse `https://key@errors.example/1`; a path may stand before the project's number.

        Raises:
            ReportsUnusable: the address is not of that form.
        """
        with contextlib.suppress(ValueError):
            parts = urlsplit(dsn)
            folder, _, project = parts.path.rpartition("/")
            if parts.scheme in {"http", "https"} and parts.username and parts.hostname and project:
                return cls(url=f"{_origin_of(parts)}{folder}/api/{project}/envelope/", key=parts.username)
        raise ReportsUnusable("is no address of a project such as https://key@errors.example/1")


def _origin_of(parts: SplitResult) -> str:
    host = f"[{parts.hostname}]" if ":" in (parts.hostname or "") else parts.hostname
    return f"{parts.scheme}://{host}" + (f":{parts.port}" if parts.port else "")


class _Sender:
    """The sender of reports: one after the other on its own thread, without retries. Lost reports are in the log."""

    def __init__(self, project: _Project) -> None:
        self._project = project
        self._waiting: queue.Queue[Event | None] = queue.Queue(maxsize=_MOST_WAITING)
        self._thread = threading.Thread(target=self._send_all, name="reports", daemon=True)
        self._thread.start()

    def send(self, event: Event) -> None:
        """Queue a report for sending; drop it if the queue is full."""
        with contextlib.suppress(queue.Full):
            self._waiting.put_nowait(event)

    def close(self) -> None:
        """Wait, at most `FLUSH_SECONDS`, until the queued reports are sent."""
        ends_at = time.monotonic() + FLUSH_SECONDS
        with contextlib.suppress(queue.Full):
            self._waiting.put(None, timeout=FLUSH_SECONDS)
        self._thread.join(max(0.0, ends_at - time.monotonic()))

    def _send_all(self) -> None:
        while event := self._waiting.get():
            request = urllib.request.Request(  # noqa: S310 - http and https alone: _Project.at
                self._project.url, data=_envelope(event), headers=self._headers
            )
            with (
                contextlib.suppress(OSError, http.client.HTTPException),
                urllib.request.urlopen(request, timeout=_SEND_SECONDS),  # noqa: S310 - as above
            ):
                pass

    @property
    def _headers(self) -> dict[str, str]:
        return {
            "Content-Type": "application/x-sentry-envelope",
            "X-Sentry-Auth": f"Sentry sentry_version=7, sentry_client=clapper/1, sentry_key={self._project.key}",
        }


def _envelope(event: Event) -> bytes:
    payload = json.dumps(event).encode()
    head = json.dumps({"event_id": event["event_id"]}).encode()
    item = json.dumps({"type": "event", "length": len(payload)}).encode()
    return b"\n".join((head, item, payload, b""))


class _Reporter(logging.Handler):
    """A logging handler that turns error records into reports."""

    def __init__(self, sender: _Sender, *, release: str, clean: Clean) -> None:
        super().__init__(logging.ERROR)
        self._sender = sender
        self._release = release
        self._clean = clean
        self._sent: deque[float] = deque(maxlen=MOST_A_MINUTE)

    def emit(self, record: logging.LogRecord) -> None:
        """Report a record, unless the limit of reports in a minute is reached."""
        if self._has_sent_enough():
            return
        error = record.exc_info[1] if record.exc_info else None
        event = self._event_of(error, template=str(record.msg), words=record.getMessage())
        self._sender.send(event | {"level": record.levelname.lower(), "logger": record.name})

    def report(self, error: BaseException, words: str) -> None:
        """Report an error that was not logged."""
        self._sender.send(self._event_of(error, template=words, words=words))

    def _has_sent_enough(self) -> bool:
        now = time.monotonic()
        if len(self._sent) == MOST_A_MINUTE and now - self._sent[0] < 60:
            return True
        self._sent.append(now)
        return False

    def _event_of(self, error: BaseException | None, *, template: str, words: str) -> Event:
        return {
            "event_id": uuid.uuid4().hex,
            "timestamp": time.time(),
            "platform": "python",
            "level": "error",
            "logger": "clapper",
            "release": self._release,
            "logentry": {"message": self._clean(template), "formatted": self._clean(words)},
            "exception": {"values": [self._raised(each) for each in _causes_of(error)]},
        }

    def _raised(self, error: BaseException) -> Event:
        frames = [self._frame(*each) for each in traceback.walk_tb(error.__traceback__)]
        return {
            "type": type(error).__name__,
            "module": type(error).__module__,
            "mechanism": {"type": "logging", "handled": True},
            "stacktrace": {"frames": frames},
        }

    def _frame(self, frame: Any, line: int) -> Event:
        path = Path(frame.f_code.co_filename)
        ours = path.is_relative_to(_ROOT) and "site-packages" not in path.parts
        return {
            "function": frame.f_code.co_name,
            "module": frame.f_globals.get("__name__"),
            "filename": path.relative_to(_ROOT).as_posix() if ours else path.name,
            "lineno": line,
            "context_line": self._clean(linecache.getline(str(path), line).rstrip()),
            "in_app": ours,
        }


def _causes_of(error: BaseException | None) -> list[BaseException]:
    """Return an error and the errors that caused it, the first cause first."""
    found: list[BaseException] = []
    while error is not None and error not in found and len(found) < _MOST_CAUSES:
        found.append(error)
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    return found[::-1]
