"""From which clip a clip goes on, back to the first of its chain."""

from db.engines.engine import Transaction
from db.jobs.job import Job, Relation

_OTHER_TAKES = frozenset({Relation.REROLL, Relation.RETRY, Relation.UPSCALE})
"""They begin with the same picture as the job they came from, and stand in its place."""


async def chain_of(transaction: Transaction, job: Job, *, limit: int) -> list[Job]:
    """Return the clips that lead to `job`, oldest first and itself last; at most `limit`, the newest ones."""
    clips = [job]
    while len(clips) < limit and (before := await _clip_before(transaction, clips[-1])):
        clips.append(before)
    return clips[::-1]


async def seen_parent_of(transaction: Transaction, job: Job, *, user_id: int) -> Job | None:
    """Return the job that `job` came from, where this member may see it; one that was erased says so."""
    row = await transaction.one(_SEEN_PARENT, parent_id=job.parent_id, guild_id=job.guild_id, user_id=user_id)
    return Job.from_row(row) if row else None


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


# The id comes from a row that was found by guild and user, never from a person.
_PARENT = "SELECT * FROM jobs WHERE id = :parent_id"

_SEEN_PARENT = """
SELECT * FROM jobs
 WHERE id = :parent_id
   AND (user_id = :user_id OR (guild_id = :guild_id AND state = 'delivered' AND route <> 'private'))
"""
