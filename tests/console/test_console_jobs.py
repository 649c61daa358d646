"""What an operator reads, decides, stops and lets go on in a terminal."""

import json
from datetime import UTC, datetime

import pytest

from console.jobs import (
    NONE,
    NOT_PAUSED,
    PAUSED,
    RESUMED,
    STILL_HELD,
    give_up,
    list_jobs,
    pause,
    resume,
    show_guilds,
    show_usage,
    submit_again,
    unblock,
)
from db.engines.engine import DatabaseBusy, DatabaseNotMigrated
from db.jobs.job import OPEN, JobState, Owner
from db.settings.pauses import Cause
from db.store import is_shared, open_store
from jobs.money.limits import KillSwitch
from jobs.servers.guild_settings import OPERATOR
from tests.db.rows import DAY, PLENTY, PRICE, admit, job_in
from tests.support.caps import few


async def unclear(url):
    async with open_store(url, worker="w", lease_seconds=60) as store:
        return (await job_in(store, JobState.UNKNOWN)).key


async def audited(url, key):
    async with open_store(url, worker="w", lease_seconds=60) as store:
        entries = await store.audit.page((await store.job_queries.by_key(key)).guild_id)
        return [(entry.user_id, entry.action) for entry in entries]


async def state_of(url, key):
    async with open_store(url, worker="w", lease_seconds=60) as store:
        return (await store.job_queries.by_key(key)).state


async def test_open_jobs_are_listed_beside_a_running_bot(url, capsys):
    async with open_store(url, worker="w", lease_seconds=60) as store:
        unknown, waiting = await job_in(store, JobState.UNKNOWN), await admit(store)
        await list_jobs(url, states=OPEN, limit=10)
    heading, *lines = capsys.readouterr().out.splitlines()
    assert heading.split() == ["KEY", "STATE", "SINCE", "(UTC)", "SERVER", "MEMBER", "FORMAT", "REASON"]
    assert [line.split()[:2] for line in lines] == [[waiting.key, "queued"], [unknown.key, "unknown"]]
    assert lines[1].endswith("ambiguous_submit")


async def test_one_state_is_listed_alone_and_no_prompt_is_shown(url, capsys):
    key = await unclear(url)
    async with open_store(url, worker="w", lease_seconds=60) as store:
        await admit(store, request_json='{"text": "a secret wish"}')
    await list_jobs(url, states=[JobState.UNKNOWN], limit=10)
    printed = capsys.readouterr().out
    assert key in printed
    assert "queued" not in printed
    assert "secret wish" not in printed


async def test_an_empty_list_says_so(url, capsys):
    async with open_store(url, worker="w", lease_seconds=60):
        pass
    await list_jobs(url, states=OPEN, limit=10)
    assert capsys.readouterr().out.strip() == NONE


async def test_without_a_database_the_list_says_what_to_do(url):
    with pytest.raises(DatabaseNotMigrated, match="start the bot"):
        await list_jobs(url, states=OPEN, limit=10)


async def test_the_operator_sends_an_order_again_where_no_moderator_can(url, capsys):
    key = await unclear(url)
    assert await submit_again(url, key, day=DAY, caps=PLENTY)
    assert "counts a second time" in capsys.readouterr().out
    assert await state_of(url, key) is JobState.QUEUED
    assert await audited(url, key) == [(OPERATOR, "submitted_again")]


async def test_the_operator_gives_an_order_up(url):
    key = await unclear(url)
    assert await give_up(url, key)
    assert await state_of(url, key) is JobState.FAILED
    assert await audited(url, key) == [(OPERATOR, "given_up")]


async def test_what_is_not_undecided_is_not_decided(url, capsys):
    async with open_store(url, worker="w", lease_seconds=60) as store:
        job = await job_in(store, JobState.RENDERING)
    assert not await submit_again(url, job.key, day=DAY, caps=PLENTY)
    assert not await give_up(url, "absent")
    assert capsys.readouterr().out.count("no job of unknown outcome") == 2
    assert await state_of(url, job.key) is JobState.RENDERING


async def test_a_used_up_cap_is_said_and_the_order_stays_undecided(url, capsys):
    key = await unclear(url)
    caps = few(active_per_user=1000, per_user_per_day=1, per_day=1000)
    assert not await submit_again(url, key, day=DAY, caps=caps)
    assert "member limit of 1 (per_day) reached, 0 left" in capsys.readouterr().out
    assert await state_of(url, key) is JobState.UNKNOWN


@pytest.mark.parametrize("url", ["sqlite"], indirect=True)
async def test_nothing_is_decided_beside_a_running_bot_that_has_the_file_to_itself(url):
    key = await unclear(url)
    async with open_store(url, worker="w", lease_seconds=60):
        with pytest.raises(DatabaseBusy, match="stop the other one"):
            await give_up(url, key)


