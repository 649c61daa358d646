"""Private replies in a process that only admits, while another one works."""

import dataclasses

from db.jobs.job import JobState
from jobs.money.estimates import Estimates
from jobs.notify.notifier import TryLater
from jobs.notify.status_messages import ReplyUpdater

OPEN_MS = 14 * 60 * 1000


def keeper_of(stage):
    """Return what follows jobs beside the steps, and the states that it shows."""
    shown = []

    class Replies:
        async def update_reply(self, status):
            shown.append(status.job.state)

    estimates = Estimates(stage.store.job_queries, 90)
    return ReplyUpdater(stage.store.job_queries, Replies(), estimates=estimates, clock=stage.clock), shown


async def test_a_reply_follows_its_job_to_the_end_and_says_each_thing_once(stage):
    keeper, shown = keeper_of(stage)
    receipt = await stage.order()
    keeper.changed(receipt.job)
    await keeper.sweep()
    await stage.pipeline.submitter.step()
    for _ in range(2):
        await keeper.sweep()
    stage.clock.advance(60)
    await stage.pipeline.poller.step()
    await stage.pipeline.deliverer.step()
    for _ in range(2):
        await keeper.sweep()
    assert shown == [JobState.RENDERING, JobState.DELIVERED]
    assert keeper._followed == {}


async def test_a_reply_that_discord_has_closed_is_let_go(stage):
    keeper, shown = keeper_of(stage)
    receipt = await stage.order()
    keeper.changed(receipt.job)
    stage.clock.advance(OPEN_MS / 1000)
    await keeper.sweep()
    assert (keeper._followed, shown) == ({}, [])


async def test_a_reply_that_cannot_be_written_stops_nobody(stage):
    keeper, shown = keeper_of(stage)
    first, second = await stage.order(), await stage.order()
    for receipt in (first, second):
        keeper.changed(receipt.job)

    async def refuses_the_first(status):
        if status.job.id == first.job.id:
            raise TryLater("HTTP 503")
        shown.append(status.job.state)

    keeper._notifier.update_reply = refuses_the_first
    for _ in range(2):
        await stage.pipeline.submitter.step()
    await keeper.sweep()
    assert shown == [JobState.RENDERING]


async def test_a_job_that_changes_hands_is_followed_anew(stage):
    keeper, shown = keeper_of(stage)
    receipt = await stage.order()
    keeper.changed(dataclasses.replace(receipt.job, state=JobState.CANCELLED))
    await keeper.sweep()
    assert shown == [JobState.QUEUED]
