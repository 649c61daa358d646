"""New jobs from old ones: what they keep, whose they are, and from what none are made."""

import asyncio
import dataclasses
import io

import pytest
from PIL import Image, ImageChops

from db.jobs.admission import Requester
from db.jobs.job import JobState, Relation, Route
from db.money.caps import CapReached
from hailuo.camera import CameraMove
from hailuo.request import Duration, Enhance, Model, Resolution, VideoOptions, VideoRequest
from jobs.orders.order import Order
from jobs.orders.variations import JobErased, NotPossible, NotReusable
from jobs.pipeline import Limits
from jobs.storage.files import FrameGone, VideoGone
from sandbox.faults import Fault
from tests.support.caps import few, policy
from tests.support.films import frames_of, jpeg_of
from tests.support.stage import ANN, BEN, CAPS, open_stage

DIRECT_MESSAGE_BYTES = 10 * 1024 * 1024

CHANGED = Order(request=VideoRequest(prompt="a blue kite"), text="a blue kite")
PRESSES = ("reroll", "retry", "upscale", "remix", "continue_", "join")
BEN_LIMIT = 25 * 1024 * 1024


def requester_of(owner, interaction_id=1, **changes):
    """Return who presses a button."""
    values = {"channel_id": 88, "upload_limit": BEN_LIMIT, "language": "de"}
    return Requester(owner=owner, interaction_id=interaction_id, **(values | changes))


async def press(stage, name, source, requester):
    """Press one of the buttons."""
    variations = stage.pipeline.variations
    match name:
        case "remix":
            return await variations.remix(source, requester, order=CHANGED, picture=None)
        case "continue_":
            return await variations.continue_(source, requester, order=CHANGED)
        case _:
            return await getattr(variations, name)(source, requester)


async def with_moves(stage):
    """Return a delivered job of Ann's whose order has everything that an order may have."""
    new = stage.new_order(ANN, picture=jpeg_of(640, 480), spoiler=True)
    options = VideoOptions(model=Model.HAILUO_FAST, enhance=Enhance.QUICK, watermark=True)
    request = dataclasses.replace(new.order.request, options=options)
    order = Order(
        request=request, text="a red kite", moves=(CameraMove.PAN_LEFT,), first_frame_url="https://x.y/a"
    )
    receipt = await stage.pipeline.jobs.submit(dataclasses.replace(new, order=order))
    await through(stage)
    return await stage.job(receipt)


async def through(stage):
    """Let the steps bring what waits to its end."""
    assert await stage.pipeline.submitter.step()
    stage.clock.advance(300)
    assert await stage.pipeline.poller.step()
    await stage.pipeline.deliverer.step()


async def test_everybody_may_order_the_same_again_and_it_is_theirs(stage):
    source = await with_moves(stage)
    receipt = await stage.pipeline.variations.reroll(source, requester_of(BEN))

    job = receipt.job
    assert (job.guild_id, job.user_id, job.channel_id) == (BEN.guild_id, BEN.user_id, 88)
    assert (job.upload_limit, job.language, job.spoiler) == (BEN_LIMIT, "de", 1)
    assert (job.parent_id, job.relation, job.route) == (source.id, Relation.REROLL, Route.CHANNEL)
    assert Order.of(job) == dataclasses.replace(Order.of(source), first_frame_url=None)
    assert await stage.left(BEN) == CAPS.member.per_day - 1
    assert await stage.left(ANN) == CAPS.member.per_day - 1


async def test_its_first_frame_is_a_copy_that_outlives_the_original(stage):
    source = await with_moves(stage)
    job = (await stage.pipeline.variations.reroll(source, requester_of(BEN))).job
    await stage.files.remove_frame(source.first_frame)
    await through(stage)

    assert (await stage.store.job_queries.by_id(job.id)).state is JobState.DELIVERED
    assert stage.files.frame(job.first_frame).read_bytes() == jpeg_of(640, 480)
    first, second = stage.sandbox.ledger.accepted
    assert first.body == second.body


async def test_a_first_frame_that_is_gone_is_named_and_nothing_is_made(stage):
    source = await with_moves(stage)
    await stage.files.remove_frame(source.first_frame)
    with pytest.raises(FrameGone) as refusal:
        await stage.pipeline.variations.reroll(source, requester_of(BEN))

    assert refusal.value.name == source.first_frame
    assert (await stage.store.job_queries.page(BEN)).jobs == []
    assert await stage.left(BEN) == CAPS.member.per_day


