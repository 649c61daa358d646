"""What people ask about and do to their own jobs. Every statement is scoped by guild and user."""

from dataclasses import dataclass

from db.admission import give_back, place_of
from db.engine import Engine, Transaction
from db.events import add_event
from db.job import Job, JobState


@dataclass(frozen=True, slots=True, kw_only=True)
class Owner:
    """Who asks, and where. A job that is not theirs answers like one that does not exist."""

    guild_id: int
    user_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Queue:
    """What a guild has under way, oldest first."""

    running: list[Job]
    waiting: list[tuple[int, Job]]  #: (place in the whole queue, job)


class Desk:
    """Reads and changes that a person asks for."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    async def find(self, key: str, owner: Owner) -> Job | None:
        """Return the owner's job with this key."""

        async def body(transaction: Transaction) -> Job | None:
            row = await transaction.one(_FIND, key=key, guild_id=owner.guild_id, user_id=owner.user_id)
            return Job.from_row(row) if row else None

        return await self._engine.read(body)

    async def newest(self, owner: Owner, *, limit: int) -> list[Job]:
        """Return the owner's jobs in this guild, newest first."""

        async def body(transaction: Transaction) -> list[Job]:
            rows = await transaction.all(_NEWEST, guild_id=owner.guild_id, user_id=owner.user_id, limit=limit)
            return [Job.from_row(row) for row in rows]

        return await self._engine.read(body)

    async def queue(self, guild_id: int) -> Queue:
        """Return what a guild has running and waiting."""

        async def body(transaction: Transaction) -> Queue:
            running = await transaction.all(_RUNNING, guild_id=guild_id)
            waiting = [Job.from_row(row) for row in await transaction.all(_WAITING, guild_id=guild_id)]
            return Queue(
                running=[Job.from_row(row) for row in running],
                waiting=[(await place_of(transaction, job), job) for job in waiting],
            )

        return await self._engine.read(body)

    async def place(self, job: Job) -> int:
        """Return the job's place in the queue."""
        return await self._engine.read(lambda transaction: place_of(transaction, job))

    async def cancel(self, key: str, owner: Owner) -> Job | None:
        """Cancel the owner's job if it still waits, and give its share back; None if it does not."""

        async def body(transaction: Transaction) -> Job | None:
            row = await transaction.one(_CANCEL, key=key, guild_id=owner.guild_id, user_id=owner.user_id)
            if row is None:
                return None
            job = Job.from_row(row)
            await add_event(transaction, job, from_state=JobState.QUEUED)
            await give_back(transaction, job)
            return job

        return await self._engine.write(body)

    async def deliver_again(
        self, key: str, owner: Owner, *, channel_id: int, upload_limit: int
    ) -> Job | None:
        """Send a kept, undeliverable video to `channel_id`; None if there is no such video."""

        async def body(transaction: Transaction) -> Job | None:
            row = await transaction.one(
                _DELIVER_AGAIN,
                key=key,
                guild_id=owner.guild_id,
                user_id=owner.user_id,
                channel_id=channel_id,
                upload_limit=upload_limit,
            )
            if row is None:
                return None
            job = Job.from_row(row)
            await add_event(transaction, job, from_state=JobState.FAILED)
            return job

        return await self._engine.write(body)

    async def render_times(self, format: str, *, limit: int = 50) -> list[int]:
        """Return how many milliseconds the newest jobs of this format took to render."""

        async def body(transaction: Transaction) -> list[int]:
            rows = await transaction.all(_RENDER_TIMES, format=format, limit=limit)
            return [row["took"] for row in rows]

        return await self._engine.read(body)

    async def set_status_message(self, job_id: int, message_id: int | None) -> None:
        """Remember (or forget, with None) the message that shows the job's status."""

        async def body(transaction: Transaction) -> None:
            await transaction.one(_SET_STATUS, id=job_id, message_id=message_id)

        await self._engine.write(body)

    async def leftover_statuses(self, *, limit: int = 50) -> list[Job]:
        """Return ended jobs whose status message still stands."""

        async def body(transaction: Transaction) -> list[Job]:
            return [Job.from_row(row) for row in await transaction.all(_LEFTOVER, limit=limit)]

        return await self._engine.read(body)

    async def open_jobs(self, state: JobState, *, limit: int) -> list[Job]:
        """Return everybody's jobs of one state that has not ended, longest waiting first: for the operator."""

        async def body(transaction: Transaction) -> list[Job]:
            return [Job.from_row(row) for row in await transaction.all(_OPEN[state], limit=limit)]

        return await self._engine.read(body)

    async def by_key(self, key: str) -> Job | None:
        """Return the job with this key, whosever it is: for the operator."""

        async def body(transaction: Transaction) -> Job | None:
            row = await transaction.one(_BY_KEY, key=key)
            return Job.from_row(row) if row else None

        return await self._engine.read(body)

    async def by_id(self, job_id: int) -> Job | None:
        """Return the row as it is now."""

        async def body(transaction: Transaction) -> Job | None:
            row = await transaction.one(_BY_ID, id=job_id)
            return Job.from_row(row) if row else None

        return await self._engine.read(body)


