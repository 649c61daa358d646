"""What a task reports about itself: progress, times, cost, and why it failed, in every shape seen."""

import json
import logging

import pytest
from scripted_provider import says

from hailuo.errors import Unavailable
from hailuo.provider import FailureKind, Task, TaskStatus
from tests.support.rows import each_row

URL = "https://files.example/f/video.mp4"
TASK = "task_1"


def done(**fields):
    return {"code": 200, "data": {"id": TASK, "status": "completed"} | fields}


async def test_an_unknown_status_is_logged_once(provider, client_of, caplog):
    client = await client_of(
        await provider(says(200, {"data": {"id": TASK, "status": "reticulating\nsplines"}}))
    )
    with caplog.at_level(logging.WARNING):
        for _ in range(3):
            assert (await client.get_task(TASK)).status is TaskStatus.RUNNING
    assert [record.getMessage() for record in caplog.records] == [
        "unknown task status, still polling: status='reticulating splines'"
    ]


async def test_the_documented_answer_is_read_whole(get_task):
    payload = {
        "code": 200,
        "data": {
            "id": TASK,
            "status": "completed",
            "progress": 100,
            "result": {"videos": [{"url": [URL], "expires_at": 1763174708}]},
            "created": 1763088289,
            "completed": 1763088308,
            "estimated_time": 60,
            "actual_time": 19,
            "cost": 0.2928,
            "credits_cost": 2.928,
        },
    }
    assert await get_task(payload) == Task(
        id=TASK,
        status=TaskStatus.SUCCEEDED,
        raw_status="completed",
        progress=100,
        video_url=URL,
        expires_at=1_763_174_708_000,
        finished_at=1_763_088_308_000,
        estimated_seconds=60.0,
        cost_usd=0.2928,
    )


@each_row("key", ["completed", "completed_at"])
async def test_when_a_task_was_done_is_read_from_either_name(get_task, key):
    task = await get_task(done(result={"videos": [{"url": [URL]}]}, **{key: 1763088308}))

    assert task.finished_at == 1_763_088_308_000


async def test_a_task_that_still_runs_was_not_done_at_any_time(get_task):
    task = await get_task({"data": {"id": TASK, "status": "processing", "completed": 1763088308}})

    assert task.finished_at is None


@each_row("form", ["generation.task", "generation.result"])
async def test_the_newer_envelope_is_read(get_task, form):
    data = {"id": TASK, "object": form, "status": "completed", "result": {"url": URL}}
    task = await get_task({"request_id": "req_9", "data": data})
    assert (task.id, task.video_url) == (TASK, URL)


@each_row(
    "told, read",
    [
        (0, 0), (45, 45), ("45", 45), ("45%", 45), (" 45 % ", 45), (45.9, 45), (100, 100), (150, 100), (-3, 0),
        (None, None), ("", None), ("soon", None), (True, None), ([], None), ("nan", None), (10**400, None),
    ],
)  # fmt: skip
async def test_progress_is_what_was_reported_or_nothing(get_task, told, read):
    body = json.dumps({"data": {"id": TASK, "status": "processing", "progress": told}})
    assert (await get_task(body.encode())).progress == read


async def test_absent_figures_stay_absent(get_task):
    task = await get_task({"data": {"id": TASK, "status": "processing"}})
    assert task == Task(id=TASK, status=TaskStatus.RUNNING, raw_status="processing")


@each_row(
    "told, read",
    [
        (1763174708, 1_763_174_708_000),
        ("1763174708", 1_763_174_708_000),
        (1763174708000, 1_763_174_708_000),
        ("2025-11-15T02:45:08Z", 1_763_174_708_000),
        ("2025-11-15T02:45:08", None),
        (0, None), (-1, None), (None, None), ("later", None), (1e300, None),
    ],
)  # fmt: skip
@each_row("place", ["video", "task"])
async def test_the_end_of_the_address_is_read_beside_it_or_on_the_task(get_task, told, read, place):
    video, task = ({"expires_at": told}, {}) if place == "video" else ({}, {"expires_at": told})
    payload = done(result={"videos": [{"url": [URL]} | video]}, **task)
    assert (await get_task(payload)).expires_at == read


