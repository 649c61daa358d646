"""Every variation of shape that the parser must tolerate can be asked of the sandbox."""

import pytest

from sandbox.faults import Fault, FaultName, Where
from sandbox.shapes import Shape
from tests.support.rows import each_row


def shape(text, **options):
    return Fault(FaultName.SHAPE, text, **options)


@each_row(
    "text, picked",
    [
        ("envelope:list", lambda reply: reply["data"][0]["task_id"]),
        ("envelope:object", lambda reply: reply["data"]["task_id"]),
        ("envelope:flat", lambda reply: reply["task_id"]),
        ("envelope:newer", lambda reply: reply["request_id"] and reply["data"]["id"]),
        ("identifier:id", lambda reply: reply["data"][0]["id"]),
        ("identifier:id,envelope:flat", lambda reply: reply["id"]),
        ("code:string", lambda reply: reply["code"] == "200" and reply["data"][0]["task_id"]),
        ("code:absent", lambda reply: "code" not in reply and reply["data"][0]["task_id"]),
    ],
)
async def test_a_submit_reply_takes_each_shape(provider, text, picked):
    provider.arm(shape(text, where=Where.SUBMIT))
    reply = (await provider.submit()).data
    assert picked(reply) == provider.sandbox.ledger.accepted[-1].task_id


async def test_a_shape_is_used_up(provider):
    provider.arm(shape("envelope:flat", where=Where.SUBMIT, times=2))
    replies = [(await provider.submit()).data for _ in range(3)]
    assert ["data" in reply for reply in replies] == [False, False, True]


async def test_a_numeric_id_is_a_number_from_submit_to_task(provider):
    provider.arm(shape("identifier:number", where=Where.SUBMIT))
    task_id = (await provider.submit()).data["data"][0]["task_id"]
    assert type(task_id) is int
    assert (await provider.task(task_id))["id"] == task_id
    assert (await provider.get(await provider.video_url(task_id))).status == 200


async def test_a_submit_may_name_no_task_although_it_is_billed(provider):
    provider.arm(shape("identifier:absent", where=Where.SUBMIT))
    assert (await provider.submit()).data == {"code": 200, "data": [{"status": "submitted"}]}
    assert len(provider.sandbox.ledger.accepted) == 1


ADDRESSES = {
    "result.videos": lambda task: task["result"]["videos"][0]["url"],
    "result.video": lambda task: task["result"]["video"]["url"],
    "result.url": lambda task: task["result"]["url"],
    "result.video_url": lambda task: task["result"]["video_url"],
    "results": lambda task: task["results"],
    "results.url": lambda task: task["results"][0]["url"],
    "videos": lambda task: task["videos"][0]["url"],
    "video": lambda task: task["video"]["url"],
    "url": lambda task: task["url"],
    "video_url": lambda task: task["video_url"],
    "output.videos": lambda task: task["output"]["videos"][0]["url"],
    "metadata.url": lambda task: task["metadata"]["url"],
    "result_url": lambda task: task["result_url"],
    "result_urls": lambda task: task["result_urls"],
    "files": lambda task: task["files"][0]["file_url"],
}


@each_row("form", ["string", "list"])
@each_row("place", ADDRESSES)
async def test_the_address_stands_in_each_place_as_text_or_list(provider, place, form):
    task_id, url = await provider.finished()
    provider.arm(shape(f"result:{place},url:{form}"))
    task = await provider.task(task_id)
    always_a_list = place in ("results", "result_urls")
    assert ADDRESSES[place](task) == ([url] if form == "list" or always_a_list else url)
    assert (place == "result.videos") or "videos" not in task.get("result", {})


async def test_a_completed_task_may_lack_its_address(provider):
    task_id = await provider.accepted()
    provider.arm(shape("result:nowhere"), shape("url:empty"))
    task = await provider.task(task_id)
    assert (task["status"], "result" in task) == ("completed", False)
    assert (await provider.task(task_id))["result"]["videos"][0]["url"] == ""
    assert await provider.video_url(task_id)


