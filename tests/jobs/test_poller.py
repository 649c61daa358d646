"""Looking at tasks: at the right time, tolerant of trouble, never giving up on what is paid for."""

import json

import pytest

from db.jobs.job import JobState, Reason
from jobs.pipeline import Limits
from jobs.steps.poller import PollPlan
from sandbox.faults import Fault, FaultName, Where
from sandbox.server import open_sandbox
from tests.support.stage import POLICY, open_stage


async def test_nothing_is_asked_before_a_result_is_likely(stage):
    await stage.submitted()
    stage.clock.advance(14)
    assert not await stage.pipeline.poller.step()
    stage.clock.advance(2)
    assert await stage.pipeline.poller.step()


async def test_a_running_task_is_polled_again_and_its_progress_kept(tmp_path, clock):
    async with (
        open_sandbox(instant=True, render_seconds=100, clock=lambda: clock() / 1000) as sandbox,
        open_stage(tmp_path, sandbox, clock) as stage,
    ):
        receipt = await stage.submitted()
        clock.advance(50)
        assert await stage.pipeline.poller.step()

        job = await stage.job(receipt)
        assert job.state is JobState.RENDERING
        assert 30 <= job.progress <= 70
        assert 3 * 0.8 <= (job.next_at - clock()) / 1000 <= 10 * 1.2


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        (FaultName.FAILS_MODERATED, Reason.MODERATED),
        (FaultName.FAILS_PROVIDER, Reason.PROVIDER),
        (FaultName.FAILS_WITHOUT_REASON, Reason.PROVIDER),
    ],
)
async def test_a_failed_generation_is_not_charged_and_gives_the_share_back(stage, fault, reason):
    stage.sandbox.faults.add(Fault(fault))
    receipt = await stage.rendered()

    job = await stage.job(receipt)
    assert (job.state, job.reason, job.charged) == (JobState.FAILED, reason, 0)
    assert stage.posts == 1


async def test_an_unknown_status_word_means_still_running(stage):
    stage.sandbox.faults.add(Fault(FaultName.UNKNOWN_STATUS, "pondering"))
    receipt = await stage.rendered()
    assert (await stage.job(receipt)).state is JobState.RENDERING


@pytest.mark.parametrize(
    "fault",
    [
        Fault(FaultName.SERVER_ERROR, "html", where=Where.TASK),
        Fault(FaultName.CUT_MID_RESPONSE, where=Where.TASK),
        Fault(FaultName.RATE_LIMITED, "5", where=Where.TASK),
        Fault(FaultName.NOT_JSON, where=Where.TASK),
        Fault(FaultName.NOT_FOUND, where=Where.TASK),
        Fault(FaultName.BAD_KEY, where=Where.TASK),
    ],
    ids=lambda fault: fault.name,
)
async def test_trouble_with_a_poll_only_delays_the_result(stage, fault):
    stage.sandbox.faults.add(fault)
    receipt = await stage.rendered()
    assert (await stage.job(receipt)).state is JobState.RENDERING

    stage.clock.advance(120)
    assert await stage.pipeline.poller.step()
    assert (await stage.job(receipt)).state is JobState.DELIVERING


async def test_a_task_that_stays_unknown_is_called_lost_only_after_several_polls(stage):
    stage.sandbox.faults.add(Fault(FaultName.NOT_FOUND, times=None))
    receipt = await stage.submitted()
    looks = 0
    while (await stage.job(receipt)).state is JobState.RENDERING:
        stage.clock.advance(120)
        looks += await stage.pipeline.poller.step()

    job = await stage.job(receipt)
    assert (job.state, job.reason, job.charged) == (JobState.FAILED, Reason.LOST, None)
    assert looks == 5


async def test_a_late_task_is_polled_rarely_and_never_failed(stage):
    stage.sandbox.faults.add(Fault(FaultName.STUCK))
    receipt = await stage.submitted()
    stage.clock.advance(1201)
    assert await stage.pipeline.poller.step()

    job = await stage.job(receipt)
    assert job.state is JobState.RENDERING
    assert job.late_at == stage.clock()
    assert (job.next_at - stage.clock()) / 1000 >= 250


async def test_the_time_at_which_a_job_became_late_is_kept(stage):
    stage.sandbox.faults.add(Fault(FaultName.STUCK))
    receipt = await stage.submitted()
    stage.clock.advance(1201)
    await stage.pipeline.poller.step()
    first = (await stage.job(receipt)).late_at
    stage.clock.advance(400)
    await stage.pipeline.poller.step()
    assert (await stage.job(receipt)).late_at == first


async def test_measured_medians_decide_when_to_poll_first(tmp_path, sandbox, clock):
    limits = Limits(policy=POLICY, plan=PollPlan(first_seconds=15))
    async with open_stage(tmp_path, sandbox, clock, limits) as stage:
        for _ in range(3):
            await stage.submitted()
            clock.advance(80)
            assert await stage.pipeline.poller.step()
        receipt = await stage.submitted()
        assert (await stage.job(receipt)).next_at - clock() == 36_800


