"""Channels with a result on its way: status edits wait until the last one is through."""

import asyncio

import pytest

from jobs.notify.notifier import BusyChannels


async def spin():
    for _ in range(10):
        await asyncio.sleep(0)


async def test_a_channel_is_free_after_the_last_of_its_deliveries():
    busy = BusyChannels()
    with busy.hold(77):
        with busy.hold(77):
            waiting = asyncio.create_task(busy.wait_until_free(77))
        await spin()
        assert not waiting.done()
    async with asyncio.timeout(5):
        await waiting


async def test_another_channel_is_not_held_up():
    busy = BusyChannels()
    with busy.hold(77):
        async with asyncio.timeout(5):
            await busy.wait_until_free(78)


async def test_a_delivery_that_broke_frees_its_channel():
    busy = BusyChannels()
    with pytest.raises(ZeroDivisionError), busy.hold(77):
        raise ZeroDivisionError
    async with asyncio.timeout(5):
        await busy.wait_until_free(77)
    assert busy._freed == {}


async def test_a_channel_that_is_held_again_before_anybody_woke_is_waited_for_again():
    busy = BusyChannels()
    with busy.hold(77):
        waiting = asyncio.create_task(busy.wait_until_free(77))
        await spin()
    with busy.hold(77):
        await spin()
        assert not waiting.done()
    async with asyncio.timeout(5):
        await waiting


async def test_a_status_waits_while_its_channel_gets_a_result(stage):
    shown = []

    async def slowly(_delivery):
        stage.pipeline.statuses.changed(await stage.job(receipt))
        for _ in range(50):
            await stage.store.job_queries.by_id(receipt.job.id)
        shown.extend(stage.audience.statuses[before:])
        return 5000

    stage.audience.deliver = slowly
    receipt = await stage.rendered()
    await stage.pipeline.statuses.settle()
    before = len(stage.audience.statuses)
    stage.pipeline.statuses._faces.clear()  # an edit would be due at once
    await stage.pipeline.deliverer.step()
    assert shown == []
