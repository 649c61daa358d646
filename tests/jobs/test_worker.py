"""The worker: survives, wakes, rests, drains."""

import asyncio
import logging
import time

import pytest

from db.engines.engine import LeaseLost
from db.jobs.job import JobState
from jobs.runtime.worker import Chore, Loop, Wakeup, Worker, _sleep_seconds, wait_until_set
from tests.support.rows import each_row

BLOCKED_SECONDS = 1.0
SWEEP_SECONDS = 15.0


class Script:
    """A step that plays its acts, then has nothing to do."""

    def __init__(self, *acts):
        self.acts = list(acts)
        self.done = asyncio.Event()
        self.calls = 0

    async def step(self, claimed):
        self.calls += 1
        if not self.acts:
            self.done.set()
            return False
        act = self.acts.pop(0)
        if isinstance(act, Exception):
            raise act
        return act

    async def next_due(self):
        return 0


async def always():
    """Something is due."""
    return 0


def worker_of(script, wakeup, **options):
    loops = [Loop(name="script", step=script.step, next_due=script.next_due)]
    return Worker(loops, wakeup=wakeup, grace_seconds=options.pop("grace_seconds", 5), **options)


@pytest.mark.parametrize("error", [ValueError("bad job"), LeaseLost("job x"), OSError("disk")])
async def test_no_error_of_a_step_ends_the_worker(error, monkeypatch, caplog):
    monkeypatch.setattr("jobs.runtime.worker.BROKEN_SECONDS", 0.001)
    caplog.set_level(logging.CRITICAL)
    wakeup = Wakeup()
    script = Script(True, error, True)
    async with worker_of(script, wakeup):
        while script.calls < 2:
            await asyncio.sleep(0)
        for _ in range(200):
            wakeup.notify()
            await asyncio.sleep(0.001)
            if script.done.is_set():
                break
    assert script.acts == []


async def test_a_loop_that_rests_or_works_gives_signs_and_one_that_hangs_does_not(monkeypatch):
    clock = [1000.0]
    monkeypatch.setattr("jobs.runtime.worker.time.monotonic", lambda: clock[0])
    hangs, wakeup = asyncio.Event(), Wakeup()

    async def hang(claimed):
        await hangs.wait()
        return False

    loops = [
        Loop(name="hanging", step=hang, next_due=Script().next_due),
        Loop(name="resting", step=(script := Script()).step, next_due=script.next_due),
    ]
    async with Worker(loops, wakeup=wakeup, grace_seconds=5) as worker:
        await script.done.wait()
        clock[0] += 200
        script.done.clear()
        wakeup.notify()
        await script.done.wait()
        assert worker.still_seconds() == {"hanging": 200.0, "resting": 0.0}
        hangs.set()


async def test_a_loop_that_rests_after_a_long_step_has_given_a_sign(monkeypatch):
    clock, ended = [1000.0], asyncio.Event()
    monkeypatch.setattr("jobs.runtime.worker.time.monotonic", lambda: clock[0])

    async def long_step(claimed):
        clock[0] += 200
        ended.set()
        return False

    loops = [Loop(name="long", step=long_step, next_due=always)]
    async with Worker(loops, wakeup=Wakeup(), grace_seconds=5) as worker:
        await ended.wait()
        await asyncio.sleep(0)
        assert worker.still_seconds() == {"long": 0.0}


async def test_a_ring_wakes_a_sleeping_loop_at_once():
    wakeup = Wakeup()
    script = Script()
    async with worker_of(script, wakeup):
        await script.done.wait()
        script.done.clear()
        wakeup.notify()
        async with asyncio.timeout(BLOCKED_SECONDS / 2):
            await script.done.wait()


async def test_a_wake_up_between_looking_and_sleeping_is_not_lost():
    wakeup = Wakeup()

    class RingsWhileLooking(Script):
        async def step(self, claimed):
            if self.calls == 0:
                wakeup.notify()
            return await super().step(claimed)

    script = RingsWhileLooking()
    async with worker_of(script, wakeup):
        async with asyncio.timeout(BLOCKED_SECONDS / 2):
            while script.calls < 2:
                await asyncio.sleep(0.001)


