"""Reads the provider's answers tolerantly: the id of a new task, the state of a task, and the link to its file.

Gateways put the link to a finished file in many places and formats; `best_link` searches them all.
"""

import logging
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import cast

from hailuo.error_mapping import Clean, ErrorBody, envelope_error, failure_reason, reported_error
from hailuo.provider import Balance, Task, TaskStatus
from hailuo.untrusted import JsonObject, as_epoch_ms, as_list, as_number, as_object, as_text, objects_in

_PLACES = ("result", "results", "output", "outputs", "videos", "video", "files")
_URL_KEYS = ("url", "video_url", "file_url", "result_url", "urls", "video_urls", "result_urls")
_LAST_PLACES = ("metadata",)
_DEEPEST = 6
_LONGEST_URL = 8_000

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

_UNLIMITED = -1
_USABLE_ID = re.compile(r"(?!\.{1,2}$)[\x21-\x7e]{1,200}")
_CREDITS_PER_USD = 10
_MOST_USD = 1000
"""The highest plausible cost of a video in USD; a higher one is ignored, and the price table's cost counts instead."""
_MOST_SECONDS = 7 * 86_400

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Link:
    """The link to a finished file and, if stated, its expiry (epoch ms)."""

    url: str
    expires_at: int | None


def best_link(entry: JsonObject) -> Link | None:
    """Return the first https link in a task's JSON, else the first http link, else None."""
    found = list(_links(entry, None, 0))
    secure = (link for link in found if link.url.lower().startswith("https://"))
    return next(secure, found[0] if found else None)


def _links(value: object, expires_at: int | None, depth: int) -> Iterator[Link]:
    if depth > _DEEPEST:
        return
    if isinstance(value, str):
        if _is_address(value):
            yield Link(value.strip(), expires_at)
    elif isinstance(value, list):
        for item in as_list(cast("object", value)):
            yield from _links(item, expires_at, depth + 1)
    elif (entry := as_object(value)) is not None:
        own_expiry = as_epoch_ms(entry.get("expires_at")) or expires_at
        for key in (*_PLACES, *_URL_KEYS, *_LAST_PLACES):
            yield from _links(entry.get(key), own_expiry, depth + 1)


def _is_address(text: str) -> bool:
    address = text.strip()
    known_scheme = address.lower().startswith(("https://", "http://"))
    return known_scheme and len(address) <= _LONGEST_URL and address.isprintable() and " " not in address


def task_id_in(payload: object, clean: Clean) -> str | None:
    """Return the id of the task in an answer to a submit call, None if there is none.

    A field `task_id` always counts: such a task can be polled, which costs nothing. A field `id` may name the request
    instead: it counts only in `data` or in a flat body, and only if the answer reports no error.
    """
    bodies = objects_in(payload)
    entries = [entry for body in bodies for entry in objects_in(body.get("data"))]
    named = _first_id([*entries, *bodies], "task_id")
    if named or reported_error(payload, clean) is not None:
        return named
    return _first_id([*entries, *(body for body in bodies if "data" not in body)], "id")


def task_in(payload: object, *, asked: str, clean: Clean) -> Task | None:
    """Return the task with the id `asked` from an answer to a poll, None if the answer describes no task.

    `clean` removes secrets from the provider's texts.
    """
    report = _report(payload, asked)
    if report is None or _is_error_answer(report, clean):
        return None
    raw_status = report.status
    if raw_status is None:
        return None
    link = report.link
    status = _meaning(raw_status, link)
    error = report.error(clean) if status is TaskStatus.FAILED else ErrorBody()
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
        error_code=error.name,
        error_message=error.message,
        lacks_file=raw_status.casefold() in SUCCESS_STATUSES and link is None,
    )


def balance_in(payload: object) -> Balance | None:
    """Return the account's balance in an answer, None if it states none."""
    body = as_object(payload) or {}
    entry = as_object(body.get("data")) or body
    remaining = as_number(entry.get("remain_balance"))
    unlimited = entry.get("unlimited_quota") is True or remaining == _UNLIMITED
    if remaining is None and not unlimited:
        return None
    return Balance(None if unlimited else remaining, as_number(entry.get("used_balance")), unlimited)


@dataclass(frozen=True, slots=True)
class _Report:
    """The JSON about one task in an answer: `body`, and the `entry` under its `data`, empty if there is none."""

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

    def error(self, clean: Clean) -> ErrorBody:
        own = failure_reason(self.entry or self.body, clean)
        return own if own.message else envelope_error(self.body, clean) or own


def _report(payload: object, asked: str) -> _Report | None:
    bodies = objects_in(payload)
    if not bodies:
        return None
    body = _matching(bodies, asked)
    return _Report(_matching(objects_in(body.get("data")) or [{}], asked), body)


def _is_error_answer(report: _Report, clean: Clean) -> bool:
    """Return whether an answer reports a failed call rather than a failed task.

    That is so if the answer names no task, and its status is a failure or it reports an error.
    """
    if report.is_named:
        return False
    flat_failure = not report.entry and (report.status or "").casefold() in FAILURE_STATUSES
    return flat_failure or envelope_error(report.body, clean) is not None


def _matching(entries: list[JsonObject], asked: str) -> JsonObject:
    """Return the entry with the task id `asked`, else the first entry."""
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
    """Return the cost of a finished task in USD, None if it states none that is plausible."""
    for field, per_usd in (("cost", 1), ("credits_cost", _CREDITS_PER_USD)):
        stated = report.first(field)
        number = as_number(stated, least=0, most=_MOST_USD * per_usd)
        if number is not None:
            return number / per_usd
        if stated is not None:
            log.warning("no cost of a video, left out: %s=%s", field, clean(str(stated))[:40])
    return None
