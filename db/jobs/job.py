"""A job as a database row: its states, the immutable value that steps work on, and the events of state changes."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass, fields
from enum import StrEnum
from typing import Any

from db.engines.engine import Transaction


class JobState(StrEnum):
    """The states of a job. `TRANSITIONS` lists which may follow which; docs/design.md has a diagram."""

    QUEUED = "queued"  #: accepted; nothing was sent to the provider
    SUBMITTING = "submitting"  #: the paid call may or may not have left this process
    RENDERING = "rendering"  #: the provider works on the task; it is only polled
    DELIVERING = "delivering"  #: a result exists; it is downloaded, checked and posted
    DELIVERED = "delivered"  #: the video is posted
    FAILED = "failed"  #: ended without a delivered video; the reason says why
    CANCELLED = "cancelled"  #: ended before anything was sent to the provider
    UNKNOWN = "unknown"  #: nobody can tell what happened; a person decides


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
"""The states that may follow each state (None: the job does not exist yet).

Only a restored backup moves a job from queued to unknown.
"""

ENDED = frozenset({JobState.DELIVERED, JobState.FAILED, JobState.CANCELLED})
"""States that no step changes any more."""

OPEN = tuple(state for state in JobState if state not in ENDED)
"""States of jobs that a step or a person still has to work on, in the order of a job's life."""


class Reason(StrEnum):
    """The reason why a job ended, or is unknown, without a delivered video; the text catalogue has its sentence."""

    MODERATED = "moderated"  #: the provider's filter refused the order or the video
    REJECTED = "rejected"  #: the provider refused the request for another reason
    OUT_OF_CREDIT = "out_of_credit"  #: the operator's account is empty
    KEY_REFUSED = "key_refused"  #: the operator's key was refused
    PROVIDER = "provider"  #: the generation ran and failed
    LOST = "lost"  #: the provider no longer knows the task
    BAD_RESULT = "bad_result"  #: the provider's file was not a playable video
    TOO_LARGE = "too_large"  #: the video does not fit into the channel
    UNDELIVERABLE = "undeliverable"  #: the channel cannot be posted to
    AMBIGUOUS_SUBMIT = "ambiguous_submit"  #: the connection broke while ordering
    AMBIGUOUS_DELIVERY = "ambiguous_delivery"  #: nobody can tell whether the video was posted
    NO_RESULT = "no_result"  #: the provider says that the task is done, but names no file
    WAITED_TOO_LONG = "waited_too_long"  #: never submitted; cancelled instead of submitted after too long
    WITHDRAWN = "withdrawn"  #: a manager of the server cancelled it while it waited
    FRAME_GONE = "frame_gone"  #: the stored first frame is missing


MAY_BE_ORDERED_AGAIN = frozenset({Reason.AMBIGUOUS_SUBMIT, Reason.NO_RESULT})
"""Reasons of unknown jobs that a person may submit once more."""


class Route(StrEnum):
    """The destination of a result."""

    CHANNEL = "channel"  #: to the channel where it was ordered
    PRIVATE = "private"  #: to the requester's direct messages, as ordered
    FALLBACK = "fallback"  #: to direct messages, because its channel cannot be posted to


class Relation(StrEnum):
    """The kind of variation by which a job was made from another job."""

    REROLL = "reroll"  #: the same request again
    REMIX = "remix"  #: the request, changed
    CONTINUE = "continue"  #: a video that begins with the last frame of the other
    UPSCALE = "upscale"  #: the same order at 1080p
    RETRY = "retry"  #: the same order, after the other failed and was not charged
    JOIN = "join"  #: continued videos joined in one file, without an order


@dataclass(frozen=True, slots=True, kw_only=True)
class Owner:
    """A member in one server; `guild_id` is 0 in direct messages. It scopes queries to the member's own jobs there.

    A job of another owner is treated like a job that does not exist.
    """

    guild_id: int
    user_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """One row of the table `jobs`. Times are epoch milliseconds (UTC), sizes are bytes, Discord ids are integers."""

    id: int
    key: str  #: public, opaque, at most 20 characters
    guild_id: int  #: 0 in direct messages
    channel_id: int
    user_id: int
    interaction_id: int
    state: JobState
    request_json: str  #: the order as JSON, opaque in db/
    format: str  #: jobs of one format take about as long as each other
    submit_key: str  #: stored before the paid call, sent as its Idempotency-Key
    first_frame: str | None  #: file name of the checked first frame
    spoiler: int  #: 1 if the video is posted as a spoiler
    upload_limit: int  #: bytes that the destination accepts in one file
    route: Route
    may_direct: int  #: 1 if the result may go to direct messages when its channel cannot be posted to
    language: str  #: the language of messages about the job
    parent_id: int | None  #: the job that this one was made from; `relation` says how
    relation: Relation | None
    usage_day: str  #: the day on which the managers' limits count it, YYYY-MM-DD in its guild's zone
    bot_day: str  #: the day on which the operator's limits count it, YYYY-MM-DD in UTC
    price_micros: int  #: expected cost of one order, in millionths of a US dollar
    cost_micros: int  #: what all orders of this job cost or may cost, in the same unit
    order_number: int  #: grows when a moderator submits it again
    turn: int  #: the place in the queue: the lowest is submitted first
    provider_url: str | None  #: the API's address, set when the task was accepted
    provider_key_id: str | None  #: a short hash of the API key, set with the address
    provider_task_id: str | None
    attempt: int  #: how often it was claimed for submission
    troubles: int  #: consecutive failed polls or deliveries
    fence: int  #: grows with every claim; a write must name it
    lease_owner: str | None
    next_at: int  #: when it is due; while it is claimed, when the lease ends
    progress: int | None  #: percent, as the provider reported it
    expected_at: int | None  #: when the result is expected by the task's own figures
    late_at: int | None  #: when the job was first found late
    result_url: str | None
    result_expires_at: int | None  #: when the provider says that the link stops working
    video_file: str | None
    video_bytes: int | None
    reason: Reason | None
    detail: str | None
    charged: int | None  #: 1: charged, 0: not charged, NULL: unknown
    told_at: int | None  #: when the requester was notified of the ending, or first of the result
    pause_told_at: int | None  #: when the requester was notified that ordering is paused
    notice: int  #: 1 while a direct message about the posted result is still to be sent
    first_sent_at: int | None  #: when the first try to post the result began
    status_message_id: int | None
    message_id: int | None
    created_at: int
    queued_at: int  #: when it was first queued, or queued again by a moderator
    submitted_at: int | None
    rendered_at: int | None  #: when a poll first found the task done
    finished_at: int | None
    erased_at: int | None  #: when its words, pictures and files were deleted

    @property
    def owner(self) -> Owner:
        """The member who ordered the job, and the server."""
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

FIRST_EVENT = """
INSERT INTO job_events (job_id, at, fence, to_state)
SELECT id, created_at, fence, state FROM <made>
RETURNING id
"""
"""The statement that writes the first event of a new job."""

_TO_DO = frozenset(
    {JobState.QUEUED, JobState.DELIVERING, JobState.FAILED, JobState.CANCELLED, JobState.UNKNOWN}
)
"""States with work that can be done at once: submit, deliver, notify.

A rendering task is polled later, by any process.
"""


async def add_event(transaction: Transaction, job: Job, *, from_state: JobState | None) -> None:
    """Record that `job` has come from `from_state` (None: a new job); wake workers if they can act on it."""
    if job.state not in TRANSITIONS[from_state]:  # record it anyway: it has happened
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
