"""The worker: survives, wakes, rests, drains."""

import asyncio
import logging
import time

import pytest

from db.errors import LeaseLost
from jobs.bell import Bell
from jobs.worker import BLOCKED_SECONDS, SWEEP_SECONDS, Chore, Loop, Worker, _sleep_seconds


class Script:
    """A step that plays its acts, then has nothing to do."""

    def __init__(self, *acts):
        self.acts = list(acts)
        self.done = asyncio.Event()
        self.calls = 0

    async def step(self):
        self.calls += 1
        if not self.acts:
            self.done.set()
            return False
        act = self.acts.pop(0)
        if isinstance(act, Exception):
            raise act
        return act

    async def next_due(self):
        return None


def worker_of(script, bell, **options):
    loops = [Loop(name="script", step=script.step, next_due=script.next_due)]
    return Worker(loops, bell=bell, grace_seconds=options.pop("grace_seconds", 5), **options)


@pytest.mark.parametrize("error", [ValueError("bad job"), LeaseLost("job x"), OSError("disk")])
async def test_no_error_of_a_step_ends_the_worker(error, monkeypatch, caplog):
    monkeypatch.setattr("jobs.worker.BROKEN_SECONDS", 0.001)
    caplog.set_level(logging.CRITICAL)
    bell = Bell()
    script = Script(True, error, True)
    async with worker_of(script, bell):
        while script.calls < 2:
            await asyncio.sleep(0)
        for _ in range(200):
            bell.ring()
            await asyncio.sleep(0.001)
            if script.done.is_set():
                break
    assert script.acts == []


async def test_a_ring_wakes_a_sleeping_loop_at_once():
    bell = Bell()
    script = Script()
    async with worker_of(script, bell):
        await script.done.wait()
        script.done.clear()
        bell.ring()
        async with asyncio.timeout(SWEEP_SECONDS / 3):
            await script.done.wait()


async def test_a_ring_between_looking_and_sleeping_is_not_lost():
    bell = Bell()

    class RingsWhileLooking(Script):
        async def step(self):
            if self.calls == 0:
                bell.ring()
            return await super().step()

    script = RingsWhileLooking()
    async with worker_of(script, bell):
        async with asyncio.timeout(SWEEP_SECONDS / 3):
            while script.calls < 2:
                await asyncio.sleep(0.001)


@pytest.mark.parametrize(
    ("due_ms", "seconds"),
    [
        (None, SWEEP_SECONDS),
        (0, BLOCKED_SECONDS),
        (-5000, BLOCKED_SECONDS),
        (250, 0.25),
        (10**9, SWEEP_SECONDS),
    ],
)
def test_a_loop_sleeps_until_something_is_due_and_never_spins(due_ms, seconds):
    assert _sleep_seconds(due_ms) == seconds


async def test_draining_finishes_the_step_in_hand_and_claims_nothing_new():
    started, finished = asyncio.Event(), []

    async def step():
        started.set()
        await asyncio.sleep(0.05)
        finished.append(True)
        return True

    async def never():
        return None

    async with Worker([Loop(name="s", step=step, next_due=never)], bell=Bell(), grace_seconds=5):
        await started.wait()
    assert finished == [True]


async def test_draining_gives_up_after_the_grace_period():
    async def stuck():
        await asyncio.Event().wait()
        return True

    async def never():
        return None

    begin = time.monotonic()
    async with Worker([Loop(name="s", step=stuck, next_due=never)], bell=Bell(), grace_seconds=0.05):
        await asyncio.sleep(0)
    assert time.monotonic() - begin < 5


async def test_chores_go_on_until_the_last_step_has_ended():
    renewed = []
    release = asyncio.Event()

    async def renew():
        renewed.append(True)
        if len(renewed) > 3:
            release.set()

    async def slow():
        await release.wait()
        return True

    async def never():
        return None

    loops = [Loop(name="s", step=slow, next_due=never)]
    chores = [Chore(name="leases", run=renew, every_seconds=0.01)]
    async with Worker(loops, chores=chores, bell=Bell(), grace_seconds=5):
        await asyncio.sleep(0)
    assert release.is_set()


async def test_a_chore_that_breaks_is_run_again(caplog):
    caplog.set_level(logging.CRITICAL)
    again = asyncio.Event()
    runs = []

    async def breaks():
        runs.append(True)
        if len(runs) > 1:
            again.set()
        raise ValueError("full disk")

    async with worker_of(Script(), Bell(), chores=[Chore(name="c", run=breaks, every_seconds=0.001)]):
        async with asyncio.timeout(5):
            await again.wait()
