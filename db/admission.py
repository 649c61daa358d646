"""Admission: the caps, the job and its first event in one durable transaction."""

from dataclasses import dataclass, fields
from enum import StrEnum

from db.engine import Engine, Row, Transaction
from db.events import add_event
from db.job import Job, JobState, Relation, Route


class Cap(StrEnum):
    """The limits that a new job counts against."""

    ACTIVE = "active"
    USER_DAY = "user_day"
    BOT_DAY = "bot_day"


@dataclass(frozen=True, slots=True, kw_only=True)
class Caps:
    """How many jobs are allowed; every figure is at least 1."""

    active_per_user: int
    per_user_per_day: int
    per_day: int


class CapReached(Exception):
    """No job was made. `limit` is the figure of the cap that was reached."""

    def __init__(self, cap: Cap, limit: int) -> None:
        super().__init__(f"{cap} cap of {limit} reached")
        self.cap = cap
        self.limit = limit


@dataclass(frozen=True, slots=True, kw_only=True)
class NewJob:
    """What a job is made of. The names are the columns of `jobs`."""

    key: str
    guild_id: int
    channel_id: int
    user_id: int
    interaction_id: int
    request_json: str
    format: str
    submit_key: str
    first_frame: str | None
    spoiler: int
    upload_limit: int
    route: Route
    may_direct: int
    language: str
    parent_id: int | None
    relation: Relation | None
    usage_day: str


_COLUMNS = tuple(field.name for field in fields(NewJob))


def _values_of(new: NewJob) -> Row:
    # Not `asdict`, whose deep copies cost a third of an admission.
    return {name: getattr(new, name) for name in _COLUMNS}


@dataclass(frozen=True, slots=True, kw_only=True)
class Admitted:
    """A job that is on disk. `repeated` when this interaction had made it before."""

    job: Job
    place: int  #: 1 for the next one to be submitted, 0 for one that is not to be
    repeated: bool = False


class Admission:
    """Lets jobs in."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    async def admit(self, new: NewJob, *, caps: Caps, wait_ms: int = 0) -> Admitted:
        """Write the job, its event and its share of the caps, or nothing. Nobody submits it before `wait_ms`.

        Raises:
            CapReached: one of `caps` is used up.
        """
        return await self._engine.write(lambda transaction: _admit(transaction, new, caps, wait_ms))

    async def admit_made(self, new: NewJob, *, video_file: str, video_bytes: int) -> Admitted:
        """Write a job whose video exists already: born `delivering`, it counts against no cap."""
        made = {**_values_of(new), "video_file": video_file, "video_bytes": video_bytes}
        return await self._engine.write(lambda transaction: _admit_made(transaction, made))

    async def withdraw_expired(self, *, ttl_seconds: float) -> list[Job]:
        """Cancel what has waited longer than `ttl_seconds`, give its share back, and return it.

        After a long downtime nothing starts by surprise. Requesters are told like of any other ending.
        """
        ttl_ms = int(ttl_seconds * 1000)
        return await self._engine.write(lambda transaction: _withdraw_expired(transaction, ttl_ms))


async def _withdraw_expired(transaction: Transaction, ttl_ms: int) -> list[Job]:
    jobs = [Job.from_row(row) for row in await transaction.all(_WITHDRAW_EXPIRED, ttl_ms=ttl_ms)]
    for job in jobs:
        await add_event(transaction, job, from_state=JobState.QUEUED)
    await give_back(transaction, *jobs)
    return jobs


async def _admit(transaction: Transaction, new: NewJob, caps: Caps, wait_ms: int) -> Admitted:
    row = await transaction.one(_INSERT, **_values_of(new), wait_ms=wait_ms)
    if row is None:
        return await _first_of(transaction, new.interaction_id)
    job = Job.from_row(row)
    await add_event(transaction, job, from_state=None)
    admitted = Admitted(job=job, place=await place_of(transaction, job))
    await reserve(transaction, job, caps)
    return admitted


async def _admit_made(transaction: Transaction, made: Row) -> Admitted:
    row = await transaction.one(_INSERT_MADE, **made)
    if row is None:
        return await _first_of(transaction, made["interaction_id"])
    job = Job.from_row(row)
    await add_event(transaction, job, from_state=None)
    return Admitted(job=job, place=0)


async def _first_of(transaction: Transaction, interaction_id: int) -> Admitted:
    row = await transaction.one(_BY_INTERACTION, interaction_id=interaction_id)
    if row is None:
        raise LookupError("a unique column other than interaction_id collided")
    job = Job.from_row(row)
    return Admitted(job=job, place=await place_of(transaction, job), repeated=True)


async def reserve(transaction: Transaction, job: Job, caps: Caps) -> None:
    """Take a share of every cap for `job`.

    Raises:
        CapReached: one of `caps` is used up.
    """
    # Nobody else admits a job of this member until this one is in, whatever day it counts for; the bot's row, which
    # everybody waits for, comes last.
    await transaction.hold(f"member {job.user_id}")
    day = job.usage_day
    if not await transaction.one(_USE_USER, day=day, user_id=job.user_id, cap=caps.per_user_per_day):
        raise CapReached(Cap.USER_DAY, caps.per_user_per_day)
    active: Row | None = await transaction.one(_COUNT_ACTIVE, user_id=job.user_id)
    if active and active["n"] > caps.active_per_user:
        raise CapReached(Cap.ACTIVE, caps.active_per_user)
    if not await transaction.one(_USE_BOT, day=day, cap=caps.per_day):
        raise CapReached(Cap.BOT_DAY, caps.per_day)


async def give_back(transaction: Transaction, *jobs: Job) -> None:
    """Return what uncharged jobs had taken from the caps of their days: members first, in order, the bot last."""
    for day, user_id in sorted((job.usage_day, job.user_id) for job in jobs):
        await transaction.one(_GIVE_BACK_USER, day=day, user_id=user_id)
    for day in sorted(job.usage_day for job in jobs):
        await transaction.one(_GIVE_BACK_BOT, day=day)


async def place_of(transaction: Transaction, job: Job) -> int:
    """Return how many queued jobs are served up to and including `job`."""
    row = await transaction.one(_PLACE, id=job.id, next_at=job.next_at)
    return row["n"] if row else 0


_INSERT = """
INSERT INTO jobs (key, guild_id, channel_id, user_id, interaction_id, state, request_json, format, submit_key,
                  first_frame, spoiler, upload_limit, route, may_direct, language, parent_id, relation,
                  usage_day, next_at, queued_at, created_at)
