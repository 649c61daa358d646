"""What is kept, and for how long: to the second where it lasts days."""

import os
import time

from jobs.orders.order import Order
from jobs.privacy import Retention
from jobs.servers.guild_settings import AuditDetail
from tests.support.stage import ANN

DAY, NEARLY = 86_400, 20
"""Seconds; `NEARLY` is more than a test takes, and less than one second for each day of the shortest retention."""


async def sweep_files(stage):
    """Run what the worker does from time to time."""
    await next(chore for chore in stage.pipeline.worker()._chores if chore.name == "files").run()


async def test_files_are_deleted_when_their_days_are_over_and_not_before(stage):
    for age, stays in ((30 * DAY - NEARLY, True), (30 * DAY + NEARLY, False)):
        file = stage.files.video("old.mp4")
        file.write_bytes(b"x")
        os.utime(file, (time.time() - age,) * 2)
        await sweep_files(stage)
        assert file.exists() is stays


async def test_words_are_forgotten_some_days_after_they_were_ordered_and_not_before(stage):
    job = await stage.delivered()
    stage.clock.advance(Retention().prompts * DAY - (stage.clock() - job.created_at) / 1000 - 2)
    await keeps_words_for(stage, job, seconds=2)


async def test_words_are_forgotten_some_days_after_the_bot_has_left_and_not_before(stage):
    job = await stage.delivered()
    await stage.pipeline.privacy.left(ANN.guild_id)
    stage.clock.advance(Retention().after_leaving * DAY - 2)
    await keeps_words_for(stage, job, seconds=2)


async def keeps_words_for(stage, job, *, seconds):
    """Fail unless the words of a job are there now, and gone in so many seconds."""
    await stage.pipeline.privacy.sweep()
    assert Order.of(await stage.store.job_queries.by_id(job.id)).text
    stage.clock.advance(seconds)
    await stage.pipeline.privacy.sweep()
    assert not Order.of(await stage.store.job_queries.by_id(job.id)).text


def test_an_entry_that_nobody_can_read_has_no_detail():
    for kept in (None, "", "{", "[]", '"words"', "7"):
        assert AuditDetail.from_json(kept) == AuditDetail()
