"""MiniMax's own API over HTTP: what is sent, what each code means for money, and how a finished task gets its link."""

import json
from urllib.parse import parse_qs, urlsplit

import pytest
from scripted_provider import routed, says

from hailuo.errors import (
    HailuoError,
    InvalidRequest,
    KeyRefused,
    Misconfigured,
    Moderated,
    OutcomeUnknown,
    OutOfCredit,
    RateLimited,
    TaskNotFound,
    Unavailable,
)
from hailuo.minimax import MiniMaxV1, MiniMaxV2
from hailuo.models import load_models
from hailuo.provider import FailureKind, ListedTask, TaskStatus
from hailuo.request import Enhance, Resolution, VideoOptions, VideoRequest
from tests.support.rows import each_row

MINIMAX = load_models()["minimax"]
H3 = VideoOptions(model="MiniMax-H3", resolution="2k", duration=5)
PICTURE, ENDING = "data:image/jpeg;base64,/9j/", "https://pictures.example/last.png"


@pytest.fixture
def v1(client_of):
    return lambda server: client_of(server, client=MiniMaxV1, table=MINIMAX)


@pytest.fixture
def v2(client_of):
    return lambda server: client_of(server, client=MiniMaxV2, table=MINIMAX)


def base(code, text="words of MiniMax", **fields):
    return {**fields, "base_resp": {"status_code": code, "status_msg": text}}


def refusal(status, code, kind="some_error"):
    error = {"type": kind, "message": f"words of MiniMax ({code})", "http_code": str(status)}
    return {"type": "error", "error": error, "request_id": "0217"}


async def failure_of(call):
    with pytest.raises(HailuoError) as caught:
        await call
    return type(caught.value)


async def test_an_order_is_sent_as_the_first_api_wants_it(provider, v1):
    server = await provider(says(200, base(0, task_id="106916112212032")))
    options = VideoOptions(resolution=Resolution.P1080, enhance=Enhance.QUICK, watermark=True)
    request = VideoRequest(prompt="a kite", options=options, has_first_frame=True)
    task_id = await (await v1(server)).submit(request, PICTURE, submit_key="k")
    [received] = server.requests
    assert task_id == "106916112212032"
    assert (received.method, received.target) == ("POST", "/v1/video_generation")
    assert received.headers["authorization"] == "Bearer sk-canary-0123456789"
    assert "idempotency-key" not in received.headers
    assert json.loads(received.body) == {
        "model": "MiniMax-Hailuo-2.3",
        "prompt": "a kite",
        "duration": 6,
        "resolution": "1080P",
        "prompt_optimizer": True,
        "fast_pretreatment": True,
        "aigc_watermark": True,
        "first_frame_image": PICTURE,
    }


@each_row(
    "ordered, sent",
    [
        ("[推进,左摇]a kite [Push in]", "[Push in, Pan left]a kite [Push in]"),
        ("[推进]" + "x" * 1996, "[推进]" + "x" * 1996),
        ("a [kite]", "a [kite]"),
    ],
)
async def test_camera_moves_go_out_by_their_english_names_where_these_fit(provider, v1, ordered, sent):
    server = await provider(says(200, base(0, task_id="1")))
    await (await v1(server)).submit(VideoRequest(prompt=ordered), None, submit_key="k")
    assert json.loads(server.requests[0].body)["prompt"] == sent


@each_row(
    "frames, sent",
    [
        ({}, "16:9"),
        ({"first_frame": PICTURE}, "adaptive"),
        ({"last_frame": ENDING}, "adaptive"),
        ({"first_frame": PICTURE, "last_frame": ENDING}, "adaptive"),
    ],
)
async def test_an_order_is_sent_as_the_second_api_wants_it(provider, v2, frames, sent):
    server = await provider(says(200, {"task_id": "424010985738629"}))
    request = VideoRequest(prompt="a kite", options=H3, has_first_frame="first_frame" in frames)
    first, last = frames.get("first_frame"), frames.get("last_frame")
    task_id = await (await v2(server)).submit(request, first, last_frame=last, submit_key="k")
    [received] = server.requests
    assert task_id == "424010985738629"
    assert (received.method, received.target) == ("POST", "/v2/video_generation")
    assert json.loads(received.body) == {
        "model": "MiniMax-H3",
        "content": [
            {"type": "text", "text": "a kite"},
            *({"type": "image_url", "image_url": {"url": url}, "role": role} for role, url in frames.items()),
        ],
        "resolution": "2K",
        "duration": 5,
        "ratio": sent,
    }


