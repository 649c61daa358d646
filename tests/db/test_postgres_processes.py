"""Several processes over one PostgreSQL database: claims, caps, fences, and a server that stops under them."""

import asyncio
import contextlib

import pytest

from db.engines.address import postgres_address
from db.engines.engine import LeaseLost
from db.engines.postgres import open_postgres
from db.jobs.job import JobState, Owner
from db.money.caps import CapReached
from db.store import JobStore, open_store
from tests.db.rows import (
    ANN,
    DAY,
    PLENTY,
    TASK,
    admit,
    at_once,
    history,
    job_in,
    new_job,
    read,
    row_of,
    usage,
)
from tests.support.caps import LIMITED, LIMITS, caps_at, few
from tests.support.databases import new_database, own_server, with_options

CAP = few(active_per_user=1000, per_user_per_day=1000, per_day=1000)
ONE = few(active_per_user=1, per_user_per_day=1000, per_day=1000)


database = pytest.fixture(lambda: "postgresql")


@pytest.fixture
async def processes(url, clock):
    async with contextlib.AsyncExitStack() as stack:
        stores = []
        for name in ("a", "b", "c", "d"):
            opening = open_postgres(postgres_address(url), name=name, clock=clock)
            engine = await stack.enter_async_context(opening)
            stores.append(JobStore.over(engine, worker=name, lease_seconds=60))
        yield stores


async def test_two_claimers_never_take_the_same_row(store, processes):
    jobs = [await admit(store, Owner(guild_id=1, user_id=user)) for user in range(40)]

    claimed = await at_once(store.claims.queued(running_cap=1000) for store in processes for _ in range(15))

    taken = [job for job in claimed if job is not None]
    assert sorted(job.id for job in taken) == sorted(job.id for job in jobs)
    assert {job.attempt for job in taken} == {1}
    assert {job.lease_owner for job in taken} == {"a", "b", "c", "d"}


@pytest.mark.parametrize(
    ("state", "claim"),
    [
        (JobState.SUBMITTING, "stranded"),
        (JobState.RENDERING, "due_poll"),
        (JobState.DELIVERING, "due_delivery"),
        (JobState.FAILED, "unnotified"),
    ],
)
async def test_two_claimers_never_take_the_same_lapsed_row(store, processes, clock, state, claim):
    jobs = [await job_in(store, state) for _ in range(6)]
    clock.advance(60)

    claimed = await at_once(getattr(store.claims, claim)() for store in processes for _ in range(3))

    taken = sorted((job.id, job.fence) for job in claimed if job is not None)
    assert taken == [(job.id, job.fence + 1) for job in jobs]


async def test_the_running_cap_is_exact_for_all_processes_together(store, engine, processes):
    for user in range(20):
        await admit(store, Owner(guild_id=1, user_id=user))

    claimed = await at_once(store.claims.queued(running_cap=3) for store in processes for _ in range(10))

    assert sum(job is not None for job in claimed) == 3
    (running,) = await read(engine, "SELECT COUNT(*) AS n FROM jobs WHERE state = 'submitting'")
    assert running == {"n": 3}


@pytest.mark.parametrize(("level", "measure"), LIMITED)
async def test_fifty_commands_at_once_in_two_processes_at_a_limit_of_one_make_one_job(
    engine, processes, level, measure
):
    caps = caps_at(level, measure, LIMITS[measure])

    answers = await at_once(
        (processes[number % 2].admission.admit(new_job(), caps=caps) for number in range(50)), refusals=True
    )

    assert [type(answer) for answer in answers].count(CapReached) == 49
    assert await usage(engine) == {("member", 11): 1, ("bot", 0): 1}
    assert await read(engine, "SELECT COUNT(*) AS n FROM jobs") == [{"n": 1}]
    assert await read(engine, "SELECT COUNT(*) AS n FROM job_events") == [{"n": 1}]


async def test_orders_on_both_sides_of_midnight_count_against_one_limit_of_what_is_under_way(
    engine, processes
):
    days = [f"2026-11-2{number % 2}" for number in range(20)]

    answers = await at_once(
        (processes[n % 4].admission.admit(new_job(usage_day=day), caps=ONE) for n, day in enumerate(days)),
        refusals=True,
    )

    assert [type(answer) for answer in answers].count(CapReached) == 19


async def test_orders_and_a_job_that_is_ordered_again_count_against_one_limit_of_what_is_under_way(
    store, processes
):
    for _ in range(5):
        job = await job_in(store, JobState.SUBMITTING)
        await store.outcomes.unknown(job, detail="")
        again = processes[0].unknown_jobs.submit_again(job.key, guild_id=1, day=DAY, bot_day=DAY, caps=ONE)
        orders = [processes[number % 4].admission.admit(new_job(), caps=ONE) for number in range(6)]

        answers = await asyncio.gather(again, *orders, return_exceptions=True)

        assert [type(answer) for answer in answers].count(CapReached) == 6
        for left in await store.job_queries.newest(ANN, limit=25):
            await store.job_queries.cancel(left.key, ANN)


