"""Every way in which Discord can answer a result: one end each, one message at most, and no film lost."""

import ast
import asyncio
from pathlib import Path
from types import SimpleNamespace

import pytest

import cogs.results.notifier
from db.jobs.job import JobState, Reason
from jobs.orders.order import Order
from sandbox.faults import Fault, FaultName
from tests.guarantees.stage import DELIVERED, End
from tests.loopback_discord import ANN, LOUNGE, VIDEOS, Cut, Refusal

CHARGED = "It was charged"

NOT_POSTED = End(
    state=JobState.FAILED,
    reason=Reason.UNDELIVERABLE,
    paid=1,
    words=("couldn't post it in its channel", "Show again", CHARGED),
)
"""The end of a result whose channel refuses it, and whose requester did not ask for direct messages."""

POSTED_DIRECTLY = DELIVERED
"""The end of a result whose channel refuses it, and whose requester takes direct messages: one result, there."""

POSTED_AS_A_LINK = End(state=JobState.DELIVERED, paid=1, results=0)
"""The end of a result whose channel refuses every size: the provider's link in place of a file."""

RESULTS = f"/channels/{VIDEOS.id}/messages"
HTML = "<html><body>502</body></html>"
AS_JSON = {"Content-Type": "application/json"}
WITH_CHARSET = {"Content-Type": "application/json; charset=utf-8"}

PASSING = {
    "500": {"status": 500},
    "502 with a page": {"status": 502, "body": HTML},
    "503": {"status": 503},
    "503 with a page, three times": {"status": 503, "body": HTML, "times": 3},
    "504 after Discord took it, twice": {"status": 504, "after_accepting": True, "times": 2},
    "520": {"status": 520, "body": HTML},
    "401": {"status": 401},
    "429, short": {"status": 429},
    "429, long": {"status": 429, "retry_after": 60},
    "429, global": {"status": 429, "everywhere": True},
    "429, global and long": {"status": 429, "everywhere": True, "retry_after": 60},
    "429 of the proxy in front": {"status": 429, "headers": {"Via": ""}},
    "429 of the channel": {"status": 429, "code": 20028},
    "200 with a page": {"status": 200, "body": HTML},
    "200 with a page, after Discord took it": {"status": 200, "body": HTML, "after_accepting": True},
    "200 with a charset": {"status": 200, "body": "{}", "headers": WITH_CHARSET, "after_accepting": True},
    "200 with half a JSON": {"status": 200, "body": '{"id": ', "headers": AS_JSON, "after_accepting": True},
    "200 with another JSON": {"status": 200, "body": {}, "after_accepting": True},
} | {
    f"{cut.name}, {'after' if late else 'before'} Discord took it": {"cut": cut, "after_accepting": late}
    for cut in Cut
    for late in (False, True)
}


@pytest.mark.parametrize("fault", PASSING)
async def test_what_passes_leads_to_one_message_under_one_nonce(world, fault):
    planned = world.discord.faults.add("POST", RESULTS, uploads_only=True, **PASSING[fault])
    receipt = await world.order()
    job = await world.ends(receipt, DELIVERED)
    [result] = world.results(receipt)
    nonces = {upload.payload["nonce"] for upload in world.uploads() if upload.payload}
    assert planned.hits == (planned.times or 0)
    assert (job.message_id, nonces) == (result.id, {f"{job.key}-r"})


PAGE = "<!DOCTYPE html><title>Attention Required! | Cloudflare</title>"

ODD = {
    "403 with a page": {"status": 403, "body": PAGE},
    "404 with a page": {"status": 404, "body": PAGE},
    "400 with a page": {"status": 400, "body": PAGE},
    "408": {"status": 408, "body": PAGE},
    "403 without a code": {"status": 403},
    "404 without a code": {"status": 404},
    "the proxy's own code": {"status": 403, "code": 40333},
    "slow mode": {"status": 400, "code": 20016},
    "channel's write limit": {"status": 400, "code": 20028},
    "overloaded": {"status": 400, "code": 130000},
    "sending is disabled": {"status": 400, "code": 40004},
    "a code of tomorrow": {"status": 403, "code": 987_654},
}


