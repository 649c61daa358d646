"""The job as a row: its states, the frozen value that every step is handed, and the event of each change of state."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass, fields
from enum import StrEnum
from typing import Any

from db.engines.engine import Transaction


class JobState(StrEnum):
    """Where a job stands. `TRANSITIONS` says what may follow; docs/design.md draws it."""

    QUEUED = "queued"  #: accepted, nothing sent
    SUBMITTING = "submitting"  #: the paid call may or may not have left this process
    RENDERING = "rendering"  #: the provider owns the work; only GETs follow
    DELIVERING = "delivering"  #: a result exists; it is downloaded, checked and posted
    DELIVERED = "delivered"  #: the result has its message id
    FAILED = "failed"  #: ended with a reason
    CANCELLED = "cancelled"  #: ended before anything was sent
    UNKNOWN = "unknown"  #: may have been billed; only a person moves it on


TRANSITIONS: Mapping[JobState | None, frozenset[JobState]] = {
    None: frozenset({JobState.QUEUED, JobState.DELIVERING}),
    JobState.QUEUED: frozenset({JobState.SUBMITTING, JobState.CANCELLED, JobState.UNKNOWN}),
    JobState.SUBMITTING: frozenset({JobState.QUEUED, JobState.RENDERING, JobState.FAILED, JobState.UNKNOWN}),
    JobState.RENDERING: frozenset({JobState.DELIVERING, JobState.FAILED, JobState.UNKNOWN}),
    JobState.DELIVERING: frozenset({JobState.DELIVERED, JobState.FAILED, JobState.UNKNOWN}),
    JobState.DELIVERED: frozenset(),
    JobState.FAILED: frozenset({JobState.DELIVERING}),
    JobState.CANCELLED: frozenset(),
    JobState.UNKNOWN: frozenset({JobState.RENDERING, JobState.QUEUED, JobState.FAILED, JobState.DELIVERED}),
}
"""The states that may follow each (None: there is no job yet). Only a restored backup goes from queued to unknown."""

ENDED = frozenset({JobState.DELIVERED, JobState.FAILED, JobState.CANCELLED})
"""States that no step leaves by itself."""

OPEN = tuple(state for state in JobState if state not in ENDED)
"""States of jobs that somebody still has to move on, in the order of a job's life."""


class Reason(StrEnum):
    """Why a job ended without a delivered video. Kept on the row, read by the catalogue of sentences."""

    MODERATED = "moderated"  #: the provider's filter refused it
    REJECTED = "rejected"  #: the provider refused the request for another reason
    OUT_OF_CREDIT = "out_of_credit"  #: the operator's account is empty
    KEY_REFUSED = "key_refused"  #: the operator's key was refused
    PROVIDER = "provider"  #: the generation ran and failed
    LOST = "lost"  #: the provider no longer knows the task
    BAD_RESULT = "bad_result"  #: what came back was no playable video
    TOO_LARGE = "too_large"  #: the video does not fit into the channel
    UNDELIVERABLE = "undeliverable"  #: the channel cannot be posted to
    AMBIGUOUS_SUBMIT = "ambiguous_submit"  #: the connection broke while ordering
    AMBIGUOUS_DELIVERY = "ambiguous_delivery"  #: nobody can tell whether it was posted
    NO_RESULT = "no_result"  #: the provider says that it is done, and names no file
    WAITED_TOO_LONG = "waited_too_long"  #: never started; cancelled rather than started by surprise
    WITHDRAWN = "withdrawn"  #: cancelled by a manager of its server while it waited
    FRAME_GONE = "frame_gone"  #: the stored first frame is missing


MAY_BE_ORDERED_AGAIN = frozenset({Reason.AMBIGUOUS_SUBMIT, Reason.NO_RESULT})
"""Reasons of unknown jobs that a person may order once more."""


class Route(StrEnum):
    """Where a result goes."""

    CHANNEL = "channel"  #: where it was ordered
    PRIVATE = "private"  #: to the requester's direct messages, as ordered
    FALLBACK = "fallback"  #: there as well, since its channel cannot be posted to


class Relation(StrEnum):
    """How a job came from another one."""

    REROLL = "reroll"  #: the same request again
    REMIX = "remix"  #: the request, changed
    CONTINUE = "continue"  #: begins with the last frame of the other
    UPSCALE = "upscale"  #: the same at 1080p, a new take
    RETRY = "retry"  #: the other failed and was not charged
    JOIN = "join"  #: a chain of continued clips in one file; nothing is ordered for it


