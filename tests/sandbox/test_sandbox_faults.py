"""Each fault does what it says, as often as it was asked to, and money is counted right beside it."""

import asyncio
import time

import aiohttp
import pytest

from sandbox.faults import Fault, FaultName, Where
from tests.support.rows import each_row

BEFORE_AND_AFTER = each_row("accepted", [False, True])


@BEFORE_AND_AFTER
@each_row(
    "name, status, kind",
    [
        (FaultName.RATE_LIMITED, 429, "rate_limit_error"),
        (FaultName.SERVER_ERROR, 500, "server_error"),
        (FaultName.BAD_GATEWAY, 502, "bad_gateway"),
        (FaultName.UNAVAILABLE, 503, "service_unavailable"),
        (FaultName.GATEWAY_TIMEOUT, 504, "gateway_timeout"),
        (FaultName.REQUEST_TIMEOUT, 408, "timeout_error"),
        (FaultName.BAD_KEY, 401, "authentication_error"),
        (FaultName.OUT_OF_CREDIT, 402, "payment_required"),
        (FaultName.FORBIDDEN, 403, "permission_error"),
        (FaultName.NOT_FOUND, 404, "invalid_request_error"),
        (FaultName.TOO_LARGE, 413, "invalid_request_error"),
        (FaultName.MODERATED, 400, "invalid_request_error"),
        (FaultName.MODERATED_AS_500, 500, "server_error"),
        (FaultName.IDEMPOTENCY_IN_PROGRESS, 409, "idempotency_in_progress"),
        (FaultName.IDEMPOTENCY_KEY_REUSED, 409, "idempotency_key_reused"),
        (FaultName.IDEMPOTENCY_INDETERMINATE, 409, "idempotency_result_indeterminate"),
        (FaultName.IDEMPOTENCY_UNAVAILABLE, 503, "idempotency_unavailable"),
    ],
)
async def test_an_error_answers_once_and_the_post_counts_only_when_accepted(
    open_provider, name, status, kind, accepted
):
    async with open_provider(instant=True) as provider:
        provider.arm(Fault(name, where=Where.SUBMIT, accepted=accepted))
        reply = await provider.submit(key="k")
        error = reply.data["error"]
        assert (reply.status, error["code"], error["type"]) == (status, status, kind)
        ledger = provider.sandbox.ledger
        assert (len(ledger.received), len(ledger.accepted)) == (1, accepted)
        assert len(ledger.rejected) == (not accepted)
        assert (await provider.submit()).status == 200


async def test_moderation_reads_as_the_documented_texts(provider):
    provider.arm(Fault(FaultName.MODERATED), Fault(FaultName.MODERATED_AS_500))
    plain, trap = await provider.submit(), await provider.submit()
    assert plain.data["error"]["message"] == "content moderation failed: sensitive content detected"
    assert trap.data["error"]["message"] == f"build_request_failed: {plain.data['error']['message']}"


@BEFORE_AND_AFTER
@each_row("name", ["server_error", "bad_gateway", "unavailable", "gateway_timeout", "request_timeout"])
async def test_a_proxy_in_front_answers_with_a_page(provider, name, accepted):
    before = len(provider.sandbox.ledger.accepted)
    provider.arm(Fault(FaultName(name), "html", accepted=accepted))
    reply = await provider.submit()
    assert reply.status in (408, 500, 502, 503, 504)
    assert reply.headers["Content-Type"].startswith("text/html")
    assert reply.body.startswith(b"<!doctype html>")
    assert len(provider.sandbox.ledger.accepted) - before == accepted


@each_row("text", ["2", "nan", "-5", "99999999999", "Wed, 21 Oct 2026 07:28:00 GMT", "soon", ""])
@each_row("name", [FaultName.RATE_LIMITED, FaultName.UNAVAILABLE])
async def test_retry_after_is_any_text(provider, name, text):
    provider.arm(Fault(name, text, where=Where.TASK))
    reply = await provider.get("/v1/tasks/task_x")
    assert reply.headers.get("Retry-After") == (text or None)


@each_row(
    "kind, body",
    [
        ("object", {"error": {"code": 500, "message": "upstream quota exhausted", "type": "server_error"}}),
        ("text", {"error": "upstream quota exhausted"}),
        ("success", {"success": False, "message": "upstream quota exhausted"}),
        ("code", {"code": 500, "message": "upstream quota exhausted", "data": None}),
    ],
)
@each_row("where", [Where.SUBMIT, Where.TASK, Where.BALANCE])
async def test_an_error_hides_behind_status_200(provider, where, kind, body):
    path = {Where.SUBMIT: "/v1/videos/generations", Where.TASK: "/v1/tasks/x", Where.BALANCE: "/v1/balance"}[
        where
    ]
    provider.arm(Fault(FaultName.ERROR_IN_200, kind, where=where))
    reply = await provider.request("POST" if where is Where.SUBMIT else "GET", path)
    assert (reply.status, reply.data) == (200, body)
    assert provider.sandbox.ledger.accepted == []


