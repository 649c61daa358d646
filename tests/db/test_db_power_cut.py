"""A power cut at every commit: what was answered is there, what was half written is not."""

import sqlite3
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from db.jobs.job import JobState
from db.store import open_store
from tests.db.rows import TASK, admit, at_once
from tests.db.wal import commit_ends, page_size, wal_of

database = pytest.fixture(lambda: "sqlite")


@dataclass
class Diary:
    """What the store had answered when its log was so long: offset -> state by key."""

    path: Path
    states: dict[str, JobState] = field(default_factory=dict)
    entries: dict[int, dict[str, JobState]] = field(default_factory=dict)

    def note(self, job):
        self.states[job.key] = job.state
        self.entries[commit_ends(wal_of(self.path).read_bytes())[-1]] = dict(self.states)

    def before(self, offset):
        return next((self.entries[end] for end in sorted(self.entries, reverse=True) if end <= offset), {})


@pytest.fixture
async def diary(store, path):
    diary = Diary(path)
    for _ in range(3):
        diary.note(await admit(store))
    job = await store.claims.queued(running_cap=9)
    diary.note(job)
    diary.note(await store.outcomes.accepted(job, order=TASK, first_poll_ms=0))
    job = await store.claims.due_poll()
    diary.note(job)
    diary.note(
        await store.outcomes.rendered(job, result_url="https://provider.example/v.mp4", expires_at=None)
    )
    return diary


def cut(diary, folder, offset):
    """Return a copy of the database as a cut of power would leave it, its log ending at `offset`."""
    copy = folder / f"cut-{offset}.db"
    copy.write_bytes(diary.path.read_bytes())
    wal_of(copy).write_bytes(wal_of(diary.path).read_bytes()[:offset])
    return copy


def states_in(path):
    connection = sqlite3.connect(path)
    try:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
        events = dict(connection.execute("SELECT job_id, to_state FROM job_events ORDER BY id").fetchall())
        rows = connection.execute("SELECT id, key, state FROM jobs").fetchall()
        assert events == {row[0]: row[2] for row in rows}
        return {row[1]: row[2] for row in rows}
    finally:
        connection.close()


def test_every_answer_is_in_the_log_when_it_is_given(diary):
    ends = commit_ends(wal_of(diary.path).read_bytes())

    assert sorted(diary.entries) == ends
    assert len(ends) == 7


def test_a_cut_after_any_commit_keeps_every_job_that_was_answered(diary, tmp_path):
    for end, states in diary.entries.items():
        assert states_in(cut(diary, tmp_path, end)) == states


def test_a_cut_inside_a_commit_keeps_all_that_came_before_and_nothing_of_it(diary, tmp_path):
    frame = 24 + page_size(wal_of(diary.path).read_bytes())
    for end in diary.entries:
        for offset in (end - 1, end - frame // 2, end - frame, end + frame // 2):
            assert states_in(cut(diary, tmp_path, offset)) == diary.before(offset)


async def test_work_goes_on_from_a_copy_taken_in_the_middle(diary, tmp_path, clock):
    copy = cut(diary, tmp_path, max(diary.entries))

    async with open_store(f"sqlite:///{copy}", worker="next", lease_seconds=60, clock=clock) as store:
        assert (await store.claims.due_delivery()).key in diary.states
        assert (await store.claims.queued(running_cap=9)).key in diary.states


async def test_orders_that_share_a_commit_are_kept_or_lost_together(store, path, tmp_path):
    jobs = await at_once(admit(store) for _ in range(5))
    log = wal_of(path).read_bytes()
    (end,) = commit_ends(log)
    frame = 24 + page_size(log)

    for offset in range(32, end, frame):
        assert states_in(cut(Diary(path), tmp_path, offset)) == {}
    assert states_in(cut(Diary(path), tmp_path, end)) == {job.key: job.state for job in jobs}
