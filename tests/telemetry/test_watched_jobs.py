"""From changes of jobs to figures: real steps against the sandbox, watched as a process watches them."""

import dataclasses
from itertools import pairwise

import pytest

from app.watched import JobWatch, ProviderWatch, WatchedProvider
from db.jobs.job import JobState
from hailuo.client import HailuoClient
from hailuo.models import Protocol
from hailuo.transport import open_session
from jobs.providers import Providers
from sandbox.faults import Fault, FaultName, Where
from sandbox.server import open_sandbox
from telemetry.metrics import Metrics
from tests.support.caps import GATEWAY
from tests.support.stage import ANN, account_of, open_stage
from tests.telemetry.readings import reading, readings


@pytest.fixture
def metrics():
    return Metrics(version="1")


@pytest.fixture
async def stage(tmp_path, metrics, clock):
    provider = ProviderWatch(metrics)
    watch = JobWatch(metrics, provider, clock=clock)
    async with (
        open_sandbox(instant=True) as sandbox,
        open_session(traces=provider.traces(GATEWAY.paths[Protocol.GATEWAY].values())) as session,
    ):
        client = WatchedProvider(
            HailuoClient(session, api_url=sandbox.url, api_key=sandbox.api_key, table=GATEWAY), provider
        )
        here = account_of(client, sandbox)
        async with open_stage(
            tmp_path, sandbox, clock, providers=Providers(here), watch=watch.changed
        ) as stage:
            yield stage


async def test_a_video_on_its_way_is_measured_stage_by_stage(stage, metrics, clock):
    await stage.order()
    clock.advance(3)
    await stage.pipeline.submitter.step()
    clock.advance(60)
    await stage.pipeline.poller.step()
    clock.advance(5)
    await stage.pipeline.deliverer.step()

    stages = {"queued": 3, "submitting": 0, "rendering": 60, "delivering": 5}
    total = "clapper_stage_seconds_sum"
    assert {stage: reading(metrics.registry, total, stage=stage) for stage in stages} == stages
    assert reading(metrics.registry, "clapper_delivery_lag_seconds_sum", since="found") == 5
    assert reading(metrics.registry, "clapper_delivery_lag_seconds_count", since="provider") == 1
    changes = pairwise(["none", *stages, "delivered"])
    assert readings(metrics.registry, "clapper_job_changes_total") == dict.fromkeys(changes, 1)
    assert readings(metrics.registry, "clapper_polls_total") == {("succeeded",): 1}


async def test_what_the_provider_says_it_charged_is_spent_once(stage, metrics):
    jobs = [await stage.delivered() for _ in range(2)]

    charged = [stage.pipeline._watch.__self__._provider.done(job.provider_task_id).cost_usd for job in jobs]
    assert min(charged) > 0
    assert reading(metrics.registry, "clapper_spend_usd_total") == pytest.approx(sum(charged))


async def test_a_failed_task_is_an_ending_and_costs_nothing(stage, metrics):
    stage.sandbox.faults.add(Fault(FaultName.FAILS_MODERATED))
    await stage.rendered()

    assert readings(metrics.registry, "clapper_job_endings_total") == {("moderated",): 1}
    assert reading(metrics.registry, "clapper_spend_usd_total") == 0


async def test_a_poll_that_breaks_is_counted_as_one(stage, metrics):
    await stage.submitted()
    for fault in (FaultName.SERVER_ERROR, FaultName.NOT_FOUND):
        stage.sandbox.faults.add(Fault(fault, where=Where.TASK))
        stage.clock.advance(120)
        await stage.pipeline.poller.step()

    assert readings(metrics.registry, "clapper_polls_total") == {("error",): 1, ("not found",): 1}
    assert readings(metrics.registry, "clapper_provider_requests_total") == {
        ("POST", "/v1/videos/generations", "2xx"): 1,
        ("GET", "/v1/tasks/{task_id}", "5xx"): 1,
        ("GET", "/v1/tasks/{task_id}", "4xx"): 1,
    }


async def test_what_began_before_a_restart_is_measured_by_its_row(stage, metrics, clock, tmp_path):
    receipt = await stage.submitted()
    job = dataclasses.replace(await stage.job(receipt), state=JobState.DELIVERING)
    clock.advance(33)
    after = JobWatch(Metrics(version="1"), ProviderWatch(metrics), clock=clock)

    after.changed(job, JobState.RENDERING)

    assert reading(after._metrics.registry, "clapper_stage_seconds_sum", stage="rendering") == 33


async def test_a_video_that_is_shown_again_counts_from_then(stage, metrics, clock):
    receipt = await stage.rendered()
    await stage.pipeline.deliverer.step()
    before = reading(metrics.registry, "clapper_delivery_lag_seconds_count", since="provider")
    job = await stage.job(receipt)
    watch = stage.pipeline._watch
    clock.advance(86_400)

    watch(dataclasses.replace(job, state=JobState.DELIVERING), JobState.FAILED)
    clock.advance(4)
    watch(job, JobState.DELIVERING)

    assert reading(metrics.registry, "clapper_delivery_lag_seconds_sum", since="found") == 4
    assert reading(metrics.registry, "clapper_delivery_lag_seconds_count", since="provider") == before


async def test_what_is_remembered_of_jobs_is_bounded_and_let_go(stage, monkeypatch):
    monkeypatch.setattr("app.watched.MOST_JOBS", 3)
    watch = stage.pipeline._watch.__self__
    for _ in range(5):
        await stage.order()
    assert len(watch._stays) == 3

    receipt = await stage.order()
    await stage.pipeline.jobs.cancel(receipt.job.key, ANN)
    assert receipt.job.id not in watch._stays
