"""The clock of the machine is set, back or ahead: waits keep their length, and nothing final follows from it."""

import contextlib
import errno
import os
import time

import pytest

from db.engines.clock import Corrections, SteadyClock, steady_clock
from db.jobs.job import JobState
from db.money.caps import Level, Measure
from db.settings.pauses import Cause
from jobs.money.limits import days_at
from jobs.notify.notifier import TryLater
from jobs.pipeline import Limits
from sandbox.faults import Fault, FaultName
from tests.support.caps import caps_at, policy
from tests.support.clock import FakeClock
from tests.support.stage import ANN, open_stage

DOUBT_SECONDS = 60
LONG_DOUBT_SECONDS = 3600

HOUR, DAY = 3600, 86_400
JUMPS = [-365 * DAY, -HOUR, HOUR, 365 * DAY]


class Machine(SteadyClock):
    """A machine whose wall clock can be set: time passes for both of its clocks."""

    def __init__(self, *, set_by=0):
        self.wall, self.steady = FakeClock(), FakeClock(1000)
        self.wall.advance(set_by)
        super().__init__(wall=self.wall, steady=self.steady)

    def advance(self, seconds):
        """Let time pass."""
        self.wall.advance(seconds)
        self.steady.advance(seconds)


@pytest.fixture
def clock():
    """Return the clock of a machine."""
    return Machine()


@pytest.fixture(params=JUMPS)
def jump(request):
    """Return by how many seconds the wall clock is set."""
    return request.param


@pytest.fixture(params=["before it is noticed", "when it was noticed"])
async def set_clock(stage, request, jump):
    """Return what sets the clock; the chore that notices it has run, or has not."""

    async def set_it():
        stage.clock.wall.advance(jump)
        if request.param == "when it was noticed":
            await notice(stage)

    return set_it


async def notice(stage):
    """Run the chore that looks after the clock."""
    await chore(stage, "clock").run()


def chore(stage, name):
    """Return a chore of the worker."""
    return next(chore for chore in stage.pipeline.worker()._chores if chore.name == name)


async def waits(stage, step, *, seconds):
    """Say whether `step` finds nothing now, and something once `seconds` have passed."""
    early = await step()
    stage.clock.advance(seconds)
    return not early and await step()


async def test_a_task_is_polled_when_its_wait_is_over(stage, set_clock):
    await stage.submitted()
    await set_clock()
    assert await waits(stage, stage.pipeline.poller.step, seconds=20)


async def test_a_delivery_that_failed_is_tried_again_when_its_wait_is_over(stage, set_clock):
    stage.audience.delivery_errors = [TryLater("HTTP 503")]
    receipt = await stage.rendered()
    await stage.pipeline.deliverer.step()
    await set_clock()
    assert await waits(stage, stage.pipeline.deliverer.step, seconds=3)
    assert (await stage.job(receipt)).state is JobState.DELIVERED


async def test_an_ending_that_could_not_be_told_is_told_when_its_wait_is_over(stage, set_clock):
    stage.audience.tell_errors = [TryLater("HTTP 503")]
    stage.sandbox.faults.add(Fault(FaultName.MODERATED))
    await stage.submitted()
    await stage.pipeline.ending_notifier.step()
    await set_clock()
    assert await waits(stage, stage.pipeline.ending_notifier.step, seconds=3)


async def test_an_order_can_be_undone_for_as_long_as_was_said(stage, set_clock):
    await stage.order(wait_seconds=5)
    await set_clock()
    assert await waits(stage, stage.pipeline.submitter.step, seconds=6)


async def test_a_lease_lasts_as_long_as_it_was_taken_for(stage, set_clock):
    await stage.rendered()
    await stage.store.claims.due_delivery()
    await set_clock()
    stage.clock.advance(59)
    assert await waits(stage, stage.store.claims.due_delivery, seconds=2)


async def test_what_waits_in_the_queue_is_made(stage, set_clock):
    receipt = await stage.order()
    await set_clock()
    assert await stage.pipeline.submitter.step()
    assert (await stage.job(receipt)).state is JobState.RENDERING


async def test_no_task_is_late(stage, set_clock):
    stage.sandbox.faults.add(Fault(FaultName.STUCK))
    receipt = await stage.submitted()
    await set_clock()
    stage.clock.advance(DOUBT_SECONDS + 1)
    assert await stage.pipeline.poller.step()
    assert (await stage.job(receipt)).late_at is None


