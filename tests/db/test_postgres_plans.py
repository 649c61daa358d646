"""How PostgreSQL finds the rows, in a plan that knows no values: claims by their own index, nothing by the history."""

import re
from itertools import chain

import pytest

from db.engines.address import postgres_address
from db.engines.postgres import open_postgres
from db.engines.postgres_connection import in_postgres, made_with
from db.store import JobStore
from tests.db.explaining import Explained, ExplainingEngine
from tests.db.test_db_query_plans import QUESTIONS, use_everything
from tests.support.databases import administer, new_database
from tests.support.rows import each_row

HISTORY = """
    INSERT INTO jobs (key, guild_id, channel_id, user_id, interaction_id, state, request_json, format, submit_key,
                      spoiler, upload_limit, usage_day, next_at, created_at, queued_at, rendered_at, submitted_at,
                      message_id)
    SELECT 'old-' || n, n % 50, 7, n % 500, -n, 'delivered', '{}', 'a/6s/768p', 'old-' || n,
           0, 1, '2026-01-01', n, n, n, n, n, n
      FROM generate_series(1, 20000) AS n;
    INSERT INTO job_events (job_id, at, fence, to_state) SELECT id, 1, 0, 'queued' FROM jobs;
    INSERT INTO counters (scope, guild_id, user_id, period, n, micros)
    SELECT 'member', n % 50, n, 'd' || n, 1, 0 FROM generate_series(1, 5000) AS n;
    INSERT INTO ledger (job_id, kind, order_number, micros, at) SELECT id, 'reserve', 1, 0, 1 FROM jobs;
    INSERT INTO log_posts (job_id, channel_id, message_id) SELECT id, 1, id FROM jobs;
    INSERT INTO reports (job_id, user_id, at) SELECT id, 1, 1 FROM jobs;
    INSERT INTO audit (guild_id, user_id, at, action) SELECT 1, 1, n, 'limits' FROM generate_series(1, 5000) AS n;
    INSERT INTO blocks (guild_id, user_id, since, cause) SELECT n % 50, n, 1, 'x' FROM generate_series(100, 5000) AS n;
    INSERT INTO members (user_id, settings_json, changed_at) SELECT n, '{}', n FROM generate_series(1, 5000) AS n;
    INSERT INTO guilds (guild_id, settings_json, changed_at) SELECT n, '{}', n FROM generate_series(1, 5000) AS n;
    INSERT INTO facts (name, value) SELECT 'f' || n, '' FROM generate_series(1, 5000) AS n;
"""

ONLY_HISTORY = """
    DELETE FROM ledger USING jobs WHERE jobs.id = job_id AND key NOT LIKE 'old-%';
    DELETE FROM log_posts USING jobs WHERE jobs.id = job_id AND key NOT LIKE 'old-%';
    DELETE FROM reports USING jobs WHERE jobs.id = job_id AND key NOT LIKE 'old-%';
    DELETE FROM job_events USING jobs WHERE jobs.id = job_id AND key NOT LIKE 'old-%';

    DELETE FROM jobs WHERE key NOT LIKE 'old-%';
"""


class ExplainedOnServer(Explained):
    """A transaction that notes generic plans, which know no values."""

    async def plan_of(self, sql, /, **_):
        text, names = in_postgres(sql)
        connection = self._transaction._connection
        await connection.execute(
            f"SET LOCAL plan_cache_mode = force_generic_plan; PREPARE explained AS {text}"
        )
        values = f"({', '.join(['NULL'] * len(names))})" if names else ""
        rows = await connection.fetch(f"EXPLAIN EXECUTE explained{values}")
        await connection.execute("DEALLOCATE explained")
        return "\n".join(row[0] for row in rows)

    async def insert_with_records(self, sql, /, *records, **parameters):
        return await self.one(made_with(sql, records), **parameters)


_made = []

OTHERS = {
    "page, under_way": "jobs_under_way",
    "newer page, under_way": "jobs_under_way",
    "turn": "jobs_queued",
}
"""Of what is under way or waits there is little here: another index of it serves as well."""


@pytest.fixture
async def explaining():
    if not _made:
        url = await new_database()
        for sql in (HISTORY, "VACUUM ANALYZE"):
            await administer(sql, at=url)
        _made.append(url)
    await administer(ONLY_HISTORY, at=_made[0])
    async with open_postgres(postgres_address(_made[0]), name="w") as engine:
        yield ExplainingEngine(engine, ExplainedOnServer)


@pytest.fixture
def only_history():
    return lambda: administer(ONLY_HISTORY, at=_made[0])


@pytest.fixture
def store(explaining):
    return JobStore.over(explaining, worker="w", lease_seconds=60)


@each_row(
    "ask, indexes",
    [(ask, (plan.partition(" ")[0], OTHERS.get(name))) for name, (ask, plan) in QUESTIONS.items()],
    before="only_history",
)
async def test_a_question_is_answered_by_the_index_made_for_it(store, explaining, ask, indexes):
    explaining.plans.clear()
    await ask(store)

    plans = "\n".join(explaining.plans.values())
    assert [index for index in indexes if index and f"using {index} on" in plans]


@pytest.mark.parametrize("name", ["stranded", "due_poll", "due_delivery", "unnotified"])
async def test_a_claim_enters_its_index_at_what_is_due(store, explaining, name):
    await QUESTIONS[name][0](store)

    plan = next(plan for sql, plan in explaining.plans.items() if "next_at <= <dbnow>" in sql)
    assert "Index Cond: (next_at <= (" in plan
    assert "statement_timestamp" in plan


async def test_no_statement_reads_the_whole_history(store, explaining, only_history):
    await use_everything(store, only_history)

    tables = [re.findall(r"Seq Scan on (\w+)", plan) for plan in explaining.plans.values()]
    whole = set(chain.from_iterable(tables)) - {"pauses", "queue_clock"}  # which hold a handful of rows
    assert whole == set()
    assert len(explaining.plans) > 30
