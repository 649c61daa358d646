"""What one process runs: the figures that an operator sees are those of the steps, and every promise has its chore."""

import asyncio

import pytest

from app.parts import limits_of
from config.loading import settings_of
from db.jobs.job import JobState
from jobs.pipeline import DELIVERIES_AT_ONCE, Limits
from tests.support.rows import each_row
from tests.support.stage import POLICY, Audience, open_stage


def test_the_steps_and_the_settings_have_the_same_figures():
    limits = limits_of(settings_of(discord_token="t", hailuo_api_key="k"))
    assert limits == Limits(policy=limits.policy)


async def test_every_kind_of_work_is_done_by_several_at_once(stage):
    loops = {loop.name: loop for loop in stage.pipeline.worker()._loops}
    assert set(loops) == {"submit", "poll", "deliver", "notice", "tell"}
    assert all(loop.copies > 1 for loop in loops.values())


@each_row(
    "state, woken",
    [
        (JobState.QUEUED, {"submit"}),
        (JobState.RENDERING, {"poll"}),
        (JobState.DELIVERING, {"deliver", "submit"}),
        (JobState.FAILED, {"tell", "submit"}),
        (JobState.UNKNOWN, {"tell", "submit"}),
        (JobState.CANCELLED, {"tell"}),
        (JobState.DELIVERED, {"notice"}),
        (JobState.SUBMITTING, set()),
    ],
)
def test_a_change_wakes_who_can_do_something_about_it_or_about_the_room_it_made(stage, state, woken):
    loops = stage.pipeline.worker()._loops
    assert {loop.name for loop in loops if state in loop.woken_by} == woken


class SlowChannels(Audience):
    """Takes no video before as many are on their way as may be at once."""

    def __init__(self):
        super().__init__()
        self.under_way = 0
        self.all_there = asyncio.Event()

    async def deliver(self, delivery):
        self.under_way += 1
        if self.under_way == DELIVERIES_AT_ONCE:
            self.all_there.set()
        await self.all_there.wait()
        return await super().deliver(delivery)


async def test_slow_uploads_leave_room_for_others(tmp_path, sandbox, clock):
    channels = SlowChannels()
    async with open_stage(tmp_path, sandbox, clock, notifier=channels) as stage:
        for _ in range(DELIVERIES_AT_ONCE):
            await stage.rendered()
        async with stage.pipeline.worker(), asyncio.timeout(30):
            await channels.all_there.wait()


@pytest.mark.parametrize("lease_seconds", [60, 90])
async def test_leases_are_renewed_at_a_third_of_their_length(tmp_path, sandbox, clock, lease_seconds):
    async with open_stage(
        tmp_path, sandbox, clock, Limits(policy=POLICY, lease_seconds=lease_seconds)
    ) as stage:
        (leases,) = [chore for chore in stage.pipeline.worker()._chores if chore.name == "leases"]
        assert leases.every_seconds == lease_seconds / 3
        await stage.submitted()
        clock.advance(60)
        job = await stage.store.claims.due_poll()
        clock.advance(lease_seconds - 1)
        with stage.store.claims.keep(job):
            await leases.run()
        assert await stage.store.claims.next_due(job.state) == lease_seconds * 1000


async def test_a_worker_takes_a_job_from_the_command_to_the_channel(stage):
    async with stage.pipeline.worker():
        receipt = await stage.order()
        async with asyncio.timeout(30):
            while not stage.audience.delivered:
                stage.clock.advance(1)
                stage.pipeline.wakeup.notify()
                await asyncio.sleep(0.01)
    assert (await stage.job(receipt)).state is JobState.DELIVERED
    assert stage.posts == 1
