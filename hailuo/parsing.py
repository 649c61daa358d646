"""The provider's answers read tolerantly: which task was made, and how it is doing."""

import logging
import re
from dataclasses import dataclass

from hailuo.fault import Clean, Fault, envelope_fault, fault_in, task_fault
from hailuo.json_values import JsonObject, as_epoch_ms, as_number, as_text, objects_in
from hailuo.links import Link, best_link
from hailuo.task import Task, TaskStatus

RUNNING_STATUSES = frozenset(
    {
        "submitted",
        "pending",
        "processing",
        "queued",
        "queueing",
        "preparing",
        "in_progress",
        "running",
        "generating",
        "waiting",
        "not_started",
    }
)
SUCCESS_STATUSES = frozenset({"completed", "success", "succeeded", "finished"})
FAILURE_STATUSES = frozenset(
    {"failed", "fail", "failure", "error", "cancelled", "canceled", "expired", "timeout", "violation"}
)
KNOWN_STATUSES = RUNNING_STATUSES | SUCCESS_STATUSES | FAILURE_STATUSES

_USABLE_ID = re.compile(r"(?!\.{1,2}$)[\x21-\x7e]{1,200}")
_CREDITS_PER_USD = 10
_MOST_USD = 1000
"""No video costs more: a greater figure is a mistake, and what is not known costs what the table of prices says."""
_MOST_SECONDS = 7 * 86_400

log = logging.getLogger(__name__)


def task_id_in(payload: object, clean: Clean) -> str | None:
    """Return the identifier of the task that a submit made, None when the answer names none.

    A bare `id` may name the request: it counts only in `data` or in a flat body, and only where no error is
    reported. `task_id` always counts: such a task can be asked for, which costs nothing.
    """
    bodies = objects_in(payload)
    entries = [entry for body in bodies for entry in objects_in(body.get("data"))]
    named = _first_id([*entries, *bodies], "task_id")
    if named or fault_in(payload, clean) is not None:
        return named
    return _first_id([*entries, *(body for body in bodies if "data" not in body)], "id")


def task_in(payload: object, *, asked: str, clean: Clean) -> Task | None:
    """Return the task `asked` for as the answer describes it, None when the answer describes no task."""
    report = _report(payload, asked)
    if report is None or _is_error_answer(report, clean):
        return None
    raw_status = report.status
    if raw_status is None:
        return None
    link = report.link
    status = _meaning(raw_status, link)
    fault = report.fault(clean) if status is TaskStatus.FAILED else Fault()
    return Task(
        id=asked,
        status=status,
        raw_status=clean(raw_status)[:100],
        progress=_progress(report.first("progress")),
        video_url=link.url if link else None,
        expires_at=link.expires_at if link else None,
        finished_at=report.finished_at if status is TaskStatus.SUCCEEDED else None,
        estimated_seconds=as_number(report.first("estimated_time"), least=0, most=_MOST_SECONDS),
        cost_usd=None if status is TaskStatus.RUNNING else _cost(report, clean),
        error_code=fault.name,
        error_message=fault.message,
        lacks_file=raw_status.casefold() in SUCCESS_STATUSES and link is None,
    )


@dataclass(frozen=True, slots=True)
class _Report:
    """One task as it stands in an answer: `entry` under `data` where there is one, and the `body` around it."""

    entry: JsonObject
    body: JsonObject

    def first(self, key: str) -> object:
        return next((part[key] for part in (self.entry, self.body) if part.get(key) is not None), None)

    @property
    def status(self) -> str | None:
        words = (part.get("status") for part in (self.entry, self.body))
        return next((word.strip() for word in words if isinstance(word, str) and word.strip()), None)

    @property
    def link(self) -> Link | None:
        return best_link(self.entry) or best_link(self.body)

    @property
    def finished_at(self) -> int | None:
        return as_epoch_ms(self.first("completed")) or as_epoch_ms(self.first("completed_at"))

    @property
    def is_named(self) -> bool:
        return bool(_ids(self.entry) or _ids(self.body))

    def fault(self, clean: Clean) -> Fault:
        own = task_fault(self.entry or self.body, clean)
        return own if own.message else envelope_fault(self.body, clean) or own


def _report(payload: object, asked: str) -> _Report | None:
    bodies = objects_in(payload)
    if not bodies:
        return None
    body = _matching(bodies, asked)
    return _Report(_matching(objects_in(body.get("data")) or [{}], asked), body)


def _is_error_answer(report: _Report, clean: Clean) -> bool:
    """Say whether the status in an answer that names no task is the word for a failed call."""
    if report.is_named:
        return False
    flat_failure = not report.entry and (report.status or "").casefold() in FAILURE_STATUSES
    return flat_failure or envelope_fault(report.body, clean) is not None


def _matching(entries: list[JsonObject], asked: str) -> JsonObject:
    """Return the entry about the task `asked` for, else the first."""
    return next((entry for entry in entries if asked in _ids(entry)), entries[0])


def _ids(entry: JsonObject) -> list[str]:
    return [text for text in (as_text(entry.get(key)) for key in ("task_id", "id")) if text]


def _first_id(entries: list[JsonObject], key: str) -> str | None:
    texts = (as_text(entry.get(key)) for entry in entries)
    return next((text for text in texts if text and _USABLE_ID.fullmatch(text)), None)


def _meaning(raw_status: str, link: Link | None) -> TaskStatus:
    word = raw_status.casefold()
    if word in FAILURE_STATUSES:
        return TaskStatus.FAILED
    if word in SUCCESS_STATUSES and link is not None:
        return TaskStatus.SUCCEEDED
    return TaskStatus.RUNNING


def _progress(value: object) -> int | None:
    number = as_number(value.strip().removesuffix("%") if isinstance(value, str) else value)
    return None if number is None else int(min(max(number, 0), 100))


def _cost(report: _Report, clean: Clean) -> float | None:
    """Return what a task that is done cost in USD, None where it says nothing that can be believed."""
    for field, per_usd in (("cost", 1), ("credits_cost", _CREDITS_PER_USD)):
        told = report.first(field)
        number = as_number(told, least=0, most=_MOST_USD * per_usd)
        if number is not None:
            return number / per_usd
        if told is not None:
            log.warning("no cost of a video, left out: %s=%s", field, clean(str(told))[:40])
    return None