_FIND = "SELECT * FROM jobs WHERE key = :key AND guild_id = :guild_id AND user_id = :user_id"

_BY_KEY = "SELECT * FROM jobs WHERE key = :key"

_OPEN = {
    JobState.QUEUED: "SELECT * FROM jobs WHERE state = 'queued' ORDER BY next_at, id LIMIT :limit",
    JobState.SUBMITTING: "SELECT * FROM jobs WHERE state = 'submitting' ORDER BY next_at LIMIT :limit",
    JobState.RENDERING: "SELECT * FROM jobs WHERE state = 'rendering' ORDER BY next_at LIMIT :limit",
    JobState.DELIVERING: "SELECT * FROM jobs WHERE state = 'delivering' ORDER BY next_at LIMIT :limit",
    JobState.UNKNOWN: "SELECT * FROM jobs WHERE state = 'unknown' ORDER BY id LIMIT :limit",
}

_BY_ID = "SELECT * FROM jobs WHERE id = :id"

_NEWEST = """
SELECT * FROM jobs WHERE user_id = :user_id AND guild_id = :guild_id ORDER BY id DESC LIMIT :limit
"""

# The list of states is the predicate of jobs_under_way: without it a guild's whole history is read.
_RUNNING = """
SELECT * FROM jobs
 WHERE guild_id = :guild_id AND state IN ('queued', 'submitting', 'rendering', 'delivering')
   AND state <> 'queued'
 ORDER BY id LIMIT 25
"""

_WAITING = """
SELECT * FROM jobs
 WHERE guild_id = :guild_id AND state IN ('queued', 'submitting', 'rendering', 'delivering')
   AND state = 'queued'
 ORDER BY id LIMIT 25
"""

_CANCEL = """
UPDATE jobs SET state = 'cancelled', charged = 0, finished_at = <dbnow>, fence = fence + 1
 WHERE key = :key AND guild_id = :guild_id AND user_id = :user_id AND state = 'queued'
RETURNING *
"""

_DELIVER_AGAIN = """
UPDATE jobs SET state = 'delivering', channel_id = :channel_id, upload_limit = :upload_limit,
                route = 'channel', reason = NULL, detail = NULL, troubles = 0, next_at = <dbnow>,
                fence = fence + 1, lease_owner = NULL, told_at = NULL, first_sent_at = NULL
 WHERE key = :key AND guild_id = :guild_id AND user_id = :user_id AND state = 'failed'
   AND reason IN ('undeliverable', 'too_large') AND video_file IS NOT NULL
RETURNING *
"""

_RENDER_TIMES = """
SELECT rendered_at - submitted_at AS took FROM jobs
 WHERE format = :format AND rendered_at IS NOT NULL
 ORDER BY rendered_at DESC LIMIT :limit
"""

_SET_STATUS = "UPDATE jobs SET status_message_id = :message_id WHERE id = :id RETURNING id"

_LEFTOVER = """
SELECT * FROM jobs
 WHERE status_message_id IS NOT NULL AND state IN ('delivered', 'failed', 'cancelled', 'unknown')
 ORDER BY id LIMIT :limit
"""