@pytest.mark.parametrize("fault", ODD)
async def test_what_does_not_close_a_channel_does_not_drive_a_film_out_of_it(world, fault):
    world.discord.faults.add("*", RESULTS, times=4, **ODD[fault])
    receipt = await world.order(may_direct=True)
    await world.ends(receipt, DELIVERED)
    [result] = world.results(receipt)
    assert result.channel == VIDEOS


async def test_twenty_seconds_of_pages_cost_four_paid_films_nothing_but_time(world):
    pages = world.discord.faults.add("*", "*", times=None, status=403, body=PAGE)
    receipts = [await world.order(may_direct=True) for _ in range(4)]
    pipeline = world.pipeline
    for _ in receipts:
        assert await pipeline.submitter.step()
    world.clock.advance(60)
    for _ in receipts:
        assert await pipeline.poller.step()
    for _ in range(20):
        while await pipeline.deliverer.step():
            pass
        world.clock.advance(1)
    assert (pages.hits > 8, [world.results(receipt) for receipt in receipts]) == (True, [[]] * 4)
    world.discord.faults.clear()
    for receipt in receipts:
        assert (await world.play_on(receipt)).state is JobState.DELIVERED
        assert [result.channel for result in world.results(receipt)] == [VIDEOS]
    assert world.posts == 4


async def tried_for_most_of_a_day(world):
    """Return the receipt of a video that Discord did not take 23 hours and 58 minutes ago, and not since."""
    receipt = await world.tried_once()
    world.clock.advance(24 * 3600 - 120)
    return receipt


async def test_an_odd_answer_that_lasts_a_day_blocks_its_member_no_longer_and_is_told(world):
    world.discord.faults.add("POST", RESULTS, uploads_only=True, times=None, status=403, code=987_654)
    receipt = await tried_for_most_of_a_day(world)
    job = await world.ends(receipt, NOT_POSTED)
    assert 24 * 3600 <= (job.finished_at - job.first_sent_at) / 1000 < 25 * 3600
    assert world.kept(job)
    world.discord.faults.clear()
    service = world.pipeline.jobs
    again = await service.deliver_again(job, channel_id=VIDEOS.id, upload_limit=job.upload_limit)
    assert again is not None
    assert (await world.play_on(receipt)).state is JobState.DELIVERED
    assert len(world.results(receipt)) == 1


async def test_where_direct_messages_are_closed_the_channel_is_told_of_what_it_did_not_take(world):
    world.discord.faults.add("POST", RESULTS, uploads_only=True, times=None, status=403, code=987_654)
    world.discord.close_dms(ANN)
    await world.ends(await tried_for_most_of_a_day(world), NOT_POSTED)


async def test_nobody_is_noted_as_told_where_nobody_was(world):
    world.discord.faults.add("*", "*", times=None, status=403, body=PAGE)
    world.sandbox.faults.add(Fault(FaultName.MODERATED))
    receipt = await world.order()
    job = await world.play_on(receipt)
    assert (job.state, job.told_at, world.told(receipt)) == (JobState.FAILED, None, [])
    tries = len(world.discord.ledger.requests)
    await world.play_on(receipt)
    assert len(world.discord.ledger.requests) == tries


async def test_an_ending_outlasts_a_long_trouble_and_is_told_then(world):
    world.discord.faults.add("*", "*", times=60, status=403, body=PAGE)
    world.sandbox.faults.add(Fault(FaultName.MODERATED))
    receipt = await world.order()
    job = await world.play_on(receipt)
    assert (job.told_at is not None, len(world.told(receipt))) == (True, 1)


# Words that Discord refuses


@pytest.mark.parametrize(
    "refusal",
    [Refusal.AUTO_MODERATED, Refusal.TITLE_MODERATED, Refusal.HARMFUL_LINK, Refusal.INVALID_FORM],
    ids=lambda refusal: refusal.name,
)
@pytest.mark.parametrize(("words", "left"), [("prompt", True), ("everything", False)])
async def test_a_film_whose_words_are_refused_is_posted_with_fewer_in_its_channel(
    world, refusal, words, left
):
    receipt = await world.order(may_direct=True)
    text = Order.of(receipt.job).text
    world.discord.rules.refused_words = {text if words == "prompt" else "<@": refusal}
    await world.ends(receipt, DELIVERED)
    [result] = world.results(receipt)
    assert result.channel == VIDEOS
    assert (text in result.content, f"<@{ANN.id}>" in result.content) == (False, left)
    assert [file.description for file in result.attachments] == [None]
    assert result.components