VALUES (:key, :guild_id, :channel_id, :user_id, :interaction_id, 'queued', :request_json, :format, :submit_key,
        :first_frame, :spoiler, :upload_limit, :route, :may_direct, :language, :parent_id, :relation,
        :usage_day, <dbnow> + :wait_ms, <dbnow>, <dbnow>)
ON CONFLICT DO NOTHING
RETURNING *
"""

_INSERT_MADE = """
INSERT INTO jobs (key, guild_id, channel_id, user_id, interaction_id, state, request_json, format, submit_key,
                  first_frame, spoiler, upload_limit, route, may_direct, language, parent_id, relation,
                  usage_day, next_at, queued_at, created_at, video_file, video_bytes, charged)
VALUES (:key, :guild_id, :channel_id, :user_id, :interaction_id, 'delivering', :request_json, :format, :submit_key,
        :first_frame, :spoiler, :upload_limit, :route, :may_direct, :language, :parent_id, :relation,
        :usage_day, <dbnow>, <dbnow>, <dbnow>, :video_file, :video_bytes, 0)
ON CONFLICT DO NOTHING
RETURNING *
"""

_WITHDRAW_EXPIRED = """
UPDATE jobs SET state = 'cancelled', reason = 'waited_too_long', charged = 0, fence = fence + 1,
                next_at = <dbnow>, finished_at = <dbnow>
 WHERE id IN (SELECT id FROM jobs WHERE state = 'queued' AND queued_at <= <dbnow> - :ttl_ms
               ORDER BY next_at, id /*lock*/)
   AND state = 'queued'
RETURNING *
"""

_BY_INTERACTION = "SELECT * FROM jobs WHERE interaction_id = :interaction_id"

_USE_USER = """
INSERT INTO usage (day, scope, scope_id, n) VALUES (:day, 'user', :user_id, 1)
ON CONFLICT (day, scope, scope_id) DO UPDATE SET n = usage.n + 1 WHERE usage.n < :cap
RETURNING n
"""

_USE_BOT = """
INSERT INTO usage (day, scope, scope_id, n) VALUES (:day, 'bot', 0, 1)
ON CONFLICT (day, scope, scope_id) DO UPDATE SET n = usage.n + 1 WHERE usage.n < :cap
RETURNING n
"""

_COUNT_ACTIVE = """
SELECT COUNT(*) AS n FROM jobs
 WHERE user_id = :user_id AND state IN ('queued', 'submitting', 'rendering', 'delivering')
   AND late_at IS NULL AND (relation IS NULL OR relation <> 'join')
"""

_GIVE_BACK_USER = """
UPDATE usage SET n = n - 1 WHERE day = :day AND scope = 'user' AND scope_id = :user_id AND n > 0 RETURNING n
"""

_GIVE_BACK_BOT = """
UPDATE usage SET n = n - 1 WHERE day = :day AND scope = 'bot' AND scope_id = 0 AND n > 0 RETURNING n
"""

# The order in which `Claims.queued` takes them. Nothing but the state stands in the condition: an id there would
# lure the planner from jobs_queued to the whole history.
_PLACE = """
SELECT COUNT(CASE WHEN next_at < :next_at OR (next_at = :next_at AND id <= :id) THEN 1 END) AS n
  FROM jobs WHERE state = 'queued'
"""
