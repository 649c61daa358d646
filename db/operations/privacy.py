"""Deletion of what people wrote and uploaded: on request, after the bot has left a server, or at a certain age.

The words, pictures and links of an ended job are deleted; its counts and costs stay.
"""

from collections.abc import Callable
from dataclasses import dataclass

from db.engines.engine import Engine, Row, Transaction
from db.jobs.job import Job

Blank = Callable[[str], str]
"""A function that returns the JSON of an order without words and pictures.

It runs inside the transaction, without side effects.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Holdings:
    """Counts of the data stored about a member: jobs with words or pictures, open jobs, all jobs; and their cost."""

    with_words: int
    under_way: int
    jobs: int
    micros: int


class Privacy:
    """The deletion of jobs' content, queries of what is to be deleted, and the removal of member ids from old rows."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    async def erase(self, key: str, guild_id: int, *, user_id: int | None, blank: Blank) -> Job | None:
        """Delete the content of an ended or unknown job; return the job as it was.

        Return None if there is no such job, or its content was already deleted. `user_id` limits the deletion
        to jobs of that member; None allows all jobs of the server. `blank` empties the order on the row.
        """

        async def body(transaction: Transaction) -> Job | None:
            job = await _ended(transaction, key, guild_id=guild_id, user_id=user_id)
            if job is None:
                return None
            order = blank(job.request_json)
            erased = await transaction.one(_ERASE, id=job.id, fence=job.fence, request_json=order)
            return job if erased else None

        job = await self._engine.write(body)
        if job is not None:
            await self._engine.forget()
        return job

    async def holdings(self, user_id: int) -> Holdings:
        """Return what is stored about a member, in all servers together."""

        async def body(transaction: Transaction) -> Holdings:
            row = await transaction.one(_HOLDINGS, user_id=user_id)
            return Holdings(**{name: value or 0 for name, value in (row or {}).items()})

        return await self._engine.read(body)

    async def jobs_of(self, user_id: int, *, after_id: int = 0, limit: int = 200) -> list[Job]:
        """Return up to `limit` of a member's jobs in all servers with an id above `after_id`, oldest first."""
        return await self._jobs(_JOBS_OF, user_id=user_id, after_id=after_id, limit=limit)

    async def ask(self, user_id: int) -> None:
        """Record that everything a member has ordered until now is to be deleted."""
        await self._write(_ASK, user_id=user_id)

    async def waiting_of_askers(self, *, limit: int = 50) -> list[Job]:
        """Return waiting jobs of members who requested deletion, so that they can be cancelled."""
        return await self._jobs(_WAITING_OF_ASKERS, limit=limit)

    async def ended_of_askers(self, *, limit: int = 50) -> list[Job]:
        """Return ended jobs of members who requested deletion, so that their content can be deleted."""
        return await self._jobs(_ENDED_OF_ASKERS, limit=limit)

    async def forget_members(self, *, after_ms: int) -> int:
        """Replace the ids of members whose request is older than `after_ms`, so that nobody can trace their rows.

        Return how many members.
        """
        return await self._engine.write(lambda transaction: _forget_members(transaction, after_ms))

    async def left(self, guild_id: int) -> None:
        """Record that the bot is no longer in a server."""
        await self._write(_LEFT, guild_id=guild_id)

    async def returned(self, guild_id: int) -> None:
        """Record that the bot is in a server again."""
        await self._write(_RETURNED, guild_id=guild_id)

    async def ended_of_left(self, *, after_ms: int, limit: int = 50) -> list[Job]:
        """Return ended jobs of servers that the bot left more than `after_ms` ago, to delete their content."""
        return await self._jobs(_ENDED_OF_LEFT, after_ms=after_ms, limit=limit)

    async def forget_left(self, *, after_ms: int) -> int:
        """Delete the settings of servers that the bot left more than `after_ms` ago; return how many servers."""

        async def body(transaction: Transaction) -> int:
            left = await transaction.all(_LONG_LEFT, after_ms=after_ms)
            for row in left:
                for sql in _OF_LEFT:
                    await transaction.all(sql, guild_id=row["guild_id"])
            return len(left)

        return await self._engine.write(body)

    async def outdated(self, *, older_than_ms: int, after_id: int, limit: int = 50) -> list[Job]:
        """Return ended jobs with an id above `after_id` that were ordered more than `older_than_ms` ago."""
        return await self._jobs(_OUTDATED, older_than_ms=older_than_ms, after_id=after_id, limit=limit)

    async def _jobs(self, sql: str, **values: int) -> list[Job]:
        async def body(transaction: Transaction) -> list[Job]:
            return [Job.from_row(row) for row in await transaction.all(sql, **values)]

        return await self._engine.read(body)

    async def _write(self, sql: str, **values: int) -> None:
        async def body(transaction: Transaction) -> Row | None:
            return await transaction.one(sql, **values)

        await self._engine.write(body)


async def _forget_members(transaction: Transaction, after_ms: int) -> int:
    askers = await transaction.all(_LONG_ASKED, after_ms=after_ms)
    for requester in askers:
        for sql in _RENAME:
            await transaction.all(sql, user_id=requester["user_id"], asked_at=requester["asked_at"])
        await transaction.one(_ANSWERED, user_id=requester["user_id"])
    return len(askers)


async def _ended(transaction: Transaction, key: str, *, guild_id: int, user_id: int | None) -> Job | None:
    if user_id is None:
        row = await transaction.one(_ENDED_OF_GUILD, key=key, guild_id=guild_id)
    else:
        row = await transaction.one(_ENDED_OF_MEMBER, key=key, guild_id=guild_id, user_id=user_id)
    return Job.from_row(row) if row else None