async def test_an_outage_pauses_for_as_long_as_it_was_meant_to(stage, set_clock):
    await stage.order()
    await stage.store.pauses.pause(Cause.OUTAGE, seconds=60)
    await set_clock()
    stage.clock.advance(58)
    assert await waits(stage, stage.pipeline.submitter.step, seconds=3)


async def test_a_video_of_which_nobody_knows_whether_it_was_posted_is_looked_for(stage, set_clock):
    stage.audience.delivery_errors = [TryLater("ServerDisconnectedError")]
    await stage.rendered()
    await stage.pipeline.deliverer.step()
    await set_clock()
    stage.clock.advance(61)
    assert await stage.pipeline.deliverer.step()
    assert len(stage.audience.searches) == 1


async def test_a_notice_is_not_sent_again_when_its_nonce_is_forgotten(stage, set_clock):
    await stage.pipeline.preferences.change(ANN.user_id, notify=True)
    await stage.delivered()
    stage.audience.notice_errors = [TryLater("ServerDisconnectedError")]
    await stage.pipeline.notices.step()
    await set_clock()
    stage.clock.advance(61)
    assert await stage.pipeline.notices.step()
    assert stage.audience.notified == []


async def test_a_cooldown_is_never_longer_than_it_was_set(tmp_path, sandbox, clock, jump):
    limits = Limits(policy=policy(caps_at(Level.MEMBER, Measure.COOLDOWN, 60_000)))
    async with open_stage(tmp_path, sandbox, clock, limits) as stage:
        await stage.order()
        clock.wall.advance(jump)
        await notice(stage)
        clock.advance(60)
        await stage.order()


async def test_what_is_shown_and_counted_is_of_the_day_that_the_clock_was_set_to(stage, jump):
    await stage.order()
    stage.clock.wall.advance(jump)
    await notice(stage)
    job = (await stage.order()).job
    now = days_at(stage.clock.wall(), zone="UTC")
    assert (job.created_at, job.bot_day, stage.midnight) == (stage.clock.wall(), now.bot.day, now.bot.ends_at)


async def test_nothing_lies_in_the_future_of_a_clock_that_was_set_back(stage):
    stage.clock.wall.advance(365 * DAY)
    await notice(stage)
    job = await stage.delivered()
    await stage.store.privacy.ask(ANN.user_id)
    await stage.store.privacy.left(ANN.guild_id)
    stage.clock.wall.advance(-365 * DAY)
    await notice(stage)

    row = await stage.store.job_queries.by_id(job.id)
    now = stage.clock.wall()
    assert max(row.created_at, row.queued_at, row.submitted_at, row.rendered_at, row.finished_at) <= now
    assert await stage.store.privacy.forget_members(after_ms=0) == 0  # their job is still to be erased
    assert await stage.store.privacy.ended_of_left(after_ms=0) == [row]


async def test_a_job_that_ended_in_the_future_ended_now_however_old_it_is(stage):
    receipt = await stage.rendered()
    stage.clock.advance(DAY)
    await notice(stage)
    await stage.pipeline.deliverer.step()
    stage.clock.wall.advance(-HOUR)
    await notice(stage)
    row = await stage.job(receipt)
    assert (row.state, row.finished_at <= stage.clock.wall()) == (JobState.DELIVERED, True)


async def test_after_a_jump_files_and_words_are_kept_for_an_hour_more(stage, jump):
    await stage.delivered()
    old = stage.files.video("old.mp4")
    old.write_bytes(b"x")
    os.utime(old, (time.time() - 31 * DAY,) * 2)
    stage.clock.wall.advance(jump)
    await notice(stage)
    kept = []
    for _ in range(2):
        for name in ("files", "retention"):
            await chore(stage, name).run()
        (job,) = await stage.store.privacy.jobs_of(ANN.user_id, after_id=0)
        kept.append((old.exists(), job.erased_at is None))
        stage.clock.advance(LONG_DOUBT_SECONDS)
    assert kept == [(True, True), (False, jump < 90 * DAY)]


async def test_a_moment_between_two_readings_moves_nothing(stage):
    receipt = await stage.order()
    stage.clock.wall.now += 900
    await notice(stage)
    assert (await stage.job(receipt)).next_at == receipt.job.next_at


