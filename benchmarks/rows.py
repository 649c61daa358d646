"""Orders as a member gives them, and histories written straight into a store."""

import secrets
from typing import Any

from db.engines.engine import Engine
from db.jobs.admission import NewJob, Requester
from db.jobs.job import Owner
from db.money.caps import Caps, LevelCaps
from hailuo.request import VideoRequest
from jobs.orders.order import Order

USERS = 500
FORMAT = "MiniMax-Hailuo-2.3/6s/768p"
PLENTY = 10_000_000
NO_CAPS = Caps(
    member=LevelCaps(active=PLENTY, per_day=PLENTY),
    guild=LevelCaps(per_day=PLENTY),
    bot=LevelCaps(micros_per_day=PLENTY * PLENTY),
)
"""As many limits as are shipped, so high that nobody meets them."""

PROMPT = "a red kite over a grey sea at dawn, seen from a small boat that rolls in a long swell, " * 3
REQUEST = Order(
    request=VideoRequest(prompt=PROMPT[:110]),
    text=PROMPT[:80],
).to_json()
"""What is kept of an order: about 450 bytes."""


def new_job(number: int, *, user_id: int | None = None) -> NewJob:
    """Return a job of `user_id`, else of one of `USERS` members, as the commands make it."""
    return NewJob(
        key=secrets.token_hex(8),
        requester=Requester(
            owner=Owner(guild_id=1, user_id=user_id or 1 + number % USERS),
            channel_id=2,
            interaction_id=secrets.randbits(62),
            upload_limit=10 << 20,
        ),
        request_json=REQUEST,
        format=FORMAT,
        submit_key=secrets.token_hex(16),
        first_frame=None,
        parent_id=None,
        relation=None,
        usage_day="2026-01-01",
        bot_day="2026-01-01",
        price_micros=293_000,
    )


async def write_jobs(engine: Engine, state: str, count: int, *, due_in_ms: int = 0, **columns: Any) -> None:
    """Write `count` jobs of `state` as if they had come there by themselves; `columns` are further values."""
    names = "".join(f", {name}" for name in columns)
    values = "".join(f", CAST(:{name} AS {_type_of(value)})" for name, value in columns.items())
    sql = _WRITE.replace("/*names*/", names).replace("/*values*/", values)
    for begun in range(0, count, _AT_ONCE):
        first = secrets.randbits(40) << 20

        async def body(
            transaction: Any, first: int = first, number: int = min(_AT_ONCE, count - begun)
        ) -> None:
            await transaction.all(
                sql,
                first=first,
                last=first + number - 1,
                state=state,
                request=REQUEST,
                format=FORMAT,
                due=due_in_ms,
                users=USERS,
                **columns,
            )

        await engine.write(body)


async def write_history(engine: Engine, count: int) -> None:
    """Write `count` jobs that were delivered long ago, with the five changes of state of each."""
    await write_jobs(engine, "delivered", count, submitted_at=1, rendered_at=2, finished_at=3, message_id=4)
    await engine.write(lambda transaction: transaction.all(_WRITE_EVENTS))


_AT_ONCE = 10_000


def _type_of(value: object) -> str:
    return "BIGINT" if isinstance(value, int) else "TEXT"


# One text for both engines, like those of the store. CASTs, because PostgreSQL does not guess in a SELECT.
_WRITE = """
WITH RECURSIVE numbers(n) AS (
  SELECT CAST(:first AS BIGINT) UNION ALL SELECT n + 1 FROM numbers WHERE n < CAST(:last AS BIGINT)
)
INSERT INTO jobs (key, guild_id, channel_id, user_id, interaction_id, state, request_json, format, submit_key,
                  spoiler, upload_limit, route, may_direct, language, usage_day, next_at, queued_at, created_at
                  /*names*/)
SELECT CAST(n AS TEXT), 1, 2, 1 + n % CAST(:users AS BIGINT), n, CAST(:state AS TEXT), CAST(:request AS TEXT),
       CAST(:format AS TEXT), 'key-' || CAST(n AS TEXT), 0, 10485760, 'channel', 1, 'en', '2025-12-31',
       <dbnow> + CAST(:due AS BIGINT), <dbnow>, <dbnow> /*values*/
  FROM numbers
"""

_WRITE_EVENTS = """
INSERT INTO job_events (job_id, at, fence, from_state, to_state)
SELECT jobs.id, jobs.created_at, steps.n, 'rendering', 'delivered'
  FROM jobs CROSS JOIN (SELECT 1 AS n UNION ALL SELECT 2 UNION ALL SELECT 3 UNION ALL SELECT 4 UNION ALL SELECT 5)
    AS steps
 WHERE jobs.state = 'delivered'
"""
