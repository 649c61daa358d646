"""Members who asked to be forgotten, servers that the bot has left, and words that are older than they are kept."""

from dataclasses import replace

from db.jobs.job import JobState, Owner
from tests.db.rows import ANN, PRICE, admit, counted, job_in, read, row_of

BEN = Owner(guild_id=1, user_id=22)
DAY_MS = 86_400_000


async def erase(store, job):
    return await store.privacy.erase(job.key, job.guild_id, user_id=job.user_id, blank=lambda _: "{}")


async def test_what_is_kept_of_a_member_is_counted_in_all_servers(store):
    ended = await job_in(store, JobState.DELIVERED)
    await admit(store, replace(ANN, guild_id=2))
    await admit(store, BEN)
    await erase(store, ended)

    held = await store.privacy.holdings(ANN.user_id)

    assert (held.with_words, held.under_way, held.jobs, held.micros) == (1, 1, 2, 2 * PRICE)
    ignore_changes = await store.privacy.holdings(99)
    assert (
        ignore_changes.with_words,
        ignore_changes.under_way,
        ignore_changes.jobs,
        ignore_changes.micros,
    ) == (0, 0, 0, 0)


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
    await store.members.save_guild(1, '{"time_zone": "UTC"}')
    await store.blocks.block(5, guild_id=1, cause="moderator")
    await store.audit.note(1, 5, action="limits")
    await store.privacy.left(1)
    clock.advance(6 * 86_400)
    assert await store.privacy.ended_of_left(after_ms=7 * DAY_MS) == []
    clock.advance(86_400)

    assert [found.id for found in await store.privacy.ended_of_left(after_ms=7 * DAY_MS)] == [job.id]
    assert await store.privacy.forget_left(after_ms=7 * DAY_MS) == 0  # its words come first
    await erase(store, job)
    assert await store.privacy.forget_left(after_ms=7 * DAY_MS) == 1

    assert await store.members.settings_of_guild(1) is None
    assert (await store.blocks.of(1), await store.audit.page(1)) == ([], [])
    assert (await row_of(engine, elsewhere))["erased_at"] is None


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
