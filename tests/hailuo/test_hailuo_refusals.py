"""What each refusal of the provider means for money and for the next step, read through the real client."""

import pytest
from scripted_provider import says

from hailuo.errors import (
    HailuoError,
    InvalidRequest,
    KeyRefused,
    Misconfigured,
    Moderated,
    NotSent,
    OutcomeUnknown,
    OutOfCredit,
    RateLimited,
    Rejected,
    StillSubmitting,
    TaskNotFound,
    Unavailable,
)
from hailuo.request import VideoRequest
from tests.support.rows import each_row

HTML = b"<html><head><title>502 Bad Gateway</title></head><body><h1>nginx</h1></body></html>"


def error(message="No.", **fields):
    return {"error": {"message": message} | fields}


@pytest.fixture
def call(provider, client_of, tmp_path):
    """Make one call to a provider that gives one answer; return the error it ends with."""
    picture = tmp_path / "picture"
    picture.write_bytes(b"\xff\xd8\xff" + b"x" * 100)

    async def call(name, status, payload, **headers):
        server = await provider(says(status, payload, **headers))
        client = await client_of(server)
        arguments = {
            "submit": {
                "request": VideoRequest(prompt="cat"),
                "submit_key": "k",
                "first_frame": None,
            },
            "get_task": {"task_id": "task_1"},
            "upload_image": {"path": picture},
            "balance": {},
        }[name]
        with pytest.raises(HailuoError) as caught:
            await getattr(client, name)(**arguments)
        assert len(server.requests) == 1
        return caught.value

    return call


SUBMIT = [
    (400, error(code=400, type="invalid_request_error"), InvalidRequest),
    (400, error(type="invalid_duration"), InvalidRequest),
    (400, error("prompt is sensitive"), Moderated),
    (400, error(code=1026), Moderated),
    (400, error(code=1002), RateLimited),
    (400, error(code="1008"), OutOfCredit),
    (400, error(code=2013), InvalidRequest),
    (400, error(type="server_error"), InvalidRequest),
    (400, HTML, InvalidRequest),
    (401, error(type="authentication_error"), KeyRefused),
    (401, error("API key is required", type="apimart_error"), KeyRefused),
    (401, b"", KeyRefused),
    (402, error(type="payment_required"), OutOfCredit),
    (403, error(type="permission_error"), KeyRefused),
    (403, error("content moderation failed"), Moderated),
    (404, {"detail": "Not Found"}, InvalidRequest),
    (405, b"", InvalidRequest),
    (413, HTML, InvalidRequest),
    (422, {"detail": "moderation"}, Moderated),
    (429, error(type="rate_limit_error"), RateLimited),
    (429, HTML, RateLimited),
    (408, b"", OutcomeUnknown),
    (409, error(code="idempotency_in_progress"), StillSubmitting),
    (409, error(type="idempotency_in_progress"), StillSubmitting),
    (409, error(code="idempotency_key_reused"), OutcomeUnknown),
    (409, error(code="idempotency_result_indeterminate"), OutcomeUnknown),
    (409, b"", OutcomeUnknown),
    (500, error(type="server_error"), OutcomeUnknown),
    (500, error("content moderation failed"), OutcomeUnknown),
    (500, error("build_request_failed: invalid size: 3"), InvalidRequest),
    (500, error("build_request_failed: content moderation failed: sensitive content detected"), Moderated),
    (500, error("no", code="build_request_failed"), InvalidRequest),
    (500, HTML, OutcomeUnknown),
    (500, {"task_id": "task_1"}, OutcomeUnknown),
    (400, {"task_id": "task_1"}, InvalidRequest),
    (502, HTML, OutcomeUnknown),
    (502, error("build_request_failed"), OutcomeUnknown),
    (503, error(), OutcomeUnknown),
    (503, error(code="idempotency_unavailable"), NotSent),
    (504, HTML, OutcomeUnknown),
    (524, HTML, OutcomeUnknown),
    (301, HTML, InvalidRequest),
    (307, HTML, InvalidRequest),
    (200, {"code": 400, "message": "No."}, InvalidRequest),
    (200, {"code": "401", "message": "No."}, KeyRefused),
    (200, {"code": 402, "data": None}, OutOfCredit),
    (200, {"code": 403, "message": "No."}, KeyRefused),
    (200, {"code": 429, "message": "No."}, RateLimited),
    (200, {"code": 500, "message": "build_request_failed: content moderation failed"}, Moderated),
    (200, {"code": 500, "message": "No."}, OutcomeUnknown),
    (200, {"code": 503, "message": "No."}, OutcomeUnknown),
    (200, {"code": 1234, "message": "No."}, OutcomeUnknown),
    (200, {"code": 477, "message": "No."}, OutcomeUnknown),
    (200, {"code": -1, "message": "No."}, OutcomeUnknown),
    (200, {"success": False, "message": "No."}, OutcomeUnknown),
    (200, {"success": False, "message": "sensitive content detected"}, Moderated),
    (200, error(type="invalid_request_error"), InvalidRequest),
    (200, error(type="payment_required"), OutOfCredit),
    (200, error(code="idempotency_unavailable"), NotSent),
    (200, error(code="idempotency_in_progress"), StillSubmitting),
    (200, error(code=1008), OutOfCredit),
    (200, error(code=2049), KeyRefused),
    (200, error("odd"), OutcomeUnknown),
    (200, {"error": "odd"}, OutcomeUnknown),
    (200, {"error": True, "message": "odd"}, OutcomeUnknown),
    (200, {"error": True, "message": "sensitive"}, Moderated),
    (200, {"success": False, "message": "build_request_failed: invalid size"}, InvalidRequest),
    (200, {"task_id": "", "base_resp": {"status_code": 1026, "status_msg": "new sensitive"}}, Moderated),
    (200, {"task_id": "", "base_resp": {"status_code": 1002, "status_msg": "rate"}}, RateLimited),
    (200, {"code": 200, "data": [{"status": "failed", "error": {"code": 1026}}]}, Moderated),
    (200, {"code": 200, "data": [{"status": "failed", "error": "odd"}]}, OutcomeUnknown),
]

