"""What an operator reads and decides in a terminal."""

import pytest

from console.jobs import NONE, give_up, list_jobs, submit_again
from db.engines.engine import DatabaseBusy, DatabaseNotMigrated
from db.jobs.job import OPEN, JobState
from db.store import open_store
from tests.db.rows import DAY, PLENTY, admit, job_in
from tests.support.caps import few


async def unclear(url):
    async with open_store(url, worker="w", lease_seconds=60) as store:
        return (await job_in(store, JobState.UNKNOWN)).key


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


async def test_the_operator_gives_an_order_up(url):
    key = await unclear(url)
    assert await give_up(url, key)
    assert await state_of(url, key) is JobState.FAILED


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
