"""Admission: writes a job, its first event, its price and its share of the limits in one durable transaction."""

import contextlib
import logging
import sqlite3
from collections.abc import Generator
from dataclasses import dataclass, fields

from db.engines.engine import Engine, Row, Transaction
from db.jobs.job import FIRST_EVENT, Job, JobState, Owner, Relation, Route, add_event
from db.money.caps import Caps, count_against_limits, orders_of
from db.money.ledger import LEDGER_RESERVE, book_refund
from db.settings.pauses import Cause

log = logging.getLogger(__name__)

NORMAL_STRIDE, FAVOURED_STRIDE = 4, 1
"""How many turns of the queue a job stands behind the previous job of the same member.

Members with priority are served up to four times as often; others wait for at most four of their jobs.
"""


class Paused(Exception):
    """Raised if ordering is paused in the server or everywhere; no job was made. `cause` is the cause of the pause."""

    def __init__(self, cause: str) -> None:
        super().__init__(cause)
        self.cause = cause


class Blocked(Exception):
    """Raised if the member is blocked in the server or everywhere; no job was made.

    `cause` and `until_at` (epoch ms, None: for good) are those of the block.
    """

    def __init__(self, cause: str, *, until_at: int | None = None) -> None:
        super().__init__(cause)
        self.cause = cause
        self.until_at = until_at


@dataclass(frozen=True, slots=True, kw_only=True)
class Requester:
    """The member who orders, the channel, and how to send the result. The job counts against the limits of `owner`."""

    owner: Owner
    channel_id: int
    interaction_id: int
    upload_limit: int  #: bytes that the destination accepts in one file
    language: str = "en"
    private: bool = False  #: the result goes to direct messages
    may_direct: bool = True  #: the result may go there if the channel cannot be posted to
    spoiler: bool = False
    wait_seconds: float = 0  #: how long the job waits before it can be submitted, so that it can be cancelled
    around: frozenset[int] = frozenset()  #: the parent channel of a thread, and the channel's category
    role_ids: frozenset[int] = frozenset()  #: the requester's roles in the server


@dataclass(frozen=True, slots=True, kw_only=True)
class NewJob:
    """The values of a new job's row. The names are columns of `jobs`, except `requester`."""

    key: str
    requester: Requester
    request_json: str
    format: str
    submit_key: str
    first_frame: str | None
    parent_id: int | None
    relation: Relation | None
    usage_day: str
    bot_day: str
    price_micros: int


_COLUMNS = tuple(field.name for field in fields(NewJob) if field.name != "requester")
_OWNER_COLUMNS = tuple(field.name for field in fields(Owner))
_REQUESTER_COLUMNS = ("channel_id", "interaction_id", "upload_limit", "language")
_REQUESTER_FLAGS = ("may_direct", "spoiler")


def _row_of(new: NewJob) -> Row:
    requester = new.requester
    # Not `asdict`, whose deep copies cost a third of an admission.
    return {
        **{name: getattr(new, name) for name in _COLUMNS},
        **{name: getattr(requester.owner, name) for name in _OWNER_COLUMNS},
        **{name: getattr(requester, name) for name in _REQUESTER_COLUMNS},
        **{name: int(getattr(requester, name)) for name in _REQUESTER_FLAGS},
        "route": Route.PRIVATE if requester.private else Route.CHANNEL,
        "wait_ms": int(requester.wait_seconds * 1000),
    }


class _TakenBack(Exception):
    """Raised to undo a transaction that was only a test."""


