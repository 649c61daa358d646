"""The one paid call: made once, repeated only where nothing can have been bought."""

import asyncio
import base64

import pytest

from db.jobs.job import JobState, Reason
from hailuo.request import Duration, Enhance, Model, Resolution
from jobs.pipeline import Limits
from jobs.steps.poller import PollPlan
from sandbox.faults import Fault, FaultName
from tests.support.films import jpeg_of
from tests.support.stage import POLICY, open_stage


async def test_the_request_arrives_as_it_was_ordered(stage):
    await stage.submitted(
        model=Model.HAILUO,
        duration=Duration.LONG,
        resolution=Resolution.P768,
        enhance=Enhance.OFF,
        watermark=True,
    )

    entry = stage.sandbox.ledger.accepted[0]
    assert entry.body == {
        "model": "MiniMax-Hailuo-2.3",
        "prompt": "a red kite",
        "duration": 10,
        "resolution": "768p",
        "prompt_optimizer": False,
        "fast_pretreatment": False,
        "watermark": True,
    }


async def test_the_stored_key_is_the_key_that_is_sent(stage):
    receipt = await stage.submitted()
    assert stage.sandbox.ledger.accepted[0].submit_key == receipt.job.submit_key


async def test_the_first_frame_goes_along_as_a_data_uri(stage):
    await stage.submitted(picture=jpeg_of(640, 480))
    assert stage.sandbox.ledger.accepted[0].body["first_frame_image"].startswith("data:image/jpeg;base64,")


async def test_an_embedded_picture_that_is_refused_is_uploaded_once_under_a_new_key(stage):
    stage.sandbox.faults.add(Fault(FaultName.BASE64_REFUSED, times=None))
    receipt = await stage.submitted(picture=jpeg_of(640, 480))

    job = await stage.job(receipt)
    accepted = stage.sandbox.ledger.accepted
    assert job.state is JobState.RENDERING
    assert len(accepted) == 1
    assert accepted[0].body["first_frame_image"].startswith("http")
    assert accepted[0].submit_key == job.submit_key != receipt.job.submit_key


async def test_a_first_frame_that_left_the_disk_ends_the_job_uncharged(stage):
    receipt = await stage.order(picture=jpeg_of(640, 480))
    await stage.files.remove_frame(receipt.job.first_frame)
    await stage.pipeline.submitter.step()

    job = await stage.job(receipt)
    assert (job.state, job.reason, job.charged) == (JobState.FAILED, Reason.FRAME_GONE, 0)
    assert stage.posts == 0


AMBIGUOUS = [
    Fault(FaultName.CUT_AFTER_ACCEPTING),
    Fault(FaultName.CUT_MID_RESPONSE),
    Fault(FaultName.BAD_GATEWAY, "html", accepted=True),
    Fault(FaultName.SERVER_ERROR, accepted=True),
    Fault(FaultName.GATEWAY_TIMEOUT, "html", accepted=True),
    Fault(FaultName.NOT_JSON, accepted=True),
    Fault(FaultName.EMPTY_BODY, accepted=True),
]


@pytest.mark.parametrize("fault", AMBIGUOUS, ids=lambda fault: fault.name)
async def test_an_outcome_nobody_knows_is_never_ordered_again(stage, fault):
    stage.sandbox.faults.add(fault)
    receipt = await stage.submitted()
    stage.clock.advance(7200)

    assert not await stage.pipeline.submitter.step()
    job = await stage.job(receipt)
    assert (job.state, job.reason, job.charged) == (JobState.UNKNOWN, Reason.AMBIGUOUS_SUBMIT, None)
    assert stage.posts == 1


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        (Fault(FaultName.MODERATED), Reason.MODERATED),
        (Fault(FaultName.MODERATED_AS_500), Reason.MODERATED),
        (Fault(FaultName.OUT_OF_CREDIT), Reason.OUT_OF_CREDIT),
        (Fault(FaultName.BAD_KEY), Reason.KEY_REFUSED),
    ],
    ids=lambda value: str(getattr(value, "name", value)),
)
async def test_a_refusal_ends_the_job_uncharged_and_gives_the_share_back(stage, fault, reason):
    stage.sandbox.faults.add(fault)
    receipt = await stage.submitted()

    job = await stage.job(receipt)
    assert (job.state, job.reason, job.charged) == (JobState.FAILED, reason, 0)
    assert await stage.shares() == {0}


async def test_too_many_calls_are_repeated_when_the_provider_says(stage):
    stage.sandbox.faults.add(Fault(FaultName.RATE_LIMITED, "90"))
    receipt = await stage.submitted()
    assert (await stage.job(receipt)).state is JobState.QUEUED

    stage.clock.advance(60)
    assert not await stage.pipeline.submitter.step()
    stage.clock.advance(60)
    assert await stage.pipeline.submitter.step()
    assert (await stage.job(receipt)).state is JobState.RENDERING
    assert stage.posts == 1


