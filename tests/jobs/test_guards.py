"""What stops orders by itself, for how long, who hears of it, and what lets them go on."""

import pytest

from db.jobs.admission import Blocked, Paused
from db.jobs.job import JobState, Owner, Reason
from db.settings.pauses import STRIKES, Cause
from hailuo.provider import Balance
from jobs.notify.notifier import Alert, TryLater, Unreachable
from jobs.pipeline import Limits
from jobs.steps.circuit_breaker import CircuitBreaker
from sandbox.faults import Fault, FaultName, Where
from sandbox.server import open_sandbox
from tests.support.caps import policy
from tests.support.stage import ANN, BEN, CAPS, open_stage

STRIKE_SECONDS = 24 * 3600
OUTAGE_AFTER = 5
FIRST_OUTAGE_SECONDS = 60
LONGEST_OUTAGE_SECONDS = 1800
BALANCE_SECONDS = 900

ELSEWHERE = Owner(guild_id=2, user_id=ANN.user_id)


async def standing(stage):
    return {pause.cause for pause in await stage.store.pauses.standing()}


async def refused(stage, fault, owner=ANN):
    """Order a video that comes to nothing, as far as that can be seen at once; return its row."""
    stage.sandbox.faults.add(Fault(fault))
    return await stage.job(await stage.submitted(owner=owner))


async def until_paused(stage):
    """Order until nothing is ordered any more; return how often that was, and for how many seconds it stands."""
    for tries in range(OUTAGE_AFTER + 1):
        if pauses := await stage.store.pauses.standing():
            return tries, (pauses[0].until_at - stage.clock()) / 1000
        await stage.submitted()
    raise AssertionError("orders went on and on")


async def test_an_empty_account_stops_orders_and_tells_the_operator_once(stage):
    await stage.order()
    await stage.order(BEN)
    job = await refused(stage, FaultName.OUT_OF_CREDIT)
    assert await standing(stage) == {Cause.BALANCE}
    assert stage.audience.alerts == [Alert.BALANCE]

    with pytest.raises(Paused) as refusal:
        await stage.order(BEN)
    assert refusal.value.cause == "balance"
    assert not await stage.pipeline.submitter.step()
    assert stage.audience.alerts == [Alert.BALANCE]
    assert job.state in {JobState.QUEUED, JobState.FAILED}


async def test_alerts_that_discord_did_not_take_follow_in_their_order(stage):
    circuit_breaker = stage.pipeline.circuit_breaker
    stage.audience.alert_errors = [TryLater("Discord is down")] * 3
    await refused(stage, FaultName.BAD_KEY)
    await circuit_breaker.record_success()
    assert stage.audience.alerts == []
    await circuit_breaker.alert_again()
    await circuit_breaker.alert_again()
    await circuit_breaker.alert_again()
    assert stage.audience.alerts == [Alert.KEY, Alert.OVER]


async def test_an_alert_to_nowhere_holds_up_no_other(stage):
    stage.audience.alert_errors = [Unreachable("the channel is gone")]
    await refused(stage, FaultName.BAD_KEY)
    await stage.pipeline.circuit_breaker.record_success()
    assert stage.audience.alerts == [Alert.OVER]


async def test_after_a_quarter_of_an_hour_an_order_tries_whether_the_account_was_filled(stage):
    await refused(stage, FaultName.OUT_OF_CREDIT)
    stage.clock.advance(BALANCE_SECONDS - 1)
    with pytest.raises(Paused):
        await stage.order()

    stage.clock.advance(1)
    receipt = await stage.submitted()
    assert (await stage.job(receipt)).state is JobState.RENDERING
    assert stage.audience.alerts == [Alert.BALANCE, Alert.OVER]
    assert await stage.store.pauses.causes() == set()


async def test_a_refused_key_stops_orders_until_there_is_another(tmp_path, sandbox, clock):
    async with open_stage(tmp_path, sandbox, clock) as stage:
        job = await refused(stage, FaultName.BAD_KEY)
        assert (job.state, job.reason, job.charged) == (JobState.FAILED, Reason.KEY_REFUSED, 0)
        assert stage.audience.alerts == [Alert.KEY]
        clock.advance(30 * 86400)
        await stage.pipeline.circuit_breaker.check_balance()
        with pytest.raises(Paused) as refusal:
            await stage.order()
        assert refusal.value.cause == "key"
    async with (
        open_sandbox(instant=True, api_key="another-key") as renewed,
        open_stage(tmp_path, renewed, clock) as stage,
    ):
        await stage.pipeline.circuit_breaker.check_balance()
        assert await standing(stage) == set()
        assert stage.audience.alerts == [Alert.OVER]
        await stage.submitted()
        assert stage.posts == 1