async def test_measured_medians_decide_when_to_poll_again(tmp_path, sandbox, clock):
    async with open_stage(tmp_path, sandbox, clock, Limits(policy=POLICY)) as stage:
        for _ in range(3):
            await stage.submitted()
            clock.advance(220)
            assert await stage.pipeline.poller.step()
        sandbox.faults.add(Fault(FaultName.STUCK))
        receipt = await stage.submitted()
        clock.advance(230)
        sandbox.faults.add(Fault(FaultName.SHAPE, "progress:absent", where=Where.TASK))
        assert await stage.pipeline.poller.step()
        assert 0.84 < ((await stage.job(receipt)).next_at - clock()) / (220_000 / 21) < 1.16


async def test_polling_goes_on_at_the_provider_that_has_the_task(tmp_path, sandbox, clock):
    async with open_stage(tmp_path, sandbox, clock) as stage:
        receipt = await stage.submitted()
        assert (await stage.job(receipt)).provider_url == sandbox.url


async def test_what_a_task_says_of_its_own_time_is_believed(tmp_path, clock):
    async with (
        open_sandbox(instant=True, render_seconds=40, clock=lambda: clock() / 1000) as sandbox,
        open_stage(tmp_path, sandbox, clock) as stage,
    ):
        receipt = await stage.submitted()
        clock.advance(20)
        await stage.pipeline.poller.step()
        job = await stage.job(receipt)
        assert abs(job.expected_at - (job.submitted_at + 40_000)) <= 2000


NO_FILE = Fault.parse("shape=result:nowhere*always")


async def looked_at_for(stage, minutes):
    """Let the poller do what is due for so long."""
    for _ in range(minutes * 2):
        stage.clock.advance(30)
        await stage.pipeline.poller.step()


async def test_a_task_that_is_done_without_a_file_for_a_quarter_of_an_hour_is_decided_on_by_a_person(stage):
    stage.sandbox.faults.add(NO_FILE)
    receipt = await stage.rendered()
    await looked_at_for(stage, 14)
    assert (await stage.job(receipt)).state is JobState.RENDERING

    await looked_at_for(stage, 7)
    job = await stage.job(receipt)
    assert (job.state, job.reason, job.charged) == (JobState.UNKNOWN, Reason.NO_RESULT, None)
    assert job.cost_micros == job.price_micros
    assert await stage.pipeline.ending_notifier.step()
    assert [told.reason for told in stage.audience.endings] == [Reason.NO_RESULT]

    stage.sandbox.faults.clear()
    await stage.pipeline.jobs.submit_again(job.key, guild_id=job.guild_id)
    assert await stage.pipeline.submitter.step()
    stage.clock.advance(60)
    assert await stage.pipeline.poller.step()
    assert await stage.pipeline.deliverer.step()
    assert ((await stage.job(receipt)).state, stage.posts) == (JobState.DELIVERED, 2)


@pytest.mark.parametrize("between", ["nothing", "unknown_status=pondering", "server_error@task", "not_found"])
async def test_a_file_that_comes_late_is_delivered(stage, between):
    stage.sandbox.faults.add(NO_FILE)
    receipt = await stage.rendered()
    await looked_at_for(stage, 13)
    stage.sandbox.faults.clear()
    if between != "nothing":
        stage.sandbox.faults.add(Fault.parse(between))
    await looked_at_for(stage, 7)
    assert (await stage.job(receipt)).state is JobState.DELIVERING


async def test_the_quarter_of_an_hour_begins_anew_where_a_task_runs_again_and_outlasts_an_outage(stage):
    stage.sandbox.faults.add(NO_FILE)
    receipt = await stage.rendered()
    first = (await stage.job(receipt)).rendered_at
    assert first == stage.clock()
    stage.sandbox.faults.add(Fault.parse("server_error@task"))
    await looked_at_for(stage, 1)
    assert (await stage.job(receipt)).rendered_at == first

    stage.sandbox.faults.add(Fault.parse("unknown_status=pondering"))
    await looked_at_for(stage, 1)
    assert (await stage.job(receipt)).rendered_at in {None, stage.clock()}


FIGURES = (
    "cost",
    "credits_cost",
    "progress",
    "estimated_time",
    "completed",
    "expires_at",
    "created",
    "actual_time",
)


@pytest.mark.parametrize("odd", [1e300, 10**30, -(10**30), 2**63, 1e18, -5, "1e300", "Infinity", True, [7]])
async def test_no_figure_of_the_provider_keeps_a_job_from_its_end(stage, odd):
    figures = dict.fromkeys(FIGURES, odd)
    stage.sandbox.faults.add(Fault(FaultName.FIGURES, json.dumps({"status": "processing"} | figures)))
    stage.sandbox.faults.add(Fault(FaultName.FIGURES, json.dumps(figures)))
    receipt = await stage.rendered()
    assert (await stage.job(receipt)).state is JobState.RENDERING
    stage.clock.advance(120)
    assert await stage.pipeline.poller.step()

    job = await stage.job(receipt)
    assert (job.state, job.cost_micros) == (JobState.DELIVERING, job.price_micros)
    assert await stage.store.ledger.differences() == []
