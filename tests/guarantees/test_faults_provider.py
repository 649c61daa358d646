"""Every way in which the provider, or the network before it, can fail: one end each, and never a second bill."""

from email.utils import formatdate

import pytest

from db.jobs.job import JobState, Reason
from sandbox.faults import Fault, FaultName, Where
from tests.guarantees.relay import Trouble
from tests.guarantees.stage import DELIVERED, End, ends_of
from tests.loopback_discord import ANN

NOT_CHARGED = "Nothing was charged"
MAY_BE_CHARGED = "It may have been charged"


def refused(reason, *words):
    return End(state=JobState.FAILED, reason=reason, paid=0, words=(*words, NOT_CHARGED))


def unknown(*, paid):
    words = ("I lost the connection", "risk paying twice", MAY_BE_CHARGED)
    return End(state=JobState.UNKNOWN, reason=Reason.AMBIGUOUS_SUBMIT, paid=paid, words=words)


REJECTED = refused(Reason.REJECTED, "rejected this order")
KEY_REFUSED = refused(Reason.KEY_REFUSED, "refused the bot's key")
NO_CREDIT = refused(Reason.OUT_OF_CREDIT, "account with the provider is empty")
MODERATED = refused(Reason.MODERATED, "content filter refused")
UNPAID, PAID = unknown(paid=0), unknown(paid=1)
LOST = End(
    state=JobState.FAILED,
    reason=Reason.LOST,
    paid=1,
    words=("lost track of your video", MAY_BE_CHARGED),
)
NO_FILE = End(
    state=JobState.UNKNOWN,
    reason=Reason.NO_RESULT,
    paid=1,
    words=("there's no file", "risk paying twice", MAY_BE_CHARGED, "can sort this out"),
)

ORDERS = ends_of(
    {
        UNPAID: """
            cut_before_reading server_error server_error=html bad_gateway unavailable
            gateway_timeout request_timeout not_json empty_body idempotency_key_reused
            error_in_200=object error_in_200=text error_in_200=success error_in_200=code
        """,
        PAID: """
            cut_after_accepting cut_mid_response latency_after=4 drip@submit=4 endless@submit
            server_error+accepted server_error+accepted=html bad_gateway+accepted=html
            unavailable+accepted=html gateway_timeout+accepted=html request_timeout+accepted
            not_json+accepted empty_body+accepted shape@submit=identifier:absent
            idempotency_result_indeterminate+accepted idempotency_in_progress+accepted=5
        """,
        KEY_REFUSED: "bad_key forbidden",
        NO_CREDIT: "out_of_credit",
        MODERATED: "moderated moderated_as_500",
        REJECTED: "not_found@submit too_large redirect@submit",
    }
)


@pytest.mark.parametrize("fault", ORDERS)
async def test_an_order_that_meets_a_fault_has_one_end_and_is_sent_once(world, fault):
    world.sandbox.faults.add(Fault.parse(fault))
    await world.ends(await world.order(), ORDERS[fault])
    assert len(world.sandbox.ledger.received) == 1


@pytest.mark.parametrize(
    ("trouble", "end"),
    [
        (Trouble.RESET, UNPAID),
        (Trouble.CLOSED, UNPAID),
        (Trouble.HALF_A_HEAD, UNPAID),
        (Trouble.SILENCE, UNPAID),
        (Trouble.RESET_AFTER, PAID),
        (Trouble.SILENCE_AFTER, PAID),
        (Trouble.MISLABELLED, DELIVERED),
    ],
)
async def test_an_order_that_meets_trouble_on_its_way_has_one_end(world, trouble, end):
    world.relay.troubles = [trouble]
    await world.ends(await world.order(), end)


@pytest.mark.parametrize("fault", ["idempotency_unavailable=5", "rate_limited*3", "rate_limited=5*3"])
async def test_an_order_that_surely_was_not_run_is_sent_again(world, fault):
    world.sandbox.faults.add(Fault.parse(fault))
    await world.ends(await world.order(), DELIVERED)