class FullDisk:
    """An engine that can commit nothing."""

    def __init__(self, engine):
        self._engine = engine

    async def write(self, body):
        """Run a body, and take all of it back."""

        async def whole(transaction):
            await body(transaction)
            raise OSError(errno.ENOSPC, "no space left")

        await self._engine.write(whole)


async def test_rows_and_clock_that_could_not_be_moved_are_moved_at_the_next_look(stage):
    await stage.submitted()
    stage.clock.wall.advance(-DAY)
    corrections = stage.store.corrections
    engine, corrections._engine = corrections._engine, FullDisk(corrections._engine)
    with pytest.raises(OSError, match="no space"):
        await notice(stage)
    corrections._engine = engine
    await notice(stage)
    assert stage.clock() == stage.clock.wall()
    assert await waits(stage, stage.pipeline.poller.step, seconds=20)


@contextlib.asynccontextmanager
async def restarted(tmp_path, sandbox, *, set_by):
    """Open the stage again, on a machine that was started with its clock set by so many seconds."""
    async with open_stage(tmp_path, sandbox, Machine(set_by=set_by)) as stage:
        yield stage


async def test_rows_that_follow_the_clock_of_a_server_stay_when_that_of_a_process_is_set(stage):
    receipt = await stage.rendered()
    before = await stage.job(receipt)
    stage.clock.wall.advance(HOUR)
    await Corrections(stage.store.job_queries._engine, None).follow(stage.clock)
    assert await stage.job(receipt) == before
    assert stage.clock() == stage.clock.wall()


async def test_what_waited_goes_on_after_a_restart_with_the_clock_set_back(tmp_path, sandbox, clock):
    async with open_stage(tmp_path, sandbox, clock) as stage:
        await stage.submitted()
        await stage.order()
        await stage.store.claims.queued(running_cap=9)
    async with restarted(tmp_path, sandbox, set_by=-30 * DAY) as stage:
        assert stage.clock() == stage.clock.wall()
        assert await waits(stage, stage.pipeline.poller.step, seconds=20)
        stage.clock.advance(45)
        assert await stage.store.claims.stranded()


async def test_what_seems_to_have_waited_too_long_after_a_restart_is_left_alone_for_a_minute(
    tmp_path, sandbox, clock
):
    async with open_stage(tmp_path, sandbox, clock) as stage:
        receipt = await stage.order()
    async with restarted(tmp_path, sandbox, set_by=7 * HOUR) as stage:
        assert not await stage.pipeline.submitter.step()
        assert (await stage.job(receipt)).state is JobState.QUEUED
        stage.clock.advance(DOUBT_SECONDS)
        await stage.pipeline.submitter.step()
        assert (await stage.job(receipt)).state is JobState.CANCELLED


async def test_it_is_made_when_the_clock_is_put_right_within_that_minute(tmp_path, sandbox, clock):
    async with open_stage(tmp_path, sandbox, clock) as stage:
        receipt = await stage.order()
    async with restarted(tmp_path, sandbox, set_by=7 * HOUR) as stage:
        await stage.pipeline.submitter.step()
        stage.clock.wall.advance(-7 * HOUR)
        await notice(stage)
        assert await stage.pipeline.submitter.step()
        assert (await stage.job(receipt)).state is JobState.RENDERING


async def test_a_task_that_seems_late_after_a_restart_is_late_a_minute_later(tmp_path, sandbox, clock):
    async with open_stage(tmp_path, sandbox, clock) as stage:
        stage.sandbox.faults.add(Fault(FaultName.STUCK))
        receipt = await stage.submitted()
    async with restarted(tmp_path, sandbox, set_by=7 * HOUR) as stage:
        late = []
        for _ in range(2):
            await stage.pipeline.poller.step()
            late.append((await stage.job(receipt)).late_at is not None)
            stage.clock.advance(DOUBT_SECONDS)
        assert late == [False, True]


def test_a_machine_that_slept_has_no_clock_that_was_set():
    if hasattr(time, "CLOCK_BOOTTIME"):
        assert abs(steady_clock() - time.clock_gettime(time.CLOCK_BOOTTIME) * 1000) < 1000
    assert SteadyClock().jump() in range(-1, 2)
