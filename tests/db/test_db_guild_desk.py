"""What managers see and cancel of everybody's jobs in their server, and what their log remembers."""

from db.jobs.guild_queries import LogPost
from db.jobs.job import JobState, Owner, Reason
from db.money.ledger import Spent
from tests.db.rows import ANN, BEN, DAY, PRICE, admit, at_once, job_in
from tests.support.rows import each_row

ELSEWHERE = Owner(guild_id=2, user_id=ANN.user_id)
DIRECT = Owner(guild_id=0, user_id=ANN.user_id)
ABSENT = "0" * 16


def keys(jobs):
    return [job.key for job in jobs]


async def test_the_queue_shows_everybodys_of_the_guild_and_of_no_other(store):
    running = await job_in(store, JobState.RENDERING)
    mine, bens = await admit(store), await admit(store, BEN, private=True)
    await admit(store, ELSEWHERE)
    page = await store.guild_queries.queue(1, limit=9)
    assert keys(page.running) == [running.key]
    assert [job.key for _, job in page.waiting] == [mine.key, bens.key]
    assert not page.more


async def test_the_queue_comes_in_pages_that_begin_behind_a_job(store):
    waiting = [await admit(store) for _ in range(5)]
    first = await store.guild_queries.queue(1, limit=2)
    second = await store.guild_queries.queue(1, after_id=first.waiting[-1][1].id, limit=2)
    last = await store.guild_queries.queue(1, after_id=second.waiting[-1][1].id, limit=2)
    pages = [first, second, last]
    assert [job.key for page in pages for _, job in page.waiting] == keys(waiting)
    assert [page.more for page in pages] == [True, True, False]
    assert [place for page in pages for place, _ in page.waiting] == [1, 2, 3, 4, 5]


async def test_a_manager_cancels_what_waits_whosever_it_is_and_its_share_comes_back(store):
    job = await admit(store, BEN)
    cancelled = await store.guild_queries.cancel(job.key, 1)
    assert (cancelled.state, cancelled.reason, cancelled.charged) == (JobState.CANCELLED, Reason.WITHDRAWN, 0)
    assert await store.usage.of_member(1, BEN.user_id, since=DAY, until=DAY) == {DAY: Spent()}
    assert await store.ledger.differences() == []
    assert (await store.claims.unnotified()).key == job.key


async def test_what_is_begun_elsewhere_or_absent_is_not_cancelled(store):
    begun = await job_in(store, JobState.SUBMITTING)
    for job in (begun, await admit(store, ELSEWHERE), await admit(store, DIRECT)):
        assert await store.guild_queries.cancel(job.key, 1) is None
    assert await store.guild_queries.cancel(ABSENT, 1) is None
    for guild_id in (0, 1):
        assert await store.guild_queries.find((await admit(store, DIRECT)).key, guild_id) is None


async def test_a_waiting_job_is_cancelled_once_however_many_managers_press(store):
    job = await admit(store)
    cancelled = await at_once(store.guild_queries.cancel(job.key, 1) for _ in range(10))
    assert [one for one in cancelled if one is not None] == [await store.job_queries.by_id(job.id)]
    assert await store.usage.of_guild(1, since=DAY, until=DAY) == {DAY: Spent()}


async def test_unknown_jobs_are_those_of_the_guild_newest_first_in_pages(store):
    unknown = [await job_in(store, JobState.UNKNOWN) for _ in range(3)]
    await job_in(store, JobState.UNKNOWN, ELSEWHERE)
    first = await store.guild_queries.unknown(1, limit=2)
    assert (keys(first.jobs), first.more) == (keys(unknown[:0:-1]), True)
    rest = await store.guild_queries.unknown(1, before_id=first.jobs[-1].id, limit=2)
    assert (keys(rest.jobs), rest.more) == (keys(unknown[:1]), False)


async def test_the_newest_message_that_shows_a_job_is_remembered(store):
    job, other = await admit(store), await admit(store)
    assert await store.log_posts.of(job) is None
    for number in (5, 6):
        await store.log_posts.posted(job, LogPost(channel_id=77, message_id=number))
    assert await store.log_posts.of(job) == LogPost(channel_id=77, message_id=6)
    assert await store.log_posts.of(other) is None


async def test_a_member_reports_a_job_once_until_it_is_taken_back(store):
    job, other = await admit(store), await admit(store)
    reports = await at_once(store.log_posts.report(job, 22) for _ in range(5))
    assert sorted(reports) == [False] * 4 + [True]
    assert await store.log_posts.report(job, 33)
    assert await store.log_posts.report(other, 22)
    assert await store.log_posts.take_back(job, 22)
    assert not await store.log_posts.take_back(job, 22)
    assert await store.log_posts.report(job, 22)


async def test_what_members_used_is_told_by_day_and_member(store):
    for owner, day in ((BEN, "2026-11-01"), (ANN, "2026-11-01"), (ANN, "2026-11-02"), (ANN, "2026-11-02")):
        await admit(store, owner, usage_day=day)
    await admit(store, ELSEWHERE)
    back = await admit(store, BEN, usage_day="2026-11-03")
    await store.job_queries.cancel(back.key, BEN)
    told = await store.usage.members_by_day(1, since="2026-11-01", until="2026-11-30", limit=99)
    assert told == [
        ("2026-11-01", ANN.user_id, Spent(n=1, micros=PRICE)),
        ("2026-11-01", BEN.user_id, Spent(n=1, micros=PRICE)),
        ("2026-11-02", ANN.user_id, Spent(n=2, micros=2 * PRICE)),
    ]
    assert len(await store.usage.members_by_day(1, since="2026-11-01", until="2026-11-30", limit=2)) == 2


@each_row("since, until", [("2026-11-02", "2026-12-31"), ("2026-10-01", "2026-10-31")], before="emptied")
async def test_days_before_and_after_are_left_out(store, since, until):
    await admit(store, usage_day="2026-11-01")
    assert await store.usage.members_by_day(1, since=since, until=until, limit=9) == []
