"""Wake-ups: one process hears of what another has made due, also after the line or the server broke."""

import asyncio
import contextlib

import pytest

from db.engines.wakeups import open_wakeups
from db.jobs.job import JobState
from tests.db.relay import open_relay
from tests.db.rows import ANN, TASK, admit, job_in

database = pytest.fixture(lambda: "postgresql")


class Rings:
    def __init__(self) -> None:
        self.heard = asyncio.Queue()

    def __call__(self) -> None:
        self.heard.put_nowait(None)

    async def next(self) -> None:
        await asyncio.wait_for(self.heard.get(), 5)

    async def none(self) -> bool:
        await asyncio.sleep(0.1)
        return self.heard.empty()


@contextlib.asynccontextmanager
async def listening(url, worker="other"):
    """Open what a process hears, from the moment on at which it listens."""
    rings = Rings()
    async with open_wakeups(url, worker=worker, ring=rings):
        await rings.next()
        yield rings


CHANGES = {
    "an order": (JobState.CANCELLED, lambda store, job: admit(store)),
    "an order that waits again": (
        JobState.SUBMITTING,
        lambda store, job: store.outcomes.requeued(job, delay_ms=0),
    ),
    "a film": (
        JobState.RENDERING,
        lambda store, job: store.outcomes.rendered(job, result_url="u", expires_at=None),
    ),
    "an unknown ending": (JobState.SUBMITTING, lambda store, job: store.outcomes.unknown(job, detail="")),
    "a cancellation": (JobState.QUEUED, lambda store, job: store.job_queries.cancel(job.key, ANN)),
}
SILENT = {
    "a claim": (JobState.QUEUED, lambda store, job: store.claims.queued(running_cap=9)),
    "a task that is looked at later": (
        JobState.SUBMITTING,
        lambda store, job: store.outcomes.accepted(job, order=TASK, first_poll_ms=9000),
    ),
    "a delivery": (JobState.DELIVERING, lambda store, job: store.outcomes.delivered(job, message_id=1)),
    "a claim of nothing": (JobState.DELIVERED, lambda store, job: store.claims.due_poll()),
}


@pytest.mark.parametrize("what", [*CHANGES, *SILENT])
async def test_another_process_hears_once_of_what_it_can_act_upon_and_of_nothing_else(store, url, what):
    state, change = (CHANGES | SILENT)[what]
    job = await job_in(store, state)
    async with listening(url) as rings:
        await change(store, job)
        if what in CHANGES:
            await rings.next()
        assert await rings.none()


async def test_a_process_does_not_hear_itself(store, url):
    async with listening(url, worker="w") as rings:
        await admit(store)
        assert await rings.none()


async def test_what_was_undone_is_not_told(engine, url):
    async def body(transaction):
        transaction.ring()
        raise ValueError("no")

    async with listening(url) as rings:
        with pytest.raises(ValueError, match="no"):
            await engine.write(body)
        assert await rings.none()


async def test_a_line_that_breaks_is_opened_again_and_everybody_looks_at_once(store, url):
    async with open_relay(url) as relay, listening(relay.url(url)) as rings:
        relay.cut()
        await admit(store)
        await rings.next()
        assert await rings.none()

        await admit(store)
        await rings.next()


async def test_a_server_that_is_away_is_waited_for(store, url):
    async with open_relay(url) as relay, listening(relay.url(url)) as rings:
        relay.is_down = True
        relay.cut()
        assert await rings.none()
        relay.is_down = False
        await rings.next()


async def test_a_line_that_died_in_silence_is_noticed(url, monkeypatch):
    monkeypatch.setattr("db.engines.wakeups._CHECK_SECONDS", 0.05)
    monkeypatch.setattr("db.engines.postgres_connection._ANSWER_SECONDS", 0.2)
    async with open_relay(url) as relay, listening(relay.url(url)) as rings:
        relay.is_mute = True
        await asyncio.sleep(0.2)
        relay.is_mute = False
        await rings.next()
