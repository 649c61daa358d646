"""Which message of a moderators' log shows which video, and who has reported it."""

from dataclasses import dataclass

from db.engines.engine import Engine, Transaction
from db.jobs.job import Job


@dataclass(frozen=True, slots=True, kw_only=True)
class LogPost:
    """A message in a log."""

    channel_id: int
    message_id: int


class LogPosts:
    """Remembers them."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    async def posted(self, job: Job, post: LogPost) -> None:
        """Remember the message that shows `job`; the newest one, where it was posted twice."""
        values = {"job_id": job.id, "channel_id": post.channel_id, "message_id": post.message_id}

        async def body(transaction: Transaction) -> None:
            await transaction.one(_POSTED, **values)

        await self._engine.write(body)

    async def of(self, job: Job) -> LogPost | None:
        """Return the message that shows `job`."""

        async def body(transaction: Transaction) -> LogPost | None:
            row = await transaction.one(_OF, job_id=job.id)
            return LogPost(**row) if row else None

        return await self._engine.read(body)

    async def report(self, job: Job, user_id: int) -> bool:
        """Note that a member reports `job`; say whether they had not before."""
        return await self._changes(_REPORT, job, user_id)

    async def take_back(self, job: Job, user_id: int) -> bool:
        """Forget a report that reached nobody; say whether there was one."""
        return await self._changes(_TAKE_BACK, job, user_id)

    async def _changes(self, sql: str, job: Job, user_id: int) -> bool:
        async def body(transaction: Transaction) -> bool:
            return await transaction.one(sql, job_id=job.id, user_id=user_id) is not None

        return await self._engine.write(body)


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
