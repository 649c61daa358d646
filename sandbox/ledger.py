"""Records the requests to the sandbox: every POST with its outcome, and counts of task and file requests."""

import json
from collections import Counter
from collections.abc import Callable
from dataclasses import asdict, dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any, TextIO


class Event(StrEnum):
    """What happened to a POST. Each is received; at most one of the other three follows."""

    RECEIVED = "received"
    ACCEPTED = "accepted"
    REJECTED = "rejected"
    REPLAYED = "replayed"
    UPLOADED = "uploaded"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One line of the ledger.

    `number` counts the POSTs of submits from 1 and joins the entries of one POST; `at` is epoch milliseconds;
    `submit_key` is its Idempotency-Key; `body` is what was asked for, an inline picture shortened; `status` and
    `reason` say why it was rejected. An upload has `body` only.
    """

    event: Event
    at: int
    number: int = 0
    submit_key: str | None = None
    task_id: str | None = None
    body: dict[str, Any] | None = None
    status: int | None = None
    reason: str | None = None


class Ledger:
    """Every entry since the start, in order.

    `task_gets` and `file_gets` count requests by task id (unknown ids too); `keyed_file_gets` counts downloads
    that carried an Authorization header, which no file needs.
    """

    def __init__(self, clock: Callable[[], float], file: TextIO | None = None) -> None:
        self.entries: list[Entry] = []
        self.task_gets: Counter[str] = Counter()
        self.file_gets: Counter[str] = Counter()
        self.keyed_file_gets = 0
        self._posts = 0
        self._clock = clock
        self._file = file

    @property
    def received(self) -> list[Entry]:
        """Return every submit that arrived, whatever became of it."""
        return self.of(Event.RECEIVED)

    @property
    def accepted(self) -> list[Entry]:
        """Return the submits that made a task: those that a provider bills."""
        return self.of(Event.ACCEPTED)

    @property
    def rejected(self) -> list[Entry]:
        """Return the submits that were answered with an error and made no task."""
        return self.of(Event.REJECTED)

    @property
    def uploads(self) -> list[Entry]:
        """Return the pictures that were uploaded."""
        return self.of(Event.UPLOADED)

    def of(self, event: Event) -> list[Entry]:
        """Return the entries of one kind, oldest first."""
        return [entry for entry in self.entries if entry.event is event]

    def receive(self, submit_key: str | None) -> int:
        """Record that a submit arrived and return its number."""
        self._posts += 1
        self.record(Event.RECEIVED, number=self._posts, submit_key=submit_key)
        return self._posts

    def record(self, event: Event, **facts: Any) -> None:
        """Append one entry, in memory and in the file if there is one."""
        entry = Entry(event=event, at=int(self._clock() * 1000), **facts)
        self.entries.append(entry)
        if self._file is not None:
            self._file.write(json.dumps(asdict(entry), ensure_ascii=False) + "\n")
            self._file.flush()

    def to_json(self) -> dict[str, Any]:
        """Return everything as JSON values: a list of entries per event, and the counts."""
        entries = {event.value: [asdict(entry) for entry in self.of(event)] for event in Event}
        return entries | {
            "task_gets": dict(self.task_gets),
            "file_gets": dict(self.file_gets),
            "keyed_file_gets": self.keyed_file_gets,
        }


def open_ledger_file(path: Path) -> TextIO:
    """Open a file that the ledger appends its lines to."""
    return path.open("a", encoding="utf-8", errors="backslashreplace")


def without_picture(body: dict[str, Any]) -> dict[str, Any]:
    """Return a submit body with an inline picture cut down to its media type and length."""
    picture = body.get("first_frame_image")
    if not isinstance(picture, str) or not picture.startswith("data:"):
        return body
    head, _, data = picture.partition(",")
    return body | {"first_frame_image": f"{head},[{len(data)} characters]"}
