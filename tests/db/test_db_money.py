"""Money in the store: limits at four levels under load, entries that add up, and what a job did cost in the end."""

from dataclasses import replace

import pytest

from db.jobs.admission import Blocked, Paused
from db.jobs.job import JobState, Owner, Reason
from db.money.caps import CapReached, Caps, Level, Measure
from db.settings.pauses import Cause
from tests.db.rows import ANN, BEN, DAY, PRICE, admit, at_once, booked, counted, job_in, new_job, read, row_of
from tests.support.caps import LIMITED, LIMITS, caps_at
from tests.support.rows import each_row

FAR = Owner(guild_id=2, user_id=33)
AWAY = replace(ANN, guild_id=3)
ALSO_MEET_IT = {
    Level.MEMBER: [],
    Level.MEMBER_UTC: [],
    Level.USER: [AWAY],
    Level.GUILD: [BEN],
    Level.GUILD_UTC: [BEN],
    Level.BOT: [BEN, FAR, AWAY],
}


@each_row("level, measure", LIMITED, before="emptied")
async def test_fifty_orders_at_once_at_a_limit_of_one_make_one_job(store, engine, level, measure):
    caps = caps_at(level, measure, LIMITS[measure])

    answers = await at_once((store.admission.admit(new_job(), caps=caps) for _ in range(50)), refusals=True)

    refusals = [answer for answer in answers if isinstance(answer, CapReached)]
    assert {(refusal.level, refusal.measure, refusal.limit) for refusal in refusals} == {
        (level, measure, LIMITS[measure])
    }
    assert len(refusals) == 49
    assert (await counted(engine))["bot", 0, 0] == (1, PRICE)
    assert await read(engine, "SELECT COUNT(*) AS n FROM ledger") == [{"n": 1}]


@each_row("level, measure", LIMITED, before="emptied")
async def test_a_limit_is_met_by_everybody_it_counts_and_whoever_it_does_not_has_a_share_of_their_own(
    store, level, measure
):
    caps = caps_at(level, measure, LIMITS[measure])
    await store.admission.admit(new_job(ANN), caps=caps)

    for owner in (ANN, BEN, FAR, AWAY):
        if owner not in [ANN, *ALSO_MEET_IT[level]]:
            await store.admission.admit(new_job(owner), caps=caps)
        with pytest.raises(CapReached):
            await store.admission.admit(new_job(owner), caps=caps)


async def test_a_refusal_says_what_is_left_of_a_budget(store):
    caps = caps_at(Level.GUILD, Measure.MICROS_PER_DAY, 2 * PRICE + 5)
    await store.admission.admit(new_job(), caps=caps)
    await store.admission.admit(new_job(), caps=caps)

    with pytest.raises(CapReached) as refused:
        await store.admission.admit(new_job(), caps=caps)

    assert refused.value.left == 5


async def test_a_refusal_of_pace_says_when_it_is_over(store, clock):
    caps = caps_at(Level.MEMBER, Measure.COOLDOWN, 60_000)
    first = await store.admission.admit(new_job(), caps=caps)
    clock.advance(59)

    with pytest.raises(CapReached) as refused:
        await store.admission.admit(new_job(), caps=caps)

    assert refused.value.resets_at == first.created_at + 60_000
    clock.advance(1)
    await store.admission.admit(new_job(), caps=caps)


@each_row("level", Level, before="emptied")
async def test_a_month_is_the_sum_of_its_days_and_no_other(store, level):
    caps = caps_at(level, Measure.MICROS_PER_MONTH, 2 * PRICE)
    for day in ("2026-10-31", "2026-11-01", "2026-11-30", "2026-12-01"):
        await store.admission.admit(new_job(usage_day=day), caps=caps)

    with pytest.raises(CapReached):
        await store.admission.admit(new_job(usage_day="2026-11-15"), caps=caps)
    await store.admission.admit(new_job(usage_day="2026-12-31"), caps=caps)


