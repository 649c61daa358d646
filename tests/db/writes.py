"""The writes of `Outcomes` as a table: where each may be called, and where it leads."""

from dataclasses import dataclass

from db.jobs.job import Job, JobState, Reason
from db.jobs.outcomes import Outcomes
from tests.db.rows import TASK
from tests.support.rows import each_row

SUBMITTING, RENDERING, DELIVERING = {JobState.SUBMITTING}, {JobState.RENDERING}, {JobState.DELIVERING}
ENDING = {JobState.FAILED, JobState.UNKNOWN, JobState.CANCELLED}

LOOK = {"delay_ms": 3000, "progress": 40, "remaining_ms": 20_000, "troubles": 2, "late": True}


@dataclass(frozen=True)
class Write:
    """One method of Outcomes: where it may be called, where it leads (None: the state stays), and with what."""

    name: str
    states: set[JobState]
    leads_to: JobState | None
    said: dict[str, object]

    async def call(self, outcomes: Outcomes, job: Job) -> Job:
        return await getattr(outcomes, self.name)(job, **self.said)


WRITES = [
    Write("requeued", SUBMITTING, JobState.QUEUED, {"delay_ms": 5000}),
    Write("rekeyed", SUBMITTING, None, {"submit_key": "new key"}),
    Write("accepted", SUBMITTING, JobState.RENDERING, {"order": TASK, "first_poll_ms": 15_000}),
    Write("unknown", SUBMITTING, JobState.UNKNOWN, {"detail": "the line broke"}),
    Write("refused", SUBMITTING, JobState.FAILED, {"reason": Reason.MODERATED, "detail": "no kites"}),
    Write("still_rendering", RENDERING, None, LOOK),
    Write("rendered", RENDERING, JobState.DELIVERING, {"result_url": "https://x.example/v", "expires_at": 5}),
    Write(
        "render_failed",
        RENDERING,
        JobState.FAILED,
        {"reason": Reason.PROVIDER, "detail": "broke", "charged": 1},
    ),
    Write("without_result", RENDERING, JobState.UNKNOWN, {"detail": "done, and no file"}),
    Write("downloaded", DELIVERING, None, {"video_file": "kite.mp4", "video_bytes": 7}),
    Write("new_link", DELIVERING, None, {"result_url": "https://x.example/again", "expires_at": 6}),
    Write("redirected", DELIVERING, None, {"upload_limit": 4}),
    Write("sending", DELIVERING, None, {}),
    Write("unclear_delivery", DELIVERING, JobState.UNKNOWN, {"detail": "nobody may look"}),
    Write("deliver_later", DELIVERING, None, {"delay_ms": 3000}),
    Write("delivered", DELIVERING, JobState.DELIVERED, {"message_id": 123, "notice": True}),
    Write("undeliverable", DELIVERING, JobState.FAILED, {"reason": Reason.TOO_LARGE, "detail": "12 MiB"}),
    Write("notified", ENDING, None, {}),
    Write("not_notified", ENDING, None, {}),
    Write("notify_later", ENDING, None, {"delay_ms": 3000}),
]

every_write = each_row(
    "write, state", [(write, state) for write in WRITES for state in sorted(write.states)], before="emptied"
)
