"""Admission: the caps, the job and its first event in one durable transaction."""

import contextlib
import logging
import sqlite3
from collections.abc import Generator
from dataclasses import dataclass, fields

from db.engines.engine import Engine, Row, Transaction
from db.jobs.job import MADE, Job, JobState, Owner, Relation, Route, add_event
from db.money.caps import Caps, orders_of, reserve
from db.money.ledger import RESERVE, book_refund
from db.settings.pauses import Cause

log = logging.getLogger(__name__)

NORMAL_STEP, FAVOURED_STEP = 4, 1
"""How far a job stands behind the one before it in its lane. Who is favoured is served up to four times as often, and
nobody else waits for more than four of theirs."""


class Paused(Exception):
    """No job was made: nothing is ordered for the moment, there or anywhere. `cause` is on the row of the pause."""

    def __init__(self, cause: str) -> None:
        super().__init__(cause)
        self.cause = cause


class Blocked(Exception):
    """No job was made: this member may not order there, or anywhere.

    `cause` and `until_at` (epoch ms, None: for good) are on the row of the block.
    """

    def __init__(self, cause: str, *, until_at: int | None = None) -> None:
        super().__init__(cause)
        self.cause = cause
        self.until_at = until_at


@dataclass(frozen=True, slots=True, kw_only=True)
class Requester:
    """Who orders, where, and how the result is to appear. The job is theirs, and counts against their limits."""

    owner: Owner
    channel_id: int
    interaction_id: int
    upload_limit: int  #: bytes per file that the destination takes
    language: str = "en"
    private: bool = False  #: the result goes to direct messages
    may_direct: bool = True  #: it may go there if the channel cannot be posted to
    spoiler: bool = False
    wait_seconds: float = 0  #: how long the order can surely be cancelled before it is submitted
    around: frozenset[int] = frozenset()  #: the channel of a thread, and the category of the channel
    role_ids: frozenset[int] = frozenset()  #: the roles of the requester there


@dataclass(frozen=True, slots=True, kw_only=True)
class NewJob:
    """What a job is made of. The names are the columns of `jobs`, apart from `requester`."""

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
    """Undoes a transaction that was only tried."""


class Admission:
    """Lets jobs in."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    async def admit(self, new: NewJob, *, caps: Caps, step: int = NORMAL_STEP) -> Job:
        """Write the job, its event, its price and its share of the caps, or nothing.

        If this interaction has made a job before, return that one: its key is another. `step` is how far the new
        job stands behind the job before it in its lane.

        Raises:
            CapReached: one of `caps` is used up.
            Paused: nothing is ordered for the moment.
            Blocked: this member may not order.
        """
        values = {**_row_of(new), "step": step}
        with _refusing_where_it_cannot_write():
            return await self._engine.write(
                lambda transaction: _admit(transaction, values, caps),
                holding=orders_of(new.requester.owner),
                repeatable=True,
            )

    async def require_admissible(self, new: NewJob, *, caps: Caps) -> None:
        """Raise what `admit` would raise at this moment, and write nothing: `admit` decides anew."""
        values = {**_row_of(new), "step": NORMAL_STEP}

        async def attempt(transaction: Transaction) -> None:
            await _admit(transaction, values, caps)
            raise _TakenBack

        with contextlib.suppress(_TakenBack), _refusing_where_it_cannot_write():
            await self._engine.write(attempt, holding=orders_of(new.requester.owner))

    async def admit_made(self, new: NewJob, *, video_file: str, video_bytes: int) -> Job:
        """Write a job whose video exists already: born `delivering`, it counts against no cap. Else as `admit`."""
        made = {**_row_of(new), "video_file": video_file, "video_bytes": video_bytes}
        return await self._engine.write(lambda transaction: _admit_made(transaction, made), repeatable=True)

    async def withdraw_expired(self, *, ttl_seconds: float) -> list[Job]:
        """Cancel what has waited longer than `ttl_seconds`, give its share back, and return it.

        After a long downtime nothing starts by surprise. Requesters are told like of any other ending.
        """
        ttl_ms = int(ttl_seconds * 1000)
        withdrawn: list[Job] = []
        # One by one: who holds the counters of two guilds at once could wait for somebody who waits for them.
        while job := await self._engine.write(lambda transaction: _withdraw_expired(transaction, ttl_ms)):
            withdrawn.append(job)
        return withdrawn


@contextlib.contextmanager
def _refusing_where_it_cannot_write() -> Generator[None]:
    try:
        yield
    except sqlite3.OperationalError as error:  # a disk that is full or read-only: nothing was written
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
    if not transaction.in_place():
        raise Paused(Cause.DATABASE)
    row = await transaction.make(_INSERT, MADE, RESERVE, **values)
    if row is None:
        return await _first_of(transaction, values)
    await _require_open(transaction, row)
    job = Job.from_row(row)
    await reserve(transaction, job, caps)
    transaction.ring()
    return job


async def _require_open(transaction: Transaction, row: Row) -> None:
    """Refuse what was written while orders are not taken, or from a member who may not order."""
    if row["paused"] is not None:
        raise Paused(row["paused"])
    if row["blocked"] is not None:
        block = {"guild_id": row["guild_id"], "user_id": row["user_id"], "cause": row["blocked"]}
        found = await transaction.one(_BLOCKED_UNTIL, **block)
        raise Blocked(row["blocked"], until_at=found["until_at"] if found else None)


async def _admit_made(transaction: Transaction, made: Row) -> Job:
    row = await transaction.make(_INSERT_MADE, MADE, **made)
    if row is None:
        return await _first_of(transaction, made)
    transaction.ring()
    return Job.from_row(row)


async def _first_of(transaction: Transaction, new: Row) -> Job:
    """Return what this interaction has made before, be it by an earlier run of this very body."""
    row = await transaction.one(_BY_INTERACTION, interaction_id=new["interaction_id"])
    if row is None:
        raise LookupError("a unique column other than interaction_id collided")
    return Job.from_row(row)


async def place_of(transaction: Transaction, job: Job) -> int:
    """Return how many queued jobs are served up to and including `job`."""
    row = await transaction.one(_PLACE, id=job.id, turn=job.turn)
    return row["n"] if row else 0


# Behind whoever was served last, and behind the member's own in the same guild: so nobody's second job comes before
# another's first.
# An outage of the provider lets orders in: they wait for its end.
# Nothing in it sorts: a sort costs SQLite more than all the rest of an admission, even one of no rows.
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

_INSERT_MADE = """
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

# The order in which `Claims.queued` takes them. Nothing but the state and the turn stands in the condition: an id
# there would lure the planner from jobs_queued to the whole history.
_PLACE = """
SELECT COUNT(CASE WHEN turn < :turn OR id <= :id THEN 1 END) AS n
  FROM jobs WHERE state = 'queued' AND turn <= :turn
"""
