"""The sandbox speaks MiniMax's own two APIs as their pages say, to a caller that knows nothing of our client."""

import base64
import io
import json

import av
import pytest
from PIL import Image

from sandbox.faults import Fault
from tests.support.rows import each_row

V1, V2 = "/v1/video_generation", "/v2/video_generation"
CLIP = {"model": "MiniMax-Hailuo-2.3", "prompt": "a kite"}
TEXT = {"type": "text", "text": "a kite"}
H3 = {"model": "MiniMax-H3", "content": [TEXT], "resolution": "768P", "duration": 4, "ratio": "16:9"}


def frame(role, url="http://127.0.0.1:9/a.png"):
    return {"type": "image_url", "image_url": {"url": url}, "role": role}


def embedded(width, height):
    png = io.BytesIO()
    Image.new("RGB", (width, height)).save(png, "PNG")
    return "data:image/png;base64," + base64.b64encode(png.getvalue()).decode()


async def post(provider, path, body):
    return await provider.request("POST", path, data=io.BytesIO(json.dumps(body).encode()))


async def poll(provider, task_id):
    return (await provider.get(f"/v2/query/video_generation/{task_id}")).data["task"]


@each_row(
    "changes, code",
    [
        ({"model": "MiniMax-H3"}, 2013),
        ({"prompt": " "}, 2013),
        ({"prompt": "x" * 2001}, 2013),
        ({"resolution": "768p"}, 2013),
        ({"resolution": "1080P", "duration": 10}, 2013),
        ({"duration": "6"}, 2013),
        ({"aigc_watermark": "yes"}, 2013),
        ({"model": "MiniMax-Hailuo-2.3-Fast"}, 2013),
        ({"last_frame_image": "http://127.0.0.1:9/a.png"}, 2013),
        (
            {
                "model": "MiniMax-Hailuo-02",
                "resolution": "512P",
                "last_frame_image": "http://127.0.0.1:9/a.png",
            },
            2013,
        ),
        ({"first_frame_image": embedded(300, 300)}, 2013),
    ],
)
async def test_the_first_api_refuses_inside_an_answer_with_status_200(provider, changes, code):
    reply = await post(provider, V1, CLIP | changes)
    assert (reply.status, reply.data["base_resp"]["status_code"]) == (200, code)
    assert "task_id" not in reply.data


@each_row(
    "changes",
    [
        {"model": "MiniMax-Hailuo-2.3"},
        {"resolution": "1080P"},
        {"resolution": "768p"},
        {"duration": 3},
        {"duration": 16},
        {"duration": 4.5},
        {"duration": "4"},
        {"ratio": None},
        {"ratio": "adaptive"},
        {"ratio": "2:1"},
        {"content": []},
        {"content": [TEXT, TEXT]},
        {"content": [{"type": "text", "text": ""}]},
        {"content": [{"type": "text", "text": "x" * 7001}]},
        {"content": [TEXT, frame("first_frame")]},
        {"content": [TEXT, frame("reference_image")], "ratio": "adaptive"},
        {"content": [TEXT, frame("first_frame"), frame("first_frame")], "ratio": "adaptive"},
        {"content": [TEXT, frame("first_frame", embedded(255, 300))], "ratio": "adaptive"},
        {"content": [TEXT, frame("first_frame", embedded(800, 300))], "ratio": "adaptive"},
    ],
)
async def test_the_second_api_refuses_with_a_status_of_its_own(provider, changes):
    reply = await post(provider, V2, H3 | changes)
    assert (reply.status, reply.data["type"], reply.data["error"]["http_code"]) == (400, "error", "400")
    assert "(2013)" in reply.data["error"]["message"]


@each_row("code, status", [(1026, 422), (1002, 429), (1008, 402), (1000, 500)])
async def test_each_api_tells_an_armed_code_in_its_own_way(provider, code, status):
    for path, body in ((V1, CLIP), (V2, H3)):
        provider.arm(Fault.parse(f"code={code}"))
        reply = await post(provider, path, body)
        if path == V1:
            assert (reply.status, reply.data["base_resp"]["status_code"]) == (200, code)
        else:
            assert (reply.status, f"({code})" in reply.data["error"]["message"]) == (status, True)
    assert provider.sandbox.ledger.accepted == []


