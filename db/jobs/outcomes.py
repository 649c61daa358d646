"""The outcomes of steps, written to the jobs that they claimed.

Each write names the claim's fence and the expected state, so that it fails if the job has changed meanwhile.
"""

from collections.abc import Awaitable, Callable
from dataclasses import asdict, dataclass, replace
from typing import Any

from db.engines.engine import Engine, LeaseLost, Transaction
from db.jobs.job import Job, JobState, Reason, add_event
from db.money.ledger import book_commit, book_refund


@dataclass(frozen=True, slots=True, kw_only=True)
class Accepted:
    """The task that the provider has accepted, as every later poll needs it. The names are columns of `jobs`."""

    provider_url: str
    provider_key_id: str
    provider_task_id: str


Booking = Callable[
    [Transaction, Job], Awaitable[None]
]  # books the cost of a state change, in its transaction


class Outcomes:
    """The outcomes of steps. Each method takes the claimed job, writes one outcome, and returns the current row.

    Raises (every method):
        LeaseLost: the job was claimed again, or left the expected state, since `job` was read.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    async def requeued(self, job: Job, *, delay_ms: int) -> Job:
        """Put a job that was certainly not sent back into the queue. `submitting` -> `queued`."""
        return await self._record(job, _REQUEUE, delay_ms=delay_ms)

    async def rekeyed(self, job: Job, *, submit_key: str) -> Job:
        """Store a new submit key before a changed request is sent with it. Stays `submitting`."""
        return await self._record(job, _REKEY, submit_key=submit_key)

    async def accepted(self, job: Job, *, order: Accepted, first_poll_ms: int) -> Job:
        """Store the task that the provider has accepted. `submitting` -> `rendering`."""
        return await self._record(job, _ACCEPT, **asdict(order), first_poll_ms=first_poll_ms)

    async def rescued(self, job: Job, *, order: Accepted, first_poll_ms: int) -> Job:
        """Store a task whose acceptance became known after the job was set aside. `unknown` -> `rendering`.

        The submit key and the number of the order replace the fence, which was raised when the job was set
        aside.
        """
        answered = {"submit_key": job.submit_key, "order_number": job.order_number}
        values = {**answered, **asdict(order), "first_poll_ms": first_poll_ms}
        return await self._record(replace(job, state=JobState.UNKNOWN), _RESCUE, **values)

    async def unknown(self, job: Job, *, detail: str) -> Job:
        """Set aside a job whose order may have been accepted; its price still counts. `submitting` -> `unknown`."""
        return await self._record(job, _UNKNOWN_SUBMIT, detail=detail)

    async def refused(self, job: Job, *, reason: Reason, detail: str) -> Job:
        """End a job that the provider has refused; it is not charged. `submitting` -> `failed`."""
        return await self._record(job, _REFUSE, book_refund, reason=reason, detail=detail)

    async def still_rendering(
        self,
        job: Job,
        *,
        delay_ms: int,
        progress: int | None,
        remaining_ms: int | None,
        troubles: int,
        late: bool,
        done: bool | None = None,
    ) -> Job:
        """Schedule the next poll. Stays `rendering`; the first times at which it was late, or done, are kept.

        `done` is whether the provider reports the task as done although there is no file yet; None if it
        reported nothing.
        """
        return await self._record(
            job,
            _POLLED,
            delay_ms=delay_ms,
            progress=progress,
            remaining_ms=remaining_ms,
            troubles=troubles,
            late=int(late),
            done=-1 if done is None else int(done),
        )

    async def without_result(self, job: Job, *, detail: str) -> Job:
        """Set aside a job whose task is done but has no file; its price still counts. `rendering` -> `unknown`."""
        return await self._record(job, _WITHOUT_RESULT, detail=detail)

    async def rendered(
        self, job: Job, *, result_url: str, expires_at: int | None, cost_micros: int | None = None
    ) -> Job:
        """Store the link to the result, which works until `expires_at` (epoch ms). `rendering` -> `delivering`.

        `cost_micros` is what the provider reports as charged; None means the expected price.
        """

        async def book(transaction: Transaction, now: Job) -> None:
            await book_commit(transaction, now, micros=cost_micros)

        return await self._record(
            job, _RENDERED, book, result_url=result_url, expires_at=expires_at, cost_micros=cost_micros
        )

    async def render_failed(
        self, job: Job, *, reason: Reason, detail: str, charged: int | None, cost_micros: int | None = None
    ) -> Job:
        """End a job whose task failed; its price is given back if it was not charged. `rendering` -> `failed`.

        `cost_micros` is what the provider reports as charged nevertheless.
        """
        values = {"reason": reason, "detail": detail, "charged": charged, "cost_micros": cost_micros}

        async def book(transaction: Transaction, now: Job) -> None:
            if charged == 0:
                await book_refund(transaction, now)
            elif charged is not None:  # if that is not known, the price stays counted
                await book_commit(transaction, now, micros=cost_micros)

        return await self._record(job, _RENDER_FAILED, book, **values)

    async def downloaded(self, job: Job, *, video_file: str, video_bytes: int) -> Job:
        """Store the name and size of the downloaded video. Stays `delivering`."""
        return await self._record(job, _DOWNLOADED, video_file=video_file, video_bytes=video_bytes)

    async def new_link(self, job: Job, *, result_url: str, expires_at: int | None) -> Job:
        """Store a fresh link to the same result. Stays `delivering`."""
        return await self._record(job, _NEW_LINK, result_url=result_url, expires_at=expires_at)

    async def redirected(self, job: Job, *, upload_limit: int) -> Job:
        """Send the result to direct messages next, because its channel cannot be posted to. Stays `delivering`."""
        return await self._record(job, _REDIRECTED, upload_limit=upload_limit)

    async def sending(self, job: Job) -> Job:
        """Record that a try to post the result begins; only the first try's time is kept. Stays `delivering`."""
        return await self._record(job, _SENDING)

    async def unclear_delivery(self, job: Job, *, detail: str) -> Job:
        """Set a job aside whose video may have been posted; the file stays. `delivering` -> `unknown`."""
        return await self._record(job, _UNCLEAR_DELIVERY, detail=detail)

    async def deliver_later(self, job: Job, *, delay_ms: int) -> Job:
        """Schedule another try of the delivery. Stays `delivering`."""
        return await self._record(job, _DELIVER_LATER, delay_ms=delay_ms)

    async def delivered(self, job: Job, *, message_id: int | None, notice: bool = False) -> Job:
        """Record the message that shows the result. `delivering` or `unknown` -> `delivered`.

        `message_id` None means that the message has been deleted since. With `notice`, the requester also
        gets a direct message.
        """
        sql = _DELIVERED_AFTER_ALL if job.state is JobState.UNKNOWN else _DELIVERED
        return await self._record(job, sql, message_id=message_id, notice=int(notice))

    async def undeliverable(self, job: Job, *, reason: Reason, detail: str) -> Job:
        """End a job whose video cannot be posted; it is charged, and the file stays. `delivering` -> `failed`."""
        return await self._record(job, _UNDELIVERABLE, reason=reason, detail=detail)

    async def notified(self, job: Job) -> Job:
        """Record that the requester was notified of the ending."""
        return await self._record(job, _TOLD)

    async def not_notified(self, job: Job) -> Job:
        """Give up notifying the requester: `told_at` stays empty, and the row is never due again."""
        return await self._record(job, _NOTIFY_LATER, delay_ms=_NEVER_MS)

    async def notify_later(self, job: Job, *, delay_ms: int) -> Job:
        """Schedule another attempt to notify a requester who could not be reached."""
        return await self._record(job, _NOTIFY_LATER, delay_ms=delay_ms)

    async def _record(self, job: Job, sql: str, booking: Booking | None = None, /, **values: Any) -> Job:
        async def body(transaction: Transaction) -> Job:
            row = await transaction.one(sql, id=job.id, fence=job.fence, **values)
            if row is None:
                raise LeaseLost(f"job {job.key}, fence {job.fence}")
            now = Job.from_row(row)
            if now.state is not job.state:
                await add_event(transaction, now, from_state=job.state)
            if booking is not None:
                await booking(transaction, now)
            return now

        return await self._engine.write(body)


