"""How long a step lets a job wait: what somebody asked for is kept to the millisecond, the rest within its spread."""

import pytest

from db.jobs.job import JobState, Reason
from jobs.notify.notifier import TryLater, Unreachable
from jobs.runtime.retry import MAX_DAMAGED_FILES
from sandbox.faults import Fault, FaultName, Where
from tests.support.stage import open_stage

MAX_DELIVERIES = 50
MAX_NOTIFICATIONS = 100

LOOK_SPREAD, TRY_SPREAD = 0.15, 0.25


async def wait_of(stage, receipt):
    """Return the seconds until the job is due."""
    return ((await stage.job(receipt)).next_at - stage.clock()) / 1000


def within(seconds, spread):
    """Return what a spread wait is compared with."""
    return pytest.approx(seconds, rel=spread)


async def again(stage, receipt, step):
    """Let the job become due and take the step once more."""
    stage.clock.now = (await stage.job(receipt)).next_at
    assert await step()
    return await wait_of(stage, receipt)


async def test_polls_that_fail_wait_longer_and_longer_up_to_a_minute(stage):
    stage.sandbox.faults.add(Fault(FaultName.SERVER_ERROR, where=Where.TASK, times=None))
    receipt = await stage.rendered()
    waits = [await wait_of(stage, receipt)]
    waits += [await again(stage, receipt, stage.pipeline.poller.step) for _ in range(6)]
    spread = (1 + LOOK_SPREAD) * (1 + TRY_SPREAD) - 1
    assert waits == [within(seconds, spread) for seconds in (2, 4, 8, 16, 32, 60, 60)]


async def test_a_poll_that_works_forgets_the_troubles_before_it(stage):
    stage.sandbox.faults.add(Fault(FaultName.SERVER_ERROR, where=Where.TASK))
    stage.sandbox.faults.add(Fault(FaultName.STUCK))
    receipt = await stage.rendered()
    assert (await stage.job(receipt)).troubles == 1
    await again(stage, receipt, stage.pipeline.poller.step)
    assert (await stage.job(receipt)).troubles == 0


async def test_the_provider_says_when_it_may_be_asked_again(stage):
    stage.sandbox.faults.add(Fault(FaultName.RATE_LIMITED, "40", where=Where.TASK))
    receipt = await stage.rendered()
    assert await wait_of(stage, receipt) == within(40, LOOK_SPREAD)


@pytest.mark.parametrize("fault", [FaultName.BAD_KEY, FaultName.OUT_OF_CREDIT, FaultName.FORBIDDEN])
async def test_where_an_operator_must_act_a_poll_waits_a_minute_and_is_no_trouble_of_the_job(stage, fault):
    stage.sandbox.faults.add(Fault(fault, where=Where.TASK))
    receipt = await stage.rendered()
    assert await wait_of(stage, receipt) == within(60, LOOK_SPREAD)
    assert (await stage.job(receipt)).troubles == 0


async def test_a_new_task_is_not_lost_before_two_minutes_however_often_it_was_not_found(stage):
    stage.sandbox.faults.add(Fault(FaultName.NOT_FOUND, times=None))
    receipt = await stage.submitted()
    for _ in range(9):
        await due_now(stage, receipt)
        assert await stage.pipeline.poller.step()
    submitted_at = (await stage.job(receipt)).submitted_at
    stage.clock.now = submitted_at + 119_999
    await due_now(stage, receipt)
    await stage.pipeline.poller.step()
    assert (await stage.job(receipt)).state is JobState.RENDERING

    stage.clock.now = submitted_at + 120_000
    await due_now(stage, receipt)
    await stage.pipeline.poller.step()
    assert (await stage.job(receipt)).reason is Reason.LOST


async def due_now(stage, receipt):
    """Make the job due without letting time pass."""

    async def body(transaction):
        await transaction.all(
            "UPDATE jobs SET next_at = :now WHERE id = :id", now=stage.clock(), id=receipt.job.id
        )

    await stage.store.job_queries._engine.write(body)


async def test_a_task_is_late_after_twenty_minutes_with_the_provider_not_in_the_queue(stage):
    stage.sandbox.faults.add(Fault(FaultName.STUCK))
    receipt = await stage.order()
    stage.clock.advance(1200)
    await stage.pipeline.submitter.step()
    stage.clock.advance(1199.999)
    assert await stage.pipeline.poller.step()
    assert (await stage.job(receipt)).late_at is None

    stage.clock.now = (await stage.job(receipt)).submitted_at + 1_200_000
    await due_now(stage, receipt)
    assert await stage.pipeline.poller.step()
    assert (await stage.job(receipt)).late_at == stage.clock()
    assert await wait_of(stage, receipt) == within(300, LOOK_SPREAD)