async def test_credits_are_a_tenth_of_a_dollar(get_task):
    assert (await get_task(done(url=URL, credits_cost=2.5))).cost_usd == 0.25
    assert (await get_task(done(url=URL, cost=-1))).cost_usd is None


@each_row(
    "fields, code, message",
    [
        ({"error": {"code": "task_failed", "message": "It broke", "type": "x"}}, "task_failed", "It broke"),
        ({"error": {"code": 500, "message": "It broke", "type": "task_failed"}}, "task_failed", "It broke"),
        ({"error": {"code": 1033, "message": "It broke"}}, "1033", "It broke"),
        ({"error": {"message": "It broke"}}, None, "It broke"),
        ({"error": "It broke"}, None, "It broke"),
        ({"error": None}, None, None),
        ({"error": ""}, None, None),
        ({"error": {}}, None, None),
        ({}, None, None),
        ({"message": "It broke"}, None, "It broke"),
        ({"message": "success"}, None, None),
        ({"fail_reason": "It broke", "type": "video"}, None, "It broke"),
        ({"error": {"message": ["odd"]}}, None, None),
    ],
)
@each_row("flat", [False, True])
async def test_a_failed_task_gives_its_reason_in_any_shape(get_task, fields, code, message, flat):
    body = {"id": TASK, "status": "failed"} | fields
    task = await get_task(body if flat else {"code": 200, "message": "success", "data": body})
    assert (task.status, task.error_code, task.error_message) == (TaskStatus.FAILED, code, message)
    assert task.failure() is FailureKind.PROVIDER


async def test_a_failed_task_without_a_reason_takes_the_one_around_it(get_task):
    task = await get_task({"code": 1027, "message": "It broke", "data": {"id": TASK, "status": "failed"}})
    assert (task.error_code, task.error_message) == ("1027", "It broke")
    assert task.failure() is FailureKind.MODERATED


async def test_a_failed_task_without_identifier_is_still_the_one_asked_for(get_task):
    task = await get_task({"code": 200, "data": {"status": "failed", "error": {"message": "It broke"}}})
    assert (task.id, task.status, task.error_message) == (TASK, TaskStatus.FAILED, "It broke")


@each_row(
    "fields, kind",
    [
        ({"error": {"code": 1026, "message": "input"}}, FailureKind.MODERATED),
        ({"error": {"code": "1027"}}, FailureKind.MODERATED),
        ({"error": "(1026) refused"}, FailureKind.MODERATED),
        ({"error": "status_code_1027"}, FailureKind.MODERATED),
        ({"error": "Sensitive content detected"}, FailureKind.MODERATED),
        ({"error": "moderation not passed"}, FailureKind.MODERATED),
        ({"error": "内容审核未通过"}, FailureKind.MODERATED),
        ({"status": "violation"}, FailureKind.MODERATED),
        ({"error": "request 41026 timed out"}, FailureKind.PROVIDER),
        ({"error": "names are case-sensitive"}, FailureKind.PROVIDER),
        ({"error": "upstream quota exhausted"}, FailureKind.PROVIDER),
        ({"status": "expired"}, FailureKind.PROVIDER),
    ],
)
async def test_a_filtered_task_is_told_from_a_broken_one(get_task, fields, kind):
    task = await get_task({"code": 200, "data": {"id": TASK, "status": "failed"} | fields})
    assert (task.status, task.failure()) == (TaskStatus.FAILED, kind)


async def test_among_several_tasks_the_one_asked_for_is_read(get_task):
    others = [{"id": "task_0", "status": "failed"}, {"id": TASK, "status": "completed", "url": URL}]
    assert (await get_task({"code": 200, "data": others})).video_url == URL


