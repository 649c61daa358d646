"""Jobs of unknown outcome: the decisions of moderators about them, and how a restored backup creates them.

The bot ran on after the backup was made. A job that waited then may have been submitted since, so it becomes
unknown. A video that was being made may have been posted since, so its channel is searched before it is
posted.
"""

from dataclasses import dataclass

from db.engines.engine import Engine, Transaction
from db.jobs.admission import NORMAL_STRIDE
from db.jobs.job import Job, JobState, add_event
from db.money.caps import Caps
from db.money.ledger import book_reserve


class UnknownJobs:
    """The decisions about unknown jobs, scoped by guild. The caller checks that the person may decide."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    async def submit_again(
        self, key: str, *, guild_id: int, day: str, bot_day: str, caps: Caps
    ) -> Job | None:
        """Queue an unknown job once more; return None if there is none.

        The submit key stays, so that a provider that honours it does not charge twice. But if the task is
        known to have no result, the key changes, because the old key would lead to the same task again.

        The first price stays counted, because it may have been charged; a second one is counted on top.

        Raises:
            CapReached: the limits leave no room for a second price; the job stays unknown.
        """

        async def body(transaction: Transaction) -> Job | None:
            values = {"key": key, "guild_id": guild_id, "day": day, "bot_day": bot_day}
            job = await _decided(transaction, _SUBMIT_AGAIN, **values, step=NORMAL_STRIDE)
            if job is not None:
                await book_reserve(transaction, job, caps)
            return job

        return await self._engine.write(body)

    async def give_up(self, key: str, *, guild_id: int) -> Job | None:
        """End an unknown job without another order; return None if there is none. Its price stays counted.

        The requester is notified of this ending, also one who was notified that a moderator would decide.
        """
        return await self._engine.write(
            lambda transaction: _decided(transaction, _GIVE_UP, key=key, guild_id=guild_id)
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class SetAside:
    """The numbers of rows in a restored backup that were changed, for each kind of doubt."""

    orders: int  #: jobs that waited or were being submitted; now `unknown`
    results: int  #: results that may have been posted; their channel is searched first
    notices: int  #: direct messages that may have been sent; dropped


async def set_aside(engine: Engine) -> SetAside:
    """Prepare a restored database so that nothing that may have happened since is repeated. Safe to repeat."""

    async def body(transaction: Transaction) -> SetAside:
        queued = await _doubt(transaction, _DOUBT_QUEUED, JobState.QUEUED)
        submitting = await _doubt(transaction, _DOUBT_SUBMITTING, JobState.SUBMITTING)
        rendering = await transaction.all(_LOOK_FOR_RENDERING)
        delivering = await transaction.all(_LOOK_FOR_DELIVERING)
        notices = await transaction.all(_DROP_NOTICES)
        await transaction.all(_FORGET_COMMANDS)
        return SetAside(
            orders=queued + submitting, results=len(rendering) + len(delivering), notices=len(notices)
        )

    return await engine.write(body)


_WHY = "restored from a backup: it may have been ordered since"


async def _decided(transaction: Transaction, sql: str, **parameters: str | int) -> Job | None:
    row = await transaction.one(sql, **parameters)
    if row is None:
        return None
    job = Job.from_row(row)
    await add_event(transaction, job, from_state=JobState.UNKNOWN)
    return job


async def _doubt(transaction: Transaction, sql: str, state: JobState) -> int:
    jobs = [Job.from_row(row) for row in await transaction.all(sql, detail=_WHY)]
    for job in jobs:
        await add_event(transaction, job, from_state=state)
    return len(jobs)


# The turn is computed as for a new job.
_SUBMIT_AGAIN = """
UPDATE jobs SET state = 'queued', reason = NULL, detail = NULL, told_at = NULL, usage_day = :day, bot_day = :bot_day,
                order_number = order_number + 1, cost_micros = cost_micros + price_micros, turn = (SELECT COALESCE(MAX(turn), 0)
                   FROM (SELECT turn FROM queue_clock UNION ALL
                         SELECT MAX(turn) FROM jobs AS lane
                          WHERE lane.guild_id = jobs.guild_id AND lane.user_id = jobs.user_id
                            AND state = 'queued' AND state IN <under_way>) AS turns) + :step,
                submit_key = CASE WHEN reason = 'no_result' THEN submit_key || '-' || CAST(order_number AS TEXT)
                                  ELSE submit_key END,
                provider_task_id = NULL, progress = NULL, expected_at = NULL, late_at = NULL, rendered_at = NULL,
                attempt = 0, troubles = 0, fence = fence + 1, lease_owner = NULL,
                next_at = <dbnow>, queued_at = <dbnow>
 WHERE key = :key AND guild_id = :guild_id AND state = 'unknown' AND reason IN ('ambiguous_submit', 'no_result')
   AND erased_at IS NULL
RETURNING *
"""

_GIVE_UP = """
UPDATE jobs SET state = 'failed', finished_at = <dbnow>, fence = fence + 1, lease_owner = NULL,
                told_at = CASE WHEN erased_at IS NOT NULL THEN told_at END, troubles = 0, next_at = <dbnow>
 WHERE key = :key AND guild_id = :guild_id AND state = 'unknown'
RETURNING *
"""

# The submit key stays, so that a provider that honours it answers a second order with the first order's task.
_DOUBT_QUEUED = """
UPDATE jobs SET state = 'unknown', reason = 'ambiguous_submit', told_at = NULL, troubles = 0,
                detail = :detail,
                fence = fence + 1, lease_owner = NULL, next_at = <dbnow>
 WHERE state = 'queued'
RETURNING *
"""

_DOUBT_SUBMITTING = """
UPDATE jobs SET state = 'unknown', reason = 'ambiguous_submit', told_at = NULL, troubles = 0,
                detail = :detail,
                fence = fence + 1, lease_owner = NULL, next_at = <dbnow>
 WHERE state = 'submitting'
RETURNING *
"""

# A video posted within the minute that a nonce lasts was also ordered within it, so `created_at` is early enough.
_LOOK_FOR_RENDERING = """
UPDATE jobs SET first_sent_at = created_at, fence = fence + 1, lease_owner = NULL, next_at = <dbnow>
 WHERE state = 'rendering' AND first_sent_at IS NULL
RETURNING id
"""

_LOOK_FOR_DELIVERING = """
UPDATE jobs SET first_sent_at = created_at, fence = fence + 1, lease_owner = NULL, next_at = <dbnow>
 WHERE state = 'delivering' AND first_sent_at IS NULL
RETURNING id
"""

_DROP_NOTICES = """
UPDATE jobs SET notice = 0, fence = fence + 1, lease_owner = NULL
 WHERE notice = 1
RETURNING id
"""

# Another version may have registered other commands since; the next start compares them again.
_FORGET_COMMANDS = """
DELETE FROM facts WHERE substr(name, 1, 8) = 'commands'
RETURNING name
"""