async def test_a_link_whose_words_are_refused_is_posted_with_fewer(world):
    world.discord.faults.add("POST", RESULTS, code=40005, uploads_only=True, times=None)
    receipt = await world.order()
    world.discord.rules.refused_words = {"<@": Refusal.AUTO_MODERATED}
    job = await world.ends(receipt, POSTED_AS_A_LINK)
    [link] = [message for message in world.discord.ledger.messages if message.id == job.message_id]
    assert link.content == f"{job.result_url}\n-# {job.key}"


async def test_an_ending_and_a_status_are_said_without_the_words_that_are_refused(world):
    receipt = await world.order()
    text = Order.of(receipt.job).text
    world.discord.rules.refused_words = {text: Refusal.AUTO_MODERATED}
    world.sandbox.faults.add(Fault(FaultName.FAILS_PROVIDER))
    await world.play_on(receipt)
    [told] = world.told(receipt)
    statuses = [m for m in world.discord.ledger.messages if (m.nonce or "").endswith("-s")]
    assert len(statuses) == 1
    assert text not in told + statuses[0].content


async def test_a_long_wait_that_discord_asks_for_is_waited_for_in_the_row(world):
    world.discord.faults.add("POST", RESULTS, uploads_only=True, status=429, retry_after=90)
    receipt = await world.tried_once()
    job = await world.job(receipt)
    assert job.state is JobState.DELIVERING
    assert job.next_at - world.clock() >= 90_000


REFUSALS = [50001, 50013, 10003, 50083, 160005]


@pytest.mark.parametrize("code", REFUSALS)
async def test_a_channel_that_refuses_is_called_once_and_the_film_kept(world, code):
    world.discord.faults.add("POST", RESULTS, code=code, times=None)
    receipt = await world.order()
    job = await world.ends(receipt, NOT_POSTED)
    assert len(world.uploads()) == 1
    assert world.kept(job)


@pytest.mark.parametrize("code", REFUSALS)
async def test_a_channel_that_refuses_leads_to_one_direct_message_where_that_is_wanted(world, code):
    world.discord.faults.add("POST", RESULTS, code=code, times=None)
    receipt = await world.order(may_direct=True)
    await world.ends(receipt, POSTED_DIRECTLY)
    [result] = world.results(receipt)
    assert result.channel.recipient == ANN
    assert (len(world.uploads()), len(world.uploads(result.channel))) == (1, 1)


@pytest.mark.parametrize("code", REFUSALS)
@pytest.mark.parametrize("may_direct", [False, True])
async def test_where_nobody_can_be_told_either_the_film_is_kept_and_nothing_is_called_for_ever(
    world, code, may_direct
):
    world.discord.faults.add("POST", RESULTS, code=code, times=None)
    world.discord.close_dms(ANN)
    receipt = await world.order(may_direct=may_direct)
    job = await world.play_on(receipt)
    before = len(world.discord.ledger.requests)
    job = await world.play_on(receipt)
    assert (job.state, job.reason, world.posts) == (JobState.FAILED, Reason.UNDELIVERABLE, 1)
    assert (len(world.uploads()), world.results(receipt), world.told(receipt)) == (1, [], [])
    assert len(world.discord.ledger.requests) == before
    assert world.kept(job)


async def test_a_size_that_is_refused_once_leads_to_a_smaller_film(world):
    world.discord.faults.add("POST", RESULTS, code=40005, uploads_only=True)
    receipt = await world.order()
    await world.ends(receipt, DELIVERED)
    assert len(world.uploads()) == 2


async def test_a_size_that_is_always_refused_leads_to_a_link_and_a_film_on_disk(world):
    world.discord.faults.add("POST", RESULTS, code=40005, uploads_only=True, times=None)
    receipt = await world.order()
    job = await world.ends(receipt, POSTED_AS_A_LINK)
    [link] = [message for message in world.discord.ledger.messages if message.id == job.message_id]
    assert (job.result_url in link.content, f"<t:{job.result_expires_at // 1000}:R>" in link.content) == (
        True,
        True,
    )
    assert len(world.uploads()) == 2
    assert world.files.video(f"{job.key}.mp4").exists()


