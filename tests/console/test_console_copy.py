"""`python bot.py copy`: what an operator reads."""

import asyncio

import pytest

import bot
from db.engines.lock import lock_file
from db.jobs.job import JobState
from db.store import open_store
from tests.db.rows import job_in


@pytest.fixture
def source(tmp_path):
    url = f"sqlite:///{tmp_path / 'source.db'}"

    async def fill():
        async with open_store(url, worker="w", lease_seconds=60) as store:
            await job_in(store, JobState.DELIVERED)

    asyncio.run(fill())
    return url


@pytest.fixture
def target(tmp_path):
    return f"sqlite:///{tmp_path / 'target.db'}"


def test_each_table_is_counted_and_the_next_step_is_named(source, target, capsys):
    assert bot.main(["copy", source, target]) == 0
    first, *_, last = capsys.readouterr().out.splitlines()
    assert first.split() == ["jobs", "1", "rows,", "1", "of", "them", "new", "there,", "all", "compared"]
    assert last == f"{target} holds the same rows. Set DATABASE_URL to it, and copy DATA_DIR along."


def test_a_bot_that_runs_on_the_source_is_named_and_nothing_is_made(source, target, tmp_path, capsys):
    with lock_file(tmp_path / "source.db"):
        assert bot.main(["copy", source, target]) == 1
    assert f"another process already uses {tmp_path / 'source.db'}" in capsys.readouterr().err
    assert not (tmp_path / "target.db").exists()


def test_an_address_of_another_engine_is_refused(source, capsys):
    assert bot.main(["copy", source, "mysql://host/clapper"]) == 2
    assert "postgresql://" in capsys.readouterr().err
