"""A provider's answer that comes after its job was set aside: what was paid for is not thrown away."""

import pytest

from db.engines.engine import LeaseLost
from db.jobs.job import JobState, Reason
from db.jobs.outcomes import Accepted
from jobs.notify.notifier import Alert

ORDER = Accepted(provider_url="https://provider.example", provider_key_id="k", provider_task_id="t")


async def set_aside(stage):
    """Return a job that one worker is still submitting, and the one that another found stranded."""
    await stage.order()
    claimed = await stage.store.claims.queued(running_cap=10)
    stage.clock.advance(3600)
    assert await stage.pipeline.submitter.step()
    return claimed


async def test_a_late_answer_brings_the_job_back_and_its_video_arrives(stage):
    claimed = await set_aside(stage)
    _, task_id = await stage.pipeline.submitter._order(claimed, stage.new_order().order, None)

    job = await stage.pipeline.submitter._record(claimed, task_id, 0)
    assert (job.state, job.provider_task_id, job.reason) == (JobState.RENDERING, task_id, None)
    await stage.pipeline.poller.step()
    await stage.pipeline.deliverer.step()
    assert (await stage.store.job_queries.by_id(job.id)).state is JobState.DELIVERED
    assert stage.posts == 1


async def test_a_requester_who_was_told_is_told_again_when_it_fails_after_all(stage):
    claimed = await set_aside(stage)
    assert await stage.pipeline.ending_notifier.step()
    job = await stage.pipeline.submitter._record(claimed, "no such task", 0)

    await stage.store.outcomes.render_failed(
        await stage.store.claims.due_poll(), reason=Reason.PROVIDER, detail="", charged=0
    )
    assert await stage.pipeline.ending_notifier.step()
    assert [told.reason for told in stage.audience.endings] == [Reason.AMBIGUOUS_SUBMIT, Reason.PROVIDER]
    assert job.told_at is None


@pytest.mark.parametrize("decision", ["submit_again", "give_up"])
async def test_what_a_moderator_decided_meanwhile_stands(stage, decision):
    claimed = await set_aside(stage)
    await getattr(stage.pipeline.jobs, decision)(claimed.key, guild_id=claimed.guild_id)
    before = await stage.store.job_queries.by_id(claimed.id)

    with pytest.raises(LeaseLost):
        await stage.pipeline.submitter._record(claimed, "late", 0)
    assert await stage.store.job_queries.by_id(claimed.id) == before
    assert stage.audience.alerts == [Alert.LATE]


async def test_an_answer_that_comes_while_its_job_is_being_set_aside_is_kept(stage):
    await stage.order()
    claimed = await stage.store.claims.queued(running_cap=10)
    stage.clock.advance(3600)
    stranded = await stage.store.claims.stranded()

    job = await stage.pipeline.submitter._record(claimed, "t", 0)
    assert (job.state, job.provider_task_id) == (JobState.RENDERING, "t")
    with pytest.raises(LeaseLost):
        await stage.store.outcomes.unknown(stranded, detail="")


async def test_the_answer_to_another_order_rescues_nothing(stage):
    claimed = await set_aside(stage)
    other = await stage.store.outcomes.notified(await stage.store.claims.unnotified())

    with pytest.raises(LeaseLost):
        await stage.store.outcomes.rescued((await stage.order()).job, order=ORDER, first_poll_ms=0)
    assert (await stage.store.job_queries.by_id(claimed.id)) == other


@pytest.mark.parametrize("claimed_again", [True, False])
async def test_a_message_that_is_known_late_ends_its_delivery(stage, claimed_again):
    await stage.rendered()
    claimed = await stage.store.claims.due_delivery()
    stage.clock.advance(3600)
    again = await stage.store.claims.due_delivery()
    if not claimed_again:
        await stage.store.outcomes.unclear_delivery(again, detail="nobody may look")

    job = await stage.pipeline.deliverer._record(claimed, 4711, wants_notice=False)
    assert (job.state, job.message_id, job.reason) == (JobState.DELIVERED, 4711, None)
    with pytest.raises(LeaseLost):
        await stage.store.outcomes.deliver_later(again, delay_ms=0)


async def test_a_message_in_a_place_that_was_left_meanwhile_is_not_the_result_of_another(stage):
    await stage.rendered()
    claimed = await stage.store.claims.due_delivery()
    stage.clock.advance(3600)
    before = await stage.store.outcomes.redirected(await stage.store.claims.due_delivery(), upload_limit=4)

    with pytest.raises(LeaseLost):
        await stage.pipeline.deliverer._record(claimed, 4711, wants_notice=False)
    assert await stage.store.job_queries.by_id(claimed.id) == before
    assert stage.audience.alerts == [Alert.LATE]
