"""A chain of clips as one video: made here, posted like any other, and counted against nothing."""

import asyncio
import dataclasses

import pytest

from db.jobs.job import JobState, Reason, Relation, Route
from jobs.notify.notifier import Unreachable
from jobs.orders.order import Order
from jobs.orders.variations import (
    CannotBeJoined,
    ChainTooLong,
    FilmTools,
    JobErased,
    NothingToJoin,
    NotPossible,
    NotReusable,
)
from jobs.pipeline import Limits
from jobs.storage.files import VideoGone
from media.errors import NotAVideo
from tests.jobs.test_takes import press, requester_of
from tests.support.caps import few, policy
from tests.support.films import FILM_TOOLS, frames_of
from tests.support.stage import ANN, BEN, open_stage

MAX_CLIPS = 20


async def chain_of(stage, length, **changes):
    """Return delivered clips of Ann's, each going on from the one before."""
    clips = [await stage.delivered(**changes)]
    for _ in range(length - 1):
        clips.append(await stage.delivered(parent_id=clips[-1].id, relation=Relation.CONTINUE, **changes))
    return clips


def videos(stage):
    """Return the names of the kept videos."""
    return {path.name for path in (stage.files.data_dir / "videos").iterdir()}


async def test_all_clips_of_a_chain_are_posted_as_one_video_without_an_order(stage):
    clips = await chain_of(stage, 3)
    posts, gets = stage.posts, dict(stage.sandbox.ledger.file_gets)
    receipt = await stage.pipeline.variations.join(clips[-1], requester_of(BEN))
    assert (receipt.job.state, receipt.expected_at) == (JobState.DELIVERING, stage.clock.now)
    assert await stage.pipeline.deliverer.step()

    job = await stage.job(receipt)
    assert (job.state, job.user_id, job.channel_id, job.charged) == (JobState.DELIVERED, BEN.user_id, 88, 0)
    assert (job.relation, job.parent_id) == (Relation.JOIN, clips[-1].id)
    assert Order.of(job).text == "\n".join(["a red kite"] * 3)
    each = len(frames_of(stage.files.video(clips[0].video_file)))
    assert len(frames_of(stage.files.video(job.video_file))) == 3 * each
    assert (stage.posts, dict(stage.sandbox.ledger.file_gets)) == (posts, gets)
    assert f"{job.key}-r" in stage.audience.delivered


async def test_a_joined_video_is_as_long_as_all_its_clips_also_when_its_words_are_gone(stage):
    clips = await chain_of(stage, 3)
    receipt = await stage.pipeline.variations.join(clips[-1], requester_of(BEN))
    order = Order.of(await stage.job(receipt))
    assert (Order.of(clips[-1]).seconds, order.seconds, order.erased().seconds) == (6, 18, 18)


async def test_joining_counts_against_no_cap(tmp_path, sandbox, clock):
    limits = Limits(
        policy=policy(few(active_per_user=1, per_user_per_day=2, per_day=2)), status_gap_seconds=0.001
    )
    async with open_stage(tmp_path, sandbox, clock, limits) as stage:
        clips = await chain_of(stage, 2)
        for interaction in (1, 2):
            await stage.pipeline.variations.join(clips[-1], requester_of(ANN, interaction))
        assert await stage.left(ANN) == 0


async def test_joining_twice_by_one_interaction_makes_one_job_and_one_file(stage):
    clips = await chain_of(stage, 2)
    before = videos(stage)
    receipts = await asyncio.gather(
        *(stage.pipeline.variations.join(clips[-1], requester_of(ANN)) for _ in range(3))
    )

    assert len({receipt.job.id for receipt in receipts}) == 1
    assert sorted(receipt.repeated for receipt in receipts) == [False, True, True]
    assert videos(stage) - before == {receipts[0].job.video_file}
    await stage.pipeline.deliverer.step()
    assert not await stage.pipeline.deliverer.step()


async def test_a_clip_alone_is_nothing_to_join(stage):
    with pytest.raises(NothingToJoin):
        await stage.pipeline.variations.join(await stage.delivered(), requester_of(ANN))


async def test_every_clip_has_to_be_there(stage):
    clips = await chain_of(stage, 3)
    stage.files.video(clips[1].video_file).unlink()
    with pytest.raises(VideoGone) as refusal:
        await stage.pipeline.variations.join(clips[-1], requester_of(ANN))
    assert refusal.value.key == clips[1].key