GET_TASK = [
    (400, error("invalid task id"), TaskNotFound),
    (400, error(code=1002), RateLimited),
    (401, error(), KeyRefused),
    (402, error(), OutOfCredit),
    (403, HTML, KeyRefused),
    (404, b"", TaskNotFound),
    (404, error(), TaskNotFound),
    (410, b"", TaskNotFound),
    (405, b"", Misconfigured),
    (301, b"", Misconfigured),
    (302, HTML, Misconfigured),
    (408, b"", Unavailable),
    (409, b"", Unavailable),
    (429, error(), RateLimited),
    (500, HTML, Unavailable),
    (500, error("task does not exist or has expired"), TaskNotFound),
    (502, HTML, Unavailable),
    (503, b"", Unavailable),
    (504, b"", Unavailable),
    (200, {"code": 404, "message": "No."}, TaskNotFound),
    (200, {"code": "task_not_exist", "message": "No."}, TaskNotFound),
    (200, {"success": False, "message": "Task 'task_1' has expired"}, TaskNotFound),
    (200, {"code": 401, "message": "No."}, KeyRefused),
    (200, {"code": 402, "message": "No."}, OutOfCredit),
    (200, {"code": 429, "message": "No."}, RateLimited),
    (200, {"code": 500, "message": "No."}, Unavailable),
    (200, error("odd"), Unavailable),
]

UPLOAD = [
    (400, error("unsupported format"), InvalidRequest),
    (400, error("sensitive picture"), Moderated),
    (401, error(), KeyRefused),
    (402, error(), OutOfCredit),
    (413, HTML, InvalidRequest),
    (415, b"", InvalidRequest),
    (404, b"", Misconfigured),
    (307, b"", Misconfigured),
    (429, error(), RateLimited),
    (500, HTML, Unavailable),
    (502, HTML, Unavailable),
    (200, {"filename": "x"}, Unavailable),
    (200, {"code": 400, "message": "No."}, InvalidRequest),
    (200, HTML, Unavailable),
]

