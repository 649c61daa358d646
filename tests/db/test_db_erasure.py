"""Deleting on request, of members and servers that are gone, and with age: what goes, what stays, and that the disk forgets it."""

import asyncio
from dataclasses import replace

import pytest

from db.engines.engine import LeaseLost
from db.jobs.job import JobState, Owner
from db.settings.pauses import Cause
from db.store import JobStore, open_store
from tests.db.rows import (
    ANN,
    BEN,
    DAY,
    PLENTY,
    PRICE,
    TASK,
    admit,
    counted,
    history,
    job_in,
    read,
    row_of,
    undeliverable,
    usage,
)
from tests.support.rows import each_row

ENDED = [JobState.DELIVERED, JobState.FAILED, JobState.CANCELLED, JobState.UNKNOWN]
CANARY = "canary-prompt-of-a-member"


def blank(_request_json):
    return '{"words": null}'


def erase(store, job):
    """Erase a job as its owner would."""
    return store.privacy.erase(job.key, job.guild_id, user_id=job.user_id, blank=blank)


@each_row("state", ENDED, before="emptied")
async def test_the_words_pictures_and_addresses_of_an_ended_job_go(store, engine, clock, state):
    job = await job_in(store, state)
    clock.advance(60)

    was = await erase(store, job)

    row = await row_of(engine, job)
    assert was == job
    assert (row["request_json"], row["state"], row["erased_at"]) == ('{"words": null}', state, clock.now)
    gone = ("first_frame", "video_file", "video_bytes", "result_url", "detail")
    assert [row[name] for name in gone] == [None] * len(gone)


async def test_what_it_counted_and_cost_stays(store, engine):
    job = await job_in(store, JobState.DELIVERED)
    shares, events = await usage(engine), await history(engine, job)

    await erase(store, job)

    row = await row_of(engine, job)
    assert (await usage(engine), await history(engine, job)) == (shares, events)
    assert (row["charged"], row["usage_day"], row["message_id"]) == (1, DAY, job.message_id)


@each_row("state", [state for state in JobState if state not in ENDED], before="emptied")
async def test_a_job_under_way_is_not_erased(store, engine, state):
    job = await job_in(store, state)
    before = await row_of(engine, job)

    assert await erase(store, job) is None
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
    both = await asyncio.gather(erase(store, job), store.privacy.erase(job.key, 1, user_id=None, blank=blank))

    assert sorted(was is None for was in both) == [False, True]


async def test_nobody_is_told_of_an_ending_whose_words_are_gone_and_its_video_is_not_sent_again(store, clock):
    job = await undeliverable(store, await admit(store))
    await erase(store, job)
    clock.advance(3600)

    assert await store.claims.unnotified() is None
    with pytest.raises(LeaseLost):
        await store.outcomes.notified(job)
    assert await store.job_queries.deliver_again(job.key, ANN, channel_id=1, upload_limit=1) is None


async def test_a_video_is_sent_again_or_erased_and_never_both(store):
    job = await undeliverable(store, await admit(store))
    again, erased = await asyncio.gather(
        store.job_queries.deliver_again(job.key, ANN, channel_id=1, upload_limit=1), erase(store, job)
    )

    assert [again is None, erased is None] in ([False, True], [True, False])


async def test_an_erased_order_of_unknown_outcome_is_neither_ordered_again_nor_rescued(store):
    late = await job_in(store, JobState.SUBMITTING)
    await store.outcomes.unknown(late, detail="the line broke")
    await erase(store, late)

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


DAY_MS = 86_400_000


async def test_what_is_kept_of_a_member_is_counted_in_all_servers(store):
    ended = await job_in(store, JobState.DELIVERED)
    await admit(store, replace(ANN, guild_id=2))
    await admit(store, BEN)
    await erase(store, ended)

    held = await store.privacy.holdings(ANN.user_id)

    assert (held.with_words, held.under_way, held.jobs, held.micros) == (1, 1, 2, 2 * PRICE)
    nobody = await store.privacy.holdings(99)
    assert (nobody.with_words, nobody.under_way, nobody.jobs, nobody.micros) == (0, 0, 0, 0)


async def test_what_a_member_ordered_before_they_asked_is_found_by_its_state_and_nothing_else(store, clock):
    ended, waits = await job_in(store, JobState.DELIVERED), await admit(store)
    await job_in_of(store, BEN)
    clock.advance(1)
    await store.privacy.ask(ANN.user_id)
    clock.advance(1)
    await admit(store)

    assert [job.id for job in await store.privacy.waiting_of_askers()] == [waits.id]
    assert [job.id for job in await store.privacy.ended_of_askers()] == [ended.id]
    await erase(store, ended)
    assert await store.privacy.ended_of_askers() == []


