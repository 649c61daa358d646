"""The order in which waiting jobs are served: nobody's second before another's first, and the favoured more often."""

import random

import pytest

from db.jobs.admission import FAVOURED_STRIDE, NORMAL_STRIDE
from db.jobs.job import Owner
from db.money.caps import Caps
from tests.db.rows import admit, new_job


async def served(store, count=None):
    """Claim one after the other, each done with at once; return whose they are."""
    owners = []
    while count is None or len(owners) < count:
        job = await store.claims.queued(running_cap=1)
        if job is None:
            break
        owners.append(job.user_id)
        await store.outcomes.unknown(job, detail="")
    return owners


async def order(store, user_id, *, number=1, stride=NORMAL_STRIDE):
    for _ in range(number):
        owner = Owner(guild_id=1, user_id=user_id)
        await store.admission.admit(new_job(owner), caps=Caps(), stride=stride)


async def test_a_full_lane_does_not_delay_anothers_first(store):
    await order(store, 1, number=60)
    for member in range(2, 31):
        await order(store, member)

    assert sorted(await served(store, 30)) == list(range(1, 31))


async def test_who_orders_again_and_again_is_served_in_turn_with_who_has_ordered_much(store):
    await order(store, 1, number=50)
    await order(store, 2)
    shares = []
    for _ in range(20):
        (owner,) = await served(store, 1)
        shares.append(owner)
        if owner == 2:
            await order(store, 2)

    assert 8 <= shares.count(1) <= 12


async def test_newcomers_without_end_do_not_starve_who_waits(store):
    await order(store, 1, number=10)
    newcomer = 100
    shares = []
    while shares.count(1) < 10:
        newcomer += 1
        await order(store, newcomer)
        shares += await served(store, 1)
        assert len(shares) < 60  # each of them has a first one, too, and they grow in number


async def test_a_favoured_member_is_served_up_to_four_times_as_often_and_starves_nobody(store):
    await order(store, 1, number=40)
    await order(store, 2, number=40, stride=FAVOURED_STRIDE)

    shares = await served(store, 40)

    assert shares.count(2) == pytest.approx(32, abs=1)
    assert max(len(run) for run in "".join(map(str, shares)).split("1")) <= 4


async def test_the_place_that_is_told_is_the_turn_in_which_jobs_are_served(store):
    chance = random.Random(7)  # noqa: S311 - guards no secret
    jobs = [await admit(store, Owner(guild_id=1, user_id=chance.randint(1, 4))) for _ in range(25)]
    places = {job.id: await store.job_queries.queue_position(job) for job in jobs}

    for expected in range(1, 26):
        job = await store.claims.queued(running_cap=1)
        assert places[job.id] == expected
        await store.outcomes.unknown(job, detail="")


async def test_lanes_of_one_member_in_two_guilds_are_two(store):
    await order(store, 1, number=5)
    elsewhere = await admit(store, Owner(guild_id=2, user_id=1))

    assert await store.job_queries.queue_position(elsewhere) == 2


async def test_what_was_put_back_keeps_its_turn(store, clock):
    await order(store, 1)
    job = await store.claims.queued(running_cap=1)
    await order(store, 2)
    await store.outcomes.requeued(job, delay_ms=0)

    assert (await store.claims.queued(running_cap=1)).id == job.id
