"""One public status per running job: posted when it renders, gone when it ended, never in the way."""

import asyncio
import dataclasses

from db.jobs.job import JobState
from jobs.notify.notifier import TryLater, Unreachable
from sandbox.faults import Fault, FaultName
from sandbox.server import open_sandbox
from tests.support.stage import open_stage


async def test_a_status_lives_from_rendering_to_the_result(stage):
    receipt = await stage.submitted()
    await stage.pipeline.statuses.settle()
    stage.clock.advance(60)
    await stage.pipeline.poller.step()
    await stage.pipeline.statuses.settle()
    await stage.pipeline.deliverer.step()
    await stage.pipeline.statuses.settle()

    message = 900 + receipt.job.id
    assert stage.audience.statuses == ["post rendering None", "edit delivering None", f"delete {message}"]
    assert (await stage.job(receipt)).status_message_id is None


async def test_only_ten_percent_more_are_worth_an_edit(tmp_path, clock):
    async with (
        open_sandbox(instant=True, render_seconds=100, clock=lambda: clock() / 1000) as sandbox,
        open_stage(tmp_path, sandbox, clock) as stage,
    ):
        await stage.submitted()
        await stage.pipeline.statuses.settle()
        for _ in range(8):
            clock.advance(11)
            await stage.pipeline.poller.step()
            await stage.pipeline.statuses.settle()
            clock.advance(0.5)
            stage.pipeline.statuses.changed((await stage.store.job_queries.queue(1)).running[0])
            await stage.pipeline.statuses.settle()

        posts = [line for line in stage.audience.statuses if line.startswith("post")]
        edits = [line for line in stage.audience.statuses if line.startswith("edit")]
        assert len(posts) == 1
        assert len(edits) == len(set(edits)) <= 9


async def test_a_newer_state_replaces_one_that_was_not_shown_yet(stage):
    receipt = await stage.submitted()
    await stage.pipeline.statuses.settle()
    job = await stage.job(receipt)
    for progress in (10, 20, 30):
        stage.pipeline.statuses.changed(dataclasses.replace(job, progress=progress))
    await stage.pipeline.statuses.settle()

    assert stage.audience.statuses == ["post rendering None", "edit rendering 30"]


async def test_a_status_that_cannot_be_posted_delays_nothing(stage):
    async def refuse(_status):
        raise TryLater("HTTP 503")

    stage.audience.post_status = refuse
    await stage.rendered()
    assert await stage.pipeline.deliverer.step()
    await stage.pipeline.statuses.settle()
    assert len(stage.audience.delivered) == 1


async def test_a_status_left_over_by_a_crash_is_swept_away(tmp_path, sandbox, clock):
    async with open_stage(tmp_path, sandbox, clock) as stage:
        receipt = await stage.rendered()
        await stage.pipeline.statuses.settle()
        await stage.pipeline.deliverer.step()  # the process dies before the status is deleted
        await stage.pipeline.statuses.close()
        await stage.store.job_queries.set_status_message(receipt.job.id, 4711)
    async with open_stage(tmp_path, sandbox, clock) as stage:
        await stage.pipeline.statuses.sweep()
        await stage.pipeline.statuses.settle()
        assert stage.audience.statuses == ["delete 4711"]


async def test_a_status_of_before_the_restart_is_edited_not_posted_again(tmp_path, sandbox, clock):
    async with open_stage(tmp_path, sandbox, clock) as stage:
        await stage.submitted()
        await stage.pipeline.statuses.settle()
    async with open_stage(tmp_path, sandbox, clock) as stage:
        sandbox.faults.add(Fault(FaultName.UNKNOWN_STATUS, "pondering"))
        clock.advance(60)
        await stage.pipeline.poller.step()
        await stage.pipeline.statuses.settle()
        stage.pipeline.statuses.changed((await stage.store.job_queries.queue(1)).running[0])
        await stage.pipeline.statuses.settle()
        assert stage.audience.statuses == ["edit rendering 100 (was away)"]


async def test_results_go_first(stage):
    receipt = await stage.submitted()
    with stage.pipeline.deliverer._busy.hold(receipt.job.channel_id):
        stage.pipeline.statuses.changed(await stage.job(receipt))
        for _ in range(50):
            await stage.store.job_queries.by_id(receipt.job.id)
        held_back = list(stage.audience.statuses)
    await stage.pipeline.statuses.settle()
    assert (held_back, len(stage.audience.statuses)) == ([], 1)


