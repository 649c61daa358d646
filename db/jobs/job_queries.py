"""Queries and changes of members for their own jobs, scoped by guild and user, and queries of the bot itself."""

from dataclasses import dataclass

from db.engines.engine import Engine, Transaction
from db.jobs.admission import queue_position_of
from db.jobs.job import Job, JobState, Owner, Relation, Route, add_event
from db.jobs.pages import Group, Page, read_newer_page, read_page
from db.money.ledger import book_refund


@dataclass(frozen=True, slots=True, kw_only=True)
class Queue:
    """The running and the waiting jobs of a guild."""

    running: list[Job]
    waiting: list[tuple[int, Job]]  #: (place in the queue of all servers, job)


class JobQueries:
    """Queries of jobs for members, the operator and the steps, and changes that members make to their own jobs."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    async def find(self, key: str, owner: Owner) -> Job | None:
        """Return the owner's job with this key; None if the owner has none."""
        return await self._one(_FIND, key=key, guild_id=owner.guild_id, user_id=owner.user_id)

    async def find_in_guild(self, key: str, owner: Owner) -> Job | None:
        """Return the job with this key if the requester may see it; a deleted job is returned, too.

        In a server all jobs can be seen except private ones of others. In direct messages, the requester sees
        jobs that were ordered there, and own jobs whose results were sent there.
        """
        sql = _FIND_IN_GUILD if owner.guild_id else _FIND_IN_DIRECT_MESSAGES
        return await self._one(sql, key=key, guild_id=owner.guild_id, user_id=owner.user_id)

    async def by_message(self, owner: Owner, *, channel_id: int, message_id: int) -> Job | None:
        """Return the job whose result is this message, if the requester may see it."""
        sql = _BY_MESSAGE if owner.guild_id else _BY_DIRECT_MESSAGE
        return await self._one(
            sql,
            guild_id=owner.guild_id,
            user_id=owner.user_id,
            channel_id=channel_id,
            message_id=message_id,
        )

    async def page(
        self, owner: Owner, *, states: Group = Group.ALL, before_id: int | None = None, limit: int = 25
    ) -> Page:
        """Return up to `limit` of the owner's jobs in this guild, older than `before_id`, without deleted ones."""
        return await self._engine.read(
            lambda transaction: read_page(
                transaction,
                states,
                guild_id=owner.guild_id,
                user_id=owner.user_id,
                before_id=before_id,
                limit=limit,
            )
        )

    async def newer_page(self, owner: Owner, *, states: Group, after_id: int, limit: int = 25) -> Page:
        """Return the page of the same list that is newer than `after_id`, or the first page."""
        return await self._engine.read(
            lambda transaction: read_newer_page(
                transaction,
                states,
                guild_id=owner.guild_id,
                user_id=owner.user_id,
                after_id=after_id,
                limit=limit,
            )
        )

    async def chain(self, job: Job, *, limit: int) -> list[Job]:
        """Return the jobs that `job` continues, oldest first, with `job` as the last; at most `limit`."""
        return await self._engine.read(lambda transaction: _chain_of(transaction, job, limit=limit))

    async def origin_of(self, job: Job, owner: Owner) -> Job | None:
        """Return the job that `job` was made from, if the requester may see it; a deleted job is returned, too."""
        return await self._one(
            _SEEN_PARENT, parent_id=job.parent_id or 0, guild_id=job.guild_id, user_id=owner.user_id
        )

    async def newest(self, owner: Owner, *, limit: int) -> list[Job]:
        """Return up to `limit` of the owner's jobs in this guild, newest first, without deleted ones."""

        async def body(transaction: Transaction) -> list[Job]:
            rows = await transaction.all(_NEWEST, guild_id=owner.guild_id, user_id=owner.user_id, limit=limit)
            return [Job.from_row(row) for row in rows]

        return await self._engine.read(body)

    async def queue(self, guild_id: int) -> Queue:
        """Return up to 25 running and up to 25 waiting jobs of a guild."""

        async def body(transaction: Transaction) -> Queue:
            running = await transaction.all(_RUNNING, guild_id=guild_id)
            waiting = [Job.from_row(row) for row in await transaction.all(_WAITING, guild_id=guild_id)]
            return Queue(
                running=[Job.from_row(row) for row in running],
                waiting=[(await queue_position_of(transaction, job), job) for job in waiting],
            )

        return await self._engine.read(body)

    async def queue_position(self, job: Job) -> int:
        """Return the job's place in the queue: 1 is submitted next."""
        return await self._engine.read(lambda transaction: queue_position_of(transaction, job))

    async def cancel(self, key: str, owner: Owner) -> Job | None:
        """Cancel the owner's job if it still waits, and give its price back; None if there is no such job."""

        async def body(transaction: Transaction) -> Job | None:
            row = await transaction.one(_CANCEL, key=key, guild_id=owner.guild_id, user_id=owner.user_id)
            if row is None:
                return None
            job = Job.from_row(row)
            await add_event(transaction, job, from_state=JobState.QUEUED)
            await book_refund(transaction, job)
            return job

        return await self._engine.write(body)

    async def deliver_again(
        self, key: str, owner: Owner, *, channel_id: int, upload_limit: int, route: Route = Route.CHANNEL
    ) -> Job | None:
        """Queue an undeliverable, stored video for delivery to `channel_id` by `route`; None if there is none.

        A private job stays private: its video goes to direct messages.
        """

        async def body(transaction: Transaction) -> Job | None:
            row = await transaction.one(
                _DELIVER_AGAIN,
                key=key,
                guild_id=owner.guild_id,
                user_id=owner.user_id,
                channel_id=channel_id,
                upload_limit=upload_limit,
                route=route,
            )
            if row is None:
                return None
            job = Job.from_row(row)
            await add_event(transaction, job, from_state=JobState.FAILED)
            return job

        return await self._engine.write(body)

    async def render_times(self, format: str, *, limit: int = 50) -> list[int]:
        """Return how many milliseconds each of the newest jobs of this format took to render."""

        async def body(transaction: Transaction) -> list[int]:
            rows = await transaction.all(_RENDER_TIMES, format=format, limit=limit)
            return [row["took"] for row in rows]

        return await self._engine.read(body)

    async def set_status_message(self, job_id: int, message_id: int | None) -> None:
        """Store the id of the job's status message; None removes it."""

        async def body(transaction: Transaction) -> None:
            await transaction.one(_SET_STATUS, id=job_id, message_id=message_id)

        await self._engine.write(body)

    async def leftover_statuses(self, *, limit: int = 50) -> list[Job]:
        """Return ended jobs whose status message has not been deleted."""

        async def body(transaction: Transaction) -> list[Job]:
            return [Job.from_row(row) for row in await transaction.all(_LEFTOVER, limit=limit)]

        return await self._engine.read(body)

    async def open_jobs(self, state: JobState, *, limit: int) -> list[Job]:
        """Return up to `limit` jobs of all servers in one open state, for the operator, most urgent first."""

        async def body(transaction: Transaction) -> list[Job]:
            return [Job.from_row(row) for row in await transaction.all(OPEN_JOBS[state], limit=limit)]

        return await self._engine.read(body)

    async def by_key(self, key: str) -> Job | None:
        """Return the job with this key, of any member in any server; for the operator."""
        return await self._one(_BY_KEY, key=key)

    async def by_id(self, job_id: int) -> Job | None:
        """Return the current row of the job; None if there is none."""
        return await self._one(_BY_ID, id=job_id)

    async def _one(self, sql: str, **parameters: str | int) -> Job | None:
        async def body(transaction: Transaction) -> Job | None:
            row = await transaction.one(sql, **parameters)
            return Job.from_row(row) if row else None

        return await self._engine.read(body)