@BEFORE_AND_AFTER
@each_row("name, body", [(FaultName.EMPTY_BODY, b""), (FaultName.NOT_JSON, b'{"code":200,"da')])
async def test_status_200_carries_nothing_that_can_be_read(provider, name, body, accepted):
    before = len(provider.sandbox.ledger.accepted)
    provider.arm(Fault(name, accepted=accepted))
    reply = await provider.submit()
    assert (reply.status, reply.data) == (200, None)
    assert reply.body.startswith(body)
    assert len(provider.sandbox.ledger.accepted) - before == accepted


@BEFORE_AND_AFTER
async def test_an_api_call_is_redirected_to_another_address(provider, accepted):
    provider.arm(Fault(FaultName.REDIRECT, "https://example.org/x", where=Where.SUBMIT, accepted=accepted))
    reply = await provider.submit()
    assert (reply.status, reply.headers["Location"]) == (302, "https://example.org/x")
    assert len(provider.sandbox.ledger.accepted) == accepted


@pytest.mark.parametrize(
    ("name", "received", "accepted"),
    [
        (FaultName.CUT_BEFORE_READING, 1, 0),
        (FaultName.CUT_AFTER_ACCEPTING, 1, 1),
        (FaultName.CUT_MID_RESPONSE, 1, 1),
    ],
)
async def test_a_connection_is_cut(provider, name, received, accepted):
    provider.arm(Fault(name))
    with pytest.raises((aiohttp.ClientConnectionError, aiohttp.ClientPayloadError)):
        await provider.submit()
    ledger = provider.sandbox.ledger
    assert (len(ledger.received), len(ledger.accepted), len(ledger.rejected)) == (received, accepted, 0)


async def test_a_cut_in_the_middle_comes_after_status_200(provider):
    provider.arm(Fault(FaultName.CUT_MID_RESPONSE))
    async with provider.session.post(
        "/v1/videos/generations", json={"model": "MiniMax-Hailuo-2.3", "prompt": "x"}
    ) as r:
        assert r.status == 200
        with pytest.raises(aiohttp.ClientPayloadError):
            await r.read()


@pytest.mark.parametrize(("name", "accepted"), [(FaultName.LATENCY_BEFORE, 0), (FaultName.LATENCY_AFTER, 1)])
async def test_latency_comes_before_or_after_the_effect(provider, name, accepted):
    ledger = provider.sandbox.ledger
    provider.arm(Fault(name, "30"))
    await provider.give_up(lambda: ledger.accepted if accepted else ledger.received)
    assert (len(ledger.received), len(ledger.accepted)) == (1, accepted)


async def test_latency_adds_up_with_an_error(provider):
    provider.arm(Fault(FaultName.LATENCY_BEFORE, "0.2"), Fault(FaultName.BAD_GATEWAY))
    started = time.monotonic()
    assert (await provider.submit()).status == 502
    assert time.monotonic() - started >= 0.2


async def test_faults_hit_in_order_as_often_as_asked_and_only_where_asked(provider):
    provider.arm(Fault(FaultName.RATE_LIMITED, times=2), Fault(FaultName.BAD_GATEWAY))
    provider.arm(Fault(FaultName.SERVER_ERROR, where=Where.BALANCE, times=None))
    assert [(await provider.submit()).status for _ in range(4)] == [429, 429, 502, 200]
    assert [(await provider.get("/v1/balance")).status for _ in range(3)] == [500] * 3
    provider.sandbox.faults.clear()
    assert (await provider.get("/v1/balance")).status == 200


async def test_base64_is_refused_and_an_address_is_not(provider, make_picture, as_data_uri):
    provider.arm(Fault(FaultName.BASE64_REFUSED, times=None))
    form = aiohttp.FormData()
    form.add_field("file", make_picture(), filename="a.png")
    url = (await provider.request("POST", "/v1/uploads/images", data=form)).data["url"]
    refused = await provider.submit(first_frame_image=as_data_uri(make_picture()))
    assert (refused.status, "upload" in refused.data["error"]["message"]) == (400, True)
    assert (await provider.submit(first_frame_image=url)).status == 200
    assert (await provider.submit()).status == 200


