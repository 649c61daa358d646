"""Admission: caps, repeated interactions, jobs that begin later or are born with their video, shares that come back."""

import asyncio

import pytest

from db.jobs.job import JobState, Owner, Reason, Relation, Route
from db.money.caps import CapReached, Level, Measure
from db.money.ledger import book_refund
from tests.db.rows import (
    ANN,
    BEN,
    DAY,
    PLENTY,
    admit,
    at_once,
    counted,
    history,
    job_in,
    new_job,
    read,
    row_of,
    usage,
)
from tests.support.caps import few
from tests.support.rows import each_row

UNDER_WAY = [JobState.QUEUED, JobState.SUBMITTING, JobState.RENDERING, JobState.DELIVERING]


def caps(**changes):
    return few(**{"active_per_user": 1000, "per_user_per_day": 1000, "per_day": 1000, **changes})


async def counts(engine):
    return [
        (await read(engine, "SELECT COUNT(*) AS n FROM jobs"))[0]["n"],
        (await read(engine, "SELECT COUNT(*) AS n FROM job_events"))[0]["n"],
    ]


@each_row(
    "level, measure, name",
    [
        (Level.MEMBER, Measure.ACTIVE, "active_per_user"),
        (Level.MEMBER, Measure.PER_DAY, "per_user_per_day"),
        (Level.BOT, Measure.PER_DAY, "per_day"),
    ],
    before="emptied",
)
async def test_thirty_orders_at_once_at_a_cap_of_two_make_two_jobs(store, engine, level, measure, name):
    answers = await at_once(
        (store.admission.admit(new_job(), caps=caps(**{name: 2})) for _ in range(30)), refusals=True
    )

    refusals = [answer for answer in answers if isinstance(answer, CapReached)]
    assert {(refusal.level, refusal.measure, refusal.limit) for refusal in refusals} == {(level, measure, 2)}
    assert len(refusals) == 28
    assert await counts(engine) == [2, 2]
    assert await usage(engine) == {("member", ANN.user_id): 2, ("bot", 0): 2}


async def test_a_refusal_leaves_no_row_of_any_kind(store, engine):
    with pytest.raises(CapReached):
        await asyncio.gather(
            store.admission.admit(new_job(), caps=caps(per_day=1)),
            store.admission.admit(new_job(BEN), caps=caps(per_day=1)),
        )

    assert await counts(engine) == [1, 1]
    assert len(await counted(engine)) == len(Level)


async def test_what_would_be_refused_is_refused_beforehand_and_nothing_is_written_for_the_look(store, engine):
    once = caps(per_user_per_day=1)
    for _ in range(3):
        await store.admission.require_admissible(new_job(), caps=once)
    assert await counts(engine) == [0, 0]
    assert not await counted(engine)

    await store.admission.admit(new_job(), caps=once)
    with pytest.raises(CapReached) as beforehand:
        await store.admission.require_admissible(new_job(), caps=once)
    with pytest.raises(CapReached) as then:
        await store.admission.admit(new_job(), caps=once)
    assert str(beforehand.value) == str(then.value)
    await store.admission.require_admissible(new_job(BEN), caps=once)
    assert await counts(engine) == [1, 1]


@each_row("state", JobState, before="emptied")
async def test_a_job_counts_as_active_while_it_is_under_way(store, state):
    await job_in(store, state)

    if state in UNDER_WAY:
        with pytest.raises(CapReached):
            await store.admission.admit(new_job(), caps=caps(active_per_user=1))
    else:
        await store.admission.admit(new_job(), caps=caps(active_per_user=1))


async def test_a_repeated_interaction_makes_one_job_and_takes_one_share(store, engine):
    orders = [new_job(interaction_id=5) for _ in range(5)]

    answers = await at_once(store.admission.admit(order, caps=caps(active_per_user=1)) for order in orders)

    answers.append(await store.admission.admit(new_job(interaction_id=5), caps=PLENTY))
    (first,) = {job.key for job in answers}
    assert len({job.id for job in answers}) == 1
    assert [order.key == first for order in orders].count(True) == 1
    assert await counts(engine) == [1, 1]
    assert await usage(engine) == {("member", ANN.user_id): 1, ("bot", 0): 1}


