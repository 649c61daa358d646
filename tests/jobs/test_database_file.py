"""The database's file is deleted, moved or replaced under the bot: nothing is ordered, what was ordered still arrives."""

import shutil

import pytest

from db.jobs.admission import Paused
from db.jobs.job import JobState
from db.settings.pauses import Cause
from jobs.notify.notifier import Alert
from tests.support.stage import open_stage


def delete(path):
    """Take the file away."""
    path.unlink()


def move(path):
    """Give the file another name."""
    path.rename(path.with_name("elsewhere.db"))


def replace(path):
    """Put another database in the place of the file, as restoring by hand does."""
    other = path.with_name("other.db")
    shutil.copyfile(path, other)
    other.replace(path)


def delete_log(path):
    """Take away the log of changes, which holds what is not in the file yet."""
    path.with_name(path.name + "-wal").unlink()


def delete_folder_entries(path):
    """Take away everything that begins like the file."""
    for one in path.parent.glob(path.name + "*"):
        one.unlink()


EVENTS = [delete, move, replace, delete_log, delete_folder_entries]


@pytest.fixture(params=EVENTS, ids=lambda event: event.__name__)
def event(request):
    """Return what happens to the file."""
    return request.param


@pytest.fixture
def path(tmp_path):
    """Return the file of the stage."""
    return tmp_path / "clapper.db"


async def test_nothing_is_ordered_any_more_and_whoever_tries_is_told_why(stage, path, event):
    waiting = await stage.order()
    event(path)
    with pytest.raises(Paused) as refused:
        await stage.order()
    assert refused.value.cause == Cause.DATABASE
    assert not await stage.pipeline.submitter.step()
    assert ((await stage.job(waiting)).state, stage.posts) == (JobState.QUEUED, 0)
    assert list((stage.files.data_dir / "frames").glob("*")) == []


async def test_what_was_ordered_arrives(stage, path, event):
    await stage.submitted()
    event(path)
    stage.clock.advance(60)
    assert await stage.pipeline.poller.step()
    assert await stage.pipeline.deliverer.step()
    assert len(stage.audience.delivered) == 1


async def test_the_operator_is_told_once_and_once_that_it_is_over(stage, path):
    circuit_breaker = stage.pipeline.circuit_breaker
    for _ in range(2):
        await circuit_breaker.check_database()
    move(path)
    for _ in range(2):
        await circuit_breaker.check_database()
    path.with_name("elsewhere.db").rename(path)
    for _ in range(2):
        await circuit_breaker.check_database()
    assert stage.audience.alerts == [Alert.DATABASE, Alert.OVER]
    assert (await stage.order()).job.state is JobState.QUEUED


async def test_what_the_bot_knew_is_saved_beside_it_when_it_stops(tmp_path, sandbox, clock, event):
    path = tmp_path / "clapper.db"
    async with open_stage(tmp_path, sandbox, clock) as stage:
        await stage.submitted()
        event(path)
        stage.clock.advance(60)
        await stage.pipeline.poller.step()
    (saved,) = tmp_path.glob("clapper.db.saved-*")
    delete_folder_entries_of(path)
    saved.rename(path)
    async with open_stage(tmp_path, sandbox, clock) as stage:
        assert await stage.pipeline.deliverer.step()


def delete_folder_entries_of(path):
    """Make room for what was saved."""
    for suffix in ("", "-wal", "-shm"):
        path.with_name(path.name + suffix).unlink(missing_ok=True)


async def test_an_order_that_cannot_be_written_is_refused_with_a_reason(stage):
    engine = stage.store.admission._engine
    await engine._writer.execute("PRAGMA query_only = ON")  # what a disk that was mounted read-only answers
    with pytest.raises(Paused) as refused:
        await stage.order(picture=None)
    assert refused.value.cause == Cause.DATABASE
    await engine._writer.execute("PRAGMA query_only = OFF")
    assert (await stage.order()).job.state is JobState.QUEUED
