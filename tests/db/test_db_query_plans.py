"""How SQLite finds the rows: every claim by its own partial index, and nothing by reading the whole history."""

import sqlite3
from contextlib import closing
from itertools import chain

import pytest

from db.jobs.guild_queries import LogPost
from db.jobs.job import OPEN, JobState, Owner, Relation
from db.jobs.pages import Group
from db.money.caps import Caps, LevelCaps
from db.settings.pauses import Cause
from db.store import JobStore
from tests.db.explaining import ExplainingEngine
from tests.db.rows import ANN, PLENTY, TASK, admit, job_in, new_job, undeliverable
from tests.db.writes import WRITES
from tests.support.rows import each_row

database = pytest.fixture(lambda: "sqlite")


@pytest.fixture
def explaining(engine):
    return ExplainingEngine(engine)


@pytest.fixture
def store(explaining):
    return JobStore.over(explaining, worker="w", lease_seconds=60)


async def claim(store):
    await admit(store)
    return await store.claims.queued(running_cap=3)


async def place(store):
    await store.job_queries.queue_position(await admit(store))


QUESTIONS = {
    "queued": (claim, "jobs_queued"),
    "stranded": (lambda store: store.claims.stranded(), "jobs_submitting (next_at<?)"),
    "due_poll": (lambda store: store.claims.due_poll(), "jobs_rendering (next_at<?)"),
    "due_delivery": (lambda store: store.claims.due_delivery(), "jobs_delivering (next_at<?)"),
    "withdraw": (lambda store: store.admission.withdraw_expired(ttl_seconds=9), "jobs_queued"),
    "unnotified": (lambda store: store.claims.unnotified(), "jobs_untold (next_at<?)"),
    "notice": (lambda store: store.notices.due(), "jobs_to_notify (next_at<?)"),
    "next notice": (lambda store: store.notices.next_due(), "jobs_to_notify"),
    **{
        f"next {state}": (lambda store, state=state: store.claims.next_due(state), f"jobs_{state}")
        for state in (JobState.QUEUED, JobState.SUBMITTING, JobState.RENDERING, JobState.DELIVERING)
    },
    "next unnotified": (lambda store: store.claims.next_due(JobState.FAILED), "jobs_untold"),
    "running count, submitting": (claim, "jobs_submitting"),
    "running count, rendering": (claim, "jobs_rendering"),
    "active count": (admit, "jobs_under_way (guild_id=? AND user_id=?)"),
    "turn": (admit, "jobs_under_way (guild_id=? AND user_id=?)"),
    "place": (place, "jobs_queued (turn<?)"),
    "is anything queued": (lambda store: store.claims.queued(running_cap=3), "jobs_queued"),
    "newest": (
        lambda store: store.job_queries.newest(ANN, limit=25),
        "jobs_by_owner (user_id=? AND guild_id=?)",
    ),
    "queue": (lambda store: store.job_queries.queue(1), "jobs_under_way (guild_id=?)"),
    "render times": (lambda store: store.job_queries.render_times("f"), "jobs_by_format (format=? "),
    **{
        f"open, {state}": (
            lambda store, state=state: store.job_queries.open_jobs(state, limit=9),
            f"jobs_{state}",
        )
        for state in OPEN
    },
    **{
        f"page, {group}": (
            lambda store, group=group: store.job_queries.page(ANN, states=group, before_id=9, limit=9),
            "jobs_by_owner (user_id=? AND guild_id=? AND id<?)",
        )
        for group in Group
    },
    **{
        f"newer page, {group}": (
            lambda store, group=group: store.job_queries.newer_page(ANN, states=group, after_id=9, limit=9),
            "jobs_by_owner (user_id=? AND guild_id=? AND id>?)",
        )
        for group in Group
    },
    "by message": (
        lambda store: store.job_queries.by_message(ANN, channel_id=1, message_id=1),
        "jobs_by_message (message_id=?)",
    ),
    "by direct message": (
        lambda store: store.job_queries.by_message(Owner(guild_id=0, user_id=11), channel_id=1, message_id=1),
        "jobs_by_message (message_id=?)",
    ),
    "queue of a guild": (
        lambda store: store.guild_queries.queue(1, after_id=5, limit=9),
        "jobs_under_way (guild_id=?)",
    ),
    "unknown of a guild": (
        lambda store: store.guild_queries.unknown(1, before_id=9, limit=9),
        "jobs_unknown",
    ),
    "leftover statuses": (lambda store: store.job_queries.leftover_statuses(), "jobs_status"),
}


@each_row("ask, index", QUESTIONS.values(), before="emptied")
async def test_a_question_is_answered_by_the_index_made_for_it(store, explaining, ask, index):
    explaining.plans.clear()
    await ask(store)

    assert f"USING INDEX {index}" in "\n".join(explaining.plans.values())


async def use_everything(store, clear):
    """Run every statement of the store at least once; `clear` takes all jobs away."""
    for write in WRITES:
        await clear()
        await write.call(store.outcomes, await job_in(store, min(write.states)))
    await clear()
    for state in set(JobState) - {JobState.QUEUED}:
        await job_in(store, state)
    late = await job_in(store, JobState.SUBMITTING)
    with store.claims.keep(late):
        await store.claims.renew()
    await store.outcomes.unknown(late, detail="")
    await store.outcomes.rescued(late, order=TASK, first_poll_ms=60_000)
    await everything_told_and_asked(store)


