"""Deleting on request: who may, in which states, what goes, what stays, and that the disk forgets it."""

import asyncio

import pytest

from db.engines.engine import LeaseLost
from db.jobs.job import JobState, Owner
from db.store import JobStore, open_store
from tests.db.rows import ANN, DAY, PLENTY, TASK, admit, history, job_in, row_of, undeliverable, usage
from tests.support.rows import each_row

ENDED = [JobState.DELIVERED, JobState.FAILED, JobState.CANCELLED, JobState.UNKNOWN]
CANARY = "canary-prompt-of-a-member"


def blank(_request_json):
    return '{"words": null}'


@each_row("state", ENDED, before="emptied")
async def test_the_words_pictures_and_addresses_of_an_ended_job_go(store, engine, clock, state):
    job = await job_in(store, state)
    clock.advance(60)

    was = await store.privacy.erase(job.key, 1, user_id=ANN.user_id, blank=blank)

    row = await row_of(engine, job)
    assert was == job
    assert (row["request_json"], row["state"], row["erased_at"]) == ('{"words": null}', state, clock.now)
    gone = ("first_frame", "video_file", "video_bytes", "result_url", "detail")
    assert [row[name] for name in gone] == [None] * len(gone)


async def test_what_it_counted_and_cost_stays(store, engine):
    job = await job_in(store, JobState.DELIVERED)
    shares, events = await usage(engine), await history(engine, job)

    await store.privacy.erase(job.key, 1, user_id=ANN.user_id, blank=blank)

    row = await row_of(engine, job)
    assert (await usage(engine), await history(engine, job)) == (shares, events)
    assert (row["charged"], row["usage_day"], row["message_id"]) == (1, DAY, job.message_id)


@each_row("state", [state for state in JobState if state not in ENDED], before="emptied")
async def test_a_job_under_way_is_not_erased(store, engine, state):
    job = await job_in(store, state)
    before = await row_of(engine, job)

    assert await store.privacy.erase(job.key, 1, user_id=ANN.user_id, blank=blank) is None
    assert await store.privacy.erase(job.key, 1, user_id=None, blank=blank) is None
    assert await row_of(engine, job) == before


@each_row(
    "other",
    [Owner(guild_id=1, user_id=22), Owner(guild_id=2, user_id=11), Owner(guild_id=0, user_id=11)],
    before="emptied",
)
async def test_somebody_elses_job_is_not_erased(store, engine, other):
    job = await job_in(store, JobState.DELIVERED)
    before = await row_of(engine, job)

    assert await store.privacy.erase(job.key, other.guild_id, user_id=other.user_id, blank=blank) is None
    assert await row_of(engine, job) == before


async def test_a_moderator_erases_whatever_their_server_made_and_nothing_else(store):
    job = await job_in(store, JobState.DELIVERED)
    direct = await job_in(store, JobState.DELIVERED, Owner(guild_id=0, user_id=11))

    assert await store.privacy.erase(job.key, 2, user_id=None, blank=blank) is None
    assert await store.privacy.erase(direct.key, 0, user_id=None, blank=blank) is None
    assert await store.privacy.erase(job.key, 1, user_id=None, blank=blank) == job


async def test_a_job_is_erased_once(store):
    job = await job_in(store, JobState.DELIVERED)
    both = await asyncio.gather(
        store.privacy.erase(job.key, 1, user_id=ANN.user_id, blank=blank),
        store.privacy.erase(job.key, 1, user_id=None, blank=blank),
    )

    assert sorted(was is None for was in both) == [False, True]


async def test_nobody_is_told_of_an_ending_whose_words_are_gone_and_its_video_is_not_sent_again(store, clock):
    job = await undeliverable(store, await admit(store))
    await store.privacy.erase(job.key, 1, user_id=ANN.user_id, blank=blank)
    clock.advance(3600)

    assert await store.claims.unnotified() is None
    with pytest.raises(LeaseLost):
        await store.outcomes.notified(job)
    assert await store.job_queries.deliver_again(job.key, ANN, channel_id=1, upload_limit=1) is None


async def test_a_video_is_sent_again_or_erased_and_never_both(store):
    job = await undeliverable(store, await admit(store))
    again, erased = await asyncio.gather(
        store.job_queries.deliver_again(job.key, ANN, channel_id=1, upload_limit=1),
        store.privacy.erase(job.key, 1, user_id=ANN.user_id, blank=blank),
    )

    assert [again is None, erased is None] in ([False, True], [True, False])


async def test_an_erased_order_of_unknown_outcome_is_neither_ordered_again_nor_rescued(store):
    late = await job_in(store, JobState.SUBMITTING)
    await store.outcomes.unknown(late, detail="the line broke")
    await store.privacy.erase(late.key, 1, user_id=ANN.user_id, blank=blank)

    again = store.unknown_jobs.submit_again(late.key, guild_id=1, day=DAY, bot_day=DAY, caps=PLENTY)
    assert await again is None
    with pytest.raises(LeaseLost):
        await store.outcomes.rescued(late, order=TASK, first_poll_ms=0)
    assert (await store.unknown_jobs.give_up(late.key, guild_id=1)).state is JobState.FAILED


async def test_the_disk_forgets_what_was_erased_while_the_bot_runs(path):
    async with open_store(f"sqlite:///{path}", worker="w", lease_seconds=60) as store:
        await cancelled_job(store, request_json=f'"{CANARY} {"long " * 2000}"')
        job = await cancelled_job(store, request_json=f'"{CANARY}"')
        assert CANARY in on_disk(path)

        for number in (job.id - 1, job.id):
            key = (await store.job_queries.by_id(number)).key
            await store.privacy.erase(key, 1, user_id=ANN.user_id, blank=blank)

        assert CANARY not in on_disk(path)
    assert CANARY not in on_disk(path)


async def cancelled_job(store: JobStore, **changes):
    job = await admit(store, **changes)
    return await store.job_queries.cancel(job.key, ANN)


def on_disk(path):
    return "".join(file.read_bytes().decode("latin-1") for file in path.parent.glob(f"{path.name}*"))
