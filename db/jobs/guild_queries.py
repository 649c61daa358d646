"""Queries and changes of a server's managers for all of its jobs, and the posts of the moderators' log.

Every statement of `GuildQueries` is scoped by guild.
"""

from dataclasses import dataclass

from db.engines.engine import Engine, Transaction
from db.jobs.admission import queue_position_of
from db.jobs.job import Job, JobState, add_event
from db.money.ledger import book_refund


@dataclass(frozen=True, slots=True, kw_only=True)
class QueuePage:
    """The running jobs of a guild, and one page of its waiting jobs, oldest first."""

    running: list[Job]
    waiting: list[tuple[int, Job]]  #: (place in the whole queue, job)
    more: bool  #: whether more jobs wait after this page


@dataclass(frozen=True, slots=True, kw_only=True)
class UnknownPage:
    """One page of a guild's jobs of unknown outcome, newest first."""

    jobs: list[Job]
    more: bool


class GuildQueries:
    """Queries and changes for managers. Direct messages (guild 0) have none."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    async def queue(self, guild_id: int, *, after_id: int = 0, limit: int) -> QueuePage:
        """Return the running jobs, and the waiting jobs with an id above `after_id`; at most `limit` of each."""

        async def body(transaction: Transaction) -> QueuePage:
            running = await transaction.all(_RUNNING, guild_id=guild_id, limit=limit)
            rows = await transaction.all(_WAITING, guild_id=guild_id, after_id=after_id, limit=limit + 1)
            waiting = [Job.from_row(row) for row in rows[:limit]]
            return QueuePage(
                running=[Job.from_row(row) for row in running],
                waiting=[(await queue_position_of(transaction, job), job) for job in waiting],
                more=len(rows) > limit,
            )

        return await self._engine.read(body)

    async def unknown(self, guild_id: int, *, before_id: int | None = None, limit: int) -> UnknownPage:
        """Return up to `limit` jobs of unknown outcome with an id below `before_id`."""

        async def body(transaction: Transaction) -> UnknownPage:
            below = 2**62 if before_id is None else before_id
            rows = await transaction.all(_UNKNOWN, guild_id=guild_id, below=below, limit=limit + 1)
            return UnknownPage(jobs=[Job.from_row(row) for row in rows[:limit]], more=len(rows) > limit)

        return await self._engine.read(body)

    async def find(self, key: str, guild_id: int) -> Job | None:
        """Return the guild's job with this key, of any member, private or not; None if there is none."""

        async def body(transaction: Transaction) -> Job | None:
            row = await transaction.one(_FIND, key=key, guild_id=guild_id)
            return Job.from_row(row) if row else None

        return await self._engine.read(body)

    async def cancel(self, key: str, guild_id: int) -> Job | None:
        """Cancel a waiting job and give its price back; None if there is none. Its requester is notified."""

        async def body(transaction: Transaction) -> Job | None:
            row = await transaction.one(_CANCEL, key=key, guild_id=guild_id)
            if row is None:
                return None
            job = Job.from_row(row)
            await add_event(transaction, job, from_state=JobState.QUEUED)
            await book_refund(transaction, job)
            return job

        return await self._engine.write(body)


@dataclass(frozen=True, slots=True, kw_only=True)
class LogPost:
    """A message in a moderators' log."""

    channel_id: int
    message_id: int


class LogPosts:
    """The stored messages of moderators' logs: which shows which job, and who has reported the job."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    async def posted(self, job: Job, post: LogPost) -> None:
        """Store the message that shows `job`; a later message replaces an earlier one."""
        values = {"job_id": job.id, "channel_id": post.channel_id, "message_id": post.message_id}

        async def body(transaction: Transaction) -> None:
            await transaction.one(_POSTED, **values)

        await self._engine.write(body)

    async def of(self, job: Job) -> LogPost | None:
        """Return the message that shows `job`; None if there is none."""

        async def body(transaction: Transaction) -> LogPost | None:
            row = await transaction.one(_OF, job_id=job.id)
            return LogPost(**row) if row else None

        return await self._engine.read(body)

    async def report(self, job: Job, user_id: int) -> bool:
        """Record that a member reports `job`; return False if the member had already reported it."""
        return await self._changes(_REPORT, job, user_id)

    async def take_back(self, job: Job, user_id: int) -> bool:
        """Delete a report that could not be posted; return whether there was one."""
        return await self._changes(_TAKE_BACK, job, user_id)

    async def _changes(self, sql: str, job: Job, user_id: int) -> bool:
        async def body(transaction: Transaction) -> bool:
            return await transaction.one(sql, job_id=job.id, user_id=user_id) is not None

        return await self._engine.write(body)


# `<under_way>` matches the partial index jobs_under_way; without it a guild's whole history is read.
_RUNNING = """
SELECT * FROM jobs
 WHERE guild_id = :guild_id AND state IN <under_way>
   AND state <> 'queued'
 ORDER BY id LIMIT :limit
"""

_WAITING = """
SELECT * FROM jobs
 WHERE guild_id = :guild_id AND state IN <under_way>
   AND state = 'queued' AND id > :after_id
 ORDER BY id LIMIT :limit
"""

_UNKNOWN = """
SELECT * FROM jobs WHERE state = 'unknown' AND guild_id = :guild_id AND id < :below ORDER BY id DESC LIMIT :limit
"""

_FIND = "SELECT * FROM jobs WHERE key = :key AND guild_id = :guild_id AND guild_id <> 0"

_CANCEL = """
UPDATE jobs SET state = 'cancelled', reason = 'withdrawn', charged = 0, fence = fence + 1,
                cost_micros = cost_micros - price_micros, next_at = <dbnow>, finished_at = <dbnow>
 WHERE key = :key AND guild_id = :guild_id AND guild_id <> 0 AND state = 'queued'
RETURNING *
"""

_POSTED = """
INSERT INTO log_posts (job_id, channel_id, message_id) VALUES (:job_id, :channel_id, :message_id)
ON CONFLICT (job_id) DO UPDATE SET channel_id = excluded.channel_id, message_id = excluded.message_id
RETURNING job_id
"""

_OF = "SELECT channel_id, message_id FROM log_posts WHERE job_id = :job_id"

_REPORT = """
INSERT INTO reports (job_id, user_id, at) VALUES (:job_id, :user_id, <dbnow>)
ON CONFLICT DO NOTHING
RETURNING user_id
"""

_TAKE_BACK = "DELETE FROM reports WHERE job_id = :job_id AND user_id = :user_id RETURNING user_id"
