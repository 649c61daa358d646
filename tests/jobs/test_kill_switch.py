"""The stop of everything: with a hundred queued nothing more is ordered, what was ordered goes on, and all of it resumes."""

import pytest

from db.jobs.admission import Paused
from db.jobs.job import JobState, Owner
from db.money.caps import Caps
from db.settings.pauses import Cause
from jobs.money.limits import KillSwitch
from jobs.pipeline import Limits
from tests.support.caps import policy
from tests.support.stage import ANN, open_stage

QUEUED, RENDERING, DELIVERING = 100, 3, 2


async def pause_by_row(stage):
    await stage.store.pauses.pause(Cause.OPERATOR)


async def lift_row(stage):
    await stage.store.pauses.lift(Cause.OPERATOR)


async def pause_by_file(stage):
    KillSwitch(stage.files.data_dir).turn_on()


async def lift_file(stage):
    KillSwitch(stage.files.data_dir).turn_off()


WAYS = {"row": (pause_by_row, lift_row), "file": (pause_by_file, lift_file)}


@pytest.fixture
async def crowd(tmp_path, sandbox, clock):
    """Return a stage with videos of every stage of their life, and a hundred that wait."""
    limits = Limits(policy=policy(Caps()), running_cap=1000, polls_per_second=1e6, status_gap_seconds=0.001)
    async with open_stage(tmp_path, sandbox, clock, limits) as stage:
        for _ in range(DELIVERING):
            await stage.rendered()
        for _ in range(RENDERING):
            await stage.submitted()
        for number in range(QUEUED):
            await stage.order(Owner(guild_id=1, user_id=1000 + number))
        yield stage


async def work(stage):
    """Take every step until none finds anything; return how many found something, by step."""
    pipeline, done = stage.pipeline, {}
    for name in ("submitter", "poller", "deliverer"):
        done[name] = 0
        while await getattr(pipeline, name).step():
            done[name] += 1
    return done


@pytest.mark.parametrize("way", WAYS)
async def test_with_a_hundred_queued_nothing_more_is_ordered_and_what_was_ordered_arrives(crowd, way):
    pause, lift = WAYS[way]
    before = len(crowd.sandbox.ledger.received)
    await pause(crowd)
    crowd.clock.advance(60)
    assert await work(crowd) == {"submitter": 0, "poller": RENDERING, "deliverer": RENDERING + DELIVERING}
    assert len(crowd.sandbox.ledger.received) == before
    assert len(crowd.audience.delivered) == RENDERING + DELIVERING
    with pytest.raises(Paused) as refusal:
        await crowd.order()
    assert refusal.value.cause == "operator"

    await lift(crowd)
    assert (await work(crowd))["submitter"] == QUEUED
    assert len(crowd.sandbox.ledger.received) == before + QUEUED


async def test_a_pause_outlasts_a_restart(tmp_path, sandbox, clock):
    async with open_stage(tmp_path, sandbox, clock) as stage:
        await stage.order()
        await pause_by_row(stage)
    async with open_stage(tmp_path, sandbox, clock) as stage:
        assert not await stage.pipeline.submitter.step()
        assert stage.posts == 0


async def test_the_managers_of_a_server_stop_their_own_alone(stage):
    here = await stage.order()
    there = await stage.order(Owner(guild_id=2, user_id=ANN.user_id))
    await stage.store.pauses.pause(Cause.MODERATOR, guild_id=1)
    while await stage.pipeline.submitter.step():
        pass
    states = [(await stage.job(receipt)).state for receipt in (here, there)]
    assert states == [JobState.QUEUED, JobState.RENDERING]


async def test_while_it_is_paused_waiting_jobs_can_be_cancelled_and_cost_nothing(stage):
    receipt = await stage.order()
    await pause_by_row(stage)
    assert (await stage.pipeline.jobs.cancel(receipt.job.key, ANN)).cost_micros == 0


def test_a_switch_says_what_it_changed(tmp_path):
    switch = KillSwitch(tmp_path / "not there yet")
    assert (switch.is_on, switch.turn_off()) == (False, False)
    assert [switch.turn_on(), switch.turn_on(), switch.is_on] == [True, False, True]
    assert [switch.turn_off(), switch.turn_off(), switch.is_on] == [True, False, False]
