"""What a member may ask: accepted work is on disk, refused work leaves nothing, caps hold under a burst."""

import asyncio

import pytest

from db.engines.engine import CommitUnknown
from db.jobs.job import JobState, Owner
from db.money.caps import CapReached, Level, Measure
from jobs.pipeline import Limits
from tests.support.caps import few, policy
from tests.support.films import jpeg_of
from tests.support.stage import ANN, BEN, CAPS, POLICY, open_stage


async def test_a_repeated_interaction_makes_one_job(stage):
    first = await stage.order(interaction_id=1)
    second = await stage.order(interaction_id=1, picture=jpeg_of(640, 480))
    assert (second.job.id, second.repeated) == (first.job.id, True)
    assert list((stage.files.data_dir / "frames").iterdir()) == []


class LosesItsAnswer:
    """A database whose connection breaks in the commit: the row is there, and nobody can tell."""

    def __init__(self, engine):
        self._engine = engine

    async def write(self, body, **how):
        await self._engine.write(body, **how)
        raise CommitUnknown("the database")


async def test_a_job_that_may_be_there_keeps_its_picture_and_is_made(stage):
    admission, engine = stage.store.admission, stage.store.admission._engine
    admission._engine = LosesItsAnswer(engine)
    with pytest.raises(CommitUnknown):
        await stage.order(picture=jpeg_of(640, 480))
    admission._engine = engine

    assert await stage.pipeline.submitter.step()
    (order,) = stage.sandbox.ledger.accepted
    assert order.body["first_frame_image"].startswith("data:image/jpeg")


async def test_thirty_commands_at_once_at_a_cap_of_two_make_two_jobs(tmp_path, sandbox, clock):
    limits = Limits(policy=policy(few(active_per_user=2, per_user_per_day=10, per_day=50)))
    async with open_stage(tmp_path, sandbox, clock, limits) as stage:
        orders = (stage.order(picture=jpeg_of(640, 480)) for _ in range(30))
        results = await asyncio.gather(*orders, return_exceptions=True)

        refused = [result for result in results if isinstance(result, CapReached)]
        assert (len(refused), {error.measure for error in refused}) == (28, {Measure.ACTIVE})
        assert len((await stage.store.job_queries.page(ANN)).jobs) == 2
        assert len(list((tmp_path / "frames").iterdir())) == 2


@pytest.mark.parametrize(
    ("caps", "level"),
    [
        (few(active_per_user=9, per_user_per_day=1, per_day=9), Level.MEMBER_UTC),
        (few(active_per_user=9, per_user_per_day=9, per_day=1), Level.BOT),
    ],
)
async def test_a_used_up_day_refuses_and_the_next_day_does_not(tmp_path, sandbox, clock, caps, level):
    async with open_stage(tmp_path, sandbox, clock, Limits(policy=policy(caps))) as stage:
        await stage.order()
        with pytest.raises(CapReached) as refusal:
            await stage.order()
        met = refusal.value
        assert (met.level, met.measure, met.limit, met.left) == (level, Measure.PER_DAY, 1, 0)
        assert met.resets_at == stage.midnight

        clock.now = met.resets_at
        await stage.order()


async def test_cancelling_gives_the_share_back(tmp_path, sandbox, clock):
    limits = Limits(policy=policy(few(active_per_user=1, per_user_per_day=1, per_day=1)))
    async with open_stage(tmp_path, sandbox, clock, limits) as stage:
        receipt = await stage.order()
        assert (await stage.pipeline.jobs.cancel(receipt.job.key, ANN)).state is JobState.CANCELLED
        await stage.order()


async def test_a_job_that_is_with_the_provider_cannot_be_cancelled(stage):
    receipt = await stage.submitted()
    assert await stage.pipeline.jobs.cancel(receipt.job.key, ANN) is None
    assert (await stage.job(receipt)).state is JobState.RENDERING


@pytest.mark.parametrize("stranger", [BEN, Owner(guild_id=2, user_id=11), Owner(guild_id=0, user_id=11)])
async def test_what_is_not_ones_own_does_not_exist(stage, stranger):
    receipt = await stage.order()
    assert await stage.store.job_queries.find(receipt.job.key, stranger) is None
    assert await stage.pipeline.jobs.cancel(receipt.job.key, stranger) is None
    assert (await stage.store.job_queries.page(stranger)).jobs == []


async def test_places_count_everybody_who_waits(stage):
    places = [(await stage.order(owner)).queue_position for owner in (ANN, BEN, ANN)]
    assert places == [1, 2, 3]


async def test_the_expected_time_grows_with_the_line(tmp_path, sandbox, clock):
    async with open_stage(tmp_path, sandbox, clock, Limits(policy=POLICY, running_cap=1)) as stage:
        waits = [((await stage.order()).expected_at - clock()) / 1000 for _ in range(3)]
        assert waits == [90, 180, 270]


async def test_what_can_be_undone_is_not_ordered_before_its_time(stage):
    receipt = await stage.order(wait_seconds=5)
    assert not await stage.pipeline.submitter.step()
    assert await stage.pipeline.submitter.next_due() == 5000

    stage.clock.advance(5)
    assert await stage.pipeline.submitter.step()
    assert (await stage.job(receipt)).state is JobState.RENDERING


async def test_what_was_undone_is_never_ordered_and_counts_for_nothing(stage):
    receipt = await stage.order(wait_seconds=5)
    assert await stage.left() == CAPS.member.per_day - 1
    assert (await stage.pipeline.jobs.cancel(receipt.job.key, ANN)).state is JobState.CANCELLED

    stage.clock.advance(60)
    assert not await stage.pipeline.submitter.step()
    assert await stage.left() == CAPS.member.per_day
    assert stage.posts == 0


async def test_the_expected_time_counts_from_when_a_job_may_begin(stage):
    receipt = await stage.order(wait_seconds=5)
    now = stage.clock.now
    assert (receipt.queue_position, receipt.expected_at) == (1, now + 95_000)
    assert await stage.pipeline.jobs.expected_at(receipt.job) == now + 95_000

    stage.clock.advance(20)
    assert await stage.pipeline.jobs.expected_at(receipt.job) == now + 110_000


async def test_what_is_left_of_a_day_is_never_less_than_nothing(tmp_path, sandbox, clock):
    two = Limits(policy=policy(few(active_per_user=9, per_user_per_day=2, per_day=9)))
    async with open_stage(tmp_path, sandbox, clock, two) as stage:
        lefts = [await stage.left()]
        for _ in range(2):
            await stage.order()
            lefts.append(await stage.left())
        assert lefts == [2, 1, 0]
        assert await stage.left(BEN) == 2
    one = Limits(policy=policy(few(active_per_user=9, per_user_per_day=1, per_day=9)))
    async with open_stage(tmp_path, sandbox, clock, one) as stage:
        assert await stage.left() == 0
        clock.now = stage.midnight
        assert await stage.left() == 1
