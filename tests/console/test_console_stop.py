"""What an operator stops, lets go on and looks at from a terminal."""

import json
from datetime import UTC, datetime

import pytest

from console.jobs import (
    NOT_PAUSED,
    PAUSED,
    RESUMED,
    STILL_HELD,
    list_jobs,
    pause,
    resume,
    show_guilds,
    show_usage,
    unblock,
)
from db.jobs.job import OPEN, Owner
from db.settings.pauses import Cause
from db.store import is_shared, open_store
from jobs.money.limits import KillSwitch
from tests.db.rows import PRICE, admit


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