async def test_a_model_that_the_provider_lacks_is_refused_before_anything_is_sent(provider, v1):
    server = await provider(says(200, base(0, task_id="1")))
    request = VideoRequest(prompt="a kite", options=VideoOptions(model="Sora"))
    assert await failure_of((await v1(server)).submit(request, None, submit_key="k")) is InvalidRequest
    assert server.connections == 0


CODES = [
    (1000, 500, OutcomeUnknown, Unavailable),
    (1001, 500, OutcomeUnknown, Unavailable),
    (1024, 500, OutcomeUnknown, Unavailable),
    (1033, 500, OutcomeUnknown, Unavailable),
    (1002, 429, RateLimited, RateLimited),
    (1004, 401, KeyRefused, KeyRefused),
    (2049, 401, KeyRefused, KeyRefused),
    (1008, 402, OutOfCredit, OutOfCredit),
    (1028, 402, OutOfCredit, OutOfCredit),
    (1030, 402, OutOfCredit, OutOfCredit),
    (2056, 402, OutOfCredit, OutOfCredit),
    (2061, 402, OutOfCredit, OutOfCredit),
    (2067, 402, OutOfCredit, OutOfCredit),
    (1026, 422, Moderated, None),
    (1027, 422, Moderated, None),
    (2013, 400, InvalidRequest, TaskNotFound),
    (1042, 400, InvalidRequest, TaskNotFound),
    (2038, 403, KeyRefused, KeyRefused),
]
"""Each code, the HTTP status that the second API has for it, and its error on a create and on a poll.

None: the task has failed by the content filter.
"""


@each_row("code, status, on_create, on_poll", CODES)
async def test_each_code_of_the_first_api_means_this_for_money(
    provider, v1, code, status, on_create, on_poll
):
    del status
    client = await v1(await provider(says(200, base(code, task_id=""))))
    assert await failure_of(client.submit(VideoRequest(prompt="a"), None, submit_key="k")) is on_create
    if on_poll:
        assert await failure_of(client.get_task("1")) is on_poll
    else:
        task = await client.get_task("1")
        assert (task.status, task.failure()) == (TaskStatus.FAILED, FailureKind.MODERATED)


@each_row("code, status, on_create, on_poll", CODES)
async def test_each_code_of_the_second_api_means_this_for_money(
    provider, v2, code, status, on_create, on_poll
):
    client = await v2(await provider(says(status, refusal(status, code))))
    order = VideoRequest(prompt="a", options=H3)
    assert await failure_of(client.submit(order, None, submit_key="k")) is on_create
    if on_poll:
        assert await failure_of(client.get_task("1")) is on_poll


@each_row(
    "word, status",
    [
        ("Preparing", TaskStatus.RUNNING),
        ("Queueing", TaskStatus.RUNNING),
        ("Processing", TaskStatus.RUNNING),
        ("Fail", TaskStatus.FAILED),
    ],
)
async def test_a_task_of_the_first_api_is_read(provider, v1, word, status):
    client = await v1(await provider(says(200, base(0, task_id="1", status=word, file_id=""))))
    assert (await client.get_task("1")).status is status


async def test_a_failed_task_of_the_first_api_says_why(provider, v1):
    client = await v1(await provider(says(200, base(1027, task_id="1", status="Fail"))))
    assert (await client.get_task("1")).failure() is FailureKind.MODERATED


async def test_a_finished_task_of_the_first_api_gets_a_fresh_link_at_each_poll(provider, v1):
    links = iter(["https://files.example/one.mp4", "https://files.example/two.mp4"])
    file_id = 9_223_372_036_854_775_807  # a float would lose its last digits

    def answer(target):
        if urlsplit(target).path == "/v1/query/video_generation":
            return base(0, task_id="1", status="Success", file_id=str(file_id), video_width=1376)
        return base(0, file={"file_id": file_id, "download_url": next(links)})

    server = await provider(routed(answer))
    client = await v1(server)
    first, second = [(await client.get_task("1")).video_url for _ in range(2)]
    assert (first, second) == ("https://files.example/one.mp4", "https://files.example/two.mp4")
    asked = [urlsplit(received.target) for received in server.requests]
    assert parse_qs(asked[0].query) == {"task_id": ["1"]}
    assert (asked[1].path, asked[1].query) == ("/v1/files/retrieve", f"file_id={file_id}")


