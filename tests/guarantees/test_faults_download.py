"""Every way in which the finished film can fail to come: one end each, and nothing false is ever posted."""

import asyncio

import pytest

from db.jobs.job import JobState, Reason
from media.video.probe import probe
from sandbox.faults import Fault
from tests.guarantees.stage import DELIVERED, End, ends_of

CHARGED = "It was charged"
GIVEN_UP = End(
    state=JobState.FAILED,
    reason=Reason.BAD_RESULT,
    paid=1,
    words=("broken or couldn't be downloaded", CHARGED),
)

FILES = ends_of(
    {
        DELIVERED: """
            drip=500 drip=1 latency_before@file=2 gzip_bomb=50 truncated=10 truncated=50
            truncated=99 without_moov html_file html_file=video/mp4 empty_body@file
            cut_before_reading@file cut_after_accepting@file cut_mid_response@file*3
            server_error@file=html unavailable@file*3 rate_limited@file=5 request_timeout@file
            redirect expired expired*2
        """,
        GIVEN_UP: """
            truncated=50*always truncated=99*always without_moov*always html_file=video/mp4*always
            expired*always server_error@file*always endless@file redirect=http://10.0.0.1/film.mp4
            redirect=http://169.254.169.254/latest redirect=https://[::ffff:127.0.0.1]/film.mp4
            redirect=file:///etc/passwd
        """,
    }
)


@pytest.mark.parametrize("fault", FILES)
async def test_a_film_that_meets_a_fault_has_one_end_and_is_posted_whole_or_not_at_all(
    world, fault, tmp_path
):
    world.sandbox.faults.add(Fault.parse(fault))
    receipt = await world.order()
    await world.ends(receipt, FILES[fault])
    for number, message in enumerate(world.results(receipt)):
        path = tmp_path / f"{number}.mp4"
        path.write_bytes(message.attachments[0].data)
        assert (await asyncio.to_thread(probe, path)).codec == "h264"


async def test_an_expired_link_is_asked_for_anew_before_the_film_is_fetched_again(world):
    world.sandbox.faults.add(Fault.parse("expired"))
    receipt = await world.tried_once()

    job = await world.job(receipt)
    ledger = world.sandbox.ledger
    assert job.state is JobState.DELIVERED
    assert (ledger.task_gets[job.provider_task_id], ledger.file_gets[job.provider_task_id]) == (2, 2)


async def test_a_link_that_is_dead_when_it_is_fresh_is_not_asked_for_in_a_loop(world):
    world.sandbox.faults.add(Fault.parse("expired*always"))
    receipt = await world.tried_once()

    job = await world.job(receipt)
    ledger = world.sandbox.ledger
    assert (job.state, job.troubles) == (JobState.DELIVERING, 1)
    assert (ledger.task_gets[job.provider_task_id], ledger.file_gets[job.provider_task_id]) == (2, 2)
    assert job.next_at > world.clock()