_OTHER_TAKES = frozenset({Relation.REROLL, Relation.RETRY, Relation.UPSCALE})
"""Relations that keep the first frame: in a chain, such a job takes the place of the job that it was made from."""


async def _chain_of(transaction: Transaction, job: Job, *, limit: int) -> list[Job]:
    """Return the jobs that lead to `job`, oldest first, with `job` as the last; at most `limit`, the newest."""
    clips = [job]
    while len(clips) < limit and (before := await _clip_before(transaction, clips[-1])):
        clips.append(before)
    return clips[::-1]


async def _clip_before(transaction: Transaction, job: Job) -> Job | None:
    """Return the job whose video ends with the frame that `job` begins with; None if there is none."""
    first_take: Job | None = job
    while first_take and first_take.relation in _OTHER_TAKES:
        first_take = await _parent_of(transaction, first_take)
    continues = first_take is not None and first_take.relation is Relation.CONTINUE
    return await _parent_of(transaction, first_take) if first_take and continues else None


async def _parent_of(transaction: Transaction, job: Job) -> Job | None:
    row = await transaction.one(_PARENT, parent_id=job.parent_id)
    return Job.from_row(row) if row else None


_FIND = "SELECT * FROM jobs WHERE key = :key AND guild_id = :guild_id AND user_id = :user_id"