class Admission:
    """The way of new jobs into the database, if the limits allow them, and the end of jobs that waited too long."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    async def admit(self, new: NewJob, *, caps: Caps, stride: int = NORMAL_STRIDE) -> Job:
        """Write the job, its event, its price and its share of the limits; if it may not be ordered, write nothing.

        If the same Discord interaction has already made a job, return that job, which has another key. `stride`
        is how far the new job stands behind the member's job before it.

        Raises:
            CapReached: one of the limits in `caps` is used up.
            Paused: ordering is paused.
            Blocked: this member may not order.
        """
        values = {**_row_of(new), "step": stride}
        with _refusing_where_it_cannot_write():
            return await self._engine.write(
                lambda transaction: _admit(transaction, values, caps),
                holding=orders_of(new.requester.owner),
                repeatable=True,
            )

    async def require_admissible(self, new: NewJob, *, caps: Caps) -> None:
        """Raise what `admit` would raise now, and write nothing. `admit` checks again."""
        values = {**_row_of(new), "step": NORMAL_STRIDE}

        async def attempt(transaction: Transaction) -> None:
            await _admit(transaction, values, caps)
            raise _TakenBack

        with contextlib.suppress(_TakenBack), _refusing_where_it_cannot_write():
            await self._engine.write(attempt, holding=orders_of(new.requester.owner))

    async def admit_with_video(self, new: NewJob, *, video_file: str, video_bytes: int) -> Job:
        """Write a job whose video already exists; its first state is `delivering`.

        It counts against no limit, and pauses and blocks do not apply. A repeated interaction is handled as
        in `admit`.
        """
        values = {**_row_of(new), "video_file": video_file, "video_bytes": video_bytes}
        return await self._engine.write(
            lambda transaction: _admit_with_video(transaction, values), repeatable=True
        )

    async def withdraw_expired(self, *, ttl_seconds: float) -> list[Job]:
        """Cancel jobs that have waited longer than `ttl_seconds`, give their price back, and return them.

        So no old job is submitted by surprise after a long downtime. Their requesters are notified of the
        ending.
        """
        ttl_ms = int(ttl_seconds * 1000)
        withdrawn: list[Job] = []
        # One by one: a transaction that locks the counters of two guilds could deadlock with another one.
        while job := await self._engine.write(lambda transaction: _withdraw_expired(transaction, ttl_ms)):
            withdrawn.append(job)
        return withdrawn


@contextlib.contextmanager
def _refusing_where_it_cannot_write() -> Generator[None]:
    try:
        yield
    except sqlite3.OperationalError as error:  # the disk is full or read-only: nothing was written
        log.exception("an order could not be saved")
        raise Paused(Cause.DATABASE) from error


async def _withdraw_expired(transaction: Transaction, ttl_ms: int) -> Job | None:
    row = await transaction.one(_WITHDRAW_EXPIRED, ttl_ms=ttl_ms)
    if row is None:
        return None
    job = Job.from_row(row)
    await add_event(transaction, job, from_state=JobState.QUEUED)
    await book_refund(transaction, job)
    return job


async def _admit(transaction: Transaction, values: Row, caps: Caps) -> Job:
    if not transaction.file_still_there():
        raise Paused(Cause.DATABASE)
    row = await transaction.insert_with_records(_INSERT, FIRST_EVENT, LEDGER_RESERVE, **values)
    if row is None:
        return await _first_of(transaction, values)
    await _require_not_paused_or_blocked(transaction, row)
    job = Job.from_row(row)
    await count_against_limits(transaction, job, caps)
    transaction.ring()
    return job


async def _require_not_paused_or_blocked(transaction: Transaction, row: Row) -> None:
    """Raise if the new row was written during a pause, or belongs to a blocked member; the transaction is undone."""
    if row["paused"] is not None:
        raise Paused(row["paused"])
    if row["blocked"] is not None:
        block = {"guild_id": row["guild_id"], "user_id": row["user_id"], "cause": row["blocked"]}
        found = await transaction.one(_BLOCKED_UNTIL, **block)
        raise Blocked(row["blocked"], until_at=found["until_at"] if found else None)


async def _admit_with_video(transaction: Transaction, values: Row) -> Job:
    row = await transaction.insert_with_records(_INSERT_WITH_VIDEO, FIRST_EVENT, **values)
    if row is None:
        return await _first_of(transaction, values)
    transaction.ring()
    return Job.from_row(row)


async def _first_of(transaction: Transaction, new: Row) -> Job:
    """Return the job that this interaction has already made, perhaps in an earlier run of the same body."""
    row = await transaction.one(_BY_INTERACTION, interaction_id=new["interaction_id"])
    if row is None:
        raise LookupError("a unique column other than interaction_id collided")
    return Job.from_row(row)


async def queue_position_of(transaction: Transaction, job: Job) -> int:
    """Return the job's place in the queue: 1 is submitted next."""
    row = await transaction.one(_PLACE, id=job.id, turn=job.turn)
    return row["n"] if row else 0