_NEVER_MS = 100 * 365 * 86_400_000

_REQUEUE = """
UPDATE jobs SET state = 'queued', lease_owner = NULL, next_at = <dbnow> + :delay_ms
 WHERE id = :id AND fence = :fence AND state = 'submitting'
RETURNING *
"""

_REKEY = """
UPDATE jobs SET submit_key = :submit_key
 WHERE id = :id AND fence = :fence AND state = 'submitting'
RETURNING *
"""

_ACCEPT = """
UPDATE jobs SET state = 'rendering', provider_task_id = :provider_task_id, provider_url = :provider_url,
                provider_key_id = :provider_key_id,
                submitted_at = <dbnow>, lease_owner = NULL, next_at = <dbnow> + :first_poll_ms
 WHERE id = :id AND fence = :fence AND state = 'submitting'
RETURNING *
"""

_RESCUE = """
UPDATE jobs SET state = 'rendering', provider_task_id = :provider_task_id, provider_url = :provider_url,
                provider_key_id = :provider_key_id, fence = fence + 1,
                submitted_at = <dbnow>, lease_owner = NULL, next_at = <dbnow> + :first_poll_ms,
                reason = NULL, detail = NULL, told_at = NULL, troubles = 0
 WHERE id = :id AND submit_key = :submit_key AND order_number = :order_number
   AND state = 'unknown' AND reason = 'ambiguous_submit' AND erased_at IS NULL
RETURNING *
"""