async def test_two_presses_of_one_interaction_make_one_job_and_one_copy(stage):
    source = await with_moves(stage)
    receipts = await asyncio.gather(
        *(stage.pipeline.variations.reroll(source, requester_of(BEN)) for _ in range(2))
    )

    assert len({receipt.job.id for receipt in receipts}) == 1
    assert len(list((stage.files.data_dir / "frames").iterdir())) == 2


async def test_the_caps_of_the_presser_count_and_leave_no_copy_behind(tmp_path, sandbox, clock):
    limits = Limits(
        policy=policy(few(active_per_user=9, per_user_per_day=1, per_day=9)), status_gap_seconds=0.001
    )
    async with open_stage(tmp_path, sandbox, clock, limits) as stage:
        source = await with_moves(stage)
        with pytest.raises(CapReached):
            await stage.pipeline.variations.reroll(source, requester_of(ANN))
        assert len(list((tmp_path / "frames").iterdir())) == 1
        await stage.pipeline.variations.reroll(source, requester_of(BEN))


async def failed(stage, fault):
    """Return a job of Ann's that met `fault`."""
    stage.sandbox.faults.add(Fault.parse(fault))
    receipt = await stage.submitted()
    stage.clock.advance(60)
    await stage.pipeline.poller.step()
    return await stage.job(receipt)


async def test_what_the_filter_refused_is_not_sent_again_as_it_is(stage):
    source = await failed(stage, "moderated")
    with pytest.raises(NotPossible):
        await stage.pipeline.variations.retry(source, requester_of(ANN))


async def test_what_failed_without_a_charge_is_tried_again(stage):
    source = await failed(stage, "fails_provider")
    receipt = await stage.pipeline.variations.retry(source, requester_of(ANN))

    assert (receipt.job.relation, receipt.job.parent_id) == (Relation.RETRY, source.id)
    assert Order.of(receipt.job) == Order.of(source)


async def test_what_waited_too_long_is_tried_again_and_what_was_cancelled_is_not(stage):
    waited = await stage.order()
    stage.clock.advance(7 * 3600)
    await stage.pipeline.submitter.step()
    assert (
        await stage.pipeline.variations.retry(await stage.job(waited), requester_of(ANN))
    ).queue_position == 1

    cancelled = await stage.order()
    await stage.pipeline.jobs.cancel(cancelled.job.key, ANN)
    with pytest.raises(NotPossible):
        await stage.pipeline.variations.retry(await stage.job(cancelled), requester_of(ANN, 2))


@pytest.mark.parametrize("charged", [1, None])
async def test_what_may_have_been_charged_is_not_tried_again(stage, charged):
    source = dataclasses.replace(await failed(stage, "fails_provider"), charged=charged)
    with pytest.raises(NotPossible):
        await stage.pipeline.variations.retry(source, requester_of(ANN))


async def test_a_delivered_clip_is_ordered_at_1080p_from_its_own_first_frame(stage):
    source = await stage.delivered()
    job = (await stage.pipeline.variations.upscale(source, requester_of(ANN))).job

    request = Order.of(job).request
    assert (request.options.resolution, request.has_first_frame) == (Resolution.P1080, True)
    assert (job.relation, job.format) == (Relation.UPSCALE, "MiniMax-Hailuo-2.3/6s/1080p")
    assert_alike(frames_of(stage.files.video(source.video_file))[0], stage.files.frame(job.first_frame))


@pytest.mark.parametrize("request_", [{"duration": Duration.LONG}, {"resolution": Resolution.P1080}])
async def test_only_six_seconds_at_768p_are_ordered_at_1080p(stage, request_):
    source = await stage.delivered(**request_)
    with pytest.raises(NotPossible):
        await stage.pipeline.variations.upscale(source, requester_of(ANN))


async def test_what_is_not_delivered_yet_is_not_ordered_at_1080p(stage):
    source = await stage.job(await stage.rendered())
    with pytest.raises(NotPossible):
        await stage.pipeline.variations.upscale(source, requester_of(ANN))


async def test_a_changed_order_keeps_the_picture_of_the_old_one_where_it_has_one(stage):
    source = await with_moves(stage)
    order = dataclasses.replace(CHANGED, request=VideoRequest(prompt="a blue kite", has_first_frame=True))
    job = (await stage.pipeline.variations.remix(source, requester_of(BEN), order=order, picture=None)).job

    assert (job.request_json, job.relation, job.parent_id) == (order.to_json(), Relation.REMIX, source.id)
    assert stage.files.frame(job.first_frame).read_bytes() == jpeg_of(640, 480)


