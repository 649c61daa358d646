"""The moderators' log: after a delivery, never in its way, once, and struck out with what is deleted."""

from dataclasses import dataclass, field, replace

import pytest

from db.jobs.guild_queries import LogPost
from db.jobs.job import JobState, Route
from jobs.notify.mod_log import ModLog, Reported
from jobs.notify.notifier import NotifyError, TryLater, Unreachable
from media.isolation.isolated import IsolatedFailed
from tests.media.picture_samples import file_of, picture
from tests.support.stage import ANN

LOG = 4711


@dataclass
class Room:
    """The moderators: keeps what reached them, and fails when told to."""

    shown: list = field(default_factory=list)
    struck: list[tuple[str, LogPost]] = field(default_factory=list)
    reports: list[tuple[str, int, int]] = field(default_factory=list)
    errors: list[NotifyError] = field(default_factory=list)
    before_answering: object = None

    async def show(self, entry):
        """See a video."""
        if self.errors:
            raise self.errors.pop(0)
        if self.before_answering:
            await self.before_answering(entry.job)
        self.shown.append(entry)
        return 900 + len(self.shown)

    async def strike_out(self, job, post):
        """See it go."""
        if self.errors:
            raise self.errors.pop(0)
        self.struck.append((job.key, post))

    async def report(self, job, *, by, channel_id):
        """Hear of it."""
        if self.errors:
            raise self.errors.pop(0)
        self.reports.append((job.key, by, channel_id))


@pytest.fixture
def room():
    """Return the moderators."""
    return Room()


@pytest.fixture
def log(stage, room):
    """Return the log of a stage."""
    return log_of(stage, room)


def log_of(stage, room, *, first_frame_of=None):
    async def frame(_path):
        return file_of(picture(), "JPEG")

    return ModLog(
        stage.store.job_queries,
        stage.store.log_posts,
        preferences=stage.pipeline.preferences,
        files=stage.files,
        first_frame_of=first_frame_of or frame,
        moderators=room,
        records=stage.pipeline.records,
        wait_seconds=0,
    )


@pytest.fixture
async def chosen(stage):
    """Choose a channel for the log of the server."""
    await stage.pipeline.preferences.change_guild(ANN.guild_id, log_channel=LOG)


async def shown(log, job):
    """Let the log take note of a job, and wait until it is done with it."""
    log.changed(job)
    await log.settle()


async def test_a_posted_video_is_shown_with_a_small_first_picture(stage, log, room, chosen):
    job = await stage.delivered()
    await shown(log, job)
    (entry,) = room.shown
    assert (entry.job, entry.channel_id, entry.order.text) == (job, LOG, "a red kite")
    assert entry.picture.startswith(b"\xff\xd8")
    assert await stage.store.log_posts.of(job) == LogPost(channel_id=LOG, message_id=901)


async def test_a_picture_that_was_handed_in_is_the_first_one(stage, room, chosen):
    async def never(_path):
        raise AssertionError("no video is opened")

    log = log_of(stage, room, first_frame_of=never)
    job = await stage.delivered(picture=file_of(picture(), "JPEG"))
    await shown(log, job)
    assert room.shown[0].picture


async def test_a_picture_that_cannot_be_had_is_left_out(stage, room, chosen):
    async def broken(_path):
        raise IsolatedFailed("ended with code 1")

    await shown(log_of(stage, room, first_frame_of=broken), await stage.delivered())
    assert room.shown[0].picture is None


async def test_what_is_private_elsewhere_under_way_or_without_a_log_is_not_shown(stage, log, room):
    job = await stage.delivered()
    await shown(log, job)
    await stage.pipeline.preferences.change_guild(ANN.guild_id, log_channel=LOG)
    for other in (
        replace(job, route=Route.PRIVATE),
        replace(job, route=Route.FALLBACK),
        replace(job, guild_id=0),
        replace(job, guild_id=2),
        replace(job, state=JobState.DELIVERING),
        replace(job, message_id=None),
    ):
        await shown(log, other)
    assert room.shown == []
    await shown(log_of(stage, None), job)


async def test_what_may_work_later_is_tried_again_and_nothing_else_is(stage, log, room, chosen):
    job = await stage.delivered()
    room.errors = [TryLater("503"), TryLater("503")]
    await shown(log, job)
    assert len(room.shown) == 1
    room.errors = [Unreachable("403"), TryLater("never asked for")]
    await shown(log, job)
    assert len(room.shown) == 1
    assert len(room.errors) == 1
    room.errors = [TryLater("503")] * 3
    await shown(log, job)
    assert (len(room.shown), room.errors) == (1, [])


async def test_what_is_deleted_before_it_is_shown_is_not_shown(stage, log, room, chosen):
    job = await stage.delivered()
    await stage.pipeline.jobs.erase(job, user_id=ANN.user_id)
    await shown(log, job)
    assert room.shown == []


async def test_what_is_deleted_while_it_is_shown_is_struck_out(stage, log, room, chosen):
    job = await stage.delivered()

    async def erase(job):
        await stage.pipeline.jobs.erase(job, user_id=ANN.user_id)

    room.before_answering = erase
    await shown(log, job)
    assert room.struck == [(job.key, LogPost(channel_id=LOG, message_id=901))]


async def test_what_was_never_shown_is_not_struck_out_and_a_failure_is_no_error(stage, log, room, chosen):
    job = await stage.delivered()
    await log.strike_out(job)
    assert room.struck == []
    await shown(log, job)
    room.errors = [Unreachable("gone")]
    await log.strike_out(job)
    assert room.struck == []


async def test_in_a_flood_some_are_left_out_and_nothing_grows(stage, log, room, chosen, monkeypatch):
    monkeypatch.setattr("jobs.notify.mod_log.MOST_WAITING", 2)
    job = await stage.delivered()
    for _ in range(5):
        log.changed(job)
    await log.settle()
    assert len(room.shown) == 2


async def test_closing_waits_for_nothing(stage, log, room, chosen):
    log.changed(await stage.delivered())
    await log.close()
    assert room.shown == []


async def test_a_report_reaches_the_log_once_for_each_member(stage, log, room, chosen):
    job = await stage.delivered()
    assert await log.report(job, by=22) is Reported.SENT
    assert await log.report(job, by=22) is Reported.BEFORE
    assert await log.report(job, by=33) is Reported.SENT
    assert room.reports == [(job.key, 22, LOG), (job.key, 33, LOG)]


async def test_a_report_that_reaches_nobody_is_not_counted(stage, log, room, chosen):
    job = await stage.delivered()
    room.errors = [Unreachable("403")]
    assert await log.report(job, by=22) is Reported.NOT_SENT
    assert await log.report(job, by=22) is Reported.SENT


async def test_a_report_without_a_log_says_so(stage, log, room):
    job = await stage.delivered()
    assert await log.report(job, by=22) is Reported.NO_LOG
    assert await stage.store.log_posts.report(job, 22)


async def test_the_pipeline_shows_what_its_deliverer_has_posted(stage, chosen):
    room = Room()
    stage.pipeline.mod_log._moderators = room
    await stage.delivered()
    await stage.pipeline.mod_log.settle()
    assert len(room.shown) == 1