@dataclass(frozen=True, slots=True, kw_only=True)
class Owner:
    """A member and the place of their jobs: `guild_id` is 0 in direct messages. A job that is not theirs answers like one that does not exist."""

    guild_id: int
    user_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """One row of `jobs`. Times are epoch milliseconds (UTC), sizes are bytes, Discord ids are integers."""

    id: int
    key: str  #: public, opaque, at most 20 characters
    guild_id: int  #: 0 in direct messages
    channel_id: int
    user_id: int
    interaction_id: int
    state: JobState
    request_json: str  #: opaque here
    format: str  #: jobs of one format take about as long as each other
    submit_key: str  #: stored before the paid call, sent as its Idempotency-Key
    first_frame: str | None  #: file name of the checked first frame
    spoiler: int  #: 1 when the attachment is to be hidden behind a click
    upload_limit: int  #: what the destination accepts per file
    route: Route
    may_direct: int  #: 1 when the result may go to direct messages if its channel cannot be posted to
    language: str  #: what its messages are written in
    parent_id: int | None  #: the job it came from, and how
    relation: Relation | None
    usage_day: str  #: the day whose caps this job counts against, YYYY-MM-DD in its guild's zone
    bot_day: str  #: the same in UTC, by which everybody's caps count
    price_micros: int  #: what its order is expected to cost, in millionths of a US dollar
    cost_micros: int  #: what all its orders cost or may cost
    order_number: int  #: grows when a moderator orders it again
    turn: int  #: the lowest is served first
    provider_url: str | None  #: frozen when the task was accepted
    provider_key_id: str | None  #: names the key that ordered it; frozen like the address
    provider_task_id: str | None
    attempt: int  #: how often it was claimed for submission
    troubles: int  #: consecutive failed polls or deliveries
    fence: int  #: grows with every claim; a write must name it
    lease_owner: str | None
    next_at: int  #: due time; while claimed, the end of the lease
    progress: int | None  #: percent, as the provider reported it
    expected_at: int | None  #: when the task's own figures let expect the result
    late_at: int | None  #: when the requester was told that it is late
    result_url: str | None
    result_expires_at: int | None  #: when the provider says that the link stops working
    video_file: str | None
    video_bytes: int | None
    reason: Reason | None
    detail: str | None
    charged: int | None  #: 1, 0, or NULL where nobody knows
    told_at: int | None  #: when the requester was told of the ending, or first notified of the result
    pause_told_at: int | None  #: when the requester was told that nothing is ordered for the moment
    notice: int  #: 1 while the requester is still to be told directly that the result was posted
    first_sent_at: int | None  #: when the result was first handed to Discord, whatever came of it
    status_message_id: int | None
    message_id: int | None
    created_at: int
    queued_at: int  #: when it was queued for the first time, or again by a moderator
    submitted_at: int | None
    rendered_at: int | None  #: when the provider was first seen to be done
    finished_at: int | None
    erased_at: int | None  #: when its words, pictures and files were deleted on request

    @property
    def owner(self) -> Owner:
        """Return whose job it is, and where."""
        return Owner(guild_id=self.guild_id, user_id=self.user_id)

    @classmethod
    def from_row(cls, row: Mapping[str, Any]) -> "Job":
        """Build the job from a row of `jobs`; columns that newer migrations added are ignored."""
        values = {name: row[name] for name in _FIELD_NAMES}
        values["state"] = JobState(values["state"])
        values["route"] = Route(values["route"])
        values["relation"] = Relation(values["relation"]) if values["relation"] else None
        values["reason"] = Reason(values["reason"]) if values["reason"] else None
        return cls(**values)


_FIELD_NAMES = tuple(field.name for field in fields(Job))


log = logging.getLogger(__name__)

_ADD = """
INSERT INTO job_events (job_id, at, fence, from_state, to_state, detail)
VALUES (:job_id, <dbnow>, :fence, :from_state, :to_state, :detail)
RETURNING id
"""

MADE = """
INSERT INTO job_events (job_id, at, fence, to_state)
SELECT id, created_at, fence, state FROM <made>
RETURNING id
"""
"""The first event of a new job."""

_TO_DO = frozenset(
    {JobState.QUEUED, JobState.DELIVERING, JobState.FAILED, JobState.CANCELLED, JobState.UNKNOWN}
)
"""States that somebody can act upon at once: submit, deliver, tell. A task is looked at later, by any process."""


async def add_event(transaction: Transaction, job: Job, *, from_state: JobState | None) -> None:
    """Note that `job` has just come from `from_state` (None: it was made), and wake whoever has to act."""
    if job.state not in TRANSITIONS[from_state]:  # what has happened is noted all the same
        log.error("no transition: job=%s %s->%s", job.key, from_state or "none", job.state)
    if job.state in _TO_DO:
        transaction.ring()
    await transaction.one(
        _ADD,
        job_id=job.id,
        fence=job.fence,
        from_state=from_state,
        to_state=job.state,
        detail=job.reason,
    )