@each_row(
    "name, message",
    [
        (FaultName.FAILS_MODERATED, "output video sensitive, moderation not passed"),
        (FaultName.FAILS_PROVIDER, "upstream timeout"),
        (FaultName.FAILS_WITHOUT_REASON, None),
    ],
)
async def test_an_accepted_task_fails_at_its_end_and_is_refunded(open_provider, clock, name, message):
    async with open_provider(clock=clock, render_seconds=10) as provider:
        provider.arm(Fault(name))
        task_id = await provider.accepted()
        clock.forward(5)
        assert (await provider.task(task_id))["status"] == "processing"
        assert (await provider.get("/v1/balance")).data["used_balance"] == 0.2928
        clock.forward(5)
        task = await provider.task(task_id)
        assert (task["status"], "result" in task) == ("failed", False)
        assert (task["error"] and task["error"]["message"]) == message
        assert (await provider.get("/v1/balance")).data["used_balance"] == 0
        assert len(provider.sandbox.ledger.accepted) == 1


async def test_a_stuck_task_runs_for_ever_or_for_its_time(open_provider, clock):
    async with open_provider(instant=True, clock=clock) as provider:
        provider.arm(Fault(FaultName.STUCK), Fault(FaultName.STUCK, "3600"))
        for_ever, for_an_hour, fine = [await provider.accepted() for _ in range(3)]
        assert (await provider.task(fine))["status"] == "completed"
        assert (await provider.task(for_an_hour))["status"] == "processing"
        clock.forward(3600)
        assert (await provider.task(for_an_hour))["status"] == "completed"
        clock.forward(10**9)
        assert (await provider.task(for_ever))["status"] == "processing"


async def test_a_task_shows_a_word_that_nobody_knows(provider):
    provider.arm(Fault(FaultName.UNKNOWN_STATUS, "rehearsing"), Fault(FaultName.UNKNOWN_STATUS))
    task_id = await provider.accepted()
    first, second = await provider.task(task_id), await provider.task(task_id)
    assert (first["status"], second["status"], "result" in first) == ("rehearsing", "reticulating", False)
    assert (await provider.task(task_id))["status"] == "completed"


async def test_a_task_is_404_for_a_while(provider):
    provider.arm(Fault(FaultName.NOT_FOUND, times=2))
    task_id = await provider.accepted()
    statuses = [(await provider.get(f"/v1/tasks/{task_id}")).status for _ in range(3)]
    assert statuses == [404, 404, 200]


async def test_an_answer_of_the_api_never_ends(provider):
    provider.arm(Fault(FaultName.ENDLESS, where=Where.SUBMIT))
    async with provider.session.post(
        "/v1/videos/generations", json={"model": "MiniMax-Hailuo-2.3", "prompt": "x"}
    ) as r:
        assert len(await r.content.readexactly(1_000_000)) == 1_000_000
    assert len(provider.sandbox.ledger.accepted) == 1


async def test_a_closing_sandbox_waits_for_nobody_and_accepts_nothing_more(open_provider, clock):
    async with aiohttp.ClientSession() as patient:
        async with open_provider(instant=True) as provider:
            _, url = await provider.finished()
            provider.arm(Fault(FaultName.DRIP, "1"), Fault(FaultName.LATENCY_BEFORE, "60"))
            dripping = await patient.get(url)
            await provider.give_up(lambda: len(provider.sandbox.ledger.received) == 2)
            started = time.monotonic()
        assert time.monotonic() - started < 10
        with pytest.raises(aiohttp.ClientPayloadError):
            await dripping.read()
    assert len(provider.sandbox.ledger.accepted) == 1
    assert [task for task in asyncio.all_tasks() if task is not asyncio.current_task()] == []


async def hang_up(provider, wait_until, body, length):
    """Send the head and `body` of a submit, and hang up once the sandbox has seen it."""
    head = (
        f"POST /v1/videos/generations HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: {length}\r\n"
        f"Authorization: Bearer {provider.sandbox.api_key}\r\n\r\n"
    )
    _, writer = await asyncio.open_connection("127.0.0.1", int(provider.sandbox.url.rpartition(":")[2]))
    writer.write(head.encode() + body)
    await asyncio.wait_for(wait_until(lambda: provider.sandbox.ledger.received), 10)
    writer.close()
    await writer.wait_closed()


async def test_a_post_whose_caller_gave_up_is_billed_all_the_same(provider, wait_until):
    ledger = provider.sandbox.ledger
    provider.arm(Fault(FaultName.LATENCY_BEFORE, "0.2"))
    body = b'{"model":"MiniMax-Hailuo-2.3","prompt":"x"}'
    await hang_up(provider, wait_until, body, len(body))
    assert ledger.accepted == []
    await asyncio.wait_for(wait_until(lambda: ledger.accepted), 10)


async def test_a_post_that_never_arrives_whole_is_not_billed_and_no_error_of_ours(
    open_provider, wait_until, caplog
):
    async with open_provider(instant=True) as provider:
        await hang_up(provider, wait_until, b'{"model":', 1000)
        assert (await provider.get("/v1/balance")).data["used_balance"] == 0
    assert provider.sandbox.ledger.accepted == []
    assert [record for record in caplog.records if record.levelname == "ERROR"] == []