async def test_a_ring_for_other_work_leaves_a_loop_asleep():
    wakeup = Wakeup()
    loud, quiet = Script(), Script()
    loops = [
        Loop(name="loud", step=loud.step, next_due=loud.next_due, woken_by=frozenset({JobState.QUEUED})),
        Loop(name="quiet", step=quiet.step, next_due=quiet.next_due, woken_by=frozenset({JobState.FAILED})),
    ]
    async with Worker(loops, wakeup=wakeup, grace_seconds=5):
        await loud.done.wait()
        await quiet.done.wait()
        loud.done.clear()
        wakeup.notify(JobState.QUEUED)
        async with asyncio.timeout(BLOCKED_SECONDS / 2):
            await loud.done.wait()
        assert quiet.calls == 1
        wakeup.notify()
        async with asyncio.timeout(BLOCKED_SECONDS / 2):
            while quiet.calls == 1:
                await asyncio.sleep(0.001)


@each_row(
    "due_ms, seconds",
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

    async def step(claimed):
        started.set()
        await asyncio.sleep(0.05)
        finished.append(True)
        return True

    async with Worker([Loop(name="s", step=step, next_due=always)], wakeup=Wakeup(), grace_seconds=5):
        await started.wait()
    assert finished == [True]


async def test_draining_gives_up_after_the_grace_period():
    async def stuck(*_):
        await asyncio.Event().wait()
        return True

    begin = time.monotonic()
    async with Worker([Loop(name="s", step=stuck, next_due=always)], wakeup=Wakeup(), grace_seconds=0.05):
        await asyncio.sleep(0)
    assert time.monotonic() - begin < 5


async def test_chores_go_on_until_the_last_step_has_ended():
    renewed = []
    release = asyncio.Event()

    async def renew():
        renewed.append(True)
        if len(renewed) > 3:
            release.set()

    async def slow(claimed):
        await release.wait()
        return True

    loops = [Loop(name="s", step=slow, next_due=always)]
    chores = [Chore(name="leases", run=renew, every_seconds=0.01)]
    async with Worker(loops, chores=chores, wakeup=Wakeup(), grace_seconds=5):
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

    async with worker_of(Script(), Wakeup(), chores=[Chore(name="c", run=breaks, every_seconds=0.001)]):
        async with asyncio.timeout(5):
            await again.wait()


async def until(condition):
    """Let the loops run until something has come true."""
    async with asyncio.timeout(10):
        while not condition():
            await asyncio.sleep(0.001)


class Asked(Script):
    """A script that counts how often it was asked what is due, and answers so many milliseconds one after the other."""

    def __init__(self, *acts, due_ms=(0,)):
        super().__init__(*acts)
        self.asked, self.due_ms = 0, list(due_ms)

    async def next_due(self):
        self.asked += 1
        return self.due_ms.pop(0) if len(self.due_ms) > 1 else self.due_ms[0]


async def test_while_there_is_work_nobody_rests():
    script = Asked(True, True, LeaseLost("job x"), True)
    begin = time.monotonic()
    async with worker_of(script, Wakeup()):
        await script.done.wait()
    assert (script.acts, script.asked) == ([], 5)
    assert time.monotonic() - begin < BLOCKED_SECONDS


async def test_a_loop_wakes_by_itself_when_something_is_due_and_does_nothing_before():
    script = Asked(due_ms=(20, -1, 20, 0))
    async with worker_of(script, Wakeup()):
        await until(lambda: script.asked == 1)
        assert script.calls == 0
        await until(lambda: script.calls == 2)


async def test_while_nothing_is_due_no_step_is_called():
    script, wakeup = Asked(due_ms=(None,)), Wakeup()
    async with worker_of(script, wakeup):
        for asked in range(1, 4):
            await until(lambda asked=asked: script.asked == asked)
            wakeup.notify()
    assert script.calls == 0


async def test_one_copy_looks_and_the_others_look_when_it_has_found_something():
    looks, working, release = [], [], asyncio.Event()

    async def next_due():
        looks.append(asyncio.current_task().get_name())
        return 0 if len(looks) <= 2 else None

    async def step(claimed):
        claimed()
        working.append(True)
        await release.wait()
        return True

    wakeup = Wakeup()
    loops = [Loop(name="s", step=step, next_due=next_due, copies=8)]
    async with Worker(loops, wakeup=wakeup, grace_seconds=5):
        await until(lambda: len(looks) == 3)
        assert (looks, len(working)) == (["s 1", "s 2", "s 3"], 2)
        wakeup.notify()
        await until(lambda: len(looks) == 4)
        await asyncio.sleep(0.01)
        assert len(looks) == 4
        release.set()


async def test_a_step_that_breaks_behind_its_claim_keeps_nobody_from_looking(caplog):
    caplog.set_level(logging.CRITICAL)
    calls = []

    async def step(claimed):
        claimed()
        calls.append(True)
        raise ValueError("bad job")

    loops = [Loop(name="s", step=step, next_due=always, copies=3)]
    async with Worker(loops, wakeup=Wakeup(), grace_seconds=5):
        async with asyncio.timeout(BLOCKED_SECONDS / 2):
            await until(lambda: len(calls) == 3)


async def test_a_loop_that_cannot_be_told_what_is_due_sleeps_and_can_be_woken(caplog):
    caplog.set_level(logging.CRITICAL)

    class Broken(Asked):
        async def next_due(self):
            self.asked += 1
            raise OSError("disk")

    wakeup, script = Wakeup(), Broken()
    async with worker_of(script, wakeup):
        await until(lambda: script.asked == 1)
        await asyncio.sleep(0.05)
        assert script.asked == 1
        wakeup.notify()
        await until(lambda: script.asked == 2)


async def test_a_step_is_called_by_as_many_tasks_as_it_has_copies():
    running, release = [], asyncio.Event()

    async def step(claimed):
        claimed()
        running.append(asyncio.current_task().get_name())
        await release.wait()
        return False

    loops = [Loop(name="s", step=step, next_due=always, copies=3)]
    async with Worker(loops, wakeup=Wakeup(), grace_seconds=5):
        await until(lambda: len(running) >= 3)
        assert sorted(running) == ["s 1", "s 2", "s 3"]
        release.set()


async def test_what_does_not_end_in_time_is_cancelled_and_so_are_the_chores():
    ended = []

    async def stuck(*_):
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            ended.append(asyncio.current_task().get_name())
            raise

    loops = [Loop(name="step", step=stuck, next_due=always)]
    chores = [Chore(name="chore", run=stuck, every_seconds=1)]
    async with Worker(loops, chores=chores, wakeup=Wakeup(), grace_seconds=0.05):
        await asyncio.sleep(0.01)
    assert sorted(ended) == ["chore", "step 1"]


async def test_draining_wakes_a_sleeping_loop_and_asks_it_for_nothing_more():
    script = Asked(due_ms=(None,))
    begin = time.monotonic()
    async with worker_of(script, Wakeup(), grace_seconds=SWEEP_SECONDS / 2):
        await until(lambda: script.asked == 1)
    assert time.monotonic() - begin < SWEEP_SECONDS / 3
    assert (script.calls, script.asked) == (0, 1)


async def test_a_step_that_broke_is_not_called_again_at_once(caplog):
    caplog.set_level(logging.CRITICAL)
    script, wakeup = Asked(ValueError("bad job")), Wakeup()
    async with worker_of(script, wakeup):
        await until(lambda: script.calls == 1)
        wakeup.notify()
        await asyncio.sleep(0.05)
        assert script.calls == 1


async def test_a_chore_rests_between_its_runs():
    runs = []

    async def run():
        runs.append(True)

    async with worker_of(Script(), Wakeup(), chores=[Chore(name="c", run=run, every_seconds=60)]):
        await until(lambda: runs)
        await asyncio.sleep(0.02)
    assert len(runs) == 1


async def test_whoever_waits_for_a_ring_in_vain_goes_on_in_time():
    async with asyncio.timeout(5):
        await wait_until_set(Wakeup().listen(), at_most_seconds=0.01)