async def test_a_clip_of_the_first_api_is_asked_for_by_its_file(provider):
    task_id = (await post(provider, V1, CLIP)).data["task_id"]
    task = (await provider.get(f"/v1/query/video_generation?task_id={task_id}")).data
    assert (task["status"], task["base_resp"]["status_code"]) == ("Success", 0)
    file = (await provider.get(f"/v1/files/retrieve?file_id={task['file_id']}")).data["file"]
    assert isinstance(task["file_id"], str)
    assert isinstance(file["file_id"], int)
    assert (await provider.get(file["download_url"].removeprefix(provider.sandbox.url))).body[4:8] == b"ftyp"


@each_row("code, status", [("fails_moderated", 1027), ("fails_provider", 1000)])
async def test_a_clip_that_fails_says_why(provider, code, status):
    provider.arm(Fault.parse(code))
    task_id = (await post(provider, V1, CLIP)).data["task_id"]
    task = (await provider.get(f"/v1/query/video_generation?task_id={task_id}")).data
    assert (task["status"], task["base_resp"]["status_code"]) == ("Fail", status)
    provider.arm(Fault.parse(code))
    task = await poll(provider, (await post(provider, V2, H3)).data["task_id"])
    assert (task["status"], task["error"]["code"]) == ("failed", str(status))


async def test_a_video_of_the_second_api_has_sound_and_the_length_that_was_ordered(provider):
    task = await poll(provider, (await post(provider, V2, H3)).data["task_id"])
    assert (task["status"], task["resolution"], task["duration"], task["ratio"]) == (
        "succeeded",
        "768P",
        4,
        "16:9",
    )
    film = (await provider.get(task["content"]["url"].removeprefix(provider.sandbox.url))).body
    with av.open(io.BytesIO(film)) as container:
        [sound] = container.streams.audio
        assert (sound.codec_context.name, sound.channels) == ("aac", 2)
        assert float(sound.duration * sound.time_base) == pytest.approx(4, abs=0.05)
        assert container.duration / av.time_base == pytest.approx(4, abs=0.05)


async def test_the_list_shows_the_tasks_of_a_week_without_their_prompts(open_provider, clock):
    async with open_provider(instant=True, clock=clock) as provider:
        first = (await post(provider, V2, H3)).data["task_id"]
        clock.forward(6 * 86_400)
        second = (await post(provider, V2, H3 | {"duration": 5})).data["task_id"]
        await post(provider, V1, CLIP)
        page = (await provider.get("/v2/query/video_generation?page_num=1&page_size=1")).data
        assert ([item["id"] for item in page["items"]], page["total"]) == ([second], 2)
        assert "a kite" not in json.dumps(page)
        clock.forward(2 * 86_400)
        page = (await provider.get("/v2/query/video_generation?page_num=1&page_size=5")).data
        assert [item["id"] for item in page["items"]] == [second]
        assert (await provider.get(f"/v2/query/video_generation/{first}")).status == 400


async def test_a_task_that_waits_can_be_cancelled_and_costs_nothing(open_provider, clock):
    async with open_provider(instant=True, render_seconds=100, clock=clock) as provider:
        task_id = (await post(provider, V2, H3)).data["task_id"]
        assert (await poll(provider, task_id))["status"] == "queued"
        assert (await provider.request("DELETE", f"{V2}/{task_id}")).status == 200
        assert (await poll(provider, task_id))["status"] == "cancelled"
        assert (await provider.get("/v1/balance")).data["used_balance"] == 0
        running = (await post(provider, V2, H3)).data["task_id"]
        clock.forward(50)
        assert (await poll(provider, running))["status"] == "running"
        assert (await provider.request("DELETE", f"{V2}/{running}")).status == 400
