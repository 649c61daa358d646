"""A provider's answer that comes after its job was set aside: what was paid for is not thrown away."""

import pytest

from db.errors import LeaseLost
from db.job import JobState, Reason
from db.outcomes import Accepted

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
    task_id = await stage.pipeline.submitter._order(claimed, stage.asked().order, None)

    job = await stage.pipeline.submitter._record(claimed, task_id, 0)
    assert (job.state, job.provider_task_id, job.reason) == (JobState.RENDERING, task_id, None)
    await stage.pipeline.poller.step()
    await stage.pipeline.deliverer.step()
    assert (await stage.store.desk.by_id(job.id)).state is JobState.DELIVERED
    assert stage.posts == 1


async def test_a_requester_who_was_told_is_told_again_when_it_fails_after_all(stage):
    claimed = await set_aside(stage)
    assert await stage.pipeline.announcer.step()
    job = await stage.pipeline.submitter._record(claimed, "no such task", 0)

    await stage.store.outcomes.render_failed(
        await stage.store.claims.due_poll(), reason=Reason.PROVIDER, detail="", charged=0
    )
    assert await stage.pipeline.announcer.step()
    assert [told.reason for told in stage.audience.told] == [Reason.AMBIGUOUS_SUBMIT, Reason.PROVIDER]
    assert job.told_at is None


@pytest.mark.parametrize("decision", ["submit_again", "give_up"])
async def test_what_a_moderator_decided_meanwhile_stands(stage, decision):
    claimed = await set_aside(stage)
    await getattr(stage.pipeline.service, decision)(claimed.key, guild_id=claimed.guild_id)
    before = await stage.store.desk.by_id(claimed.id)

    with pytest.raises(LeaseLost):
        await stage.pipeline.submitter._record(claimed, "late", 0)
    assert await stage.store.desk.by_id(claimed.id) == before


async def test_the_answer_to_another_order_rescues_nothing(stage):
    claimed = await set_aside(stage)
    other = await stage.store.outcomes.told(await stage.store.claims.untold())

    with pytest.raises(LeaseLost):
        await stage.store.outcomes.rescued((await stage.order()).job, order=ORDER, first_poll_ms=0)
    assert (await stage.store.desk.by_id(claimed.id)) == other