async def test_an_order_in_hand_that_is_accepted_lifts_what_was_refused_meanwhile(stage):
    await refused(stage, FaultName.BAD_KEY)
    await stage.pipeline.circuit_breaker.record_success()
    assert await standing(stage) == set()
    assert stage.audience.alerts == [Alert.KEY, Alert.OVER]


async def test_an_accepted_order_lifts_no_pause_of_a_person(stage):
    await stage.submitted()
    await stage.store.pauses.pause(Cause.OPERATOR)
    await stage.pipeline.circuit_breaker.record_success()
    await stage.pipeline.circuit_breaker.check_balance()
    assert await standing(stage) == {Cause.OPERATOR}


@pytest.mark.parametrize("fault", [FaultName.SERVER_ERROR, FaultName.IDEMPOTENCY_UNAVAILABLE])
async def test_five_failures_in_a_row_are_an_outage_and_each_lasts_longer(stage, fault):
    stage.sandbox.faults.add(Fault(fault, times=None))
    lasting = []
    for _ in range(7):
        tries, seconds = await until_paused(stage)
        assert tries == OUTAGE_AFTER
        assert not await stage.pipeline.submitter.step()
        lasting.append(seconds)
        stage.clock.advance(seconds)
    assert lasting == [60, 120, 240, 480, 960, 1800, 1800]
    assert (lasting[0], lasting[-1]) == (FIRST_OUTAGE_SECONDS, LONGEST_OUTAGE_SECONDS)
    assert stage.audience.alerts == [Alert.OUTAGE] * 7


async def test_during_an_outage_orders_are_let_in_and_wait_for_its_end(stage):
    stage.sandbox.faults.add(Fault(FaultName.SERVER_ERROR, times=OUTAGE_AFTER))
    _, seconds = await until_paused(stage)
    receipt = await stage.order()
    assert not await stage.pipeline.submitter.step()

    stage.clock.advance(seconds)
    assert await stage.pipeline.submitter.step()
    assert (await stage.job(receipt)).state is JobState.RENDERING
    assert stage.audience.alerts == [Alert.OUTAGE, Alert.OVER]
    stage.sandbox.faults.add(Fault(FaultName.SERVER_ERROR, times=OUTAGE_AFTER))
    assert await until_paused(stage) == (OUTAGE_AFTER, FIRST_OUTAGE_SECONDS)


async def test_failures_with_an_accepted_order_between_them_are_no_outage(stage):
    for _ in range(3):
        stage.sandbox.faults.add(Fault(FaultName.SERVER_ERROR, times=OUTAGE_AFTER - 1))
        for _ in range(OUTAGE_AFTER):
            await stage.submitted()
    assert await standing(stage) == set()


@pytest.mark.parametrize(
    "fault", [FaultName.RATE_LIMITED, FaultName.IDEMPOTENCY_IN_PROGRESS, FaultName.TOO_LARGE]
)
async def test_a_provider_that_answers_is_not_out(stage, fault):
    stage.sandbox.faults.add(Fault(fault, times=None))
    for _ in range(2 * OUTAGE_AFTER):
        await stage.submitted()
    assert await standing(stage) == set()


async def test_a_balance_that_says_so_lets_orders_go_on(stage):
    await refused(stage, FaultName.OUT_OF_CREDIT)
    stage.sandbox.faults.add(Fault(FaultName.SERVER_ERROR, where=Where.BALANCE))
    await stage.pipeline.circuit_breaker.check_balance()
    assert await standing(stage) == {Cause.BALANCE}

    await stage.pipeline.circuit_breaker.check_balance()
    assert await standing(stage) == set()
    assert stage.audience.alerts == [Alert.BALANCE, Alert.OVER]


async def test_an_account_that_is_still_empty_lets_nothing_go_on(tmp_path, clock):
    async with (
        open_sandbox(instant=True, balance_usd=0) as empty,
        open_stage(tmp_path, empty, clock) as stage,
    ):
        await stage.submitted()
        await stage.pipeline.circuit_breaker.check_balance()
        assert await standing(stage) == {Cause.BALANCE}


async def test_a_low_balance_is_told_once_and_again_after_the_account_was_filled(stage):
    said = [6.0, 4.9, 4.0, None, 7.0, 1.0, 0.5]

    async def ask():
        left = said.pop(0)
        return None if left is None else Balance(left, None)

    circuit_breaker = circuit_breaker_of(stage, balance=ask, low_balance=5.0)
    for _ in range(len(said)):
        await circuit_breaker.check_balance()
    assert stage.audience.alerts == [Alert.LOW_BALANCE, Alert.LOW_BALANCE]


async def test_an_account_without_a_limit_is_never_low(stage):
    async def ask():
        return Balance(None, 900.0, unlimited=True)

    await refused(stage, FaultName.OUT_OF_CREDIT)
    await circuit_breaker_of(stage, balance=ask, low_balance=5.0).check_balance()
    assert stage.audience.alerts == [Alert.BALANCE, Alert.OVER]


