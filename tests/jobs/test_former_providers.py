"""Orders under way survive a change of provider and key: each is asked about where, and with the key with which, it was ordered."""

import contextlib
from dataclasses import replace

import pytest

from db.jobs.job import JobState
from jobs.providers import Providers, key_id
from sandbox.server import open_sandbox
from tests.support.films import jpeg_of
from tests.support.stage import open_stage


@pytest.fixture
async def other_provider():
    """Return a provider with a key of its own, that knows none of the other's tasks."""
    async with open_sandbox(instant=True, api_key="new-key") as sandbox:
        yield sandbox


async def under_way(tmp_path, sandbox, clock):
    """Return a job that rendered when the bot went down; its first frame is gone from the disk since."""
    async with open_stage(tmp_path, sandbox, clock) as stage:
        receipt = await stage.submitted(picture=jpeg_of(640, 480))
        await stage.files.remove_frame(receipt.job.first_frame)
        return await stage.job(receipt)


async def test_a_job_outlives_a_change_of_provider_and_key_and_is_not_ordered_again(
    tmp_path, sandbox, other_provider, clock
):
    job = await under_way(tmp_path, sandbox, clock)
    clock.advance(60)
    async with open_stage(tmp_path, other_provider, clock, former=[sandbox]) as stage:
        assert await stage.pipeline.poller.step()
        assert await stage.pipeline.deliverer.step()
        assert (await stage.store.job_queries.by_id(job.id)).state is JobState.DELIVERED
        assert (len(sandbox.ledger.accepted), len(other_provider.ledger.received)) == (1, 0)


async def test_without_the_former_key_nothing_is_sent_to_either_and_the_job_waits(
    tmp_path, sandbox, other_provider, clock
):
    job = await under_way(tmp_path, sandbox, clock)
    clock.advance(60)
    asked_before = sandbox.ledger.task_gets.total()
    async with open_stage(tmp_path, other_provider, clock) as stage:
        assert await stage.pipeline.poller.step()
        assert (await stage.store.job_queries.by_id(job.id)).state is JobState.RENDERING
        assert (sandbox.ledger.task_gets.total(), other_provider.ledger.task_gets.total()) == (
            asked_before,
            0,
        )


async def test_a_new_key_at_the_same_address_goes_on_with_the_old_orders(tmp_path, clock):
    async with contextlib.AsyncExitStack() as stack:
        sandbox = await stack.enter_async_context(open_sandbox(instant=True))
        stage = await stack.enter_async_context(open_stage(tmp_path, sandbox, clock))
        job = await stage.job(await stage.submitted())
        assert job.provider_key_id == key_id(sandbox.api_key)
        account = stage.pipeline.poller._providers.current
        rotated = Providers(replace(account, key_id=key_id("another")))
        assert rotated.client_of(job) is account.client


def test_a_key_is_named_without_being_given_away():
    assert key_id("secret-key") == key_id("secret-key") != key_id("secret-kex")
    assert "secret" not in key_id("secret-key")
