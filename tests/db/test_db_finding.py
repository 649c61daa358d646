"""Finding jobs of a server, of a message, page by page, and what a clip came from: everybody sees what they may."""

from db.jobs.job import JobState, Owner, Relation
from db.jobs.pages import Group
from tests.db.rows import ANN, BEN, TASK, admit, job_in
from tests.support.rows import each_row

ANN_DIRECT = Owner(guild_id=0, user_id=11)
BEN_DIRECT = Owner(guild_id=0, user_id=22)
ANN_ELSEWHERE = Owner(guild_id=2, user_id=11)


@each_row(
    "owner, private, finders, strangers",
    [
        (ANN, False, [ANN, BEN], [ANN_ELSEWHERE, ANN_DIRECT, BEN_DIRECT]),
        (ANN, True, [ANN, ANN_DIRECT], [BEN, BEN_DIRECT, ANN_ELSEWHERE]),
        (ANN_DIRECT, False, [ANN_DIRECT], [BEN_DIRECT, ANN, BEN]),
    ],
    before="emptied",
)
async def test_a_job_is_found_by_everybody_in_its_server_and_by_its_owner_alone_where_it_is_private_or_direct(
    store, owner, private, finders, strangers
):
    job = await admit(store, owner, private=private)

    for requester in finders:
        assert await store.job_queries.find_in_guild(job.key, requester) == job
    for requester in strangers:
        assert await store.job_queries.find_in_guild(job.key, requester) is None


async def test_an_erased_job_is_found_and_says_so(store, clock):
    job = await job_in(store, JobState.DELIVERED)
    await store.privacy.erase(job.key, 1, user_id=None, blank=lambda _: "{}")

    assert (await store.job_queries.find_in_guild(job.key, BEN)).erased_at == clock.now


async def test_a_result_is_found_by_its_message_in_its_channel(store):
    job = await job_in(store, JobState.DELIVERED)
    channel_id, message_id = job.channel_id, job.message_id
    found = [
        await store.job_queries.by_message(requester, channel_id=channel, message_id=message)
        for requester, channel, message in (
            (BEN, channel_id, message_id),
            (BEN, channel_id + 1, message_id),
            (BEN, channel_id, message_id + 1),
            (ANN_ELSEWHERE, channel_id, message_id),
            (ANN_DIRECT, channel_id, message_id),
        )
    ]

    assert found == [job, None, None, None, None]


async def test_a_result_that_was_sent_directly_is_found_there_by_its_owner_alone(store):
    await admit(store, private=True)
    await store.outcomes.accepted(await store.claims.queued(running_cap=9), order=TASK, first_poll_ms=0)
    await store.outcomes.rendered(await store.claims.due_poll(), result_url="u", expires_at=None)
    job = await store.outcomes.delivered(await store.claims.due_delivery(), message_id=5)

    assert await store.job_queries.by_message(ANN_DIRECT, channel_id=4, message_id=5) == job
    assert await store.job_queries.by_message(BEN_DIRECT, channel_id=4, message_id=5) is None
    assert await store.job_queries.by_message(ANN, channel_id=job.channel_id, message_id=5) is None


async def test_pages_lead_back_to_the_newest_one_and_the_first_page_is_always_full(store):
    jobs = [await admit(store) for _ in range(6)][::-1]
    await admit(store, BEN)
    await admit(store, ANN_ELSEWHERE)

    async def above(job):
        return await store.job_queries.newer_page(ANN, states=Group.ALL, after_id=job.id, limit=2)

    second = await above(jobs[4])
    assert (second.jobs, second.newer, second.more) == (jobs[2:4], True, True)
    for job in (jobs[2], jobs[1]):
        first = await above(job)
        assert (first.jobs, first.newer, first.more) == (jobs[:2], False, True)


async def test_the_page_above_holds_its_group_only_and_nothing_erased(store):
    await job_in(store, JobState.DELIVERED)
    oldest = await job_in(store, JobState.DELIVERED)
    kept = [await job_in(store, JobState.DELIVERED), await job_in(store, JobState.DELIVERED)]
    erased = await job_in(store, JobState.DELIVERED)
    await store.privacy.erase(erased.key, 1, user_id=ANN.user_id, blank=lambda _: "{}")
    await job_in(store, JobState.FAILED)
    for group, limit in ((Group.DELIVERED, 1), (Group.ALL, 2)):
        page = await store.job_queries.newer_page(ANN, states=group, after_id=oldest.id, limit=limit)
        assert {job.key for job in page.jobs} == {job.key for job in kept[:limit]}


async def test_a_page_says_whether_there_is_anything_newer_or_more(store):
    job = await admit(store)
    await admit(store)

    assert not (await store.job_queries.page(ANN, states=Group.ALL, limit=1)).newer
    assert (await store.job_queries.page(ANN, states=Group.ALL, before_id=job.id + 1, limit=1)).newer
    assert not (await store.job_queries.page(ANN, states=Group.ALL, limit=2)).more


async def test_every_job_is_in_exactly_one_group_of_states(store):
    jobs = [await job_in(store, state) for state in JobState if state is not JobState.QUEUED]
    jobs.append(await admit(store))
    seen = {
        group: {job.state for job in (await store.job_queries.page(ANN, states=group, limit=25)).jobs}
        for group in Group
    }

    assert seen.pop(Group.ALL) == set(JobState)
    assert seen == {
        Group.UNDER_WAY: {JobState.QUEUED, JobState.SUBMITTING, JobState.RENDERING, JobState.DELIVERING},
        Group.DELIVERED: {JobState.DELIVERED},
        Group.FAILED: {JobState.FAILED, JobState.CANCELLED, JobState.UNKNOWN},
    }


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

    newest = await store.job_queries.newest(ANN, limit=9)
    assert [job.id for job in page.jobs] == [job.id for job in newest] == [jobs[0].id]


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