async def test_an_operator_who_cannot_be_reached_keeps_nothing_from_stopping(stage):
    stage.audience.alert_errors.append(Unreachable("no such channel"))
    await refused(stage, FaultName.OUT_OF_CREDIT)
    assert await standing(stage) == {Cause.BALANCE}


async def test_the_third_refusal_of_the_filter_in_a_day_suspends_a_member_everywhere_for_a_day(stage):
    await refused(stage, FaultName.MODERATED)
    await refused(stage, FaultName.MODERATED, ELSEWHERE)
    await refused(stage, FaultName.MODERATED)
    for place in (ANN, ELSEWHERE):
        with pytest.raises(Blocked) as refusal:
            await stage.order(place)
        assert refusal.value.cause == STRIKES
    await stage.order(BEN)

    stage.clock.advance(STRIKE_SECONDS - 1)
    with pytest.raises(Blocked):
        await stage.order()
    stage.clock.advance(1)
    await stage.order()


async def test_refusals_of_a_video_that_was_begun_count_as_well(stage):
    for _ in range(3):
        stage.sandbox.faults.add(Fault(FaultName.FAILS_MODERATED))
        await stage.rendered()
    with pytest.raises(Blocked):
        await stage.order()


async def test_refusals_of_yesterday_and_of_another_kind_do_not_count(stage):
    for _ in range(2):
        await refused(stage, FaultName.MODERATED)
    stage.clock.advance(STRIKE_SECONDS)
    for fault in (FaultName.MODERATED, FaultName.TOO_LARGE, FaultName.MODERATED):
        await refused(stage, fault)
    await stage.order()


async def test_without_strikes_nobody_is_suspended(tmp_path, sandbox, clock):
    limits = Limits(policy=policy(CAPS, strikes=0), status_gap_seconds=0.001)
    async with open_stage(tmp_path, sandbox, clock, limits) as stage:
        for _ in range(5):
            await refused(stage, FaultName.MODERATED)
        await stage.order()


async def test_everybody_who_waits_is_told_of_a_pause_once(stage):
    keys = [(await stage.order(owner)).job.key for owner in (ANN, BEN, ELSEWHERE)]
    await stage.store.pauses.pause(Cause.OPERATOR)
    stage.audience.pause_errors += [Unreachable("gone"), TryLater("busy")]
    for _ in range(3):
        await stage.pipeline.circuit_breaker.notify_waiting()
    # Who cannot be reached is not called again, who can later is.
    assert stage.audience.notified_paused == [keys[2], keys[1]]

    await stage.store.pauses.lift(Cause.OPERATOR)
    await stage.pipeline.circuit_breaker.notify_waiting()
    stage.clock.advance(1)
    await stage.store.pauses.pause(Cause.BALANCE)
    await stage.pipeline.circuit_breaker.notify_waiting()
    assert stage.audience.notified_paused == [keys[2], keys[1], *keys]


async def test_a_pause_of_one_server_is_told_there_and_an_outage_nowhere(stage):
    await stage.order()
    there = (await stage.order(ELSEWHERE)).job.key
    await stage.store.pauses.pause(Cause.OUTAGE, seconds=60)
    await stage.store.pauses.pause(Cause.MODERATOR, guild_id=ELSEWHERE.guild_id)
    await stage.pipeline.circuit_breaker.notify_waiting()
    assert stage.audience.notified_paused == [there]


async def test_an_operator_stops_orders_everywhere_and_lets_them_go_on(stage):
    await stage.pipeline.ordering_pauses.stop()
    for owner in (ANN, ELSEWHERE):
        with pytest.raises(Paused) as refusal:
            await stage.order(owner)
        assert refusal.value.cause == Cause.OPERATOR
    assert await stage.pipeline.ordering_pauses.go_on()
    await stage.order()
    assert not await stage.pipeline.ordering_pauses.go_on()


async def test_what_was_ordered_goes_on_and_is_not_told_of_a_pause(stage):
    receipt = await stage.submitted()
    await stage.store.pauses.pause(Cause.KEY)
    await stage.pipeline.circuit_breaker.notify_waiting()
    stage.clock.advance(60)
    assert await stage.pipeline.poller.step()
    assert await stage.pipeline.deliverer.step()
    assert (await stage.job(receipt)).state is JobState.DELIVERED
    assert stage.audience.notified_paused == []


def circuit_breaker_of(stage, *, balance, low_balance):
    """Return a circuit breaker that is told the balance by `balance`."""
    return CircuitBreaker(
        stage.store.pauses,
        stage.store.blocks,
        stage.audience,
        balance=balance,
        key_id="k",
        strikes=0,
        low_balance=low_balance,
    )
