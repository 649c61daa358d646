"""Records the requests to the sandbox: every POST with its outcome, and counts of task and file requests."""

import json
from collections import Counter
from collections.abc import Callable
from dataclasses import asdict, dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any, TextIO


class Event(StrEnum):
    """An event of a POST request. A submit is received, then at most one of accepted, rejected or replayed.

    An upload of a picture has only the event uploaded.
    """

    RECEIVED = "received"
    ACCEPTED = "accepted"
    REJECTED = "rejected"
    REPLAYED = "replayed"
    UPLOADED = "uploaded"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """An entry of the ledger: one event of one request.

    number: counts the submits from 1; the entries of one submit share it. at: epoch milliseconds.
    submit_key: the request's Idempotency-Key. body: the body of an accepted submit, with an inline picture shortened;
    of an upload, the reply. status, reason: the HTTP status and the cause of a rejection. An upload has only `body`.
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
    """The ledger of a sandbox: all entries since its start, in order, and counts of GET requests.

    task_gets, file_gets: the requests for each task id, unknown ids included. keyed_file_gets: the downloads with an
    Authorization header, which no file needs.
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
        """Return all submits that arrived, whatever their outcome."""
        return self.of(Event.RECEIVED)

    @property
    def accepted(self) -> list[Entry]:
        """Return the submits that created a task: those that a provider bills."""
        return self.of(Event.ACCEPTED)

    @property
    def rejected(self) -> list[Entry]:
        """Return the submits that were answered with an error and created no task."""
        return self.of(Event.REJECTED)

    @property
    def uploads(self) -> list[Entry]:
        """Return the uploads of pictures."""
        return self.of(Event.UPLOADED)

    def of(self, event: Event) -> list[Entry]:
        """Return the entries with this event, oldest first."""
        return [entry for entry in self.entries if entry.event is event]

    def receive(self, submit_key: str | None) -> int:
        """Record the arrival of a submit call and return its number."""
        self._posts += 1
        self.record(Event.RECEIVED, number=self._posts, submit_key=submit_key)
        return self._posts

    def record(self, event: Event, **facts: Any) -> None:
        """Append an entry, in memory and to the file if there is one."""
        entry = Entry(event=event, at=int(self._clock() * 1000), **facts)
        self.entries.append(entry)
        if self._file is not None:
            self._file.write(json.dumps(asdict(entry), ensure_ascii=False) + "\n")
            self._file.flush()

    def to_json(self) -> dict[str, Any]:
        """Return the ledger as plain JSON values: a list of entries for each event, and the counts."""
        entries = {event.value: [asdict(entry) for entry in self.of(event)] for event in Event}
        return entries | {
            "task_gets": dict(self.task_gets),
            "file_gets": dict(self.file_gets),
            "keyed_file_gets": self.keyed_file_gets,
        }


def open_ledger_file(path: Path) -> TextIO:
    """Open the file to which the ledger appends its entries, one line of JSON each."""
    return path.open("a", encoding="utf-8", errors="backslashreplace")


def without_picture(body: dict[str, Any]) -> dict[str, Any]:
    """Return the body of a submit with every inline picture replaced by its media type and length."""
    return {name: _shortened(value) for name, value in body.items()}


def _shortened(value: Any) -> Any:
    match value:
        case str() if value.startswith("data:image/"):
            head, _, data = value.partition(",")
            return f"{head},[{len(data)} characters]"
        case dict():
            return without_picture(value)
        case list():
            return [_shortened(item) for item in value]
        case _:
            return value
