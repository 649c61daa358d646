"""What happened outside and cannot be done again reaches its row, whatever the database, the disk or a stop does."""

import asyncio
import contextlib
import resource
import sqlite3

import pytest

from db.jobs.guild_queries import LogPost
from db.jobs.job import JobState
from jobs.runtime.journal import SLOT_BYTES, SLOTS, Journal
from sandbox.faults import Fault, FaultName
from tests.jobs.test_mod_log import Room
from tests.support.stage import ANN, open_stage


class Disturbance:
    """Keeps the database from writing, from the moment at which an effect has happened."""

    def __init__(self, folder, kind):
        self.folder, self.kind = folder, kind
        self.began = asyncio.Event()

    def begin(self):
        if self.kind == "locked":
            self.other = sqlite3.connect(self.folder / "clapper.db", isolation_level=None)
            self.other.execute("BEGIN EXCLUSIVE")
        else:  # no file may grow: what a disk without room comes to
            self.before = resource.getrlimit(resource.RLIMIT_FSIZE)
            grown = max((self.folder / "clapper.db-wal").stat().st_size, SLOTS * SLOT_BYTES)
            resource.setrlimit(resource.RLIMIT_FSIZE, (grown, self.before[1]))
        self.began.set()

    def end(self):
        if not self.began.is_set():
            return
        if self.kind == "locked":
            self.other.close()
        else:
            resource.setrlimit(resource.RLIMIT_FSIZE, self.before)

    def after(self, call):
        """Return `call`, behind which the disturbance begins."""

        async def disturbed(*args, **options):
            done = await call(*args, **options)
            if not self.began.is_set():
                self.begin()
            return done

        return disturbed


class Ordered:
    """The paid call was answered."""

    async def prepare(self, stage):
        return await stage.order()

    def disturb(self, stage, disturbance):
        client = stage.pipeline.submitter._account.client
        client.submit = disturbance.after(client.submit)

    async def step(self, stage):
        await stage.pipeline.submitter.step()

    async def is_recorded(self, stage, job):
        return job.state is JobState.RENDERING and job.provider_task_id is not None

    def times(self, stage):
        return stage.posts


class Delivered(Ordered):
    """The video was posted."""

    async def prepare(self, stage):
        return await stage.rendered()

    def disturb(self, stage, disturbance):
        stage.audience.deliver = disturbance.after(stage.audience.deliver)

    async def step(self, stage):
        await stage.pipeline.deliverer.step()

    async def is_recorded(self, stage, job):
        return job.state is JobState.DELIVERED and job.message_id == 5000

    def times(self, stage):
        return len(stage.audience.routes)


class Told(Ordered):
    """The requester was told of an ending."""

    async def prepare(self, stage):
        stage.sandbox.faults.add(Fault(FaultName.MODERATED))
        return await stage.submitted()

    def disturb(self, stage, disturbance):
        stage.audience.notify_ending = disturbance.after(stage.audience.notify_ending)

    async def step(self, stage):
        await stage.pipeline.ending_notifier.step()

    async def is_recorded(self, stage, job):
        return job.told_at is not None

    def times(self, stage):
        return len(stage.audience.endings)


class Notified(Ordered):
    """The requester was told directly of a posted video."""

    async def prepare(self, stage):
        await stage.pipeline.preferences.change(ANN.user_id, notify=True)
        receipt = await stage.rendered()
        await stage.pipeline.deliverer.step()
        return receipt

    def disturb(self, stage, disturbance):
        stage.audience.notify_delivered = disturbance.after(stage.audience.notify_delivered)

    async def step(self, stage):
        await stage.pipeline.notices.step()

    async def is_recorded(self, stage, job):
        return job.told_at is not None and not job.notice

    def times(self, stage):
        return len(stage.audience.notified)


class Shown(Ordered):
    """A status message was posted."""

    async def prepare(self, stage):
        return await stage.order()

    def disturb(self, stage, disturbance):
        stage.audience.post_status = disturbance.after(stage.audience.post_status)

    async def step(self, stage):
        await stage.pipeline.submitter.step()
        await stage.pipeline.statuses.settle()

    async def is_recorded(self, stage, job):
        return job.status_message_id == 900 + job.id

    def times(self, stage):
        return len(stage.audience.statuses)


