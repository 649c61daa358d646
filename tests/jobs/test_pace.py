"""The rate limit of polls: one gap apart, in the order of coming, nothing saved up. The loop's clock stands still."""

import asyncio

from jobs.pipeline import Limits
from jobs.steps.poller import DatabaseRateLimiter, LocalRateLimiter
from tests.support.stage import POLICY, open_stage

GAP = 0.2


async def go_on():
    """Let every task run as far as it comes."""
    for _ in range(10):
        await asyncio.sleep(0)


async def test_callers_come_through_one_gap_apart_in_their_order(loop_time):
    limiter, through = LocalRateLimiter(1 / GAP), []

    async def caller(number):
        await limiter.acquire()
        through.append(number)

    async with asyncio.TaskGroup() as callers:
        for number in range(3):
            callers.create_task(caller(number))
        await go_on()
        assert through == [0]
        loop_time[0] += GAP - 0.01
        await go_on()
        assert through == [0]
        loop_time[0] += 0.02
        await go_on()
        assert through == [0, 1]
        loop_time[0] += GAP
        await go_on()
        assert through == [0, 1, 2]


async def test_turns_that_nobody_took_are_not_saved_up(loop_time):
    limiter = LocalRateLimiter(1 / GAP)
    await limiter.acquire()
    loop_time[0] += 100 * GAP
    await limiter.acquire()

    second = asyncio.create_task(limiter.acquire())
    await go_on()
    assert not second.done()
    loop_time[0] += GAP + 0.01
    await second


async def test_polls_of_all_copies_share_one_budget(tmp_path, sandbox, clock, loop_time):
    async with open_stage(tmp_path, sandbox, clock, Limits(policy=POLICY, polls_per_second=1 / GAP)) as stage:
        for _ in range(2):
            await stage.submitted()
        clock.advance(60)
        assert await stage.pipeline.poller.step()
        second = asyncio.create_task(stage.pipeline.poller.step())
        while not stage.store.claims._kept:
            await asyncio.sleep(0)
        await go_on()
        looks = sandbox.ledger.task_gets.total()
        loop_time[0] += GAP + 0.01
        assert await second
        assert (looks, sandbox.ledger.task_gets.total()) == (1, 2)


async def test_two_processes_share_one_budget(stage, monkeypatch):
    waited = []

    async def sleep(seconds):
        waited.append(seconds)

    monkeypatch.setattr(asyncio, "sleep", sleep)
    here, there = (DatabaseRateLimiter(stage.store.turns, 1 / GAP) for _ in range(2))
    for limiter in (here, there, here):
        await limiter.acquire()
    assert waited == [0, GAP, 2 * GAP]
