"""The chain that a clip goes on from: by continued clips, past other takes, to its beginning."""

from db.jobs.job import JobState, Owner, Relation
from tests.db.rows import ANN, admit, job_in
from tests.support.rows import each_row

BEN = Owner(guild_id=1, user_id=22)
BEN_ELSEWHERE = Owner(guild_id=2, user_id=22)


async def child_of(store, parent, relation):
    return await admit(store, ANN, parent_id=parent.id, relation=relation)


async def test_continued_clips_lead_back_to_the_first(store):
    first = await admit(store)
    second = await child_of(store, first, Relation.CONTINUE)
    await child_of(store, first, Relation.CONTINUE)
    third = await child_of(store, second, Relation.CONTINUE)

    assert await store.job_queries.chain(third, limit=9) == [first, second, third]
    assert await store.job_queries.chain(first, limit=9) == [first]


@each_row("relation", [Relation.REROLL, Relation.RETRY, Relation.UPSCALE], before="emptied")
async def test_another_take_of_a_continued_clip_stands_in_its_place(store, relation):
    first = await admit(store)
    second = await child_of(store, first, Relation.CONTINUE)
    other = await child_of(store, await child_of(store, second, Relation.REROLL), relation)
    third = await child_of(store, other, Relation.CONTINUE)

    assert await store.job_queries.chain(other, limit=9) == [first, other]
    assert await store.job_queries.chain(third, limit=9) == [first, other, third]


@each_row("relation", [Relation.REMIX, Relation.JOIN], before="emptied")
async def test_a_changed_clip_and_a_joined_one_begin_a_chain(store, relation):
    first = await admit(store)
    second = await child_of(store, await child_of(store, first, Relation.CONTINUE), relation)
    third = await child_of(store, second, Relation.CONTINUE)

    assert await store.job_queries.chain(third, limit=9) == [second, third]


async def test_a_long_chain_is_read_no_further_than_asked_for(store):
    jobs = [await admit(store)]
    for _ in range(4):
        jobs.append(await child_of(store, jobs[-1], Relation.CONTINUE))

    assert await store.job_queries.chain(jobs[-1], limit=3) == jobs[2:]


async def test_where_a_job_came_from_is_told_to_all_who_may_see_that(store):
    first = await job_in(store, JobState.DELIVERED)
    second = await admit(store, BEN, parent_id=first.id, relation=Relation.REROLL)

    for requester in (ANN, BEN):
        assert await store.job_queries.origin_of(second, requester) == first
    assert await store.job_queries.origin_of(first, ANN) is None


@each_row("route, state", [("private", "delivered"), ("channel", "failed")], before="emptied")
async def test_where_the_other_job_was_for_its_author_alone_it_is_told_to_nobody_else(
    store, engine, route, state
):
    first = await job_in(store, JobState.DELIVERED)
    second = await admit(store, BEN, parent_id=first.id, relation=Relation.REROLL)
    await change(engine, first, route=route, state=state)

    assert await store.job_queries.origin_of(second, BEN) is None
    assert (await store.job_queries.origin_of(second, ANN)).id == first.id


async def test_one_s_own_job_of_another_server_is_told_and_no_one_else_s(store):
    first = await job_in(store, JobState.DELIVERED)
    own = await admit(store, Owner(guild_id=0, user_id=11), parent_id=first.id, relation=Relation.REROLL)
    others = await admit(store, BEN_ELSEWHERE, parent_id=first.id, relation=Relation.REROLL)

    assert await store.job_queries.origin_of(own, Owner(guild_id=0, user_id=11)) == first
    assert await store.job_queries.origin_of(others, BEN_ELSEWHERE) is None


async def change(engine, job, **columns):
    sets = ", ".join(f"{name} = :{name}" for name in columns)
    sql = f"UPDATE jobs SET {sets} WHERE id = :id RETURNING id"  # noqa: S608 - names from this file
    await engine.write(lambda transaction: transaction.one(sql, id=job.id, **columns))