async def everything_told_and_asked(store):
    while (job := await store.claims.unnotified()) is not None:
        await store.outcomes.notified(job)
    job = await undeliverable(store, await admit(store))
    await store.job_queries.deliver_again(job.key, ANN, channel_id=1, upload_limit=1)
    await store.job_queries.find(job.key, ANN)
    await store.job_queries.by_id(job.id)
    await store.job_queries.by_key(job.key)
    await store.job_queries.set_status_message(job.id, 5)
    await store.admission.admit(new_job(interaction_id=job.interaction_id), caps=PLENTY)
    await store.unknown_jobs.submit_again(
        "absent", guild_id=1, day="2026-01-01", bot_day="2026-01-01", caps=PLENTY
    )
    await store.unknown_jobs.give_up("absent", guild_id=1)
    for ask, _ in QUESTIONS.values():
        await ask(store)
    await everything_about_money_and_managers(store)
    await everything_about_surfaces(store)


async def everything_about_money_and_managers(store):
    every = LevelCaps(active=9, per_day=9, micros_per_day=10**9, micros_per_month=10**9, cooldown_ms=1)
    await store.admission.admit(new_job(Owner(guild_id=9, user_id=11)), caps=Caps(member=every, guild=every))
    await store.pauses.pause(Cause.OPERATOR)
    await store.pauses.standing()
    await store.pauses.causes()
    await store.pauses.times(Cause.OPERATOR)
    while await store.pauses.unnotified():
        pass
    await store.pauses.lift(Cause.OPERATOR)
    await store.blocks.block(7, guild_id=1, cause="moderator")
    await store.blocks.of(1)
    await store.blocks.refusals(11, within_ms=9)
    await store.blocks.unblock(7, guild_id=1)
    await store.audit.note(1, 11, action="limits")
    await store.audit.page(1)
    await store.usage.of_member(1, 11, since="2026-01-01", until="2026-12-31")
    await store.usage.top_members(1, since="2026-01-01", limit=10)
    job = await admit(store)
    await store.guild_queries.find(job.key, 1)
    await store.guild_queries.cancel(job.key, 1)
    await store.log_posts.posted(job, LogPost(channel_id=1, message_id=2))
    await store.log_posts.of(job)
    await store.log_posts.report(job, 7)
    await store.log_posts.take_back(job, 7)
    await store.usage.of_guild(1, since="2026-01-01", until="2026-12-31")
    await store.usage.members_by_day(1, since="2026-01-01", until="2026-12-31", limit=9)


async def everything_about_surfaces(store):
    made = await store.admission.admit_with_video(new_job(), video_file="f", video_bytes=1)
    await store.outcomes.delivered(await store.claims.due_delivery(), message_id=1, notice=True)
    notice = await store.notices.sending(await store.notices.due())
    notice = await store.notices.later(notice, delay_ms=0)
    await store.notices.done(notice, told=True)
    await store.job_queries.chain(await admit(store, parent_id=made.id, relation=Relation.CONTINUE), limit=9)
    await store.job_queries.find_in_guild(made.key, ANN)
    await store.job_queries.find_in_guild(made.key, Owner(guild_id=0, user_id=11))
    await store.privacy.erase(made.key, 1, user_id=22, blank=str)
    await store.privacy.erase(made.key, 1, user_id=None, blank=str)
    await store.members.save(1, "{}")
    await store.members.settings_of(1)
    await store.members.save_guild(1, "{}")
    await store.members.settings_of_guild(1)
    await store.bot_state.set("a", "b")
    await store.bot_state.get("a")


async def test_every_index_of_the_jobs_serves_a_statement(store, explaining, emptied, path):
    await use_everything(store, emptied)
    plans = "\n".join(explaining.plans.values())
    sql = "SELECT name FROM sqlite_master WHERE type = 'index' AND tbl_name = 'jobs' AND sql IS NOT NULL"
    with closing(sqlite3.connect(path)) as connection:
        indexes = {name for (name,) in connection.execute(sql)}

    assert {name for name in indexes if f" {name}" not in plans} == set()


def is_tiny(step):
    """Tell whether a step walks what never grows: the rows of a statement, pauses, the clock, a member's open jobs."""
    return (
        step.endswith(("CONSTANT ROWS", "SCAN pauses", "SCAN queue_clock", "SCAN turns"))
        or "jobs_under_way" in step
    )


async def test_no_statement_reads_the_whole_history(store, explaining, emptied):
    """A step of a plan is small when it seeks rows, or walks a partial index of what is under way."""
    await use_everything(store, emptied)
    small = ("jobs_status", *(f"jobs_{state}" for state in OPEN))
    of_jobs = [plan for sql, plan in explaining.plans.items() if "jobs" in sql]
    steps = {step for step in chain.from_iterable(plan.split("\n") for plan in of_jobs) if not is_tiny(step)}

    scans = {step for step in steps if step.startswith("SCAN") and not step.endswith(small)}
    ranges_of_ids = {step for step in steps if "rowid<" in step or "rowid>" in step}
    sorts = {plan for plan in of_jobs if "TEMP B-TREE" in plan and "jobs_under_way" not in plan}

    assert scans | ranges_of_ids | sorts == set()
    assert len(explaining.plans) > 30


async def test_an_admission_sorts_nothing(store, explaining):
    """Even a sort of no rows reserves memory, which costs more than the rest of an admission."""
    await store.admission.admit(new_job(), caps=PLENTY)

    assert len(explaining.plans) >= 4
    assert [sql for sql, plan in explaining.plans.items() if "TEMP B-TREE" in plan] == []