@each_row("level", Level, before="emptied")
async def test_a_day_is_that_of_the_server_s_zone_for_managers_limits_and_of_utc_for_the_operator_s(
    store, level
):
    caps = caps_at(level, Measure.PER_DAY, 1)
    await store.admission.admit(new_job(usage_day="2026-11-23", bot_day="2026-11-22"), caps=caps)
    same, next_ = ("2026-11-23", "2026-11-24"), ("2026-11-24", "2026-11-22")
    met, free = (same, next_) if level.is_local else (next_, same)

    with pytest.raises(CapReached):
        await store.admission.admit(new_job(usage_day=met[0], bot_day=met[1]), caps=caps)
    await store.admission.admit(new_job(usage_day=free[0], bot_day=free[1]), caps=caps)


@each_row("told, cost", [(None, PRICE), (0, 0), (100_000, 100_000), (500_000, 500_000)], before="emptied")
async def test_what_the_provider_says_that_it_charged_wins_over_what_was_expected(store, engine, told, cost):
    job = await job_in(store, JobState.RENDERING)
    await store.outcomes.rendered(job, result_url="u", expires_at=None, cost_micros=told)

    assert await booked(engine, job) == [("reserve", PRICE), ("commit", cost - PRICE)]
    assert (await row_of(engine, job))["cost_micros"] == cost
    assert set((await counted(engine)).values()) == {(1, cost)}


async def test_a_failure_that_was_charged_costs_what_is_said(store, engine):
    job = await job_in(store, JobState.RENDERING)
    await store.outcomes.render_failed(job, reason=Reason.PROVIDER, detail="", charged=1, cost_micros=200_000)

    assert (await row_of(engine, job))["cost_micros"] == 200_000
    assert set((await counted(engine)).values()) == {(1, 200_000)}


@each_row(
    "state, end",
    [
        (
            JobState.SUBMITTING,
            lambda store, job: store.outcomes.refused(job, reason=Reason.MODERATED, detail=""),
        ),
        (
            JobState.RENDERING,
            lambda store, job: store.outcomes.render_failed(
                job, reason=Reason.PROVIDER, detail="", charged=0
            ),
        ),
        (JobState.QUEUED, lambda store, job: store.job_queries.cancel(job.key, ANN)),
        (JobState.QUEUED, lambda store, _: store.admission.withdraw_expired(ttl_seconds=0)),
    ],
    before="emptied",
)
async def test_what_was_not_charged_costs_nothing(store, engine, state, end):
    job = await job_in(store, state)
    await end(store, job)

    assert await booked(engine, job) == [("reserve", PRICE), ("refund", -PRICE)]
    assert (await row_of(engine, job))["cost_micros"] == 0
    assert set((await counted(engine)).values()) == {(0, 0)}


async def test_an_order_of_unknown_outcome_stays_reserved_and_a_second_one_is_reserved_beside_it(
    store, engine
):
    job = await job_in(store, JobState.UNKNOWN)
    assert await booked(engine, job) == [("reserve", PRICE)]

    again = await store.unknown_jobs.submit_again(job.key, guild_id=1, day=DAY, bot_day=DAY, caps=Caps())

    assert again.cost_micros == 2 * PRICE
    await store.job_queries.cancel(job.key, ANN)
    assert await booked(engine, job) == [("reserve", PRICE), ("reserve", PRICE), ("refund", -PRICE)]
    assert (await row_of(engine, job))["cost_micros"] == PRICE
    assert await store.ledger.differences() == []


async def test_a_job_whose_cost_was_changed_behind_the_ledger_is_found(store, engine):
    job = await admit(store)
    await admit(store)
    await engine.write(
        lambda transaction: transaction.one(
            "UPDATE jobs SET cost_micros = cost_micros + 1 WHERE id = :id RETURNING id", id=job.id
        )
    )

    assert await store.ledger.differences() == [job.key]