@each_row(
    "text, picked",
    [
        ("envelope:list", lambda reply: reply["data"][0]["id"]),
        ("envelope:flat", lambda reply: reply["id"]),
        ("envelope:flat,identifier:task_id", lambda reply: reply["task_id"]),
        (
            "envelope:newer",
            lambda reply: reply["data"]["object"] == "generation.result" and reply["data"]["id"],
        ),
        ("identifier:task_id", lambda reply: reply["data"]["task_id"]),
    ],
)
async def test_a_task_reply_takes_each_envelope(provider, text, picked):
    task_id = await provider.accepted()
    provider.arm(shape(text))
    assert picked((await provider.get(f"/v1/tasks/{task_id}")).data) == task_id


async def test_figures_times_and_words_vary(provider):
    task_id = await provider.accepted()
    provider.arm(shape("progress:string,times:created_at,expiry:task,completed:SUCCESS"))
    task = await provider.task(task_id)
    assert (task["progress"], task["status"]) == ("100", "SUCCESS")
    assert isinstance(task["expires_at"], int)
    assert "expires_at" not in task["result"]["videos"][0]
    assert task.keys() >= {"created_at", "completed_at"}
    assert not task.keys() & {"created", "completed"}
    provider.arm(shape("progress:percent"), shape("progress:absent,expiry:absent"))
    assert (await provider.task(task_id))["progress"] == "100%"
    task = await provider.task(task_id)
    assert "progress" not in task
    assert "expires_at" not in task["result"]["videos"][0]


async def test_running_and_failed_words_vary(open_provider, clock):
    async with open_provider(instant=True, clock=clock, render_seconds=10) as provider:
        provider.arm(Fault(FaultName.FAILS_PROVIDER), shape("running:Queueing,failed:violation", times=2))
        task_id = await provider.accepted()
        assert (await provider.task(task_id))["status"] == "Queueing"
        clock.forward(10)
        assert (await provider.task(task_id))["status"] == "violation"
        assert (await provider.task(task_id))["status"] == "failed"


@each_row(
    "text, expected",
    [
        ("", {"code": "task_failed", "message": "upstream timeout", "type": "task_failed", "param": ""}),
        (
            "error_code:integer",
            {"code": 500, "message": "upstream timeout", "type": "task_failed", "param": ""},
        ),
        (
            "error_code:string",
            {"code": "500", "message": "upstream timeout", "type": "task_failed", "param": ""},
        ),
        ("error_code:absent", {"message": "upstream timeout", "type": "task_failed", "param": ""}),
        ("error:string", "upstream timeout"),
        ("error:null", None),
    ],
)
async def test_the_error_of_a_task_takes_each_form(provider, text, expected):
    provider.arm(Fault(FaultName.FAILS_PROVIDER), shape(text))
    task = await provider.task(await provider.accepted())
    assert (task["status"], task["error"]) == ("failed", expected)


async def test_the_error_of_a_task_may_be_absent(provider):
    provider.arm(Fault(FaultName.FAILS_PROVIDER), shape("error:absent"))
    assert "error" not in await provider.task(await provider.accepted())


@each_row(
    "text, expected",
    [
        ("error_code:string", {"error": {"code": "400", "message": "prompt is required", "type": "x"}}),
        ("error_code:absent", {"error": {"message": "prompt is required", "type": "x"}}),
        ("error:string", {"error": "prompt is required"}),
        ("error:null", {"code": 400, "message": "prompt is required", "error": None}),
        ("error:absent,code:string", {"code": "400", "message": "prompt is required"}),
    ],
)
async def test_the_error_of_a_refusal_takes_each_form(provider, text, expected):
    provider.arm(shape(text, where=Where.SUBMIT))
    reply = await provider.request("POST", "/v1/videos/generations", json={"model": "MiniMax-Hailuo-2.3"})
    if isinstance(expected.get("error"), dict):
        expected["error"]["type"] = "invalid_request_error"
    assert (reply.status, reply.data) == (400, expected)


@each_row("text", ["envelope:round", "colour:red", "envelope"])
def test_a_misspelt_shape_is_refused_when_it_is_armed(text):
    with pytest.raises(ValueError, match=r".+"):
        shape(text)
    with pytest.raises(ValueError, match=r".+"):
        Shape.parse(text)