async def test_a_film_that_was_deleted_between_two_tries_is_not_posted_again(world):
    world.discord.faults.add("POST", RESULTS, uploads_only=True, cut=Cut.RESET, after_accepting=True)
    receipt = await world.tried_once()
    [result] = world.results(receipt)
    await world.discord.delete(result)

    job = await world.play_on(receipt)
    assert (job.state, job.message_id, world.results(receipt)) == (JobState.DELIVERED, None, [])
    assert len(world.uploads()) == 2


async def test_a_film_that_was_posted_an_hour_ago_is_found_and_not_posted_again(world):
    world.discord.faults.add("POST", RESULTS, uploads_only=True, cut=Cut.RESET, after_accepting=True)
    receipt = await world.tried_once()
    world.discord.forget_nonces()
    world.clock.advance(3600)
    await world.ends(receipt, DELIVERED)
    assert len(world.uploads()) == 1


# Discord that does not answer


async def test_a_discord_that_never_answers_holds_one_delivery_for_a_while_and_no_other_job(
    discord, build_world
):
    async with build_world(upload_seconds=3) as world:
        silence = discord.faults.add(
            "POST", RESULTS, uploads_only=True, status=503, delay_seconds=30, times=None
        )
        pipeline = world.pipeline
        held, second, third = [await world.order(place) for place in (VIDEOS, LOUNGE, LOUNGE)]
        for _ in range(3):
            assert await pipeline.submitter.step()
        world.clock.advance(60)
        assert await pipeline.poller.step()

        holding = asyncio.create_task(pipeline.deliverer.step())
        async with asyncio.timeout(10):
            while not silence.hits:
                await asyncio.sleep(0.01)
        last = await world.order(LOUNGE)
        assert await pipeline.submitter.step()
        for _ in range(2):
            assert await pipeline.poller.step()
            assert await pipeline.deliverer.step()
        states = [(await world.job(receipt)).state for receipt in (held, second, third, last)]
        assert states == ["delivering", "delivered", "delivered", "rendering"]
        assert not holding.done()

        async with asyncio.timeout(10):
            assert await holding
        job = await world.job(held)
        assert (job.state, job.troubles) == (JobState.DELIVERING, 1)
        discord.faults.clear()
        assert (await world.play_on(held)).state is JobState.DELIVERED
        assert len(world.results(held)) == 1


async def test_a_command_that_is_never_acknowledged_does_not_keep_its_ending_from_its_requester(
    sandbox, build_world
):
    async with build_world(acknowledge_seconds=0.05) as world:
        sandbox.faults.add(Fault(FaultName.MODERATED))
        receipt = await world.order()
        with world.replies.acknowledging(SimpleNamespace(id=receipt.job.interaction_id)):
            job = await world.play_on(receipt)
        assert (job.state, job.reason) == (JobState.FAILED, Reason.MODERATED)
        [told] = world.told(receipt)
        assert "content filter refused" in told


CALLS = frozenset({"send", "edit", "delete", "create_dm", "edit_original_response", "find", "_search"})
"""What the notifier calls Discord by, and what it waits for a command's acknowledgement by."""


def test_no_call_to_discord_is_awaited_outside_its_bound():
    tree = ast.parse(Path(cogs.results.notifier.__file__).read_text(encoding="utf-8"))
    called = {_name(node.func) for node in ast.walk(tree) if isinstance(node, ast.Call)}
    awaited = {
        _name(node.value.func)
        for node in ast.walk(tree)
        if isinstance(node, ast.Await) and isinstance(node.value, ast.Call)
    }
    assert called >= CALLS
    assert awaited & CALLS == set()
    looped = [node for node in ast.walk(tree) if isinstance(node, ast.AsyncFor)]
    [search] = [node for node in ast.walk(tree) if getattr(node, "name", None) == "_search"]
    assert [loop for loop in looped if loop not in ast.walk(search)] == []


def _name(function):
    return getattr(function, "attr", None) or getattr(function, "id", None)