@each_row("guild_id", [-1, 1])
@each_row("cause", [Cause.OPERATOR, Cause.MODERATOR, Cause.BALANCE, Cause.KEY], before="emptied")
async def test_while_it_is_paused_nothing_is_let_in_and_nothing_counts(store, engine, guild_id, cause):
    await store.pauses.pause(cause, guild_id=guild_id)

    with pytest.raises(Paused, match=cause):
        await admit(store)

    assert await counted(engine) == {}
    assert await read(engine, "SELECT id FROM jobs") == []


async def test_an_outage_lets_orders_in_and_holds_them(store):
    await store.pauses.pause(Cause.OUTAGE, seconds=60)
    await admit(store)

    assert await store.claims.queued(running_cap=9) is None


async def test_a_pause_of_one_guild_lets_the_others_order(store):
    waits, far = await admit(store), await admit(store, FAR)
    await store.pauses.pause(Cause.MODERATOR, guild_id=1)

    assert (await store.claims.queued(running_cap=9)).id == far.id
    assert await store.claims.queued(running_cap=9) is None
    await store.pauses.lift(Cause.MODERATOR, guild_id=1)
    assert (await store.claims.queued(running_cap=9)).id == waits.id


async def test_a_pause_that_has_run_out_stands_no_more(store, clock):
    await store.pauses.pause(Cause.BALANCE, seconds=60)
    clock.advance(60)

    assert (await store.pauses.standing(), await store.pauses.causes()) == ([], {Cause.BALANCE})
    await admit(store)


async def test_an_outage_that_comes_again_is_counted_and_begins_anew_once_it_was_lifted(store, clock):
    for times in (1, 2, 3):
        assert await store.pauses.pause(Cause.OUTAGE, seconds=60)
        assert not await store.pauses.pause(Cause.OUTAGE, seconds=60)
        assert await store.pauses.times(Cause.OUTAGE) == times
        clock.advance(61)

    await store.pauses.lift(Cause.OUTAGE)
    assert await store.pauses.times(Cause.OUTAGE) == 0


async def test_everybody_who_waits_when_it_is_paused_is_told_once_in_their_turn(store, clock):
    waiting = [await admit(store) for _ in range(3)]
    clock.advance(1)
    await store.pauses.pause(Cause.OPERATOR)

    told = [await store.pauses.unnotified() for _ in range(4)]

    assert [job and job.id for job in told] == [*(job.id for job in waiting), None]


async def test_who_was_told_of_one_pause_is_told_of_the_next(store, clock):
    await admit(store)
    for _ in range(2):
        clock.advance(1)
        await store.pauses.pause(Cause.OPERATOR)
        assert await store.pauses.unnotified() is not None
        assert await store.pauses.unnotified() is None
        await store.pauses.lift(Cause.OPERATOR)


@each_row("guild_id, there", [(-1, [ANN, AWAY]), (1, [ANN])], before="emptied")
async def test_a_blocked_member_orders_nothing_there(store, guild_id, there):
    await store.blocks.block(ANN.user_id, guild_id=guild_id, cause="moderator")

    for owner in there:
        with pytest.raises(Blocked):
            await admit(store, owner)
    for owner in {ANN, AWAY, BEN} - {*there}:
        await admit(store, owner)


async def test_a_refusal_says_until_when_the_block_holds_that_it_names_and_a_suspension_ends_by_itself(
    store, clock
):
    await store.blocks.block(ANN.user_id, cause="strikes", seconds=600)
    with pytest.raises(Blocked) as suspended:
        await admit(store)
    assert (suspended.value.cause, suspended.value.until_at) == ("strikes", clock() + 600_000)
    assert await store.blocks.suspended_until(ANN.user_id) == clock() + 600_000
    assert await store.blocks.suspended_until(BEN.user_id) is None

    await store.blocks.block(ANN.user_id, guild_id=1, cause="moderator")
    with pytest.raises(Blocked) as blocked:
        await admit(store)
    assert (blocked.value.cause, blocked.value.until_at) == ("moderator", None)

    clock.advance(600)
    await admit(store, AWAY)
    assert await store.blocks.block(ANN.user_id, cause="strikes", seconds=60)
