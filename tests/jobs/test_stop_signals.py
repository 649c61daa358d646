"""Told to stop: once drains, twice or too early ends at once."""

import asyncio
import os
import signal

import pytest

from jobs.runtime.worker import StopSignals


@pytest.fixture
async def stopping():
    """Return a function that starts a process's main task; its signals are those of this process."""
    tasks = []

    async def start(*, can_drain):
        begun = asyncio.get_running_loop().create_future()

        async def main():
            signals = StopSignals()
            signals.listen()
            signals.can_drain = can_drain
            begun.set_result(signals)
            await asyncio.Event().wait()

        tasks.append(asyncio.create_task(main()))
        return await begun, tasks[-1]

    yield start
    for name in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().remove_signal_handler(name)
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


async def told(signals, name):
    """Tell this process to stop, and wait until it has heard."""
    os.kill(os.getpid(), name)
    async with asyncio.timeout(5):
        await signals.asked.wait()
    await asyncio.sleep(0)


@pytest.mark.parametrize("name", [signal.SIGTERM, signal.SIGINT])
async def test_an_open_bot_that_is_asked_once_goes_on_and_drains(stopping, name):
    signals, task = await stopping(can_drain=True)
    assert not signals.asked.is_set()
    await told(signals, name)
    await asyncio.wait([task], timeout=0.05)
    assert not task.done()


async def test_asked_twice_it_ends_at_once(stopping):
    signals, task = await stopping(can_drain=True)
    await told(signals, signal.SIGTERM)
    await told(signals, signal.SIGINT)
    await asyncio.wait([task], timeout=5)
    assert task.cancelled()


async def test_before_it_is_open_there_is_nothing_to_drain(stopping):
    signals, task = await stopping(can_drain=False)
    await told(signals, signal.SIGTERM)
    await asyncio.wait([task], timeout=5)
    assert task.cancelled()


async def test_nothing_can_drain_before_somebody_says_so():
    assert not StopSignals().can_drain