_HOLDINGS = """
SELECT SUM(CASE WHEN erased_at IS NULL THEN 1 ELSE 0 END) AS with_words,
       SUM(CASE WHEN state IN <under_way> THEN 1 ELSE 0 END) AS under_way,
       COUNT(*) AS jobs, CAST(SUM(cost_micros) AS BIGINT) AS micros
  FROM jobs WHERE user_id = :user_id
"""

_JOBS_OF = "SELECT * FROM jobs WHERE user_id = :user_id AND id > :after_id ORDER BY id LIMIT :limit"

_ASK = """
INSERT INTO erasures (user_id, asked_at) VALUES (:user_id, <dbnow>)
ON CONFLICT (user_id) DO UPDATE SET asked_at = excluded.asked_at
RETURNING user_id
"""

_WAITING_OF_ASKERS = """
SELECT jobs.* FROM erasures JOIN jobs ON jobs.user_id = erasures.user_id
 WHERE jobs.state = 'queued' AND jobs.created_at <= erasures.asked_at
 ORDER BY jobs.id LIMIT :limit
"""

_ENDED_OF_ASKERS = """
SELECT jobs.* FROM erasures JOIN jobs ON jobs.user_id = erasures.user_id
 WHERE jobs.erased_at IS NULL AND jobs.created_at <= erasures.asked_at
   AND jobs.state IN ('delivered', 'failed', 'cancelled', 'unknown')
 ORDER BY jobs.id LIMIT :limit
"""

_LONG_ASKED = """
SELECT user_id, asked_at FROM erasures
 WHERE asked_at <= <dbnow> - :after_ms
   AND NOT EXISTS (SELECT 1 FROM jobs WHERE jobs.user_id = erasures.user_id AND jobs.erased_at IS NULL
                      AND jobs.created_at <= erasures.asked_at)
"""

# The negative id of the member's first job replaces the member's id, so that the rows cannot be traced to a person.
_RENAME = (
    """
    UPDATE counters SET user_id = (SELECT -MIN(id) FROM jobs WHERE user_id = :user_id)
     WHERE scope = 'member' AND user_id = :user_id
       AND last_at <= :asked_at AND EXISTS (SELECT 1 FROM jobs WHERE user_id = :user_id)
    RETURNING user_id
    """,
    """
    UPDATE jobs SET user_id = (SELECT -MIN(id) FROM jobs AS theirs WHERE theirs.user_id = :user_id)
     WHERE user_id = :user_id AND created_at <= :asked_at
    RETURNING id
    """,
)

_ANSWERED = "DELETE FROM erasures WHERE user_id = :user_id RETURNING user_id"

_LEFT = """
INSERT INTO departures (guild_id, left_at) VALUES (:guild_id, <dbnow>)
ON CONFLICT (guild_id) DO NOTHING
RETURNING guild_id
"""

_RETURNED = "DELETE FROM departures WHERE guild_id = :guild_id RETURNING guild_id"

_ENDED_OF_LEFT = """
SELECT jobs.* FROM departures JOIN jobs ON jobs.guild_id = departures.guild_id
 WHERE departures.left_at <= <dbnow> - :after_ms AND jobs.erased_at IS NULL
   AND jobs.state IN ('delivered', 'failed', 'cancelled', 'unknown')
 ORDER BY jobs.id LIMIT :limit
"""

_LONG_LEFT = """
SELECT guild_id FROM departures
 WHERE left_at <= <dbnow> - :after_ms
   AND NOT EXISTS (SELECT 1 FROM jobs WHERE jobs.guild_id = departures.guild_id AND jobs.erased_at IS NULL)
"""

_OF_LEFT = (
    "DELETE FROM guilds WHERE guild_id = :guild_id RETURNING guild_id",
    "DELETE FROM pauses WHERE guild_id = :guild_id RETURNING guild_id",
    "DELETE FROM blocks WHERE guild_id = :guild_id RETURNING guild_id",
    "DELETE FROM audit WHERE guild_id = :guild_id RETURNING guild_id",
    "DELETE FROM departures WHERE guild_id = :guild_id RETURNING guild_id",
)

_OUTDATED = """
SELECT * FROM jobs
 WHERE id > :after_id AND created_at <= <dbnow> - :older_than_ms AND erased_at IS NULL
   AND state IN ('delivered', 'failed', 'cancelled', 'unknown')
 ORDER BY id LIMIT :limit
"""

_ENDED_OF_GUILD = """
SELECT * FROM jobs
 WHERE key = :key AND guild_id = :guild_id AND guild_id <> 0 AND erased_at IS NULL
   AND state IN ('delivered', 'failed', 'cancelled', 'unknown')
"""

_ENDED_OF_MEMBER = """
SELECT * FROM jobs
 WHERE key = :key AND guild_id = :guild_id AND user_id = :user_id AND erased_at IS NULL
   AND state IN ('delivered', 'failed', 'cancelled', 'unknown')
"""

# No notification of a deleted job is sent any more; a step that is about to send one finds the fence raised.
_ERASE = """
UPDATE jobs SET request_json = :request_json, first_frame = NULL, video_file = NULL, video_bytes = NULL,
                result_url = NULL, detail = NULL, erased_at = <dbnow>,
                told_at = COALESCE(told_at, <dbnow>), notice = 0, fence = fence + 1, lease_owner = NULL
 WHERE id = :id AND fence = :fence
   AND state IN ('delivered', 'failed', 'cancelled', 'unknown')
RETURNING id
"""
