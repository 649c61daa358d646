"""What may be stale in a restored backup: the bot went on after the backup was made.

An order that waited then may have been placed since, so it waits for a person; a video that was being made may have
been posted since, so its channel is searched before it is posted again.
"""

from dataclasses import dataclass

from db.engines.engine import Engine, Transaction
from db.jobs.events import add_event
from db.jobs.job import Job, JobState


@dataclass(frozen=True, slots=True, kw_only=True)
class SetAside:
    """How many rows were changed, by what may have happened since."""

    orders: int  #: waited or were being placed: `unknown` now
    results: int  #: may be posted: looked for before they are posted
    notices: int  #: courtesies that may have gone out: dropped


async def set_aside(engine: Engine) -> SetAside:
    """Make sure that nothing that may have been done since is done again unasked. Safe to repeat."""

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


async def _doubt(transaction: Transaction, sql: str, state: JobState) -> int:
    jobs = [Job.from_row(row) for row in await transaction.all(sql, detail=_WHY)]
    for job in jobs:
        await add_event(transaction, job, from_state=state)
    return len(jobs)


_WHY = "restored from a backup: it may have been ordered since"

# The key of the order stays, so that a provider which honours it answers a second order with the first one's task.
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

# Nothing is posted before it is ordered: what was posted within the minute that a nonce lasts was ordered within it.
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

# Another version may have registered other commands since: they are compared anew at the start.
_FORGET_COMMANDS = """
DELETE FROM facts WHERE substr(name, 1, 8) = 'commands'
RETURNING name
"""