_UNKNOWN_SUBMIT = """
UPDATE jobs SET state = 'unknown', reason = 'ambiguous_submit', detail = :detail, lease_owner = NULL, troubles = 0,
                next_at = <dbnow>
 WHERE id = :id AND fence = :fence AND state = 'submitting'
RETURNING *
"""

_REFUSE = """
UPDATE jobs SET state = 'failed', reason = :reason, detail = :detail, charged = 0, lease_owner = NULL, troubles = 0,
                cost_micros = cost_micros - price_micros, next_at = <dbnow>, finished_at = <dbnow>
 WHERE id = :id AND fence = :fence AND state = 'submitting'
RETURNING *
"""

_POLLED = """
UPDATE jobs SET lease_owner = NULL, next_at = <dbnow> + :delay_ms, troubles = :troubles,
                progress = COALESCE(:progress, progress),
                expected_at = COALESCE(<dbnow> + :remaining_ms, expected_at),
                late_at = CASE WHEN late_at IS NULL AND :late = 1 THEN <dbnow> ELSE late_at END,
                rendered_at = CASE WHEN :done = 1 THEN COALESCE(rendered_at, <dbnow>) WHEN :done = 0 THEN NULL
                                   ELSE rendered_at END
 WHERE id = :id AND fence = :fence AND state = 'rendering'
RETURNING *
"""

_WITHOUT_RESULT = """
UPDATE jobs SET state = 'unknown', reason = 'no_result', detail = :detail, lease_owner = NULL, troubles = 0,
                next_at = <dbnow>
 WHERE id = :id AND fence = :fence AND state = 'rendering'
RETURNING *
"""

_RENDERED = """
UPDATE jobs SET state = 'delivering', result_url = :result_url, result_expires_at = :expires_at,
                cost_micros = cost_micros - price_micros + COALESCE(:cost_micros, price_micros),
                lease_owner = NULL, next_at = <dbnow>, rendered_at = <dbnow>, troubles = 0, charged = 1
 WHERE id = :id AND fence = :fence AND state = 'rendering'
RETURNING *
"""