async def test_a_key_used_twice_is_no_repetition(store, engine):
    first = await admit(store)

    with pytest.raises(LookupError, match="unique column other than interaction_id"):
        await store.admission.admit(new_job(key=first.key), caps=PLENTY)

    assert await counts(engine) == [1, 1]


async def test_an_accepted_job_is_the_row_that_was_asked_for(store, engine, clock):
    new = new_job(first_frame="frame.jpg", spoiler=True, may_direct=False, language="zh", private=True)

    job = await store.admission.admit(new, caps=PLENTY)

    assert (job.state, job.fence, job.attempt) == (JobState.QUEUED, 0, 0)
    assert (job.created_at, job.next_at) == (clock.now, clock.now)
    columns = {*new.__slots__} - {"requester"}
    assert {name: getattr(job, name) for name in columns} == {name: getattr(new, name) for name in columns}
    kept = {"owner", "channel_id", "interaction_id", "upload_limit", "language", "may_direct", "spoiler"}
    assert {name: getattr(job, name) for name in kept} == {
        name: getattr(new.requester, name) for name in kept
    }
    assert job.route is Route.PRIVATE
    assert await history(engine, job) == [(None, "queued")]


async def test_places_count_those_who_wait_and_nobody_else(store):
    await job_in(store, JobState.DELIVERED)
    await job_in(store, JobState.RENDERING)
    jobs = [await admit(store) for _ in range(3)]

    assert [await store.job_queries.queue_position(job) for job in jobs] == [1, 2, 3]


@each_row(
    "state, ending, how, left",
    [
        (JobState.SUBMITTING, "refused", {"reason": Reason.MODERATED, "detail": ""}, 1),
        (JobState.RENDERING, "render_failed", {"reason": Reason.PROVIDER, "detail": "", "charged": 0}, 1),
        (JobState.RENDERING, "render_failed", {"reason": Reason.PROVIDER, "detail": "", "charged": 1}, 2),
        (JobState.RENDERING, "render_failed", {"reason": Reason.LOST, "detail": "", "charged": None}, 2),
        (JobState.SUBMITTING, "unknown", {"detail": ""}, 2),
        (JobState.DELIVERING, "undeliverable", {"reason": Reason.UNDELIVERABLE, "detail": ""}, 2),
        (JobState.DELIVERING, "delivered", {"message_id": 5}, 2),
    ],
    before="emptied",
)
async def test_a_share_comes_back_only_when_nothing_was_charged(store, engine, state, ending, how, left):
    await job_in(store, JobState.DELIVERED)
    job = await job_in(store, state)

    await getattr(store.outcomes, ending)(job, **how)

    assert await usage(engine) == {("member", ANN.user_id): left, ("bot", 0): left}


async def test_a_share_comes_back_to_the_day_it_was_taken_from(store, engine):
    yesterday = await admit(store, usage_day="2026-11-22")
    await admit(store)

    await store.job_queries.cancel(yesterday.key, ANN)

    assert await usage(engine, "2026-11-22") == {("member", ANN.user_id): 0, ("bot", 0): 0}
    assert await usage(engine) == {("member", ANN.user_id): 1, ("bot", 0): 1}


async def test_a_share_that_came_back_can_be_used_again(store):
    once = caps(active_per_user=1, per_user_per_day=1, per_day=1)
    first = await store.admission.admit(new_job(), caps=once)
    await store.job_queries.cancel(first.key, ANN)

    await store.admission.admit(new_job(), caps=once)

    with pytest.raises(CapReached):
        await store.admission.admit(new_job(), caps=once)


async def test_what_waited_too_long_is_withdrawn_once_given_back_and_told(store, engine, clock):
    old = await admit(store)
    clock.advance(60)
    young = await admit(store)

    (withdrawn,) = await store.admission.withdraw_expired(ttl_seconds=60)

    assert (withdrawn.id, withdrawn.state, withdrawn.charged) == (old.id, JobState.CANCELLED, 0)
    assert (withdrawn.reason, withdrawn.finished_at) == (Reason.WAITED_TOO_LONG, clock.now)
    assert await history(engine, old) == [(None, "queued"), ("queued", "cancelled")]
    assert await store.admission.withdraw_expired(ttl_seconds=60) == []
    assert await usage(engine) == {("member", ANN.user_id): 1, ("bot", 0): 1}
    assert (await store.claims.queued(running_cap=9)).id == young.id
    assert (await store.claims.unnotified()).id == old.id


