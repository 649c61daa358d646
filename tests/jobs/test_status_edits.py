"""What a status shows and when it is worth an edit; the gap between two edits of a channel; what is forgotten."""

import asyncio
import dataclasses

import pytest

from db.jobs.job import JobState
from jobs.notify.notifier import TryLater, Unreachable
from jobs.pipeline import Limits
from tests.support.stage import POLICY, open_stage

GAP = 2.0


async def show(stage, job):
    """Note a job as it is given, and wait until everything is shown."""
    stage.pipeline.statuses.changed(job)
    await stage.pipeline.statuses.settle()


async def posted(stage):
    """Return a rendering job whose status has been posted."""
    receipt = await stage.submitted()
    await stage.pipeline.statuses.settle()
    job = await stage.job(receipt)
    stage.audience.statuses.clear()
    return job


async def test_every_full_ten_percent_is_one_edit(stage):
    job = await posted(stage)
    shown = []
    for progress in (1, 9, 10, 19, 20, 29, 30):
        before = len(stage.audience.statuses)
        await show(stage, dataclasses.replace(job, progress=progress))
        shown += [progress] * (len(stage.audience.statuses) - before)
    assert shown == [10, 20, 30]


async def test_that_a_job_is_late_is_worth_an_edit_once(stage):
    job = await posted(stage)
    for late_at in (1, 2):
        await show(stage, dataclasses.replace(job, late_at=late_at))
    assert stage.audience.statuses == ["edit rendering None"]


async def test_the_private_reply_follows_states_not_percents(stage):
    job = await posted(stage)
    for progress in (20, 40):
        await show(stage, dataclasses.replace(job, progress=progress))
    assert stage.audience.replies == ["rendering"]
    await show(stage, dataclasses.replace(job, state=JobState.DELIVERING))
    assert stage.audience.replies == ["rendering", "delivering"]


async def test_a_reply_that_cannot_be_changed_does_not_hold_the_status_up(stage):
    async def refuse(_status):
        raise Unreachable("HTTP 404")

    stage.audience.update_reply = refuse
    await stage.submitted()
    await stage.pipeline.statuses.settle()
    assert stage.audience.statuses == ["post rendering None"]


async def test_a_status_says_when_the_result_is_likely_and_an_edit_names_its_message(stage):
    seen = []

    async def post(status):
        seen.append(status)
        return 4711

    async def edit(status):
        seen.append(status)

    stage.audience.post_status, stage.audience.edit_status = post, edit
    receipt = await stage.submitted()
    await stage.pipeline.statuses.settle()
    await show(stage, dataclasses.replace(receipt.job, state=JobState.RENDERING, progress=50))

    assert [status.job.status_message_id for status in seen] == [None, 4711]
    assert {status.expected_at for status in seen} == {stage.clock() + 90_000}
    assert [status.was_away for status in seen] == [False, False]
    assert (await stage.job(receipt)).status_message_id == 4711


@pytest.mark.parametrize("state", [JobState.QUEUED, JobState.SUBMITTING])
async def test_what_has_not_begun_is_not_shown(stage, state):
    receipt = await stage.order()
    await show(stage, dataclasses.replace(receipt.job, state=state))
    assert (stage.audience.statuses, stage.audience.replies) == ([], [])


async def test_an_ended_job_without_a_status_has_nothing_deleted(stage):
    receipt = await stage.order()
    await show(stage, dataclasses.replace(receipt.job, state=JobState.CANCELLED))
    assert (stage.audience.statuses, stage.audience.replies) == ([], ["cancelled"])


async def test_nothing_is_remembered_of_an_ended_job(stage):
    job = await posted(stage)
    await show(stage, dataclasses.replace(job, state=JobState.FAILED))
    keeper = stage.pipeline.statuses
    assert (keeper._faces, keeper._messages, keeper._newest, keeper._serving) == ({}, {}, {}, {})


async def test_a_job_that_was_refused_a_status_may_have_another_one_in_its_next_life(stage):
    async def refuse(_status):
        raise Unreachable("HTTP 403")

    post, stage.audience.post_status = stage.audience.post_status, refuse
    receipt = await stage.submitted()
    await stage.pipeline.statuses.settle()
    job = await stage.job(receipt)
    await show(stage, dataclasses.replace(job, state=JobState.UNKNOWN))
    stage.audience.post_status = post
    await show(stage, job)
    assert stage.audience.statuses == ["post rendering None"]


async def test_a_status_that_somebody_deleted_is_forgotten_not_deleted_for_ever(stage):
    async def gone(_job):
        raise Unreachable("HTTP 404")

    job = await posted(stage)
    stage.audience.delete_status = gone
    await show(stage, dataclasses.replace(job, state=JobState.FAILED))
    assert (await stage.store.job_queries.by_id(job.id)).status_message_id is None