_RENDER_FAILED = """
UPDATE jobs SET state = 'failed', reason = :reason, detail = :detail, charged = :charged, lease_owner = NULL, troubles = 0,
                cost_micros = cost_micros - CASE WHEN :charged = 0 THEN price_micros
                                                 ELSE price_micros - COALESCE(:cost_micros, price_micros) END,
                next_at = <dbnow>, finished_at = <dbnow>
 WHERE id = :id AND fence = :fence AND state = 'rendering'
RETURNING *
"""

_DOWNLOADED = """
UPDATE jobs SET video_file = :video_file, video_bytes = :video_bytes
 WHERE id = :id AND fence = :fence AND state = 'delivering'
RETURNING *
"""

_NEW_LINK = """
UPDATE jobs SET result_url = :result_url, result_expires_at = :expires_at
 WHERE id = :id AND fence = :fence AND state = 'delivering'
RETURNING *
"""

_SENDING = """
UPDATE jobs SET first_sent_at = COALESCE(first_sent_at, <dbnow>)
 WHERE id = :id AND fence = :fence AND state = 'delivering'
RETURNING *
"""

_REDIRECTED = """
UPDATE jobs SET route = 'fallback', upload_limit = :upload_limit, first_sent_at = NULL, lease_owner = NULL,
                next_at = <dbnow>
 WHERE id = :id AND fence = :fence AND state = 'delivering' AND route = 'channel'
RETURNING *
"""

_UNCLEAR_DELIVERY = """
UPDATE jobs SET state = 'unknown', reason = 'ambiguous_delivery', detail = :detail, lease_owner = NULL,
                troubles = 0, next_at = <dbnow>
 WHERE id = :id AND fence = :fence AND state = 'delivering'
RETURNING *
"""

_DELIVER_LATER = """
UPDATE jobs SET lease_owner = NULL, next_at = <dbnow> + :delay_ms, troubles = troubles + 1
 WHERE id = :id AND fence = :fence AND state = 'delivering'
RETURNING *
"""

_DELIVERED = """
UPDATE jobs SET state = 'delivered', message_id = :message_id, reason = NULL, detail = NULL, notice = :notice,
                told_at = NULL, troubles = 0, next_at = <dbnow>, lease_owner = NULL, finished_at = <dbnow>
 WHERE id = :id AND fence = :fence AND state = 'delivering'
RETURNING *
"""

_DELIVERED_AFTER_ALL = """
UPDATE jobs SET state = 'delivered', message_id = :message_id, reason = NULL, detail = NULL, notice = :notice,
                told_at = NULL, troubles = 0, next_at = <dbnow>, lease_owner = NULL, finished_at = <dbnow>
 WHERE id = :id AND fence = :fence AND state = 'unknown' AND reason = 'ambiguous_delivery' AND erased_at IS NULL
RETURNING *
"""

_UNDELIVERABLE = """
UPDATE jobs SET state = 'failed', reason = :reason, detail = :detail, lease_owner = NULL, told_at = NULL,
                troubles = 0, next_at = <dbnow>, finished_at = <dbnow>
 WHERE id = :id AND fence = :fence AND state = 'delivering'
RETURNING *
"""

_TOLD = """
UPDATE jobs SET told_at = <dbnow>, lease_owner = NULL
 WHERE id = :id AND fence = :fence AND state IN ('failed', 'unknown', 'cancelled')
RETURNING *
"""

_NOTIFY_LATER = """
UPDATE jobs SET lease_owner = NULL, next_at = <dbnow> + :delay_ms, troubles = troubles + 1
 WHERE id = :id AND fence = :fence AND state IN ('failed', 'unknown', 'cancelled')
RETURNING *
"""