class Logged(Ordered):
    """The moderators' log shows a video."""

    async def prepare(self, stage):
        await stage.pipeline.preferences.change_guild(ANN.guild_id, log_channel=66)
        return await stage.rendered()

    def disturb(self, stage, disturbance):
        self.room = Room()
        self.room.show = disturbance.after(self.room.show)
        stage.pipeline.mod_log._moderators = self.room

    async def step(self, stage):
        await stage.pipeline.deliverer.step()
        await stage.pipeline.mod_log.settle()

    async def is_recorded(self, stage, job):
        return await stage.store.log_posts.of(job) == LogPost(channel_id=66, message_id=901)

    def times(self, stage):
        return len(self.room.shown)


def accepted(stage):
    """Return the number of the one task that the provider has."""
    return stage.sandbox.ledger.accepted[0].task_id


EFFECTS = [Ordered(), Delivered(), Told(), Notified(), Shown(), Logged()]
every_effect = pytest.mark.parametrize("effect", EFFECTS, ids=lambda effect: type(effect).__name__.lower())
every_disturbance = pytest.mark.parametrize("kind", ["locked", "full"])


@contextlib.asynccontextmanager
async def disturbed_in(stage, folder, effect, kind, caplog, *, tries=1):
    """Yield the job and its step, which has tried so often to write into a database that takes nothing."""
    caplog.set_level("INFO")
    await stage.store.job_queries._engine._writer.execute("PRAGMA busy_timeout = 1")
    receipt = await effect.prepare(stage)
    await stage.pipeline.statuses.settle()
    disturbance = Disturbance(folder, kind)
    effect.disturb(stage, disturbance)
    step = asyncio.create_task(effect.step(stage))
    try:
        async with asyncio.timeout(10):
            while caplog.text.count("not written yet") < tries:
                await asyncio.sleep(0.01)
        yield receipt, step, disturbance
    finally:
        disturbance.end()


@every_disturbance
@every_effect
async def test_it_is_written_as_soon_as_the_database_takes_it(stage, tmp_path, caplog, effect, kind):
    async with disturbed_in(stage, tmp_path, effect, kind, caplog, tries=2) as (receipt, step, disturbance):
        assert not step.done()
        assert (tmp_path / "journal-1").read_bytes().count(b'"kind"') == 1
        disturbance.end()
        async with asyncio.timeout(15):
            await step
    assert await effect.is_recorded(stage, await stage.job(receipt))
    assert effect.times(stage) == 1


@every_disturbance
@every_effect
async def test_what_a_forced_end_leaves_is_written_by_the_next_start(
    tmp_path, sandbox, clock, caplog, effect, kind
):
    async with open_stage(tmp_path, sandbox, clock) as stage:
        async with disturbed_in(stage, tmp_path, effect, kind, caplog) as (receipt, step, _):
            step.cancel()
            await asyncio.gather(step, return_exceptions=True)
            await stage.pipeline.statuses.close()
            await stage.pipeline.mod_log.close()
        assert not await effect.is_recorded(stage, await stage.job(receipt))
    clock.advance(3600)
    async with open_stage(tmp_path, sandbox, clock) as stage:
        assert await effect.is_recorded(stage, await stage.job(receipt))
    assert not (tmp_path / "journal-1").read_bytes().strip()


async def test_the_number_of_a_paid_task_is_in_the_log_whatever_the_database_does(stage, tmp_path, caplog):
    async with disturbed_in(stage, tmp_path, Ordered(), "locked", caplog) as (receipt, step, _):
        said = [record.getMessage() for record in caplog.records if "task=" in record.getMessage()]
        beginning = (
            f"ordered: job={receipt.job.key} submit_key={receipt.job.submit_key} task={accepted(stage)} "
        )
        assert said[0].startswith(beginning)
        step.cancel()
        await asyncio.gather(step, return_exceptions=True)


async def test_a_lease_that_passes_while_the_database_is_locked_takes_the_job_from_nobody(
    stage, tmp_path, caplog, monkeypatch
):
    monkeypatch.setattr(stage.store.claims, "_renewed", -1e9)
    async with disturbed_in(stage, tmp_path, Ordered(), "locked", caplog) as (receipt, step, disturbance):
        stage.clock.advance(3600)
        disturbance.end()
        assert not await stage.pipeline.submitter._set_aside_stranded()
        async with asyncio.timeout(15):
            await step
    assert (await stage.job(receipt)).state is JobState.RENDERING