@pytest.mark.parametrize(("elapsed", "seconds"), [(1199, 2), (1200, 300)])
async def test_a_late_task_whose_poll_fails_is_polled_as_rarely_as_any_late_one(stage, elapsed, seconds):
    stage.sandbox.faults.add(Fault(FaultName.SERVER_ERROR, where=Where.TASK))
    receipt = await stage.submitted()
    stage.clock.advance(elapsed)
    assert await stage.pipeline.poller.step()
    spread = (1 + LOOK_SPREAD) * (1 + TRY_SPREAD) - 1
    assert await wait_of(stage, receipt) == within(seconds, spread)


async def test_deliveries_that_fail_wait_longer_and_longer_up_to_a_quarter_of_an_hour(stage):
    stage.audience.delivery_errors = [TryLater("HTTP 503")] * 11
    receipt = await stage.rendered()
    await stage.pipeline.deliverer.step()
    waits = [await wait_of(stage, receipt)]
    waits += [await again(stage, receipt, stage.pipeline.deliverer.step) for _ in range(10)]
    assert waits == [within(min(900, 2 * 2**number), TRY_SPREAD) for number in range(11)]


async def test_a_channel_says_when_it_may_be_sent_to_again(stage):
    stage.audience.delivery_errors = [TryLater("HTTP 429", retry_after_seconds=3600)]
    receipt = await stage.rendered()
    await stage.pipeline.deliverer.step()
    assert await wait_of(stage, receipt) == 3600
    assert await stage.pipeline.deliverer.next_due() == 3_600_000


async def test_a_delivery_is_given_up_after_a_day_and_the_video_kept(stage):
    stage.audience.delivery_errors = [TryLater("HTTP 503")] * 999
    receipt = await stage.rendered()
    await stage.pipeline.deliverer.step()
    stage.clock.advance(24 * 3600 - 120)
    tries = await steps_until_it_ends(stage, receipt, stage.pipeline.deliverer.step)
    job = await stage.job(receipt)
    assert (job.state, job.reason) == (JobState.FAILED, Reason.UNDELIVERABLE)
    assert 24 * 3600 <= (stage.clock() - job.first_sent_at) / 1000 < 24.5 * 3600
    assert tries > 1
    assert stage.files.video(job.video_file).exists()


async def test_where_the_last_try_may_have_been_posted_and_nobody_can_look_it_is_not_called_undeliverable(
    stage,
):
    stage.audience.delivery_errors = [TryLater("HTTP 503")]
    stage.audience.search_errors = [TryLater("HTTP 503")] * 999
    receipt = await stage.rendered()
    await stage.pipeline.deliverer.step()
    stage.clock.advance(120)
    tries = await steps_until_it_ends(stage, receipt, stage.pipeline.deliverer.step)
    job = await stage.job(receipt)
    assert (job.state, job.reason) == (JobState.UNKNOWN, Reason.AMBIGUOUS_DELIVERY)
    assert tries > MAX_DELIVERIES


async def test_the_last_look_finds_what_a_try_had_posted_after_all(stage):
    stage.audience.delivery_errors = [TryLater("HTTP 503")]
    stage.audience.search_errors = [TryLater("HTTP 503")]
    receipt = await stage.rendered()
    stage.audience.delivered[f"{receipt.job.key}-r"] = 4711
    await stage.pipeline.deliverer.step()
    stage.clock.advance(24 * 3600)
    tries = await steps_until_it_ends(stage, receipt, stage.pipeline.deliverer.step)
    job = await stage.job(receipt)
    assert (tries, job.state, job.message_id) == (1, JobState.DELIVERED, 4711)


async def test_a_video_that_never_came_down_is_a_bad_result_in_the_end(stage):
    stage.sandbox.faults.add(Fault(FaultName.SERVER_ERROR, where=Where.FILE, times=None))
    receipt = await stage.rendered()
    tries = await steps_until_it_ends(stage, receipt, stage.pipeline.deliverer.step)
    job = await stage.job(receipt)
    assert (tries, job.state, job.reason, job.charged) == (50, JobState.FAILED, Reason.BAD_RESULT, 1)


async def test_a_file_that_stays_damaged_is_fetched_so_often_and_no_more(stage):
    stage.sandbox.faults.add(Fault(FaultName.WITHOUT_MOOV, times=None))
    receipt = await stage.rendered()
    tries = await steps_until_it_ends(stage, receipt, stage.pipeline.deliverer.step)
    assert (tries, MAX_DAMAGED_FILES) == (8, 8)
    assert (await stage.job(receipt)).reason is Reason.BAD_RESULT


async def steps_until_it_ends(stage, receipt, step):
    """Let a delivery fail, as time passes, until it is given up; return how often it was tried."""
    tries = 0
    while (job := await stage.job(receipt)).state is JobState.DELIVERING:
        stage.clock.now = max(stage.clock.now, job.next_at)
        tries += await step()
    return tries


async def unnotified(stage, *errors):
    """Return the receipt of a job that failed, whose requester answers with these errors."""
    stage.audience.tell_errors = list(errors)
    stage.sandbox.faults.add(Fault(FaultName.MODERATED))
    return await stage.submitted()


