"""The chain that a clip goes on from: by continued clips, past other takes, to its beginning."""

import pytest

from db.job import Relation
from tests.db.rows import ANN, admit


async def child_of(store, parent, relation):
    """Return a job that came from another one."""
    return await admit(store, ANN, parent_id=parent.id, relation=relation)


async def test_a_clip_that_goes_on_from_no_other_is_a_chain_of_its_own(store):
    await admit(store)
    job = await admit(store)

    assert await store.desk.chain(job, limit=9) == [job]


async def test_continued_clips_lead_back_to_the_first(store):
    first = await admit(store)
    second = await child_of(store, first, Relation.CONTINUE)
    await child_of(store, first, Relation.CONTINUE)
    third = await child_of(store, second, Relation.CONTINUE)

    assert await store.desk.chain(third, limit=9) == [first, second, third]


@pytest.mark.parametrize("relation", [Relation.REROLL, Relation.RETRY, Relation.UPSCALE])
async def test_another_take_of_a_continued_clip_stands_in_its_place(store, relation):
    first = await admit(store)
    second = await child_of(store, first, Relation.CONTINUE)
    other = await child_of(store, await child_of(store, second, Relation.REROLL), relation)
    third = await child_of(store, other, Relation.CONTINUE)

    assert await store.desk.chain(other, limit=9) == [first, other]
    assert await store.desk.chain(third, limit=9) == [first, other, third]


@pytest.mark.parametrize("relation", [Relation.REMIX, Relation.JOIN])
async def test_a_changed_clip_and_a_joined_one_begin_a_chain(store, relation):
    first = await admit(store)
    second = await child_of(store, await child_of(store, first, Relation.CONTINUE), relation)
    third = await child_of(store, second, Relation.CONTINUE)

    assert await store.desk.chain(third, limit=9) == [second, third]


async def test_a_long_chain_is_read_no_further_than_asked_for(store):
    jobs = [await admit(store)]
    for _ in range(4):
        jobs.append(await child_of(store, jobs[-1], Relation.CONTINUE))

    assert await store.desk.chain(jobs[-1], limit=3) == jobs[2:]