async def test_a_number_asked_for_as_text_is_the_same_task(get_task):
    task = await get_task(
        {"data": [{"id": 6, "status": "failed"}, {"id": 7, "status": "queued"}]}, task_id="7"
    )
    assert (task.id, task.status) == ("7", TaskStatus.RUNNING)


@each_row(
    "payload",
    [
        b"",
        b"<html>maintenance</html>",
        b'{"code":200,"data":{"id":"task_1","sta',
        b"[" * 200_000,
        b"\x00\xff",
        {},
        {"code": 200, "data": {}},
        {"code": 200, "data": {"id": TASK}},
        {"code": 200, "data": {"id": TASK, "status": ""}},
        {"code": 200, "data": {"id": TASK, "status": 3}},
        {"status": 500, "error": "Internal Server Error"},
        {"status": "error", "message": "busy"},
        {"status": "failed", "error": {"message": "busy"}},
        {"code": 500, "status": "failed", "data": {}},
        {"code": 500, "message": "busy", "data": {"status": "processing"}},
        {"success": False, "message": "busy"},
        {"error": {"message": "busy", "type": "server_error"}},
        {"base_resp": {"status_code": 1000, "status_msg": "busy"}},
    ],
)
async def test_an_answer_that_describes_no_task_is_asked_for_again(get_task, payload):
    with pytest.raises(Unavailable) as caught:
        await get_task(payload)
    assert caught.value.status == 200
    assert caught.value.detail


async def test_a_link_that_lies_very_deep_is_not_looked_for(get_task):
    nested = b'{"result":' * 100 + b'"https://cdn.example/a.mp4"' + b"}" * 100
    task = await get_task(b'{"data":{"id":"task_1","status":"completed","result":' + nested + b"}}")
    assert task.status is TaskStatus.RUNNING


NO_COST = [
    1e300,
    10**30,
    -1,
    -1e300,
    1000.01,
    "1e300",
    "10000000000000000000000000",
    True,
    "nan",
    "inf",
    [1],
    {},
]


@each_row("told", NO_COST)
@each_row("field", ["cost", "credits_cost"])
async def test_a_cost_that_no_video_has_is_as_if_nothing_was_said_and_logged(get_task, caplog, field, told):
    told = told * 10 if (field, told) == ("credits_cost", 1000.01) else told
    with caplog.at_level(logging.WARNING):
        task = await get_task(done(url=URL, **{field: told}))

    assert (task.status, task.cost_usd) == (TaskStatus.SUCCEEDED, None)
    assert [record.getMessage() for record in caplog.records if field in record.getMessage()]


@each_row("told", ["NaN", "Infinity", "-Infinity", "1e999"])
async def test_what_is_no_figure_in_json_is_as_if_nothing_was_said(get_task, told):
    body = f'{{"data":{{"id":"{TASK}","status":"completed","url":"{URL}","cost":{told},"estimated_time":{told}}}}}'
    task = await get_task(body.encode())
    assert (task.cost_usd, task.estimated_seconds) == (None, None)


@each_row("told", [1e300, 10**30, -1, "1e300", True, 8 * 86400])
async def test_a_time_that_no_video_takes_is_as_if_nothing_was_said(get_task, told):
    body = {"data": {"id": TASK, "status": "processing", "estimated_time": told}}
    assert (await get_task(body)).estimated_seconds is None


@each_row("told", [1e300, 10**30, -5, "1e300", True, "0001-01-01T00:00:00+00:00", "1969-12-31T23:59:59Z"])
async def test_a_moment_outside_of_the_calendar_is_as_if_nothing_was_said(get_task, told):
    task = await get_task(done(url=URL, expires_at=told, completed=told, completed_at=told))
    assert (task.expires_at, task.finished_at) == (None, None)


@each_row("told", [1e300, 10**30, "1e300", -1e300])
async def test_a_balance_that_no_account_has_is_none(provider, client_of, told):
    client = await client_of(await provider(says(200, {"remain_balance": 5, "used_balance": told})))
    assert (await client.balance()).used is None
