"""Which columns every change of a row sets, and to what: no more of them, and none that keeps an old value."""

from dataclasses import asdict

from db.jobs.claims import Claims
from db.jobs.job import JobState
from tests.db.rows import ANN, PLENTY, PRICE, TASK, job_in, row_of
from tests.db.writes import every_write
from tests.support.rows import each_row

OLD = {"troubles": 3, "detail": "old", "told_at": 1, "finished_at": 1, "charged": None, "attempt": 7}
NOW = "now"
"""Stands for the database's clock; (NOW, 5000) for five seconds later."""

RELEASED = {"lease_owner": None, "next_at": NOW}
ENDED = {**RELEASED, "troubles": 0}
UNKNOWN = {"state": "unknown", **ENDED}
FAILED = {"state": "failed", "finished_at": NOW, **ENDED}
UNCHARGED = {"charged": 0, "cost_micros": 0, "finished_at": NOW}
UNTOLD = {"reason": None, "detail": None, "told_at": None}
SUBMITTED = {**asdict(TASK), "state": "rendering", "submitted_at": NOW}
LATER = {"lease_owner": None, "next_at": (NOW, 3000), "troubles": 4}
SET_BY_OUTCOMES = {
    "requeued": {"state": "queued", "lease_owner": None, "next_at": (NOW, 5000)},
    "rekeyed": {"submit_key": "new key"},
    "accepted": {**SUBMITTED, "lease_owner": None, "next_at": (NOW, 15_000)},
    "unknown": {"reason": "ambiguous_submit", "detail": "the line broke", **UNKNOWN},
    "refused": {"reason": "moderated", "detail": "no kites", **UNCHARGED, **FAILED},
    "still_rendering": {**LATER, "troubles": 2, "progress": 40, "expected_at": (NOW, 20_000), "late_at": NOW},
    "rendered": {
        "state": "delivering",
        "result_url": "https://x.example/v",
        "result_expires_at": 5,
        "rendered_at": NOW,
        "charged": 1,
        **ENDED,
    },
    "render_failed": {"reason": "provider", "detail": "broke", "charged": 1, **FAILED},
    "without_result": {"reason": "no_result", "detail": "done, and no file", **UNKNOWN},
    "downloaded": {"video_file": "kite.mp4", "video_bytes": 7},
    "new_link": {"result_url": "https://x.example/again", "result_expires_at": 6},
    "redirected": {"route": "fallback", "upload_limit": 4, "first_sent_at": None, **RELEASED},
    "sending": {"first_sent_at": NOW},
    "unclear_delivery": {"reason": "ambiguous_delivery", "detail": "nobody may look", **UNKNOWN},
    "deliver_later": LATER,
    "delivered": {
        "state": "delivered",
        "message_id": 123,
        "notice": 1,
        "finished_at": NOW,
        **UNTOLD,
        **ENDED,
    },
    "undeliverable": {"reason": "too_large", "detail": "12 MiB", "told_at": None, **FAILED},
    "notified": {"told_at": NOW, "lease_owner": None},
    "not_notified": {**LATER, "next_at": (NOW, 100 * 365 * 86_400_000)},
    "notify_later": LATER,
}
EARLIER = {"delivered": {"reason": "provider"}, "redirected": {"first_sent_at": 1}}


async def worn(engine, clock, job, **columns):
    """Give a row values that a change must not keep, and let time pass."""
    values = OLD | columns
    assignments = ", ".join(f"{name} = :{name}" for name in values)
    sql = f"UPDATE jobs SET {assignments} WHERE id = :id"  # noqa: S608 - the names stand in this file
    await engine.write(lambda transaction: transaction.all(sql, id=job.id, **values))
    clock.advance(7)
    return await row_of(engine, job)


def resolved(expected, now):
    values = {}
    for name, value in expected.items():
        match value:
            case "now":
                values[name] = now
            case (_, later):
                values[name] = now + later
            case _:
                values[name] = value
    return values