async def test_an_order_that_surely_never_left_is_sent_again(tmp_path, sandbox, clock, unused_tcp_port):
    closed = type(sandbox)(
        url=f"http://127.0.0.1:{unused_tcp_port}",
        api_key=sandbox.api_key,
        ledger=sandbox.ledger,
        faults=sandbox.faults,
    )
    async with open_stage(tmp_path, closed, clock) as stage:
        receipt = await stage.submitted()
        assert (await stage.job(receipt)).state is JobState.QUEUED
    clock.advance(60)
    async with open_stage(tmp_path, sandbox, clock) as stage:
        assert await stage.pipeline.submitter.step()
        assert (await stage.job(receipt)).state is JobState.RENDERING
        assert stage.posts == 1


async def test_a_submission_cut_short_becomes_unknown_after_its_lease_and_is_not_repeated(stage):
    receipt = await stage.order()
    await stage.store.claims.queued(running_cap=10)
    assert not await stage.pipeline.submitter.step()

    stage.clock.advance(61)
    assert await stage.pipeline.submitter.step()
    assert (await stage.job(receipt)).state is JobState.UNKNOWN
    assert not await stage.pipeline.submitter.step()
    assert stage.posts == 0


async def test_a_long_call_keeps_its_lease_while_the_worker_lives(stage):
    stage.sandbox.faults.add(Fault(FaultName.LATENCY_BEFORE, "1.5"))
    receipt = await stage.order()
    submitting = asyncio.create_task(stage.pipeline.submitter.step())
    while not stage.sandbox.ledger.received:
        await asyncio.sleep(0.01)
    stage.clock.advance(59)
    await stage.store.claims.renew()
    stage.clock.advance(30)

    assert await stage.store.claims.stranded() is None
    assert await submitting
    assert (await stage.job(receipt)).state is JobState.RENDERING


async def test_the_provider_never_gets_more_than_the_running_cap(tmp_path, sandbox, clock):
    limits = Limits(policy=POLICY, running_cap=2, plan=PollPlan())
    async with open_stage(tmp_path, sandbox, clock, limits) as stage:
        for _ in range(3):
            await stage.order()
        assert await stage.pipeline.submitter.step()
        assert await stage.pipeline.submitter.step()
        assert not await stage.pipeline.submitter.step()
        assert stage.posts == 2


async def test_a_job_that_waits_behind_a_full_provider_does_not_keep_the_loop_awake(tmp_path, sandbox, clock):
    async with open_stage(tmp_path, sandbox, clock, Limits(policy=POLICY, running_cap=1)) as stage:
        await stage.order()
        await stage.order()
        await stage.pipeline.submitter.step()
        due = await stage.pipeline.submitter.next_due()
        assert due is not None
        assert due <= 0  # the worker pauses for BLOCKED_SECONDS then: tests/jobs/test_worker.py


@pytest.mark.parametrize("mode", ["upload", "url"])
async def test_other_ways_to_send_the_picture(tmp_path, sandbox, clock, mode):
    async with open_stage(tmp_path, sandbox, clock, Limits(policy=POLICY, first_frame_mode=mode)) as stage:
        await stage.submitted(picture=jpeg_of(640, 480))
        sent = stage.sandbox.ledger.accepted[0].body["first_frame_image"]
        # Without an address of its own, the `url` mode falls back to embedding.
        assert sent.startswith("http" if mode == "upload" else "data:")


def test_the_picture_of_these_tests_is_a_real_jpeg():
    assert base64.b64encode(jpeg_of(640, 480)).startswith(b"/9j/")


async def test_a_first_frame_that_cannot_be_read_orders_nothing(stage):
    receipt = await stage.order(picture=jpeg_of(640, 480))
    await stage.files.remove_frame(receipt.job.first_frame)
    stage.files.frame(receipt.job.first_frame).mkdir()
    await stage.pipeline.submitter.step()
    assert ((await stage.job(receipt)).reason, stage.posts) == (Reason.FRAME_GONE, 0)


async def test_a_late_job_does_not_hold_a_place_with_the_provider(tmp_path, sandbox, clock):
    async with open_stage(tmp_path, sandbox, clock, Limits(policy=POLICY, running_cap=1)) as stage:
        sandbox.faults.add(Fault(FaultName.STUCK))
        await stage.submitted()
        clock.advance(1300)
        await stage.pipeline.poller.step()
        await stage.submitted()
        assert stage.posts == 2