async def test_a_changed_order_with_a_picture_of_its_own_keeps_that(stage):
    source = await with_moves(stage)
    order = dataclasses.replace(CHANGED, request=VideoRequest(prompt="a blue kite", has_first_frame=True))
    new = jpeg_of(800, 600)
    job = (await stage.pipeline.variations.remix(source, requester_of(BEN), order=order, picture=new)).job

    assert stage.files.frame(job.first_frame).read_bytes() == new


async def test_a_changed_order_without_a_picture_has_none(stage):
    job = (await press(stage, "remix", await with_moves(stage), requester_of(BEN))).job

    assert (job.request_json, job.first_frame) == (CHANGED.to_json(), None)


async def test_a_continued_clip_begins_with_the_last_frame_of_the_other(stage):
    source = await stage.delivered()
    job = (await stage.pipeline.variations.continue_(source, requester_of(BEN), order=CHANGED)).job

    order = Order.of(job)
    assert (order.text, order.request.has_first_frame) == ("a blue kite", True)
    assert (job.relation, job.parent_id) == (Relation.CONTINUE, source.id)
    frames = frames_of(stage.files.video(source.video_file))
    assert_alike(frames[-1], stage.files.frame(job.first_frame))


def assert_alike(picture, path):
    """Compare a picture of a film with a JPEG of it."""
    kept = Image.open(io.BytesIO(path.read_bytes())).convert("RGB")
    assert kept.size == picture.size
    assert max(high for _, high in ImageChops.difference(kept, picture).getextrema()) < 48


@pytest.mark.parametrize("name", ["upscale", "continue_"])
async def test_a_video_that_is_gone_is_named_and_nothing_is_made(stage, name):
    source = await stage.delivered()
    stage.files.video(source.video_file).unlink()
    with pytest.raises(VideoGone) as refusal:
        await press(stage, name, source, requester_of(BEN))

    assert refusal.value.key == source.key
    assert (await stage.store.job_queries.page(BEN)).jobs == []


@pytest.mark.parametrize("name", ["upscale", "remix", "continue_"])
async def test_who_does_not_share_is_left_alone_by_others_only(stage, name):
    source = await stage.delivered()
    await stage.pipeline.preferences.change(ANN.user_id, reusable=False)
    with pytest.raises(NotReusable) as refusal:
        await press(stage, name, source, requester_of(BEN))
    assert refusal.value.author_id == ANN.user_id

    await press(stage, name, source, requester_of(ANN, 2))
    await press(stage, "reroll", source, requester_of(BEN, 3))
    await stage.pipeline.preferences.change(ANN.user_id, reusable=True)
    await press(stage, name, source, requester_of(BEN, 4))


@pytest.mark.parametrize("name", ["reroll", "retry", "remix", "continue_"])
async def test_what_others_have_not_seen_is_its_authors_alone(stage, name):
    source = await failed(stage, "moderated")
    with pytest.raises(NotPossible):
        await press(stage, name, source, requester_of(BEN))


@pytest.mark.parametrize("name", ["reroll", "upscale", "remix", "continue_"])
async def test_what_comes_of_a_private_video_is_private_and_its_authors_alone(stage, name):
    source = await stage.delivered(private=True)
    with pytest.raises(NotReusable):
        await press(stage, name, source, requester_of(BEN))

    job = (await press(stage, name, source, requester_of(ANN))).job
    assert (job.route, job.upload_limit) == (Route.PRIVATE, DIRECT_MESSAGE_BYTES)


@pytest.mark.parametrize("name", PRESSES)
async def test_of_an_erased_job_nothing_is_made(stage, name):
    first = await stage.delivered()
    source = await stage.delivered(parent_id=first.id, relation=Relation.CONTINUE)
    await stage.pipeline.jobs.erase(source, user_id=ANN.user_id)
    erased = await stage.store.job_queries.by_id(source.id)
    with pytest.raises(JobErased) as refusal:
        await press(stage, name, erased, requester_of(ANN))

    assert refusal.value.key == source.key


async def test_a_press_says_for_itself_what_is_hidden_private_and_undone(stage):
    source = await stage.delivered()
    requester = requester_of(BEN, private=True, spoiler=True, may_direct=False, wait_seconds=5)
    job = (await stage.pipeline.variations.reroll(source, requester)).job

    assert (job.route, job.spoiler, job.may_direct) == (Route.PRIVATE, 1, 0)
    assert job.next_at == stage.clock.now + 5000