@pytest.mark.parametrize("url", ["postgresql"], indirect=True)
async def test_on_a_server_an_order_is_decided_beside_a_running_bot(url):
    key = await unclear(url)
    async with open_store(url, worker="w", lease_seconds=60) as store:
        assert await give_up(url, key)
        assert (await store.job_queries.by_key(key)).state is JobState.FAILED


@pytest.fixture
def switch(tmp_path):
    return KillSwitch(tmp_path)


async def test_ordering_is_stopped_while_the_bot_runs_and_goes_on_again(url, switch, capsys):
    async with open_store(url, worker="w", lease_seconds=60):
        assert await pause(url, switch)
        assert switch.is_on
        assert await resume(url, switch)
    assert not switch.is_on
    assert capsys.readouterr().out.splitlines() == [PAUSED, RESUMED]


async def test_where_several_machines_share_a_database_all_of_them_stop(url, switch):
    async with open_store(url, worker="w", lease_seconds=60) as store:
        await pause(url, switch)
        assert [pause.cause for pause in await store.pauses.standing()] == (
            [Cause.OPERATOR] if is_shared(url) else []
        )


async def test_pauses_that_the_bot_has_made_are_lifted_too(url, switch, capsys):
    async with open_store(url, worker="w", lease_seconds=60) as store:
        await store.pauses.pause(Cause.KEY)
    assert await resume(url, switch)
    assert await resume(url, switch)
    async with open_store(url, worker="w", lease_seconds=60) as store:
        assert await store.pauses.standing() == []
    assert capsys.readouterr().out.splitlines() == [RESUMED, NOT_PAUSED]


async def test_a_running_bot_on_sqlite_is_told_of_where_its_own_pauses_are_lifted(tmp_path, switch, capsys):
    url = f"sqlite:///{tmp_path / 'clapper.db'}"
    async with open_store(url, worker="w", lease_seconds=60) as store:
        await store.pauses.pause(Cause.KEY)
        assert not await resume(url, switch)
    assert capsys.readouterr().out.strip() == STILL_HELD


async def test_a_suspended_member_may_order_again(url):
    async with open_store(url, worker="w", lease_seconds=60) as store:
        await store.blocks.block(11, cause="strikes")
        await store.blocks.block(11, guild_id=1, cause="moderator")
    assert await unblock(url, 11, guild_id=None)
    assert await unblock(url, 11, guild_id=1)
    assert not await unblock(url, 11, guild_id=1)
    async with open_store(url, worker="w", lease_seconds=60) as store:
        await admit(store)


async def spent(url):
    today = datetime.now(UTC).date().isoformat()
    async with open_store(url, worker="w", lease_seconds=60) as store:
        for guild_id in (1, 2, 1):
            await admit(store, Owner(guild_id=guild_id, user_id=11), usage_day=today)
        await store.pauses.pause(Cause.MODERATOR, guild_id=1)
    return today


async def test_what_was_spent_is_shown_by_day_and_by_server(url, capsys):
    today = await spent(url)
    await show_usage(url, days=2, as_json=True)
    await show_guilds(url, days=2, allowed=frozenset(), as_json=True)
    await show_guilds(url, days=2, allowed=frozenset({1}), as_json=True)
    usage, guilds, some = map(json.loads, capsys.readouterr().out.splitlines())

    usd = PRICE / 1_000_000
    assert usage == {
        "rows": [{"day": today, "videos": 3, "usd": round(3 * usd, 4)}],
        "total": {"videos": 3, "usd": round(3 * usd, 4)},
    }
    assert guilds["rows"] == [
        {"guild": 1, "videos": 2, "usd": round(2 * usd, 4), "orders": "paused"},
        {"guild": 2, "videos": 1, "usd": usd, "orders": "open"},
    ]
    assert [row["orders"] for row in some["rows"]] == ["paused", "not allowed"]


async def test_it_is_shown_in_columns_too(url, capsys):
    await spent(url)
    await show_usage(url, days=2, as_json=False)
    heading, _day, total = capsys.readouterr().out.splitlines()
    assert (heading.split(), total.split()) == (["DAY", "VIDEOS", "USD"], ["total", "3", "0.879"])


async def test_open_jobs_are_listed_for_scripts_without_what_members_wrote(url, capsys):
    async with open_store(url, worker="w", lease_seconds=60) as store:
        job = await admit(store)
    await list_jobs(url, states=OPEN, limit=9, as_json=True)
    (listed,) = json.loads(capsys.readouterr().out)
    assert (listed["key"], listed["state"], listed["usd"]) == (job.key, "queued", PRICE / 1_000_000)
    assert "request_json" not in listed