async def job_in_of(store, owner):
    job = await admit(store, owner)
    return await store.job_queries.cancel(job.key, owner)


async def test_a_month_later_the_bill_no_longer_knows_whose_it_was(store, engine, clock):
    mine = await job_in_of(store, ANN)
    bens = await job_in_of(store, BEN)
    paid = await job_in(store, JobState.DELIVERED)
    await store.privacy.ask(ANN.user_id)
    for job in (mine, paid):
        await erase(store, job)
    assert await store.privacy.forget_members(after_ms=31 * DAY_MS) == 0
    clock.advance(31 * 86_400)

    assert await store.privacy.forget_members(after_ms=31 * DAY_MS) == 1

    assert (await row_of(engine, mine))["user_id"] == (await row_of(engine, paid))["user_id"] == -mine.id
    assert (await row_of(engine, bens))["user_id"] == BEN.user_id
    members = {user_id for scope, _, user_id in await counted(engine) if scope == "member"}
    assert members == {-mine.id, BEN.user_id}
    assert (await row_of(engine, paid))["cost_micros"] == PRICE
    assert await store.ledger.differences() == []
    assert await read(engine, "SELECT user_id FROM erasures") == []


async def test_who_still_has_something_under_way_is_not_forgotten_yet(store, clock):
    await job_in(store, JobState.RENDERING)
    await store.privacy.ask(ANN.user_id)
    clock.advance(90 * 86_400)

    assert await store.privacy.forget_members(after_ms=31 * DAY_MS) == 0


async def test_a_server_that_was_left_is_forgotten_after_a_while(store, engine, clock):
    job = await job_in_of(store, ANN)
    elsewhere = await job_in_of(store, replace(ANN, guild_id=2))
    for guild_id in (1, 2):
        await store.members.save_guild(guild_id, '{"time_zone": "UTC"}')
        await store.blocks.block(5, guild_id=guild_id, cause="moderator")
        await store.pauses.pause(Cause.MODERATOR, guild_id=guild_id)
        await store.audit.note(guild_id, 5, action="limits")
    await store.privacy.left(1)
    clock.advance(86_400)
    await store.privacy.left(2)
    clock.advance(-86_400)
    clock.advance(6 * 86_400)
    assert await store.privacy.ended_of_left(after_ms=7 * DAY_MS) == []
    clock.advance(86_400)

    assert [found.id for found in await store.privacy.ended_of_left(after_ms=7 * DAY_MS)] == [job.id]
    assert await store.privacy.forget_left(after_ms=7 * DAY_MS) == 0  # its words come first
    await erase(store, job)
    assert await store.privacy.forget_left(after_ms=7 * DAY_MS) == 1

    async def kept(guild_id):
        settings = await store.members.settings_of_guild(guild_id)
        lists = (
            await store.blocks.of(guild_id),
            await store.pauses.standing(guild_id),
            await store.audit.page(guild_id),
        )
        return [settings is not None, *map(len, lists)]

    assert [await kept(guild_id) for guild_id in (1, 2)] == [[False, 0, 0, 0], [True, 1, 1, 1]]
    assert (await row_of(engine, elsewhere))["erased_at"] is None
    clock.advance(86_400)
    await erase(store, elsewhere)
    assert await store.privacy.forget_left(after_ms=7 * DAY_MS) == 1


async def test_a_server_that_comes_back_keeps_everything(store, clock):
    await job_in_of(store, ANN)
    await store.privacy.left(1)
    await store.privacy.returned(1)
    clock.advance(90 * 86_400)

    assert await store.privacy.ended_of_left(after_ms=0) == []


async def test_words_are_outdated_when_their_job_is_over_and_old(store, clock):
    old = await job_in_of(store, ANN)
    await job_in(store, JobState.RENDERING)
    clock.advance(90 * 86_400)
    await job_in_of(store, ANN)

    found = await store.privacy.outdated(older_than_ms=90 * DAY_MS, after_id=0)

    assert [job.id for job in found] == [old.id]
    assert await store.privacy.outdated(older_than_ms=90 * DAY_MS, after_id=old.id) == []
    await erase(store, old)
    assert await store.privacy.outdated(older_than_ms=90 * DAY_MS, after_id=0) == []
