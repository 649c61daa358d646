"""The writes of `Outcomes` as a table: where each may be called, and where it leads."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from db.jobs.job import Job, JobState, Reason
from db.jobs.outcomes import Outcomes
from tests.db.rows import TASK
from tests.support.rows import each_row

ENDING = {JobState.FAILED, JobState.UNKNOWN, JobState.CANCELLED}


@dataclass(frozen=True)
class Write:
    """One method of Outcomes: where it may be called, where it leads (None: the state stays)."""

    name: str
    states: set[JobState]
    leads_to: JobState | None
    call: Callable[[Outcomes, Job], Awaitable[Job]]


WRITES = [
    Write(
        "requeued",
        {JobState.SUBMITTING},
        JobState.QUEUED,
        lambda outcomes, job: outcomes.requeued(job, delay_ms=5000),
    ),
    Write(
        "rekeyed",
        {JobState.SUBMITTING},
        None,
        lambda outcomes, job: outcomes.rekeyed(job, submit_key=f"new key of {job.key}"),
    ),
    Write(
        "accepted",
        {JobState.SUBMITTING},
        JobState.RENDERING,
        lambda outcomes, job: outcomes.accepted(job, order=TASK, first_poll_ms=15_000),
    ),
    Write(
        "unknown",
        {JobState.SUBMITTING},
        JobState.UNKNOWN,
        lambda outcomes, job: outcomes.unknown(job, detail="the line broke"),
    ),
    Write(
        "refused",
        {JobState.SUBMITTING},
        JobState.FAILED,
        lambda outcomes, job: outcomes.refused(job, reason=Reason.MODERATED, detail="no kites"),
    ),
    Write(
        "still_rendering",
        {JobState.RENDERING},
        None,
        lambda outcomes, job: outcomes.still_rendering(
            job, delay_ms=3000, progress=40, remaining_ms=20_000, troubles=2, late=True
        ),
    ),
    Write(
        "rendered",
        {JobState.RENDERING},
        JobState.DELIVERING,
        lambda outcomes, job: outcomes.rendered(
            job, result_url="https://provider.example/v.mp4", expires_at=5
        ),
    ),
    Write(
        "render_failed",
        {JobState.RENDERING},
        JobState.FAILED,
        lambda outcomes, job: outcomes.render_failed(job, reason=Reason.PROVIDER, detail="broke", charged=1),
    ),
    Write(
        "without_result",
        {JobState.RENDERING},
        JobState.UNKNOWN,
        lambda outcomes, job: outcomes.without_result(job, detail="done, and no file"),
    ),
    Write(
        "downloaded",
        {JobState.DELIVERING},
        None,
        lambda outcomes, job: outcomes.downloaded(job, video_file="kite.mp4", video_bytes=7),
    ),
    Write(
        "new_link",
        {JobState.DELIVERING},
        None,
        lambda outcomes, job: outcomes.new_link(
            job, result_url="https://provider.example/again.mp4", expires_at=6
        ),
    ),
    Write(
        "redirected",
        {JobState.DELIVERING},
        None,
        lambda outcomes, job: outcomes.redirected(job, upload_limit=4),
    ),
    Write("sending", {JobState.DELIVERING}, None, lambda outcomes, job: outcomes.sending(job)),
    Write(
        "unclear_delivery",
        {JobState.DELIVERING},
        JobState.UNKNOWN,
        lambda outcomes, job: outcomes.unclear_delivery(job, detail="nobody may look"),
    ),
    Write(
        "deliver_later",
        {JobState.DELIVERING},
        None,
        lambda outcomes, job: outcomes.deliver_later(job, delay_ms=3000),
    ),
    Write(
        "delivered",
        {JobState.DELIVERING},
        JobState.DELIVERED,
        lambda outcomes, job: outcomes.delivered(job, message_id=123, notice=True),
    ),
    Write(
        "undeliverable",
        {JobState.DELIVERING},
        JobState.FAILED,
        lambda outcomes, job: outcomes.undeliverable(job, reason=Reason.TOO_LARGE, detail="12 MiB"),
    ),
    Write("notified", ENDING, None, lambda outcomes, job: outcomes.notified(job)),
    Write("not_notified", ENDING, None, lambda outcomes, job: outcomes.not_notified(job)),
    Write("notify_later", ENDING, None, lambda outcomes, job: outcomes.notify_later(job, delay_ms=3000)),
]


def in_each_state(*writes):
    """Try a test with each write, in each state in which it may be called."""
    cases = [(write, state) for write in writes for state in sorted(write.states)]
    return each_row("write, state", cases, before="emptied")


every_write = in_each_state(*WRITES)
every_change = in_each_state(*(write for write in WRITES if write.leads_to))
every_note = in_each_state(*(write for write in WRITES if not write.leads_to))
