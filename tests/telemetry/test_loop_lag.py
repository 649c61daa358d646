"""The lag of the event loop: seen when something holds it up."""

import asyncio
import time

from telemetry.readiness import LoopLag


async def next_measurement(measured):
    before = len(measured)
    async with asyncio.timeout(10):
        while len(measured) == before:
            await asyncio.sleep(0.005)


async def test_a_loop_that_is_held_up_is_seen_to_lag():
    measured = []
    async with LoopLag(measured.append, every_seconds=0.01) as lag:
        await next_measurement(measured)
        time.sleep(0.3)  # noqa: ASYNC251 - this is what is to be seen
        await next_measurement(measured)
        assert lag.latest >= 0.25 or max(measured) >= 0.25

    assert max(measured) >= 0.25


async def test_nothing_is_measured_once_it_is_left():
    measured = []
    async with LoopLag(measured.append, every_seconds=0.001):
        await next_measurement(measured)
    ended = len(measured)

    await asyncio.sleep(0.05)

    assert len(measured) == ended