@each_row("state", [state for state in JobState if state is not JobState.QUEUED], before="emptied")
async def test_a_job_that_no_longer_waits_is_not_withdrawn(store, engine, clock, state):
    job = await job_in(store, state)
    before = await row_of(engine, job)
    clock.advance(3600)

    assert await store.admission.withdraw_expired(ttl_seconds=60) == []
    assert await row_of(engine, job) == before


ONE = few(active_per_user=1, per_user_per_day=1, per_day=1)


async def waiting(store):
    return await store.admission.admit(new_job(wait_seconds=5), caps=PLENTY)


async def made(store, **changes):
    new = new_job(ANN, relation=Relation.JOIN, **changes)
    return await store.admission.admit_with_video(new, video_file="kite.mp4", video_bytes=9)


async def test_a_job_that_waits_is_not_claimed_before_its_time(store, clock):
    job = await waiting(store)

    assert (job.state, job.next_at) == (JobState.QUEUED, clock.now + 5000)
    clock.advance(4.999)
    assert await store.claims.queued(running_cap=9) is None
    clock.advance(0.001)
    assert (await store.claims.queued(running_cap=9)).id == job.id


async def test_one_that_waits_keeps_its_place_while_another_is_served(store):
    waits = await waiting(store)
    due = await admit(store)

    assert await store.job_queries.queue_position(waits) == 1
    assert (await store.claims.queued(running_cap=1)).id == due.id


async def test_a_job_with_a_video_is_born_delivering_and_due_at_once(store, engine):
    job = await made(store)

    assert (job.state, job.video_file, job.video_bytes) == (JobState.DELIVERING, "kite.mp4", 9)
    assert (job.charged, job.result_url, job.cost_micros) == (0, None, 0)
    assert await history(engine, job) == [(None, "delivering")]
    assert (await store.claims.due_delivery()).id == job.id


async def test_a_job_with_a_video_counts_against_no_cap(store, engine):
    for _ in range(3):
        await made(store)
    assert await usage(engine) == {}

    await store.admission.admit(new_job(), caps=ONE)
    with pytest.raises(CapReached):
        await store.admission.admit(new_job(), caps=ONE)
    await made(store)


async def test_a_joined_job_is_made_once_by_one_interaction(store):
    results = await at_once(made(store, interaction_id=7) for _ in range(3))

    assert len({(job.id, job.key) for job in results}) == 1


async def test_a_late_job_keeps_neither_its_requester_nor_a_place_with_the_provider(store):
    job = await job_in(store, JobState.RENDERING)
    look = {"delay_ms": 0, "progress": None, "remaining_ms": None, "troubles": 0}
    await store.outcomes.still_rendering(job, **look, late=True)

    caps = few(active_per_user=1, per_user_per_day=9, per_day=9)
    waiting = await store.admission.admit(new_job(), caps=caps)
    assert (await store.claims.queued(running_cap=1)).id == waiting.id


async def test_what_was_given_back_cannot_be_given_back_again(store, engine):
    job = await admit(store)
    await engine.write(lambda transaction: book_refund(transaction, job))
    with pytest.raises(Exception, match=r"(?i)unique"):
        await engine.write(lambda transaction: book_refund(transaction, job))
    assert await usage(engine) == {("member", ANN.user_id): 0, ("bot", 0): 0}


async def test_giving_back_touches_one_member_and_one_day(store, engine):
    for owner in (ANN, BEN):
        for day in (DAY, "2026-11-24"):
            await admit(store, owner, usage_day=day)
    job = await admit(store)
    await engine.write(lambda transaction: book_refund(transaction, job))

    shares = {("member", ANN.user_id): 1, ("member", BEN.user_id): 1, ("bot", 0): 2}
    assert await usage(engine) == await usage(engine, "2026-11-24") == shares


async def test_a_member_whose_id_is_that_of_the_bots_row_is_counted_apart(store, engine):
    job = await admit(store, Owner(guild_id=1, user_id=0))
    await admit(store)
    await engine.write(lambda transaction: book_refund(transaction, job))
    assert await usage(engine) == {("member", 0): 0, ("member", ANN.user_id): 1, ("bot", 0): 1}
