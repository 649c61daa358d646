"""Shares of the caps at their edges: late jobs, figures that are empty already, members and the bot apart."""

import pytest

from db.jobs.job import JobState, Owner
from db.money.ledger import book_refund
from tests.db.rows import ANN, DAY, admit, job_in, new_job, usage
from tests.support.caps import few

BEN = Owner(guild_id=1, user_id=22)


async def test_a_late_job_keeps_neither_its_requester_nor_a_place_with_the_provider(store):
    job = await job_in(store, JobState.RENDERING)
    look = {"delay_ms": 0, "progress": None, "remaining_ms": None, "troubles": 0}
    await store.outcomes.still_rendering(job, **look, late=True)

    caps = few(active_per_user=1, per_user_per_day=9, per_day=9)
    waiting = await store.admission.admit(new_job(), caps=caps)
    assert (await store.claims.queued(running_cap=1)).id == waiting.id


async def test_what_was_given_back_cannot_be_given_back_again(store, engine):
    job = await admit(store)
    await engine.write(lambda transaction: book_refund(transaction, job))
    with pytest.raises(Exception, match=r"(?i)unique"):
        await engine.write(lambda transaction: book_refund(transaction, job))
    assert await usage(engine) == {("member", ANN.user_id): 0, ("bot", 0): 0}


async def test_giving_back_touches_one_member_and_one_day(store, engine):
    for owner in (ANN, BEN):
        for day in (DAY, "2026-11-24"):
            await admit(store, owner, usage_day=day)
    job = await admit(store)
    await engine.write(lambda transaction: book_refund(transaction, job))

    shares = {("member", ANN.user_id): 1, ("member", BEN.user_id): 1, ("bot", 0): 2}
    assert await usage(engine) == await usage(engine, "2026-11-24") == shares


async def test_a_member_whose_id_is_that_of_the_bots_row_is_counted_apart(store, engine):
    job = await admit(store, Owner(guild_id=1, user_id=0))
    await admit(store)
    await engine.write(lambda transaction: book_refund(transaction, job))
    assert await usage(engine) == {("member", 0): 0, ("member", ANN.user_id): 1, ("bot", 0): 1}
