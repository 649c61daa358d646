"""Pages of every group: one member's jobs in one server, newest first, from where the last page ended."""

from db.jobs.job import JobState, Owner
from db.jobs.pages import Group
from tests.db.rows import ANN, admit, job_in
from tests.support.rows import each_row

ELSEWHERE = [Owner(guild_id=1, user_id=22), Owner(guild_id=2, user_id=11)]
STATES = {
    Group.ALL: JobState.FAILED,
    Group.UNDER_WAY: JobState.RENDERING,
    Group.DELIVERED: JobState.DELIVERED,
    Group.FAILED: JobState.UNKNOWN,
}


@each_row("group", Group, before="emptied")
async def test_a_page_of_any_group_is_newest_first_and_goes_on_below_the_last(store, group):
    jobs = [await job_in(store, STATES[group]) for _ in range(3)]
    for owner in ELSEWHERE:
        await job_in(store, STATES[group], owner)

    first = await store.job_queries.page(ANN, states=group, limit=2)
    rest = await store.job_queries.page(ANN, states=group, before_id=first.jobs[-1].id, limit=2)

    assert [job.id for job in first.jobs + rest.jobs] == [job.id for job in jobs[::-1]]
    assert (first.more, rest.more) == (True, False)


@each_row("group", Group, before="emptied")
async def test_a_page_of_any_group_leaves_out_what_was_erased(store, engine, group):
    jobs = [await job_in(store, STATES[group]) for _ in range(2)]
    erase = "UPDATE jobs SET erased_at = 1 WHERE id = :id"
    await engine.write(lambda transaction: transaction.all(erase, id=jobs[1].id))

    page = await store.job_queries.page(ANN, states=group, limit=9)

    assert [job.id for job in page.jobs] == [jobs[0].id]


@each_row("group", [Group.DELIVERED, Group.FAILED], before="emptied")
async def test_what_waits_is_in_no_group_of_ended_jobs(store, group):
    await admit(store)
    assert (await store.job_queries.page(ANN, states=group, limit=9)).jobs == []
