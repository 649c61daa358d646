"""PostgreSQL when the line breaks: at every request of a claim, an admission and an outcome, on either side of it."""

import asyncio
import time
from dataclasses import replace

import pytest

from db.engines.address import postgres_address
from db.engines.engine import CommitUnknown, DatabaseUnreachable
from db.engines.postgres import open_postgres
from db.jobs.job import JobState
from db.store import JobStore
from tests.db.bodies import note, noted
from tests.db.relay import open_relay
from tests.db.rows import PLENTY, TASK, admit, history, job_in, new_job, read, row_of, usage

database = pytest.fixture(lambda: "postgresql")


@pytest.fixture
async def relay(url):
    async with open_relay(url) as relay:
        yield relay


@pytest.fixture
async def far(relay, url, clock):
    address = postgres_address(relay.url(url))
    async with open_postgres(address, name="far", clock=clock, patience_seconds=5) as engine:
        yield engine


@pytest.fixture
def far_store(far):
    return JobStore.over(far, worker="far", lease_seconds=60)


async def cut_everywhere(relay, attempt):
    """Run `attempt` once for each of its requests, and cut the line there; return how many it had."""
    for number in range(1, 100):
        for after in (False, True):
            relay.cut_at(number, after=after)
            await attempt()
            if not relay.has_cut:
                return number - 1
    raise AssertionError("there is no end to the requests")


async def test_a_claim_is_made_once_wherever_the_line_breaks(store, engine, relay, far_store):
    async def attempt():
        job = await admit(store)
        claimed = await far_store.claims.queued(running_cap=1000)
        assert (claimed.id, claimed.attempt, claimed.fence) == (job.id, 1, 1)
        assert await history(engine, job) == [(None, "queued"), ("queued", "submitting")]
        assert await store.claims.queued(running_cap=1000) is None

    assert await cut_everywhere(relay, attempt) >= 7


async def test_an_admission_is_made_once_wherever_the_line_breaks(engine, relay, far_store):
    made = 0

    async def attempt():
        nonlocal made
        new = new_job()
        job = await far_store.admission.admit(new, caps=PLENTY)
        made += 1
        assert job.key == new.key
        assert await usage(engine) == {("member", 11): made, ("bot", 0): made}
        assert await history(engine, job) == [(None, "queued")]

    assert await cut_everywhere(relay, attempt) >= 4


async def test_an_admission_of_which_nobody_can_tell_is_called_unknown_and_made_once(
    store, engine, relay, url
):
    address = postgres_address(relay.url(url))
    new = new_job()
    async with open_postgres(address, name="far", patience_seconds=0.5) as far:
        admission = JobStore.over(far, worker="far", lease_seconds=60).admission
        for _ in range(2):  # on a connection that has admitted before
            relay.cut_at(1000, after=False)
            await admission.admit(new_job(), caps=PLENTY)
        assert b"COMMIT" in relay.requests[-1]
        relay.cut_at(len(relay.requests), after=True)
        relay.is_down = True
        with pytest.raises(CommitUnknown, match="broke off during a commit"):
            await admission.admit(new, caps=PLENTY)

    again = await store.admission.admit(replace(new, key="another", submit_key="another"), caps=PLENTY)
    assert again.key == new.key
    assert await usage(engine) == {("member", 11): 3, ("bot", 0): 3}


async def test_an_accepted_order_keeps_its_task_wherever_the_line_breaks(store, engine, relay, far_store):
    async def attempt():
        job = await job_in(store, JobState.SUBMITTING)
        accepted = await far_store.outcomes.accepted(job, order=TASK, first_poll_ms=60_000)
        assert accepted.state is JobState.RENDERING
        assert (await row_of(engine, job))["provider_task_id"] == TASK.provider_task_id
        assert (await history(engine, job))[-1] == ("submitting", "rendering")

    assert await cut_everywhere(relay, attempt) >= 5


async def commit_of(relay, engine):
    """Return which request of a write is its COMMIT, on a connection that has written before."""
    for number in (1, 2):
        relay.cut_at(1000, after=False)
        await engine.write(note(number))
    assert b"COMMIT" in relay.requests[-1]
    return len(relay.requests)


@pytest.mark.parametrize("after", [False, True])
async def test_a_line_that_breaks_in_a_commit_is_asked_about_and_not_guessed(relay, far, after):
    relay.cut_at(await commit_of(relay, far), after=after)

    assert await far.write(note(3)) == 3

    assert relay.has_cut
    assert await noted(far) == [1, 2, 3]


async def test_a_commit_of_which_nobody_can_tell_is_called_unknown_and_not_repeated(engine, relay, url):
    address = postgres_address(relay.url(url))
    async with open_postgres(address, name="far", patience_seconds=0.5) as far:
        relay.cut_at(await commit_of(relay, far), after=True)
        relay.is_down = True
        with pytest.raises(CommitUnknown, match="broke off during a commit"):
            await far.write(note(3))

    assert await noted(engine) == [1, 2, 3]


async def test_a_server_that_stays_away_is_named_within_the_time_that_was_given(relay, url):
    address = postgres_address(relay.url(url))
    async with open_postgres(address, name="far", patience_seconds=0.5) as far:
        relay.is_down = True
        relay.cut()
        began = time.monotonic()

        for ask in (far.write, far.read):
            with pytest.raises(DatabaseUnreachable, match="does not answer"):
                await ask(note(1))

    assert time.monotonic() - began < 10


async def test_a_body_is_not_run_again_for_a_reason_of_its_own(far):
    runs = []

    async def body(transaction):
        runs.append(1)
        await note(1)(transaction)
        raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        await far.write(body)

    assert len(runs) == 1
    assert await noted(far) == []


async def test_two_bodies_that_wait_for_each_other_are_both_done_in_the_end(engine):
    for number in (1, 2):
        await engine.write(lambda transaction, number=number: transaction.one(ROW, number=number))
    both_hold = asyncio.Barrier(2)

    def in_order(first, second):
        met = False

        async def body(transaction):
            nonlocal met
            await transaction.one(MORE, number=first)
            if not met:
                met = True
                await both_hold.wait()
            await transaction.one(MORE, number=second)

        return body

    await asyncio.gather(engine.write(in_order(1, 2)), engine.write(in_order(2, 1)))

    assert await read(engine, "SELECT n FROM counters") == [{"n": 3}] * 2


ROW = """
INSERT INTO counters (scope, guild_id, user_id, period, n, micros) VALUES ('member', 1, :number, '', 1, 0) RETURNING n
"""
MORE = "UPDATE counters SET n = n + 1 WHERE user_id = :number RETURNING n"