async def test_words_that_do_not_get_through_wait_longer_and_longer(stage):
    receipt = await unnotified(stage, *[TryLater("HTTP 503")] * 4)
    await stage.pipeline.ending_notifier.step()
    waits = [await wait_of(stage, receipt)]
    waits += [await again(stage, receipt, stage.pipeline.ending_notifier.step) for _ in range(3)]
    assert waits == [within(seconds, TRY_SPREAD) for seconds in (2, 4, 8, 16)]


async def test_whoever_is_to_be_told_later_says_when(stage):
    receipt = await unnotified(stage, TryLater("HTTP 429", retry_after_seconds=600))
    await stage.pipeline.ending_notifier.step()
    assert await wait_of(stage, receipt) == 600
    assert await stage.pipeline.ending_notifier.next_due() == 600_000


async def test_words_are_repeated_for_a_day_and_no_longer_and_nobody_is_noted_as_told(stage):
    receipt = await unnotified(stage, *[TryLater("HTTP 503")] * 999)
    job, tries = await stage.job(receipt), 0
    while job.next_at - stage.clock() <= 900_000 * (1 + TRY_SPREAD):
        stage.clock.now = job.next_at
        tries += await stage.pipeline.ending_notifier.step()
        job = await stage.job(receipt)
    assert 24 * 3600 <= (stage.clock() - job.finished_at) / 1000 < 24.5 * 3600
    assert (job.told_at, len(stage.audience.endings)) == (None, 0)
    assert tries > 80


async def test_an_order_of_unknown_outcome_is_told_of_so_often_and_no_more(stage):
    stage.audience.tell_errors = [TryLater("HTTP 503")] * 999
    stage.sandbox.faults.add(Fault(FaultName.CUT_AFTER_ACCEPTING))
    receipt = await stage.submitted()
    for _ in range(MAX_NOTIFICATIONS + 1):
        await due_now(stage, receipt)
        assert await stage.pipeline.ending_notifier.step()
    stage.clock.advance(7 * 86_400)
    assert not await stage.pipeline.ending_notifier.step()
    assert (await stage.job(receipt)).told_at is None


async def test_where_nobody_can_be_told_one_try_is_enough(stage):
    receipt = await unnotified(stage, Unreachable("HTTP 403"))
    await stage.pipeline.ending_notifier.step()
    stage.clock.advance(7 * 86_400)
    assert not await stage.pipeline.ending_notifier.step()
    assert (await stage.job(receipt)).told_at is None


@pytest.mark.parametrize(("seconds", "searches"), [(60, 0), (60.001, 1)])
async def test_a_minute_after_the_first_send_the_channel_is_searched_first(stage, seconds, searches):
    stage.audience.delivery_errors = [TryLater("ServerDisconnectedError")]
    await stage.rendered()
    await stage.pipeline.deliverer.step()
    stage.clock.advance(seconds)
    await stage.pipeline.deliverer.step()
    assert len(stage.audience.searches) == searches


async def test_the_first_send_is_what_the_minute_is_counted_from(stage):
    stage.audience.delivery_errors = [TryLater("ServerDisconnectedError")] * 2
    await stage.rendered()
    for seconds in (0, 40, 40):
        stage.clock.advance(seconds)
        await stage.pipeline.deliverer.step()
    assert len(stage.audience.searches) == 1


async def test_an_order_that_is_refused_for_now_waits_so_long_as_the_provider_says(stage):
    stage.sandbox.faults.add(Fault(FaultName.RATE_LIMITED, "600"))
    receipt = await stage.submitted()
    assert await wait_of(stage, receipt) == 600
    assert await stage.pipeline.submitter.next_due() == 600_000


async def test_orders_that_are_refused_for_now_wait_longer_and_longer_up_to_two_minutes(stage):
    stage.sandbox.faults.add(Fault(FaultName.RATE_LIMITED, times=None))
    receipt = await stage.submitted()
    waits = [await wait_of(stage, receipt)]
    waits += [await again(stage, receipt, stage.pipeline.submitter.step) for _ in range(7)]
    assert waits == [within(min(120, 2 * 2**number), TRY_SPREAD) for number in range(8)]


async def test_the_next_order_is_due_when_the_earlier_of_queue_and_leases_is(tmp_path, sandbox, clock):
    async with open_stage(tmp_path, sandbox, clock) as stage:
        assert await stage.pipeline.submitter.next_due() is None
        await stage.order()
        await stage.store.claims.queued(running_cap=1)
        assert await stage.pipeline.submitter.next_due() == 60_000
        clock.advance(10)
        await stage.order()
        assert await stage.pipeline.submitter.next_due() == 0


async def test_a_poll_is_due_when_the_plan_says(stage):
    assert await stage.pipeline.poller.next_due() is None
    await stage.submitted()
    assert await stage.pipeline.poller.next_due() == 15_000