BALANCE = [
    (200, {"success": False, "message": "No."}, Unavailable),
    (200, {"success": False, "message": "No.", "remain_balance": 5}, Unavailable),
    (200, {"success": False, "code": 401, "message": "No."}, KeyRefused),
    (200, {"success": True}, Unavailable),
    (200, HTML, Unavailable),
    (401, error(), KeyRefused),
    (403, error(), KeyRefused),
    (404, b"", Misconfigured),
    (302, b"", Misconfigured),
    (429, error(), RateLimited),
    (500, HTML, Unavailable),
]

TABLE = [
    (name, *row)
    for name, rows in {
        "submit": SUBMIT,
        "get_task": GET_TASK,
        "upload_image": UPLOAD,
        "balance": BALANCE,
    }.items()
    for row in rows
]


@each_row("name, status, payload, kind", TABLE)
async def test_every_refusal_has_its_meaning(call, name, status, payload, kind):
    refused = await call(name, status, payload)
    assert type(refused) is kind
    assert refused.status == status
    assert refused.detail


@each_row("status", range(500, 512))
async def test_no_5xx_of_the_paid_call_counts_as_never_billed(call, status):
    refused = await call("submit", status, error("Internal error", type="server_error", code=status))
    assert isinstance(refused, OutcomeUnknown)


@each_row("status", range(400, 500))
async def test_4xx_of_the_paid_call_are_refusals_but_for_the_doubtful_two(call, status):
    refused = await call("submit", status, error())
    assert isinstance(refused, OutcomeUnknown if status in (408, 409) else Rejected)


@each_row("name, kind", [("submit", RateLimited), ("get_task", RateLimited)])
@each_row("told, read", [("7", 7.0), ("99999999999", 600.0), ("0", 1.0), ("nan", None), (None, None)])
async def test_the_wait_that_a_429_asks_for_is_passed_on(call, name, kind, told, read):
    headers = {} if told is None else {"retry_after": told}
    refused = await call(name, 429, error(), **headers)
    assert type(refused) is kind
    assert refused.retry_after_seconds == read


async def test_a_wait_as_a_date_counts_from_the_clock_that_was_handed_in(provider, client_of):
    server = await provider(says(503, b"", retry_after="Sat, 15 Nov 2025 02:45:08 GMT"))
    client = await client_of(server, clock=lambda: 1_763_174_708.0 - 30)
    with pytest.raises(Unavailable) as caught:
        await client.get_task("task_1")
    assert caught.value.retry_after_seconds == 30.0


async def test_an_order_in_progress_says_when_to_ask_again(call):
    refused = await call("submit", 409, error(code="idempotency_in_progress"), retry_after="3")
    assert isinstance(refused, OutcomeUnknown)
    assert refused.retry_after_seconds == 3.0


@each_row(
    "payload, code, detail",
    [
        (error("Too long", code=400, type="invalid_request_error"), "invalid_request_error", "Too long"),
        (error("Too long", code="prompt_too_long", type="x"), "prompt_too_long", "Too long"),
        (error("Too long", code=400), "400", "Too long"),
        ({"error": "Too long"}, None, "Too long"),
        ({"code": 400, "msg": "Too long"}, "400", "Too long"),
        ({"detail": "Too long"}, None, "Too long"),
        (b"Too long", None, "Too long"),
        (b'"Too long"', None, "Too long"),
        (b"<html><style>p{}</style><p>Too <b>long</b></p></html>", None, "p{} Too long"),
        (b"", None, "empty answer"),
        ({}, None, "{}"),
    ],
)
async def test_an_error_carries_the_providers_words(call, payload, code, detail):
    refused = await call("submit", 400, payload)
    assert (refused.code, refused.detail) == (code, detail)


async def test_a_redirect_names_where_it_points_without_its_query(call):
    refused = await call("submit", 302, HTML, location="https://other.example/login?receipt=abc")
    assert refused.detail == "redirect to https://other.example/login?[redacted]"


async def test_the_text_of_an_error_holds_no_word_that_the_provider_chose(call):
    refused = await call(
        "submit", 400, b'{"error":{"message":"moderation: a red kite","type":"invalid_request_error"}}'
    )
    assert "a red kite" in refused.detail
    assert str(refused) == "Moderated (400, invalid_request_error)"
