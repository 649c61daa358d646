"""Notices: who is still to hear by direct message that their video was posted, claimed by one worker at a time."""

import pytest

from db.engines.engine import LeaseLost
from db.jobs.claims import Notices
from db.jobs.job import JobState
from tests.db.rows import ANN, job_in, row_of
from tests.support.rows import each_row

LEASE_MS = 60_000


@pytest.fixture
def other(engine):
    return Notices(engine, worker="other", lease_seconds=60)


async def posted(store, *, notice=True):
    job = await job_in(store, JobState.DELIVERING)
    return await store.outcomes.delivered(job, message_id=5, notice=notice)


async def test_a_posted_video_is_handed_out_where_its_requester_wants_to_hear_of_it(store):
    job = await posted(store)
    await posted(store, notice=False)

    assert (await store.notices.due()).id == job.id
    assert await store.notices.due() is None


async def test_a_claim_sets_its_columns_and_no_others(store, other, engine, clock):
    job = await posted(store)
    before = await row_of(engine, job)
    await other.due()
    after = await row_of(engine, job)

    assert {name: value for name, value in after.items() if value != before[name]} == {
        "fence": before["fence"] + 1,
        "lease_owner": "other",
        "next_at": clock.now + LEASE_MS,
    }


async def test_what_a_dead_worker_held_is_handed_out_again_after_its_lease(store, other, clock):
    job = await posted(store)
    await other.due()
    assert await store.notices.due() is None

    clock.advance(61)
    assert (await store.notices.due()).id == job.id


async def test_the_first_try_is_noted_once_and_what_is_done_is_never_handed_out_again(store, clock):
    await posted(store)
    first = await store.notices.sending(await store.notices.due())
    clock.advance(5)
    again = await store.notices.sending(first)
    done = await store.notices.done(again, told=True)
    clock.advance(3600)

    assert (first.told_at, again.told_at) == (clock.now - 3_605_000, clock.now - 3_605_000)
    assert (done.notice, done.lease_owner, done.told_at) == (0, None, first.told_at)
    assert await store.notices.due() is None


async def test_who_surely_did_not_hear_of_it_is_not_noted_as_told(store):
    await posted(store)
    tried = await store.notices.sending(await store.notices.due())
    done = await store.notices.done(tried, told=False)

    assert (done.notice, done.told_at) == (0, None)


async def test_what_did_not_go_out_waits_for_its_time(store, clock):
    await posted(store)
    later = await store.notices.later(await store.notices.due(), delay_ms=3000)

    assert (later.troubles, later.lease_owner, later.next_at) == (1, None, clock.now + 3000)
    assert await store.notices.due() is None
    assert await store.notices.next_due() == 3000
    clock.advance(3)
    assert await store.notices.due() is not None


@each_row(
    "write, values", [("sending", {}), ("done", {"told": True}), ("later", {"delay_ms": 1})], before="emptied"
)
async def test_whoever_lost_a_notice_cannot_write_about_it(store, other, engine, clock, write, values):
    job = await posted(store)
    stale = await store.notices.due()
    clock.advance(61)
    await other.due()
    before = await row_of(engine, job)

    with pytest.raises(LeaseLost):
        await getattr(store.notices, write)(stale, **values)
    assert await row_of(engine, job) == before


async def test_nobody_hears_of_what_was_erased_meanwhile(store):
    job = await posted(store)
    claimed = await store.notices.due()
    await store.privacy.erase(job.key, job.guild_id, user_id=ANN.user_id, blank=str)

    with pytest.raises(LeaseLost):
        await store.notices.sending(claimed)
    assert await store.notices.next_due() is None


async def test_a_lease_is_renewed_while_a_notice_is_on_its_way(store, other, clock):
    await posted(store)
    held = await store.notices.due()
    clock.advance(40)
    with store.claims.keep(held):
        await store.claims.renew()
    clock.advance(40)
    assert await other.due() is None
