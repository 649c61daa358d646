"""What people ask about and do to their own jobs. Every statement is scoped by guild and user."""

from dataclasses import dataclass

from db.engines.engine import Engine, Transaction
from db.jobs.admission import place_of
from db.jobs.job import Job, JobState, Owner, Relation, Route, add_event
from db.jobs.pages import Group, Page, read_newer_page, read_page
from db.money.ledger import book_refund


@dataclass(frozen=True, slots=True, kw_only=True)
class Queue:
    """What a guild has under way, oldest first."""

    running: list[Job]
    waiting: list[tuple[int, Job]]  #: (place in the whole queue, job)


class JobQueries:
    """Reads and changes that a person asks for."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    async def find(self, key: str, owner: Owner) -> Job | None:
        """Return the owner's job with this key."""
        return await self._one(_FIND, key=key, guild_id=owner.guild_id, user_id=owner.user_id)

    async def find_in_guild(self, key: str, owner: Owner) -> Job | None:
        """Return the job with this key that the requester may see there; one that was erased says so.

        In a server that is everybody's, apart from others' private ones; in direct messages, one's own of there and
        those whose results were sent there.
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
        """Return the owner's jobs of a group of states in this guild, older than `before_id`; no erased ones."""
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
        """Return the page of the same list above `after_id`, or the first page."""
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
        """Return the clips that `job` goes on from, oldest first and itself last; at most `limit`."""
        return await self._engine.read(lambda transaction: _chain_of(transaction, job, limit=limit))

    async def origin_of(self, job: Job, owner: Owner) -> Job | None:
        """Return the job that `job` came from, if the requester may see it; one that was erased says so."""
        return await self._one(
            _SEEN_PARENT, parent_id=job.parent_id or 0, guild_id=job.guild_id, user_id=owner.user_id
        )

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
            await book_refund(transaction, job)
            return job

        return await self._engine.write(body)

    async def deliver_again(
        self, key: str, owner: Owner, *, channel_id: int, upload_limit: int, route: Route = Route.CHANNEL
    ) -> Job | None:
        """Send a kept, undeliverable video to `channel_id`, or where `route` says; None if there is none.

        A private one stays private: it goes to direct messages again.
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
        return await self._one(_BY_KEY, key=key)

    async def by_id(self, job_id: int) -> Job | None:
        """Return the row as it is now."""
        return await self._one(_BY_ID, id=job_id)

    async def _one(self, sql: str, **parameters: str | int) -> Job | None:
        async def body(transaction: Transaction) -> Job | None:
            row = await transaction.one(sql, **parameters)
            return Job.from_row(row) if row else None

        return await self._engine.read(body)


_OTHER_TAKES = frozenset({Relation.REROLL, Relation.RETRY, Relation.UPSCALE})
"""Relations that keep the first frame: such a job stands in a chain for the one that it came from."""


async def _chain_of(transaction: Transaction, job: Job, *, limit: int) -> list[Job]:
    """Return the clips that lead to `job`, oldest first and itself last; at most `limit`, the newest ones."""
    clips = [job]
    while len(clips) < limit and (before := await _clip_before(transaction, clips[-1])):
        clips.append(before)
    return clips[::-1]


async def _clip_before(transaction: Transaction, job: Job) -> Job | None:
    """Return the clip whose last frame `job` begins with."""
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

_OPEN = {
    JobState.QUEUED: "SELECT * FROM jobs WHERE state = 'queued' ORDER BY turn, id LIMIT :limit",
    JobState.SUBMITTING: "SELECT * FROM jobs WHERE state = 'submitting' ORDER BY next_at LIMIT :limit",
    JobState.RENDERING: "SELECT * FROM jobs WHERE state = 'rendering' ORDER BY next_at LIMIT :limit",
    JobState.DELIVERING: "SELECT * FROM jobs WHERE state = 'delivering' ORDER BY next_at LIMIT :limit",
    JobState.UNKNOWN: "SELECT * FROM jobs WHERE state = 'unknown' ORDER BY id LIMIT :limit",
}

_BY_ID = "SELECT * FROM jobs WHERE id = :id"

_NEWEST = """
SELECT * FROM jobs
 WHERE user_id = :user_id AND guild_id = :guild_id AND erased_at IS NULL
 ORDER BY id DESC LIMIT :limit
"""

# The list of states is the predicate of jobs_under_way: without it a guild's whole history is read.
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

# The id comes from a row that was found by guild and user, never from a person.
_PARENT = "SELECT * FROM jobs WHERE id = :parent_id"

_SEEN_PARENT = """
SELECT * FROM jobs
 WHERE id = :parent_id
   AND (user_id = :user_id OR (guild_id = :guild_id AND state = 'delivered' AND route <> 'private'))
"""