@each_row("file", [base(1000), base(0, file={}), base(0, file={"download_url": ""}), {}, "no JSON"])
async def test_a_finished_task_whose_file_cannot_be_fetched_yet_is_still_rendering(provider, v1, file):
    def answer(target):
        done = base(0, task_id="1", status="Success", file_id="2")
        return done if "/query/" in target else file

    task = await (await v1(await provider(routed(answer)))).get_task("1")
    assert (task.status, task.lacks_file, task.video_url) == (TaskStatus.RUNNING, True, None)


@each_row(
    "fields, status, url",
    [
        ({"status": "queued"}, TaskStatus.RUNNING, None),
        ({"status": "running"}, TaskStatus.RUNNING, None),
        (
            {"status": "succeeded", "content": {"url": "https://f.example/a.mp4"}},
            TaskStatus.SUCCEEDED,
            "https://f.example/a.mp4",
        ),
        ({"status": "succeeded"}, TaskStatus.RUNNING, None),
        ({"status": "failed", "error": {"code": "1000", "message": "no"}}, TaskStatus.FAILED, None),
        ({"status": "cancelled"}, TaskStatus.FAILED, None),
        ({"status": "expired"}, TaskStatus.FAILED, None),
    ],
)
async def test_a_task_of_the_second_api_is_read(provider, v2, fields, status, url):
    server = await provider(says(200, {"task": {"id": "1", "usage": {"total": 3}} | fields}))
    task = await (await v2(server)).get_task("1")
    assert (task.status, task.video_url) == (status, url)
    assert server.requests[0].target == "/v2/query/video_generation/1"


@each_row("code, kind", [("1026", FailureKind.MODERATED), ("1000", FailureKind.PROVIDER)])
async def test_a_failed_task_of_the_second_api_says_why(provider, v2, code, kind):
    failed = {"id": "1", "status": "failed", "error": {"code": code, "message": "words of MiniMax"}}
    task = await (await v2(await provider(says(200, {"task": failed})))).get_task("1")
    assert task.failure() is kind


async def test_a_task_that_waits_can_be_cancelled_and_one_that_runs_cannot(provider, v2):
    server = await provider(says(200, {}))
    await (await v2(server)).cancel("a/b")
    assert (server.requests[0].method, server.requests[0].target) == ("DELETE", "/v2/video_generation/a%2Fb")
    refused = await v2(await provider(says(400, refusal(400, 2013))))
    assert await failure_of(refused.cancel("1")) is TaskNotFound


async def test_the_list_is_read_page_by_page_until_the_time_that_was_asked_for(provider, v2):
    newest = 1_790_000_000

    def answer(target):
        page = int(parse_qs(urlsplit(target).query)["page_num"][0])
        first = (page - 1) * 50
        items = [
            {
                "id": f"t{n}",
                "model": "MiniMax-H3",
                "created_at": newest - n,
                "status": "running",
                "resolution": "2K",
                "duration": 5,
                "ratio": "16:9",
            }
            for n in range(first, first + 50)
        ]
        return {"items": items, "total": 1000}

    server = await provider(routed(answer))
    tasks = await (await v2(server)).list_tasks(since=(newest - 60) * 1000)
    assert [task.id for task in tasks] == [f"t{n}" for n in range(61)]
    assert len(server.requests) == 2
    assert tasks[0] == ListedTask(
        id="t0",
        created_at=newest * 1000,
        status="running",
        model="MiniMax-H3",
        resolution="2k",
        seconds=5,
        ratio="16:9",
    )


async def test_what_an_api_lacks_is_said_to_be_missing(provider, v1):
    client = await v1(await provider(says(200, {})))
    for call in (client.balance(), client.cancel("1"), client.list_tasks(since=0)):
        with pytest.raises(Misconfigured) as caught:
            await call
        assert caught.value.status == 404