# The turn is behind the last submitted job, and behind the member's own jobs in the same guild: so no member's second
# job comes before another member's first.
# During an outage of the provider, orders are accepted, and wait for its end.
# No part sorts: even a sort of no rows costs SQLite more than the rest of an admission.
_INSERT = """
INSERT INTO jobs (key, guild_id, channel_id, user_id, interaction_id, state, request_json, format, submit_key,
                  first_frame, spoiler, upload_limit, route, may_direct, language, parent_id, relation,
                  usage_day, bot_day, price_micros, cost_micros, turn, next_at, queued_at, created_at)
VALUES (:key, :guild_id, :channel_id, :user_id, :interaction_id, 'queued', :request_json, :format, :submit_key,
        :first_frame, :spoiler, :upload_limit, :route, :may_direct, :language, :parent_id, :relation,
        :usage_day, :bot_day, :price_micros, :price_micros, (SELECT COALESCE(MAX(turn), 0)
           FROM (SELECT turn FROM queue_clock UNION ALL
                 SELECT MAX(turn) FROM jobs
                  WHERE guild_id = :guild_id AND user_id = :user_id AND state = 'queued'
                    AND state IN <under_way>) AS turns) + :step,
        <dbnow> + :wait_ms, <dbnow>, <dbnow>)
ON CONFLICT DO NOTHING
RETURNING *,
    (SELECT MIN(cause) FROM pauses
      WHERE pauses.guild_id IN (-1, jobs.guild_id) AND cause <> 'outage'
        AND (until_at IS NULL OR until_at > <dbnow>)) AS paused,
    (SELECT MIN(cause) FROM blocks
      WHERE blocks.guild_id IN (-1, jobs.guild_id) AND blocks.user_id = jobs.user_id
        AND (until_at IS NULL OR until_at > <dbnow>)) AS blocked
"""

_BLOCKED_UNTIL = """
SELECT until_at FROM blocks
 WHERE guild_id IN (-1, :guild_id) AND user_id = :user_id AND cause = :cause
   AND (until_at IS NULL OR until_at > <dbnow>)
 ORDER BY guild_id LIMIT 1
"""

_INSERT_WITH_VIDEO = """
INSERT INTO jobs (key, guild_id, channel_id, user_id, interaction_id, state, request_json, format, submit_key,
                  first_frame, spoiler, upload_limit, route, may_direct, language, parent_id, relation,
                  usage_day, bot_day, next_at, queued_at, created_at, video_file, video_bytes, charged)
VALUES (:key, :guild_id, :channel_id, :user_id, :interaction_id, 'delivering', :request_json, :format, :submit_key,
        :first_frame, :spoiler, :upload_limit, :route, :may_direct, :language, :parent_id, :relation,
        :usage_day, :bot_day, <dbnow>, <dbnow>, <dbnow>, :video_file, :video_bytes, 0)
ON CONFLICT DO NOTHING
RETURNING *
"""

_WITHDRAW_EXPIRED = """
UPDATE jobs SET state = 'cancelled', reason = 'waited_too_long', charged = 0, fence = fence + 1,
                cost_micros = cost_micros - price_micros, next_at = <dbnow>, finished_at = <dbnow>
 WHERE id = (SELECT id FROM jobs WHERE state = 'queued' AND queued_at <= <dbnow> - :ttl_ms
              ORDER BY turn, id LIMIT 1 /*lock*/)
   AND state = 'queued'
RETURNING *
"""

_BY_INTERACTION = "SELECT * FROM jobs WHERE interaction_id = :interaction_id"

# The same order as in `Claims.queued`. The condition has only the state and the turn: with an id, the planner would
# read the whole history instead of the index jobs_queued.
_PLACE = """
SELECT COUNT(CASE WHEN turn < :turn OR id <= :id THEN 1 END) AS n
  FROM jobs WHERE state = 'queued' AND turn <= :turn
"""