@pytest.mark.parametrize("decision", ["submit_again", "give_up"])
async def test_a_task_in_the_journal_that_a_person_decided_about_is_told_to_the_operator(
    tmp_path, sandbox, clock, caplog, decision
):
    async with open_stage(tmp_path, sandbox, clock) as stage:
        async with disturbed_in(stage, tmp_path, Ordered(), "locked", caplog) as (receipt, step, _):
            step.cancel()
            await asyncio.gather(step, return_exceptions=True)
        kept = (tmp_path / "journal-1").read_bytes()
        clock.advance(3600)
        await stage.pipeline.submitter.step()
        await getattr(stage.pipeline.jobs, decision)(receipt.job.key, guild_id=ANN.guild_id)
        decided = await stage.job(receipt)
    (tmp_path / "journal-1").write_bytes(kept)

    async with open_stage(tmp_path, sandbox, clock) as stage:
        assert await stage.job(receipt) == decided
        assert stage.audience.alerts == ["late"]
    assert "came after it was decided otherwise" in caplog.text


async def test_a_record_that_was_written_before_it_was_cleared_is_written_once(
    tmp_path, sandbox, clock, caplog
):
    async with open_stage(tmp_path, sandbox, clock) as stage:
        async with disturbed_in(stage, tmp_path, Ordered(), "locked", caplog) as (receipt, step, disturbance):
            kept = (tmp_path / "journal-1").read_bytes()
            disturbance.end()
            await step
        await stage.pipeline.statuses.settle()
        before = await stage.job(receipt)
    (tmp_path / "journal-1").write_bytes(kept)
    async with open_stage(tmp_path, sandbox, clock) as stage:
        assert await stage.job(receipt) == before
        assert stage.audience.alerts == []


def test_a_journal_is_whole_on_the_disk_before_anything_is_kept(tmp_path):
    with Journal(tmp_path).open() as texts:
        assert texts == {}
        file = tmp_path / "journal-1"
        assert file.stat().st_blocks * 512 >= file.stat().st_size == SLOTS * SLOT_BYTES
        assert file.stat().st_mode & 0o777 == 0o600


def test_two_processes_keep_their_own_and_a_third_takes_over_what_the_dead_have_left(tmp_path):
    with contextlib.ExitStack() as dies:
        first, second = Journal(tmp_path), Journal(tmp_path)
        with first.open():
            dies.enter_context(second.open())
            first.keep("of the first")
            second.keep("of the second")
        with Journal(tmp_path).open() as texts:
            assert [*texts.values()] == ["of the first"]
    with Journal(tmp_path).open() as texts:
        assert [*texts.values()] == ["of the first", "of the second"]


def test_a_journal_without_room_says_the_text_and_goes_on(tmp_path, caplog):
    journal = Journal(tmp_path)
    assert journal.keep("before it is open") is None
    with journal.open():
        slots = [journal.keep(f"text {number}") for number in range(SLOTS)]
        assert journal.keep("one too many") is None
        assert journal.keep("x" * (SLOT_BYTES + 1)) is None
        journal.clear(slots[5])
        assert journal.keep("it has room again") is slots[5]
    assert "one too many" in caplog.text


@pytest.mark.parametrize("torn", [b'{"kind": "ordered", "job_i', b"\xff\xfe", b'{"kind": "x"}', b"[]", b"7"])
async def test_a_torn_text_is_said_and_dropped(tmp_path, sandbox, clock, caplog, torn):
    async with open_stage(tmp_path, sandbox, clock):
        pass
    with (tmp_path / "journal-1").open("r+b") as file:
        file.write(torn)
    async with open_stage(tmp_path, sandbox, clock):
        pass
    assert "what cannot be read" in caplog.text
    assert not (tmp_path / "journal-1").read_bytes().strip()


async def test_what_the_database_refuses_for_good_is_not_tried_for_ever(stage, caplog):
    tries = []

    async def write():
        tries.append(1)
        raise sqlite3.IntegrityError("UNIQUE constraint failed")

    with pytest.raises(sqlite3.IntegrityError):
        await stage.pipeline.records.until_written(write)
    assert len(tries) == 1
    assert "cannot be written" in caplog.text