async def changes(engine, before, job):
    after = await row_of(engine, job)
    return {name: value for name, value in after.items() if value != before[name]}


@every_write
async def test_an_outcome_sets_its_columns_and_no_others(store, engine, clock, write, state):
    job = await job_in(store, state)
    before = await worn(engine, clock, job, **EARLIER.get(write.name, {}))

    await write.call(store.outcomes, job)

    assert await changes(engine, before, job) == resolved(SET_BY_OUTCOMES[write.name], clock.now)


CLAIMED = {"lease_owner": "other", "next_at": (NOW, 60_000)}
CHANGES = [
    (
        "queued",
        JobState.QUEUED,
        lambda store, claims, job: claims.queued(running_cap=1),
        {"state": "submitting", "attempt": 8, **CLAIMED},
    ),
    ("stranded", JobState.SUBMITTING, lambda store, claims, job: claims.stranded(), CLAIMED),
    ("due_poll", JobState.RENDERING, lambda store, claims, job: claims.due_poll(), CLAIMED),
    ("due_delivery", JobState.DELIVERING, lambda store, claims, job: claims.due_delivery(), CLAIMED),
    ("unnotified", JobState.FAILED, lambda store, claims, job: claims.unnotified(), CLAIMED),
    (
        "cancel",
        JobState.QUEUED,
        lambda store, claims, job: store.job_queries.cancel(job.key, ANN),
        {"state": "cancelled", **UNCHARGED},
    ),
    (
        "withdraw_expired",
        JobState.QUEUED,
        lambda store, claims, job: store.admission.withdraw_expired(ttl_seconds=7),
        {"state": "cancelled", "reason": "waited_too_long", "next_at": NOW, **UNCHARGED},
    ),
    (
        "deliver_again",
        JobState.FAILED,
        lambda store, claims, job: store.job_queries.deliver_again(
            job.key, ANN, channel_id=88, upload_limit=9
        ),
        {
            "state": "delivering",
            "channel_id": 88,
            "upload_limit": 9,
            "first_sent_at": None,
            **UNTOLD,
            **ENDED,
        },
    ),
    (
        "rescued",
        JobState.UNKNOWN,
        lambda store, claims, job: store.outcomes.rescued(job, order=TASK, first_poll_ms=15_000),
        {**UNTOLD, **SUBMITTED, **ENDED, "next_at": (NOW, 15_000)},
    ),
    (
        "submit_again",
        JobState.UNKNOWN,
        lambda store, claims, job: store.unknown_jobs.submit_again(
            job.key, guild_id=1, day="2027-01-01", bot_day="2027-01-02", caps=PLENTY
        ),
        {
            "state": "queued",
            "usage_day": "2027-01-01",
            "bot_day": "2027-01-02",
            "order_number": 2,
            "cost_micros": 2 * PRICE,
            "turn": 8,
            "attempt": 0,
            "queued_at": NOW,
            **UNTOLD,
            **ENDED,
        },
    ),
    (
        "give_up",
        JobState.UNKNOWN,
        lambda store, claims, job: store.unknown_jobs.give_up(job.key, guild_id=1),
        {**FAILED, "told_at": None},
    ),
]


@each_row("name, state, change, expected", CHANGES, before="emptied")
async def test_a_claim_or_a_persons_wish_sets_its_columns_and_no_others(
    store, engine, clock, name, state, change, expected
):
    job = await job_in(store, state)
    due = name in {"stranded", "due_poll", "due_delivery", "unnotified"}
    told_at = None if name == "unnotified" else 1
    before = await worn(
        engine,
        clock,
        job,
        told_at=told_at,
        first_sent_at=1,
        next_at=clock.now if due or state is JobState.QUEUED else job.next_at,
    )

    await change(store, Claims(engine, worker="other", lease_seconds=60), job)

    wanted = resolved({**expected, "fence": before["fence"] + 1}, clock.now)
    assert await changes(engine, before, job) == wanted
