"""Whose fault a refused order is: the picture's, which is then uploaded, or somebody's who must be told."""

import dataclasses
import logging

import pytest

from db.jobs.job import JobState, Reason
from hailuo.client import may_blame_picture
from hailuo.errors import InvalidRequest
from jobs.pipeline import Limits
from jobs.steps.submitter import _level
from sandbox.faults import Fault, FaultName, Where
from tests.support.films import jpeg_of
from tests.support.rows import each_row
from tests.support.stage import POLICY, open_stage

EMBEDDED = "data:image/jpeg;base64,/9j/"


@each_row(
    "picture, status, blamed",
    [
        (EMBEDDED, 399, False),
        (EMBEDDED, 400, True),
        (EMBEDDED, 499, True),
        (EMBEDDED, 500, False),
        (EMBEDDED, None, False),
        ("https://provider.example/p.jpg", 400, False),
        (None, 400, False),
    ],
)
def test_only_an_embedded_picture_that_was_refused_as_such_is_uploaded_instead(picture, status, blamed):
    assert may_blame_picture(picture, InvalidRequest("", status=status)) is blamed


@each_row("reason", Reason)
def test_what_an_operator_must_mend_is_an_error_in_the_log(reason):
    operators_turn = reason in {Reason.KEY_REFUSED, Reason.OUT_OF_CREDIT}
    assert _level(reason) == (logging.ERROR if operators_turn else logging.INFO)


async def test_words_that_are_refused_are_not_sent_again(stage):
    stage.sandbox.faults.add(Fault(FaultName.TOO_LARGE, where=Where.SUBMIT, times=None))
    receipt = await stage.submitted()
    assert (await stage.job(receipt)).reason is Reason.REJECTED
    assert len(stage.sandbox.ledger.received) == 1


async def test_a_link_to_the_picture_is_passed_on_where_the_operator_wants_it(tmp_path, sandbox, clock):
    url = "https://cdn.example/kite.jpg"
    async with open_stage(tmp_path, sandbox, clock, Limits(policy=POLICY, first_frame_mode="url")) as stage:
        new = stage.new_order(picture=jpeg_of(640, 480))
        order = dataclasses.replace(new.order, first_frame_url=url)
        await stage.pipeline.jobs.submit(dataclasses.replace(new, order=order))
        queued = await stage.store.claims.queued(running_cap=9)
        assert await stage.pipeline.submitter._picture(queued, order) == url


@pytest.mark.parametrize("mode", ["base64", "upload"])
async def test_a_link_to_the_picture_is_passed_on_nowhere_else(tmp_path, sandbox, clock, mode):
    async with open_stage(tmp_path, sandbox, clock, Limits(policy=POLICY, first_frame_mode=mode)) as stage:
        new = stage.new_order(picture=jpeg_of(640, 480))
        order = dataclasses.replace(new.order, first_frame_url="https://cdn.example/kite.jpg")
        await stage.pipeline.jobs.submit(dataclasses.replace(new, order=order))
        assert await stage.pipeline.submitter.step()
        assert "cdn.example" not in stage.sandbox.ledger.accepted[0].body["first_frame_image"]


async def test_whatever_a_step_finds_is_shown_and_wakes_the_others(stage):
    await stage.order()
    woken = stage.pipeline.wakeup.listen()
    assert await stage.pipeline.submitter.step()
    assert woken.is_set()
    await stage.pipeline.statuses.settle()
    assert stage.audience.statuses == ["post rendering None"]


async def test_an_order_cut_short_or_withdrawn_is_shown_in_the_private_reply(stage):
    await stage.order()
    await stage.store.claims.queued(running_cap=9)
    stage.clock.advance(60)
    assert await stage.pipeline.submitter.step()
    await stage.order()
    stage.clock.advance(6 * 3600)
    assert not await stage.pipeline.submitter.step()
    await stage.pipeline.statuses.settle()
    assert stage.audience.replies == [JobState.UNKNOWN, JobState.CANCELLED]
