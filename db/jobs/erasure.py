"""Deleting on request: the words, pictures and addresses of an ended job go; what it counted and cost stays."""

from collections.abc import Callable

from db.engines.engine import Transaction
from db.jobs.job import Job

Blank = Callable[[str], str]
"""Returns a row's order without anything that a person wrote or gave. Pure: it runs inside the transaction."""


async def erase(
    transaction: Transaction, key: str, *, guild_id: int, user_id: int | None, blank: Blank
) -> Job | None:
    """Erase an ended or unknown job and return it as it was; None when there is none, or it was erased before.

    `user_id` None: whoever made it, as a moderator decided.
    """
    job = await _ended(transaction, key, guild_id=guild_id, user_id=user_id)
    if job is None:
        return None
    erased = await transaction.one(_ERASE, id=job.id, fence=job.fence, request_json=blank(job.request_json))
    return job if erased else None


async def _ended(transaction: Transaction, key: str, *, guild_id: int, user_id: int | None) -> Job | None:
    if user_id is None:
        row = await transaction.one(_ENDED_OF_GUILD, key=key, guild_id=guild_id)
    else:
        row = await transaction.one(_ENDED_OF_MEMBER, key=key, guild_id=guild_id, user_id=user_id)
    return Job.from_row(row) if row else None


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

# Nobody is told any more of what is gone; whoever is about to be, finds the fence raised.
_ERASE = """
UPDATE jobs SET request_json = :request_json, first_frame = NULL, video_file = NULL, video_bytes = NULL,
                result_url = NULL, detail = NULL, erased_at = <dbnow>,
                told_at = COALESCE(told_at, <dbnow>), notice = 0, fence = fence + 1, lease_owner = NULL
 WHERE id = :id AND fence = :fence
   AND state IN ('delivered', 'failed', 'cancelled', 'unknown')
RETURNING id
"""
