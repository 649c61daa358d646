"""The log of a job's life: one line for each change of its state, with what it belongs to as fields."""

import logging

import pytest

from sandbox.faults import Fault, FaultName, Where
from tests.support.stage import ANN


@pytest.fixture
def lines(caplog):
    """Return the lines about changes so far: (before, after)."""
    caplog.set_level(logging.INFO, logger="jobs.runtime.changes")

    def said():
        records = [record for record in caplog.records if record.name == "jobs.runtime.changes"]
        return [(vars(record)["from"], vars(record)["to"]) for record in records]

    return said


async def test_each_change_of_state_is_one_line(stage, lines):
    await stage.delivered()

    assert lines() == [
        ("none", "queued"),
        ("queued", "submitting"),
        ("submitting", "rendering"),
        ("rendering", "delivering"),
        ("delivering", "delivered"),
    ]


async def test_a_line_says_whose_it_is(stage, caplog):
    caplog.set_level(logging.INFO, logger="jobs.runtime.changes")
    receipt = await stage.rendered(interaction_id=4711)

    record = caplog.records[-1]
    fields = {
        "job": receipt.job.key,
        "guild": "1",
        "interaction": "4711",
        "from": "rendering",
        "to": "delivering",
    }
    assert fields.items() <= vars(record).items()
    assert record.getMessage() == f"job changed: job={receipt.job.key} rendering->delivering"


async def test_the_same_order_twice_is_one_line(stage, lines):
    await stage.order(interaction_id=5)
    await stage.order(interaction_id=5)

    assert lines() == [("none", "queued")]


async def test_a_poll_that_changes_nothing_is_no_line(stage, lines):
    await stage.submitted()
    before = lines()
    stage.sandbox.faults.add(Fault(FaultName.SERVER_ERROR, where=Where.TASK))
    stage.clock.advance(60)

    assert await stage.pipeline.poller.step()

    assert lines() == before


async def test_what_is_cancelled_or_waited_too_long_says_so(stage, lines, caplog):
    receipt = await stage.order()
    await stage.pipeline.jobs.cancel(receipt.job.key, ANN)
    await stage.order()
    stage.clock.advance(7 * 3600)
    await stage.pipeline.submitter.step()

    assert lines()[-3:] == [("queued", "cancelled"), ("none", "queued"), ("queued", "cancelled")]
    assert caplog.records[-1].levelno == logging.WARNING
    assert "reason=waited_too_long" in caplog.records[-1].getMessage()