async def test_a_channel_that_is_being_served_is_not_swept_as_well(stage):
    job = await posted(stage)
    await stage.store.job_queries.set_status_message(job.id, 4711)
    stage.pipeline.statuses.changed(dataclasses.replace(job, progress=50))
    await stage.pipeline.statuses.sweep()
    await stage.pipeline.statuses.settle()
    assert stage.audience.statuses == ["edit rendering 50"]


@pytest.fixture
async def slow(tmp_path, sandbox, clock, loop_time):
    """Return a stage that leaves a gap after each edit, on a loop whose time the test moves."""
    async with open_stage(tmp_path, sandbox, clock, Limits(policy=POLICY, status_gap_seconds=GAP)) as stage:
        stage.audience.statuses = Stamped(loop_time)
        yield stage


class Stamped(list):
    """Statuses, and when each was seen on the loop's clock."""

    def __init__(self, loop_time):
        super().__init__()
        self.loop_time, self.times = loop_time, []

    def append(self, status):
        self.times.append(self.loop_time[0])
        super().append(status)

    async def reach(self, count, *, while_time_passes):
        """Wait for so many statuses."""
        while len(self) < count:
            self.loop_time[0] += 0.1 if while_time_passes else 0
            await asyncio.sleep(0)


async def gone_quiet(stage, loop_time):
    """Let the gaps pass."""
    while stage.pipeline.statuses._serving:
        loop_time[0] += 0.1
        await asyncio.sleep(0)


async def test_two_edits_of_a_channel_are_a_gap_apart(slow):
    for _ in range(2):
        await slow.submitted()
    await slow.audience.statuses.reach(2, while_time_passes=True)
    first, second = slow.audience.statuses.times
    assert second - first >= GAP


ENDINGS = (JobState.DELIVERED, JobState.FAILED, JobState.CANCELLED, JobState.UNKNOWN)


@pytest.mark.parametrize("ending", ENDINGS)
async def test_the_statuses_of_jobs_that_ended_go_at_once_whatever_waits_for_the_gap_or_a_result(
    slow, loop_time, ending
):
    receipts = [await slow.submitted() for _ in range(6)]
    await slow.audience.statuses.reach(6, while_time_passes=True)
    jobs = [await slow.job(receipt) for receipt in receipts]
    now = loop_time[0]
    with slow.pipeline.deliverer._busy.hold(jobs[0].channel_id):
        for job in jobs:
            slow.pipeline.statuses.changed(dataclasses.replace(job, progress=50))
        for job in jobs:
            slow.pipeline.statuses.changed(dataclasses.replace(job, state=ending))
        await slow.audience.statuses.reach(12, while_time_passes=False)

    assert slow.audience.statuses[6:] == [f"delete {900 + job.id}" for job in jobs]
    assert set(slow.audience.statuses.times[6:]) == {now}
    await gone_quiet(slow, loop_time)
    assert len(slow.audience.statuses) == 12


async def test_another_channel_does_not_wait_for_the_gap(slow):
    job = await slow.job(await slow.submitted())
    await slow.audience.statuses.reach(1, while_time_passes=False)
    slow.pipeline.statuses.changed(dataclasses.replace(job, channel_id=78, progress=50))
    await slow.audience.statuses.reach(2, while_time_passes=False)


async def test_a_status_that_failed_costs_its_gap_too(slow):
    async def refuse(_status):
        slow.audience.statuses.append("refused")
        raise TryLater("HTTP 503")

    slow.audience.post_status = refuse
    for _ in range(2):
        await slow.submitted()
    await slow.audience.statuses.reach(2, while_time_passes=True)
    first, second = slow.audience.statuses.times
    assert second - first >= GAP


async def test_what_needs_no_edit_costs_no_gap(slow, loop_time):
    job = await slow.job(await slow.submitted())
    await slow.audience.statuses.reach(1, while_time_passes=False)
    await gone_quiet(slow, loop_time)
    waiting = (await slow.order()).job
    for changed in (
        dataclasses.replace(waiting, state=JobState.CANCELLED),
        job,
        dataclasses.replace(job, id=99, status_message_id=5, progress=50),
    ):
        slow.pipeline.statuses.changed(changed)
    await slow.audience.statuses.reach(2, while_time_passes=False)


async def test_closing_stops_what_waits(slow):
    for _ in range(2):
        await slow.submitted()
    await slow.audience.statuses.reach(1, while_time_passes=False)
    await slow.pipeline.statuses.close()
    assert slow.pipeline.statuses._serving == {}
    assert len(slow.audience.statuses) == 1