async def test_one_interaction_that_reaches_two_processes_makes_one_job(engine, processes):
    answers = await at_once(
        store.admission.admit(new_job(interaction_id=5), caps=PLENTY) for store in processes
    )

    assert len({(job.id, job.key) for job in answers}) == 1
    assert await usage(engine) == {("member", 11): 1, ("bot", 0): 1}


async def test_shares_balance_when_orders_and_cancellations_meet(store, engine, processes):
    owners = [Owner(guild_id=1, user_id=user) for user in range(5)]
    jobs = [(await admit(store, owner), owner) for owner in owners for _ in range(4)]

    await asyncio.gather(
        *(processes[0].job_queries.cancel(job.key, owner) for job, owner in jobs),
        *(processes[1].admission.admit(new_job(owner), caps=CAP) for owner in owners for _ in range(4)),
        *(processes[number].admission.withdraw_expired(ttl_seconds=0) for number in (2, 3)),
    )

    (waiting,) = await read(engine, "SELECT COUNT(*) AS n FROM jobs WHERE state = 'queued'")
    shares = await usage(engine, DAY)
    assert shares.pop(("bot", 0)) == sum(shares.values()) == waiting["n"]


async def test_a_worker_that_was_stopped_past_its_lease_cannot_record_anything(engine, processes, clock):
    stopped, other = processes[:2]
    await admit(stopped)
    job = await stopped.claims.queued(running_cap=1)
    clock.advance(60)
    assert (await other.claims.stranded()).fence == job.fence + 1

    with stopped.claims.keep(job):
        await stopped.claims.renew()
    with pytest.raises(LeaseLost):
        await stopped.outcomes.accepted(job, order=TASK, first_poll_ms=0)
    assert (await row_of(engine, job))["lease_owner"] == "b"


async def test_a_server_that_is_restarted_under_load_loses_nothing_that_was_answered():
    # The server's own writer of its log looks so rarely that only a wait for the disk brings anything there.
    settings = ("full_page_writes=off", "wal_writer_delay=10s")
    with own_server(settings=settings) as server:
        async with open_store(server.url("postgres"), worker="w", lease_seconds=60) as store:
            ordering = [asyncio.create_task(order_for_ever(store, user)) for user in range(6)]
            for at_once in (False, True):
                await asyncio.sleep(0.5)
                await asyncio.to_thread(server.stop, at_once=at_once)
                await asyncio.to_thread(server.start)
            await asyncio.sleep(0.5)
            for task in ordering:
                task.cancel()
            answered = [job for task in ordering for job in await task]
            await store.claims._engine.finish()

        async with open_postgres(postgres_address(server.url("postgres")), name="w") as engine:
            found = {row["key"] for row in await read(engine, "SELECT key FROM jobs")}
            twice = await read(engine, "SELECT job_id FROM job_events GROUP BY job_id HAVING COUNT(*) <> 1")
            (shares,) = await read(
                engine, "SELECT SUM(n) AS n FROM counters WHERE scope = 'member' AND period = ''"
            )

    assert len(answered) > 20
    assert {job.key for job in answered} <= found
    assert twice == []
    assert shares["n"] == len(found)


async def order_for_ever(store, user):
    """Order one video after the other; return what was answered when it is cancelled."""
    answered = []
    with contextlib.suppress(asyncio.CancelledError):
        while True:
            answered.append(await admit(store, Owner(guild_id=1, user_id=user)))
    return answered


async def test_a_process_goes_on_when_a_newer_one_has_added_a_column(clock):
    url = with_options(await new_database(), "pool_size=1")
    async with open_postgres(postgres_address(url), name="w", clock=clock) as engine:
        store = JobStore.over(engine, worker="w", lease_seconds=60)
        jobs = [await admit(store) for _ in range(3)]

        await engine.write(lambda transaction: transaction.all("ALTER TABLE jobs ADD COLUMN later INTEGER"))

        assert await store.job_queries.by_id(jobs[0].id) == jobs[0]
        assert (await store.claims.queued(running_cap=9)).id == jobs[0].id
        await admit(store)


async def test_a_job_goes_through_its_life_in_four_processes(store, engine, processes):
    a, b, c, d = processes
    job = await a.admission.admit(new_job(), caps=PLENTY)

    job = await b.outcomes.accepted(await b.claims.queued(running_cap=1), order=TASK, first_poll_ms=0)
    await c.outcomes.rendered(await c.claims.due_poll(), result_url="https://x.example/v", expires_at=None)
    await d.outcomes.delivered(await d.claims.due_delivery(), message_id=5)

    assert (await row_of(engine, job))["state"] == "delivered"
    states = ["queued", "submitting", "rendering", "delivering", "delivered"]
    assert [to for _, to in await history(engine, job)] == states