async def test_an_order_that_was_refused_a_connection_twice_is_placed_once(world):
    await world.relay.refuse()
    receipt = await world.submitted()
    world.clock.advance(10)
    assert await world.pipeline.submitter.step()
    job = await world.job(receipt)
    assert (job.state, job.attempt) == (JobState.QUEUED, 2)
    await world.relay.listen()
    await world.ends(receipt, DELIVERED)
    assert len(world.sandbox.ledger.received) == 1


LOOKS = ends_of(
    {
        DELIVERED: """
            cut_before_reading@task cut_after_accepting@task cut_mid_response@task
            latency_before@task=4 drip@task=4 endless@task server_error@task
            server_error@task=html*3 bad_gateway@task=html unavailable@task=7
            gateway_timeout@task=html request_timeout@task rate_limited@task rate_limited@task=7*3
            bad_key@task forbidden@task out_of_credit@task redirect@task not_json@task
            empty_body@task error_in_200@task=object error_in_200@task=text
            error_in_200@task=success error_in_200@task=code unknown_status=pondering*5
            shape=result:nowhere shape=envelope:newer*always not_found*6
        """,
        NO_FILE: "shape=result:nowhere*always",
        LOST: "not_found*always",
    }
)


@pytest.mark.parametrize("fault", LOOKS)
async def test_a_poll_that_meets_a_fault_costs_nothing_but_time(world, fault):
    receipt = await world.submitted()
    world.sandbox.faults.add(Fault.parse(fault))
    await world.ends(receipt, LOOKS[fault])


@pytest.mark.parametrize("trouble", Trouble)
async def test_a_poll_that_meets_trouble_on_its_way_is_repeated(world, trouble):
    receipt = await world.submitted()
    world.relay.troubles = [trouble]
    await world.ends(receipt, DELIVERED)


async def test_an_old_task_that_is_missing_four_times_is_still_followed(world):
    receipt = await world.submitted()
    world.clock.advance(300)
    world.sandbox.faults.add(Fault.parse("not_found*4"))
    await world.ends(receipt, DELIVERED)


async def test_a_provider_that_refuses_connections_while_it_renders_delays_the_result_only(world):
    receipt = await world.submitted()
    await world.relay.refuse()
    world.clock.advance(60)
    assert await world.pipeline.poller.step()
    assert (await world.job(receipt)).troubles == 1
    await world.relay.listen()
    await world.ends(receipt, DELIVERED)


def date_in(seconds):
    return lambda now: formatdate(now / 1000 + seconds, usegmt=True)


WAITS = {
    "seconds": ("90", 90, 90),
    "a date": (date_in(90), 89, 91),
    "a date in the past": (date_in(-90), 1, 2.5),
    "nan": ("nan", 1.5, 2.5),
    "negative": ("-5", 1.5, 2.5),
    "nothing": (None, 1.5, 2.5),
    "three thousand years": ("99999999999", 600, 600),
    "a date in the year 9999": ("Fri, 31 Dec 9999 23:59:59 GMT", 600, 600),
}


@pytest.mark.parametrize("wait", WAITS)
async def test_the_wait_that_a_refusal_asks_for_is_kept_within_bounds(world, wait):
    asked, shortest, longest = WAITS[wait]
    value = asked(world.clock()) if callable(asked) else asked
    world.sandbox.faults.add(Fault(FaultName.RATE_LIMITED, value, where=Where.SUBMIT))
    receipt = await world.submitted()

    job = await world.job(receipt)
    assert job.state is JobState.QUEUED
    assert shortest <= (job.next_at - world.clock()) / 1000 <= longest
    await world.ends(receipt, DELIVERED)


async def test_what_the_filter_refused_is_told_directly_and_not_in_the_channel(world):
    world.sandbox.faults.add(Fault(FaultName.MODERATED))
    receipt = await world.order()
    await world.ends(receipt, MODERATED)
    [told] = [message for message in world.discord.ledger.messages if "filter" in message.content]
    assert told.channel.recipient == ANN
