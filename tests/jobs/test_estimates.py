"""How long videos take: the operator's figure at first, then what was measured; what a task says of itself wins."""

import dataclasses

import pytest

from hailuo.request import Duration, Model, Resolution
from jobs.money.estimates import Estimates

NOW = 1_000_000


@pytest.fixture
def estimates(stage):
    """Return the estimates that the steps share."""
    return stage.pipeline.jobs._estimates


async def took(stage, *seconds, **request):
    """Render one job for each figure; return the last."""
    for render_seconds in seconds:
        receipt = await stage.submitted(**request)
        stage.clock.advance(render_seconds)
        assert await stage.pipeline.poller.step()
    return await stage.job(receipt)


async def test_two_jobs_measure_nothing_and_the_third_makes_a_median(stage, estimates):
    job = await took(stage, 40, 100)
    assert await estimates.measured(job.format) is None
    assert await estimates.expected(job.format) == 90
    await took(stage, 50)
    assert await estimates.measured(job.format) == 50
    assert await estimates.expected(job.format) == 50


async def test_a_median_of_nothing_still_lets_a_second_pass(stage):
    for _ in range(3):
        job = await stage.job(await stage.submitted())
        claimed = await next_claim(stage)
        await stage.store.outcomes.rendered(
            claimed, result_url="https://provider.example/v.mp4", expires_at=None
        )
    assert await Estimates(stage.store.job_queries, 90.0).expected(job.format) == 1.0


async def test_a_median_is_remembered_until_one_more_is_rendered_here_and_by_nobody_who_is_not_alone(stage):
    alone, beside = (Estimates(stage.store.job_queries, 90.0, alone=alone) for alone in (True, False))
    job = await took(stage, 40, 40, 40)
    assert [await each.measured(job.format) for each in (alone, beside)] == [40, 40]
    await took(stage, 60, 60, 60, 60)
    assert [await each.measured(job.format) for each in (alone, beside)] == [40, 60]
    alone.rendered(job.format)
    assert await alone.measured(job.format) == 60


async def next_claim(stage):
    """Claim the job that was submitted last, as if its first look had been due at once."""

    async def due_now(transaction):
        await transaction.all("UPDATE jobs SET next_at = submitted_at WHERE state = 'rendering'")

    await stage.store.job_queries._engine.write(due_now)
    return await stage.store.claims.due_poll()


@pytest.mark.parametrize(
    ("format", "seconds"),
    [
        ("MiniMax-Hailuo-2.3/6s/768p", 60),
        ("MiniMax-Hailuo-2.3/10s/768p", 100),
        ("MiniMax-Hailuo-2.3/6s/1080p", 100),
    ],
)
async def test_unmeasured_formats_take_the_operators_figure_or_five_thirds_of_it(stage, format, seconds):
    assert await Estimates(stage.store.job_queries, 60.0).expected(format) == pytest.approx(seconds)


async def test_formats_are_measured_apart(stage, estimates):
    short = await took(stage, 40, 40, 40)
    long = await took(
        stage, 80, 80, 80, model=Model.HAILUO, duration=Duration.LONG, resolution=Resolution.P768
    )
    assert (await estimates.measured(short.format), await estimates.measured(long.format)) == (40, 80)


async def test_a_result_is_likely_when_its_task_says_else_so_long_after_its_submission(stage, estimates):
    job = await stage.job(await stage.submitted())
    assert await estimates.ready_at(job, NOW) == job.submitted_at + 90_000
    assert await estimates.ready_at(dataclasses.replace(job, submitted_at=None), NOW) == NOW + 90_000
    assert await estimates.ready_at(dataclasses.replace(job, expected_at=4711), NOW) == 4711
