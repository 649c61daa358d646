"""A member's jobs page by page, newest first: the next page begins below the last id of this page."""

from dataclasses import dataclass
from enum import StrEnum

from db.engines.engine import Transaction
from db.jobs.job import Job


class Group(StrEnum):
    """A group of jobs that a list shows. Every job belongs to exactly one group besides ALL."""

    ALL = "all"
    UNDER_WAY = "under_way"  #: not ended yet
    DELIVERED = "delivered"
    FAILED = "failed"  #: no video was delivered: failed, cancelled or unknown


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """One page of jobs, newest first."""

    jobs: list[Job]
    more: bool  #: whether there are older jobs
    newer: bool = False  #: whether there is a page of newer jobs


NEWEST = 2**63 - 1
"""A number above every job id: the first page begins below it."""


async def read_page(
    transaction: Transaction, group: Group, *, guild_id: int, user_id: int, before_id: int | None, limit: int
) -> Page:
    """Return one page of a member's jobs in a guild, newest first, from one group of states.

    The page begins below the job `before_id`, or with the newest job if that is None.
    """
    sql = _PAGE[group]
    below = NEWEST if before_id is None else before_id
    rows = await transaction.all(sql, guild_id=guild_id, user_id=user_id, below=below, limit=limit + 1)
    jobs = [Job.from_row(row) for row in rows[:limit]]
    return Page(jobs=jobs, more=len(rows) > limit, newer=before_id is not None)


async def read_newer_page(
    transaction: Transaction, group: Group, *, guild_id: int, user_id: int, after_id: int, limit: int
) -> Page:
    """Return the page of jobs that are newer than `after_id`; the first page, if they fill at most one."""
    sql = _NEWER_PAGE[group]
    rows = await transaction.all(sql, guild_id=guild_id, user_id=user_id, above=after_id, limit=limit + 1)
    if len(rows) <= limit:
        return await read_page(
            transaction, group, guild_id=guild_id, user_id=user_id, before_id=None, limit=limit
        )
    return Page(jobs=[Job.from_row(row) for row in rows[limit - 1 :: -1]], more=True, newer=True)


_PAGE = {
    Group.ALL: """
        SELECT * FROM jobs
         WHERE user_id = :user_id AND guild_id = :guild_id AND id < :below AND erased_at IS NULL
         ORDER BY id DESC LIMIT :limit
    """,
    Group.UNDER_WAY: """
        SELECT * FROM jobs
         WHERE user_id = :user_id AND guild_id = :guild_id AND id < :below AND erased_at IS NULL
           AND state IN <under_way>
         ORDER BY id DESC LIMIT :limit
    """,
    Group.DELIVERED: """
        SELECT * FROM jobs
         WHERE user_id = :user_id AND guild_id = :guild_id AND id < :below AND erased_at IS NULL
           AND state = 'delivered'
         ORDER BY id DESC LIMIT :limit
    """,
    Group.FAILED: """
        SELECT * FROM jobs
         WHERE user_id = :user_id AND guild_id = :guild_id AND id < :below AND erased_at IS NULL
           AND state IN ('failed', 'cancelled', 'unknown')
         ORDER BY id DESC LIMIT :limit
    """,
}

_NEWER_PAGE = {
    Group.ALL: """
        SELECT * FROM jobs
         WHERE user_id = :user_id AND guild_id = :guild_id AND id > :above AND erased_at IS NULL
         ORDER BY id LIMIT :limit
    """,
    Group.UNDER_WAY: """
        SELECT * FROM jobs
         WHERE user_id = :user_id AND guild_id = :guild_id AND id > :above AND erased_at IS NULL
           AND state IN <under_way>
         ORDER BY id LIMIT :limit
    """,
    Group.DELIVERED: """
        SELECT * FROM jobs
         WHERE user_id = :user_id AND guild_id = :guild_id AND id > :above AND erased_at IS NULL
           AND state = 'delivered'
         ORDER BY id LIMIT :limit
    """,
    Group.FAILED: """
        SELECT * FROM jobs
         WHERE user_id = :user_id AND guild_id = :guild_id AND id > :above AND erased_at IS NULL
           AND state IN ('failed', 'cancelled', 'unknown')
         ORDER BY id LIMIT :limit
    """,
}