async def test_a_clip_in_between_that_was_erased_is_not_joined(stage):
    clips = await chain_of(stage, 3)
    await stage.pipeline.jobs.erase(clips[0], user_id=None)
    with pytest.raises(JobErased) as refusal:
        await stage.pipeline.variations.join(clips[-1], requester_of(ANN))
    assert refusal.value.key == clips[0].key


async def test_every_author_of_a_chain_has_to_share(stage):
    first = await stage.delivered()
    last = await stage.delivered(owner=BEN, parent_id=first.id, relation=Relation.CONTINUE)
    await stage.pipeline.preferences.change(ANN.user_id, reusable=False)
    with pytest.raises(NotReusable) as refusal:
        await stage.pipeline.variations.join(last, requester_of(BEN))
    assert refusal.value.author_id == ANN.user_id


async def test_a_private_clip_makes_the_whole_private_and_nobody_elses(stage):
    first = await stage.delivered(private=True)
    last = await stage.delivered(parent_id=first.id, relation=Relation.CONTINUE)
    with pytest.raises(NotReusable):
        await stage.pipeline.variations.join(last, requester_of(BEN))

    assert (await stage.pipeline.variations.join(last, requester_of(ANN))).job.route is Route.PRIVATE


async def test_a_chain_that_is_too_long_is_refused(stage):
    clips = await chain_of(stage, MAX_CLIPS)
    longest = await stage.pipeline.variations.chain(clips[-1])
    too_long = await stage.delivered(parent_id=clips[-1].id, relation=Relation.CONTINUE)
    with pytest.raises(ChainTooLong) as refusal:
        await stage.pipeline.variations.join(too_long, requester_of(ANN))

    assert (len(longest), refusal.value.limit) == (MAX_CLIPS, MAX_CLIPS)


@pytest.mark.parametrize(("breaks", "raises"), [(NotAVideo, CannotBeJoined), (OSError, OSError)])
async def test_what_cannot_be_joined_leaves_nothing_behind(tmp_path, sandbox, clock, breaks, raises):
    async def broken(_paths, target):
        target.write_bytes(b"half a film")
        raise breaks("no")

    tools: FilmTools = dataclasses.replace(FILM_TOOLS, join=broken)
    async with open_stage(tmp_path, sandbox, clock, film_tools=tools) as stage:
        clips = await chain_of(stage, 2)
        before = videos(stage)
        with pytest.raises(raises):
            await stage.pipeline.variations.join(clips[-1], requester_of(BEN))
        assert videos(stage) == before
        assert (await stage.store.job_queries.page(BEN)).jobs == []


async def test_a_joined_video_that_did_not_arrive_is_kept_and_shown_again(stage):
    clips = await chain_of(stage, 2)
    stage.audience.delivery_errors = [Unreachable("HTTP 404")]
    receipt = await stage.pipeline.variations.join(clips[-1], requester_of(ANN, may_direct=False))
    await stage.pipeline.deliverer.step()
    job = await stage.job(receipt)
    assert (job.state, job.reason) == (JobState.FAILED, Reason.UNDELIVERABLE)

    await stage.pipeline.jobs.deliver_again(job, channel_id=88, upload_limit=10**7)
    await stage.pipeline.deliverer.step()
    assert (await stage.job(receipt)).state is JobState.DELIVERED


async def test_a_joined_video_that_is_lost_ends_at_once_and_is_downloaded_from_nowhere(stage):
    clips = await chain_of(stage, 2)
    receipt = await stage.pipeline.variations.join(clips[-1], requester_of(ANN))
    stage.files.video(receipt.job.video_file).unlink()
    await stage.pipeline.deliverer.step()

    job = await stage.job(receipt)
    assert (job.state, job.reason) == (JobState.FAILED, Reason.BAD_RESULT)


@pytest.mark.parametrize("name", ["reroll", "retry", "upscale", "remix"])
async def test_a_joined_video_was_never_ordered_and_is_not_ordered_again(stage, name):
    clips = await chain_of(stage, 2)
    receipt = await stage.pipeline.variations.join(clips[-1], requester_of(ANN))
    await stage.pipeline.deliverer.step()
    with pytest.raises(NotPossible):
        await press(stage, name, await stage.job(receipt), requester_of(ANN, 2))


async def test_a_joined_video_is_continued_and_joined_again(stage):
    clips = await chain_of(stage, 2)
    receipt = await stage.pipeline.variations.join(clips[-1], requester_of(ANN))
    await stage.pipeline.deliverer.step()
    joined = await stage.job(receipt)
    more = await stage.delivered(parent_id=joined.id, relation=Relation.CONTINUE)

    assert [clip.id for clip in await stage.pipeline.variations.chain(more)] == [joined.id, more.id]