_FIND_IN_GUILD = """
SELECT * FROM jobs
 WHERE key = :key AND guild_id = :guild_id AND (route <> 'private' OR user_id = :user_id)
"""

_FIND_IN_DIRECT_MESSAGES = """
SELECT * FROM jobs
 WHERE key = :key AND user_id = :user_id AND (guild_id = :guild_id OR route <> 'channel')
"""

_BY_MESSAGE = """
SELECT * FROM jobs
 WHERE message_id = :message_id AND guild_id = :guild_id AND channel_id = :channel_id AND route = 'channel'
"""

_BY_DIRECT_MESSAGE = """
SELECT * FROM jobs
 WHERE message_id = :message_id AND user_id = :user_id
   AND (route <> 'channel' OR (guild_id = :guild_id AND channel_id = :channel_id))
"""

_BY_KEY = "SELECT * FROM jobs WHERE key = :key"

OPEN_JOBS = {
    JobState.QUEUED: "SELECT * FROM jobs WHERE state = 'queued' ORDER BY turn, id LIMIT :limit",
    JobState.SUBMITTING: "SELECT * FROM jobs WHERE state = 'submitting' ORDER BY next_at LIMIT :limit",
    JobState.RENDERING: "SELECT * FROM jobs WHERE state = 'rendering' ORDER BY next_at LIMIT :limit",
    JobState.DELIVERING: "SELECT * FROM jobs WHERE state = 'delivering' ORDER BY next_at LIMIT :limit",
    JobState.UNKNOWN: "SELECT * FROM jobs WHERE state = 'unknown' ORDER BY id LIMIT :limit",
}
"""The statements that list the jobs of each open state, most urgent first."""

_BY_ID = "SELECT * FROM jobs WHERE id = :id"

_NEWEST = """
SELECT * FROM jobs
 WHERE user_id = :user_id AND guild_id = :guild_id AND erased_at IS NULL
 ORDER BY id DESC LIMIT :limit
"""

# `<under_way>` matches the partial index jobs_under_way; without it a guild's whole history is read.
_RUNNING = """
SELECT * FROM jobs
 WHERE guild_id = :guild_id AND state IN <under_way>
   AND state <> 'queued'
 ORDER BY id LIMIT 25
"""

_WAITING = """
SELECT * FROM jobs
 WHERE guild_id = :guild_id AND state IN <under_way>
   AND state = 'queued'
 ORDER BY turn, id LIMIT 25
"""

_CANCEL = """
UPDATE jobs SET state = 'cancelled', charged = 0, cost_micros = cost_micros - price_micros,
                finished_at = <dbnow>, fence = fence + 1
 WHERE key = :key AND guild_id = :guild_id AND user_id = :user_id AND state = 'queued'
RETURNING *
"""

_DELIVER_AGAIN = """
UPDATE jobs SET state = 'delivering', channel_id = :channel_id, upload_limit = :upload_limit,
                route = CASE WHEN route = 'private' THEN 'private' ELSE :route END,
                reason = NULL, detail = NULL, troubles = 0, next_at = <dbnow>,
                fence = fence + 1, lease_owner = NULL, told_at = NULL, first_sent_at = NULL
 WHERE key = :key AND guild_id = :guild_id AND user_id = :user_id AND state = 'failed'
   AND reason IN ('undeliverable', 'too_large') AND video_file IS NOT NULL AND erased_at IS NULL
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

# Not scoped by guild and user: the id comes from a row that was, never from a person.
_PARENT = "SELECT * FROM jobs WHERE id = :parent_id"

_SEEN_PARENT = """
SELECT * FROM jobs
 WHERE id = :parent_id
   AND (user_id = :user_id OR (guild_id = :guild_id AND state = 'delivered' AND route <> 'private'))
"""
