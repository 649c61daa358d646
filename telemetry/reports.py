"""Errors that want a person, sent to a server that speaks Sentry's protocol.

What is sent: our own sentence, the kinds of errors and where they were raised. Texts of errors and values of variables
may hold what a member wrote, and stay in the log.
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
"""The longest that an end waits for reports that are on their way."""

MOST_A_MINUTE = 30
"""A step that breaks again and again says the same each time."""

Clean = Callable[[str], str]
Event = dict[str, Any]

_SEND_SECONDS = 10.0
_MOST_WAITING = 100
_MOST_CAUSES = 10
_ROOT = Path(__file__).resolve().parent.parent


class ReportsUnusable(ValueError):
    """The address for reports cannot be used. The text does not repeat it."""


@contextlib.contextmanager
def open_reports(dsn: str, *, release: str, clean: Clean) -> Generator[None]:
    """Report what is logged as an error inside the block, and what ends it.

    `clean` takes out of a text what nobody should read.

    Raises:
        ReportsUnusable: `dsn` is no address of a project.
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
    """Where reports go, and the key that lets them in."""

    url: str
    key: str

    @classmethod
    def at(cls, dsn: str) -> "_Project":
        """Read `https://key@errors.example/1`; a path may stand before the number of the project.

        Raises:
            ReportsUnusable: it is no such address.
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
    """Sends events one after the other on a thread of its own, once each; what does not arrive is in the log."""

    def __init__(self, project: _Project) -> None:
        self._project = project
        self._waiting: queue.Queue[Event | None] = queue.Queue(maxsize=_MOST_WAITING)
        self._thread = threading.Thread(target=self._send_all, name="reports", daemon=True)
        self._thread.start()

    def send(self, event: Event) -> None:
        """Send an event soon, unless too many wait already."""
        with contextlib.suppress(queue.Full):
            self._waiting.put_nowait(event)

    def close(self) -> None:
        """Wait a while for what is on its way."""
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
    """Makes events of records."""

    def __init__(self, sender: _Sender, *, release: str, clean: Clean) -> None:
        super().__init__(logging.ERROR)
        self._sender = sender
        self._release = release
        self._clean = clean
        self._sent: deque[float] = deque(maxlen=MOST_A_MINUTE)

    def emit(self, record: logging.LogRecord) -> None:
        """Report a record, unless there were many just now."""
        if self._has_sent_enough():
            return
        error = record.exc_info[1] if record.exc_info else None
        event = self._event_of(error, template=str(record.msg), words=record.getMessage())
        self._sender.send(event | {"level": record.levelname.lower(), "logger": record.name})

    def report(self, error: BaseException, words: str) -> None:
        """Report an error that nobody logged."""
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
    """Return an error and what led to it, the first cause first."""
    found: list[BaseException] = []
    while error is not None and error not in found and len(found) < _MOST_CAUSES:
        found.append(error)
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    return found[::-1]
