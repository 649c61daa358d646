"""The tolerant parser: every shape in which gateways of this family answer, read through the real client."""

import pytest
from scripted_provider import says

from hailuo.errors import OutcomeUnknown
from hailuo.provider import TaskStatus
from hailuo.request import VideoRequest
from tests.support.rows import each_row

URL = "https://files.example/f/video.mp4"
TASK = "task_1"


@pytest.fixture
def submit(provider, client_of):
    async def submit(payload, status=200, **headers):
        client = await client_of(await provider(says(status, payload, **headers)))
        return await client.submit(VideoRequest(prompt="a cat"), submit_key="k-1", first_frame=None)

    return submit


def done(**fields):
    return {"code": 200, "data": {"id": TASK, "status": "completed"} | fields}


@each_row(
    "payload",
    [
        {"code": 200, "data": [{"status": "submitted", "task_id": "task_1"}]},
        {"code": 200, "data": {"status": "submitted", "task_id": "task_1"}},
        {"code": 200, "data": {"id": "task_1"}},
        {"code": "200", "data": [{"id": "task_1"}]},
        {"code": 0, "message": "success", "data": {"id": "task_1"}},
        {"code": "success", "data": {"id": " task_1 "}},
        {"code": 200, "data": {"id": 7, "task_id": "task_1"}},
        {"code": 200, "data": [{}, {"task_id": "task_1"}], "error": None},
        {"code": 200, "data": {"id": "task_1", "object": "generation.task"}, "request_id": "req_9"},
        {"id": "task_1", "status": "queued", "error": ""},
        {"task_id": "task_1"},
        {"id": "req_9", "error": {"message": "late"}, "data": {"task_id": "task_1"}},
        {"code": 500, "message": "odd", "task_id": "task_1"},
        [{"task_id": "task_1"}],
    ],
)
async def test_a_submitted_task_is_found(submit, payload):
    assert await submit(payload) == "task_1"


@each_row("status", [200, 201, 202])
async def test_any_2xx_with_a_task_is_an_acceptance(submit, status):
    assert await submit({"data": {"task_id": "task_1"}}, status) == "task_1"


async def test_a_number_is_a_task_identifier(submit):
    assert await submit({"code": 200, "data": [{"id": 90071992547409931}]}) == "90071992547409931"


async def test_a_task_in_a_body_of_another_content_type_is_not_lost(submit):
    body = {"code": 200, "data": [{"task_id": "task_1"}]}
    assert await submit(body, content_type="text/plain") == "task_1"


@each_row(
    "payload",
    [
        b"",
        b"<html><title>Welcome</title></html>",
        b'{"code":200,"data":[{"task_id":"task_',
        b"[" * 200_000,
        b"\xff\xfe\x00",
        b'{"data":{"task_id":' + b"9" * 5_000 + b"}}",
        b"null",
        b'"task_1"',
        {},
        {"code": 200},
        {"code": 200, "data": None},
        {"code": 200, "data": []},
        {"code": 200, "data": "ok"},
        {"code": 200, "data": [{"task_id": ""}]},
        {"code": 200, "data": [{"task_id": None, "id": True}]},
        {"code": 200, "data": [{"task_id": 1.5}]},
        {"code": 200, "data": [{"task_id": ".."}]},
        {"code": 200, "data": [{"task_id": "two words"}]},
        {"code": 200, "data": [{"task_id": "x" * 201}]},
        {"id": "req_9", "code": 200, "data": []},
        {"id": "req_9", "error": {"message": "late", "type": "server_error"}},
    ],
)
async def test_a_2xx_without_task_and_without_refusal_is_an_unknown_outcome(submit, payload):
    with pytest.raises(OutcomeUnknown) as caught:
        await submit(payload)
    assert caught.value.status == 200
    assert caught.value.detail


RESULTS = [
    {"result": {"videos": [{"url": [URL]}]}},
    {"result": {"videos": [{"url": URL}]}},
    {"result": {"videos": {"url": URL}}},
    {"result": {"video": {"url": URL}}},
    {"result": {"url": URL}},
    {"result": {"url": [URL]}},
    {"result": {"video_url": URL}},
    {"result": {"video_url": [URL]}},
    {"result": URL},
    {"results": [URL]},
    {"results": [{"url": URL}]},
    {"results": [{"url": [URL]}]},
    {"url": URL},
    {"url": [URL]},
    {"video_url": URL},
    {"video_url": [URL]},
    {"output": {"videos": [{"url": URL}]}},
    {"output": {"videos": [{"url": [URL]}]}},
    {"metadata": {"url": URL}},
    {"metadata": {"url": [URL]}},
    {"result_url": URL},
    {"result_url": [URL]},
    {"result_urls": [URL]},
    {"result_urls": URL},
    {"files": [{"file_url": URL}]},
    {"files": [{"file_url": [URL]}]},
    {"result": {"videos": [{"url": [None, "", 7, URL]}]}},
    {"result": {"videos": [{"url": f" {URL} "}]}},
]


@each_row("result", RESULTS)
@each_row("envelope", ["object", "list", "flat", "status outside"])
async def test_the_video_is_found_wherever_it_stands(get_task, result, envelope):
    task = {"id": TASK, "status": "completed"} | result
    payload = {
        "object": {"code": 200, "data": task},
        "list": {"code": 200, "data": [task]},
        "flat": task,
        "status outside": {"code": 200, "id": TASK, "status": "completed", "data": result},
    }[envelope]
    found = await get_task(payload)
    assert (found.status, found.video_url) == (TaskStatus.SUCCEEDED, URL)


async def test_the_first_https_address_wins_over_an_earlier_http_one(get_task):
    urls = ["http://files.example/plain.mp4", URL, "https://files.example/second.mp4"]
    assert (await get_task(done(result={"videos": [{"url": urls}]}))).video_url == URL


async def test_an_http_address_is_taken_when_there_is_no_other(get_task):
    task = await get_task(done(result={"url": "http://127.0.0.1:8000/v.mp4"}))
    assert task.video_url == "http://127.0.0.1:8000/v.mp4"


@each_row(
    "url",
    ["", None, "ftp://files.example/a", "javascript:alert(1)", "https://a b", "https://a\n.example", 5, {}],
)
async def test_a_success_without_a_usable_address_is_still_running(get_task, url):
    task = await get_task(done(result={"videos": [{"url": url}]}))
    assert (task.status, task.raw_status, task.video_url) == (TaskStatus.RUNNING, "completed", None)


STATUSES = {
    TaskStatus.RUNNING: [
        "submitted", "pending", "processing", "queued", "queueing", "preparing", "in_progress", "running",
        "generating", "waiting", "not_started", "PROCESSING", "In Progress", "reticulating", "unknown", "停",
    ],
    TaskStatus.SUCCEEDED: ["completed", "success", "succeeded", "finished", "COMPLETED", " Success "],
    TaskStatus.FAILED: [
        "failed", "fail", "failure", "error", "cancelled", "canceled", "expired", "timeout", "violation", "FAILED",
    ],
}  # fmt: skip


@each_row("meaning, word", [(meaning, word) for meaning in STATUSES for word in STATUSES[meaning]])
@each_row("flat", [False, True])
async def test_every_status_word_has_its_meaning(get_task, meaning, word, flat):
    body = {"id": TASK, "status": word, "url": URL}
    task = await get_task(body if flat else {"code": 200, "data": body})
    assert (task.status, task.raw_status) == (meaning, word.strip())