async def test_the_private_acknowledgement_follows_the_states(stage):
    await stage.submitted()
    await stage.pipeline.statuses.settle()
    stage.clock.advance(60)
    await stage.pipeline.poller.step()
    await stage.pipeline.deliverer.step()
    await stage.pipeline.statuses.settle()
    seen = stage.audience.replies
    assert (seen[0], seen[-1]) == ("rendering", "delivered")


async def test_a_status_that_could_not_be_deleted_is_deleted_by_the_sweep(stage):
    receipt = await stage.submitted()
    await stage.pipeline.statuses.settle()
    delete, stage.audience.delete_status = stage.audience.delete_status, refusing(TryLater("HTTP 503"))
    stage.clock.advance(60)
    await stage.pipeline.poller.step()
    await stage.pipeline.deliverer.step()
    await stage.pipeline.statuses.settle()
    assert (await stage.job(receipt)).status_message_id is not None

    stage.audience.delete_status = delete
    await stage.pipeline.statuses.sweep()
    await stage.pipeline.statuses.settle()
    assert (await stage.job(receipt)).status_message_id is None


async def test_a_channel_that_refuses_a_status_is_asked_once(stage):
    stage.audience.post_status = refusing(Unreachable("HTTP 403"), log=stage.audience.statuses)
    receipt = await stage.submitted()
    await stage.pipeline.statuses.settle()
    for progress in (20, 40, 60):
        stage.pipeline.statuses.changed(dataclasses.replace(await stage.job(receipt), progress=progress))
        await stage.pipeline.statuses.settle()
    assert stage.audience.statuses == ["refused"]


async def test_one_job_that_cannot_be_shown_does_not_silence_its_channel(stage, caplog):
    caplog.set_level("CRITICAL")
    receipts = [await stage.submitted() for _ in range(2)]
    await stage.pipeline.statuses.settle()
    broken, whole = [await stage.job(receipt) for receipt in receipts]
    stage.pipeline.statuses.changed(dataclasses.replace(broken, progress=50, request_json="{"))
    stage.pipeline.statuses.changed(dataclasses.replace(whole, progress=50))
    await stage.pipeline.statuses.settle()
    assert stage.audience.statuses[2:] == ["edit rendering 50"]


async def test_everybody_gets_a_turn(stage):
    receipts = [await stage.submitted() for _ in range(2)]
    await stage.pipeline.statuses.settle()
    first, second = [await stage.job(receipt) for receipt in receipts]
    stage.pipeline.statuses.changed(dataclasses.replace(first, progress=50))
    stage.pipeline.statuses.changed(dataclasses.replace(second, progress=60))
    stage.pipeline.statuses.changed(dataclasses.replace(first, progress=70))
    await stage.pipeline.statuses.settle()
    assert stage.audience.statuses[2:] == ["edit rendering 70", "edit rendering 60"]


async def test_a_status_that_is_being_posted_when_its_job_ends_is_deleted_behind_it(stage):
    posting, posted = asyncio.Event(), asyncio.Event()
    post = stage.audience.post_status

    async def post_slowly(status):
        posting.set()
        await posted.wait()
        return await post(status)

    stage.audience.post_status = post_slowly
    job = await stage.job(await stage.submitted())
    await posting.wait()
    stage.pipeline.statuses.changed(dataclasses.replace(job, state=JobState.DELIVERED))
    for _ in range(50):
        await stage.store.job_queries.by_id(job.id)
    posted.set()
    await stage.pipeline.statuses.settle()

    assert stage.audience.statuses == ["post rendering None", f"delete {900 + job.id}"]
    assert (await stage.store.job_queries.by_id(job.id)).status_message_id is None


async def test_all_that_a_crash_left_over_is_swept_at_once(tmp_path, sandbox, clock):
    async with open_stage(tmp_path, sandbox, clock) as stage:
        for number in range(4):
            receipt = await stage.rendered()
            await stage.pipeline.deliverer.step()
            await stage.pipeline.statuses.settle()
            await stage.store.job_queries.set_status_message(receipt.job.id, 4711 + number)
    async with open_stage(tmp_path, sandbox, clock) as stage:
        await stage.pipeline.statuses.sweep()
        await stage.pipeline.statuses.settle()
        assert stage.audience.statuses == [f"delete {4711 + number}" for number in range(4)]


def refusing(error, *, log=None):
    async def refuse(_):
        if log is not None:
            log.append("refused")
        raise error

    return refuse
