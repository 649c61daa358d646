"""An order of unknown outcome: nobody but a person moves it on, and the first share stays taken."""

import pytest

from app.watching import OperatorsActs
from db.jobs.job import JobState, Reason
from db.money.caps import CapReached
from db.settings.pauses import Cause
from jobs.pipeline import Limits
from jobs.servers.guild_settings import OPERATOR
from sandbox.faults import Fault, FaultName
from tests.support.caps import few, policy
from tests.support.stage import ANN, open_stage


@pytest.fixture
async def unknown(stage):
    """Return the receipt of an order whose connection broke after it was accepted."""
    stage.sandbox.faults.add(Fault(FaultName.CUT_AFTER_ACCEPTING))
    return await stage.submitted()


async def test_sending_it_again_repeats_the_same_body_under_the_same_key(stage, unknown):
    again = await stage.pipeline.jobs.submit_again(unknown.job.key, guild_id=ANN.guild_id)
    assert (again.state, again.reason) == (JobState.QUEUED, None)

    await stage.pipeline.submitter.step()
    first, second = stage.sandbox.ledger.accepted
    assert (first.submit_key, first.body) == (second.submit_key, second.body)
    assert (await stage.job(unknown)).state is JobState.RENDERING


async def test_sending_it_again_takes_a_second_share(stage, unknown):
    await stage.pipeline.jobs.submit_again(unknown.job.key, guild_id=ANN.guild_id)
    assert await stage.shares() == {2}


async def test_without_a_second_share_it_stays_unknown(tmp_path, sandbox, clock):
    limits = Limits(policy=policy(few(active_per_user=9, per_user_per_day=1, per_day=9)))
    async with open_stage(tmp_path, sandbox, clock, limits) as stage:
        sandbox.faults.add(Fault(FaultName.CUT_AFTER_ACCEPTING))
        receipt = await stage.submitted()
        with pytest.raises(CapReached):
            await stage.pipeline.jobs.submit_again(receipt.job.key, guild_id=ANN.guild_id)
        assert (await stage.job(receipt)).state is JobState.UNKNOWN
        assert await stage.shares() == {1}


async def test_giving_up_ends_it_without_an_order_and_keeps_the_share(stage, unknown):
    assert await stage.pipeline.ending_notifier.step()
    given_up = await stage.pipeline.jobs.give_up(unknown.job.key, guild_id=ANN.guild_id)
    assert (given_up.state, given_up.reason, given_up.charged) == (
        JobState.FAILED,
        Reason.AMBIGUOUS_SUBMIT,
        None,
    )
    assert await stage.pipeline.ending_notifier.step(), "its requester hears that it was closed"
    stage.clock.advance(7200)
    assert not await stage.pipeline.submitter.step()
    assert not await stage.pipeline.ending_notifier.step()
    assert (stage.posts, await stage.shares()) == (1, {1})


async def test_a_decision_is_made_once(stage, unknown):
    assert await stage.pipeline.jobs.submit_again(unknown.job.key, guild_id=ANN.guild_id)
    assert await stage.pipeline.jobs.submit_again(unknown.job.key, guild_id=ANN.guild_id) is None
    assert await stage.pipeline.jobs.give_up(unknown.job.key, guild_id=ANN.guild_id) is None


async def test_moderators_of_another_server_find_nothing(stage, unknown):
    assert await stage.pipeline.jobs.submit_again(unknown.job.key, guild_id=2) is None
    assert await stage.pipeline.jobs.give_up(unknown.job.key, guild_id=2) is None
    assert (await stage.job(unknown)).state is JobState.UNKNOWN


async def test_hours_of_thinking_do_not_count_as_waiting(stage, unknown):
    stage.clock.advance(7 * 3600)
    await stage.pipeline.jobs.submit_again(unknown.job.key, guild_id=ANN.guild_id)
    assert await stage.pipeline.submitter.step()
    assert (await stage.job(unknown)).state is JobState.RENDERING


def acts_of(stage):
    return OperatorsActs(store=stage.store, pipeline=stage.pipeline, can_act=True)


async def audited(stage):
    return [(entry.user_id, entry.action) for entry in await stage.store.audit.page(ANN.guild_id)]


async def test_the_operator_finds_it_by_the_reference_that_a_member_quotes_and_reads_no_prompt(
    stage, unknown
):
    prompt = stage.sandbox.ledger.accepted[0].body["prompt"]
    for quoted in (unknown.job.key, f"Video `{unknown.job.key.upper()}`", f" {unknown.job.key}\n"):
        html = await acts_of(stage).job(quoted)
        assert f"Video {unknown.job.key}" in html
        assert 'action="submit-again"' in html
        assert prompt not in html
    assert "No job has this reference" in await acts_of(stage).job("1a2b3c4d\0")


@pytest.mark.parametrize(
    ("path", "state", "action"),
    [("/submit-again", JobState.QUEUED, "submitted_again"), ("/give-up", JobState.FAILED, "given_up")],
)
async def test_the_operator_decides_on_the_page_once_and_the_audit_says_so(
    stage, unknown, path, state, action
):
    act = acts_of(stage).by_path()[path]
    assert await act(unknown.job.key) == action.replace("_", "-")
    assert await act(unknown.job.key) == "not-unknown"
    assert await act("") == "not-unknown"
    assert (await stage.job(unknown)).state is state
    assert await audited(stage) == [(OPERATOR, action)]


async def test_the_operator_pauses_and_resumes_on_the_page(stage):
    acts = acts_of(stage).by_path()
    assert await acts["/pause"]("") == "paused"
    assert await stage.store.pauses.causes() == {Cause.OPERATOR}
    assert [await acts["/resume"](""), await acts["/resume"]("")] == ["resumed", "not-paused"]
    assert await stage.store.pauses.causes() == set()
