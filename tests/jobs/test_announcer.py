"""Every ending that is no video is told, once."""

import pytest

from db.jobs.job import JobState, Reason
from jobs.notify.notifier import TryLater, Unreachable
from sandbox.faults import Fault, FaultName
from tests.support.stage import ANN


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        (Fault(FaultName.MODERATED), Reason.MODERATED),
        (Fault(FaultName.CUT_AFTER_ACCEPTING), Reason.AMBIGUOUS_SUBMIT),
    ],
    ids=["failed", "unknown"],
)
async def test_the_requester_is_told_once(stage, fault, reason):
    stage.sandbox.faults.add(fault)
    await stage.submitted()

    assert await stage.pipeline.ending_notifier.step()
    stage.clock.advance(3600)
    assert not await stage.pipeline.ending_notifier.step()
    assert [job.reason for job in stage.audience.endings] == [reason]


async def test_nobody_is_told_of_a_video_that_arrived_or_was_cancelled(stage):
    await stage.rendered()
    await stage.pipeline.deliverer.step()
    waiting = await stage.order()
    await stage.pipeline.jobs.cancel(waiting.job.key, ANN)

    stage.clock.advance(3600)
    assert not await stage.pipeline.ending_notifier.step()


async def test_words_that_did_not_get_through_are_said_later(stage):
    stage.audience.tell_errors = [TryLater("HTTP 503")]
    stage.sandbox.faults.add(Fault(FaultName.MODERATED))
    await stage.submitted()
    await stage.pipeline.ending_notifier.step()
    assert stage.audience.endings == []

    stage.clock.advance(10)
    assert await stage.pipeline.ending_notifier.step()
    assert len(stage.audience.endings) == 1


async def test_a_requester_who_cannot_be_reached_is_not_called_for_ever(stage):
    stage.audience.tell_errors = [Unreachable("HTTP 403, code 50007")]
    stage.sandbox.faults.add(Fault(FaultName.MODERATED))
    receipt = await stage.submitted()
    await stage.pipeline.ending_notifier.step()

    stage.clock.advance(3600)
    assert not await stage.pipeline.ending_notifier.step()
    job = await stage.job(receipt)
    assert (job.state, job.told_at) == (JobState.FAILED, None)
