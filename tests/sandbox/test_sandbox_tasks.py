"""The life of a task, its file, the keys that repeat it, and what the ledger keeps."""

import asyncio
import io
import json

import aiohttp
import av

from sandbox.faults import Fault, FaultName
from tests.support.rows import each_row


async def seen(provider, clock, task_id, seconds):
    clock.forward(seconds)
    task = await provider.task(task_id)
    return task["status"], task["progress"]


async def test_a_task_is_pending_then_processing_then_completed(open_provider, clock):
    async with open_provider(instant=True, clock=clock, render_seconds=20) as provider:
        task_id = await provider.accepted()
        assert await seen(provider, clock, task_id, 0) == ("pending", 0)
        assert await seen(provider, clock, task_id, 1.9) == ("pending", 0)
        assert await seen(provider, clock, task_id, 3.1) == ("processing", 25)
        assert await seen(provider, clock, task_id, 14.999) == ("processing", 99)
        assert await seen(provider, clock, task_id, 0.001) == ("completed", 100)
        assert provider.sandbox.ledger.task_gets == {task_id: 5}


async def test_a_completed_task_is_documented_field_by_field(open_provider, clock):
    async with open_provider(instant=True, clock=clock, render_seconds=19) as provider:
        task_id = await provider.accepted()
        before = (await provider.get(f"/v1/tasks/{task_id}?language=en")).data
        assert before == {
            "code": 200,
            "data": {
                "id": task_id,
                "status": "pending",
                "progress": 0,
                "created": 1763088289,
                "estimated_time": 19,
            },
        }
        clock.forward(19)
        after = (await provider.get(f"/v1/tasks/{task_id}")).data
        [video] = after["data"].pop("result")["videos"]
        assert video == {
            "url": [f"{provider.sandbox.url}/files/{task_id}.mp4?receipt=1"],
            "expires_at": 1763088308 + 86400,
        }
        assert after == {
            "code": 200,
            "data": {
                "id": task_id,
                "status": "completed",
                "progress": 100,
                "created": 1763088289,
                "completed": 1763088308,
                "estimated_time": 19,
                "actual_time": 19,
                "cost": 0.2928,
                "credits_cost": 2.928,
            },
        }


async def test_an_instant_task_is_completed_at_the_first_look(provider):
    task = await provider.task(await provider.accepted())
    assert (task["status"], task["progress"]) == ("completed", 100)


async def test_a_task_that_never_was_is_404_and_counted(provider):
    reply = await provider.get("/v1/tasks/task_x")
    assert (reply.status, reply.data["error"]["code"]) == (404, 404)
    assert provider.sandbox.ledger.task_gets == {"task_x": 1}


@each_row("path", ["/v1/videos/generations", "/v1/video/generations", "/v1/videos"])
async def test_tasks_are_found_where_siblings_keep_them(provider, path):
    task_id = await provider.accepted()
    assert (await provider.get(f"{path}/{task_id}")).data["data"]["id"] == task_id


async def test_the_file_needs_no_key_and_serves_ranges(provider):
    _, url = await provider.finished()
    async with aiohttp.ClientSession() as stranger, stranger.get(url) as response:
        assert (response.status, response.content_type) == (200, "video/mp4")
        whole = await response.read()
    part = await provider.get(url, headers={"Range": "bytes=4-7"})
    assert (part.status, part.body) == (206, b"ftyp")
    assert whole[4:8] == b"ftyp"
    assert provider.sandbox.ledger.keyed_file_gets == 1


async def test_an_address_expires_and_the_task_has_a_fresh_one(open_provider, clock):
    async with open_provider(instant=True, clock=clock, file_lifetime_seconds=60) as provider:
        task_id, old = await provider.finished()
        clock.forward(59)
        assert await provider.video_url(task_id) == old
        assert (await provider.get(old)).status == 200
        clock.forward(1)
        assert (await provider.get(old)).status == 403
        fresh = await provider.video_url(task_id)
        assert fresh != old
        assert (await provider.get(fresh)).status == 200
        assert (await provider.get(old)).status == 403
        assert provider.sandbox.ledger.file_gets == {task_id: 4}


def facts(data):
    with av.open(io.BytesIO(data)) as container:
        [stream] = container.streams
        return (
            stream.codec_context.name,
            stream.width,
            stream.height,
            round(float(container.duration / 1e6), 1),
        )


@each_row(
    "fields, expected",
    [
        ({}, ("h264", 170, 96, 6.0)),
        ({"duration": 10}, ("h264", 170, 96, 10.0)),
        ({"resolution": "1080p"}, ("h264", 240, 136, 6.0)),
    ],
)
async def test_a_prepared_clip_is_a_real_one_of_the_asked_length(provider, fields, expected):
    _, url = await provider.finished(**fields)
    assert facts((await provider.get(url)).body) == expected


async def test_a_clip_can_be_given_and_padded_to_a_size(open_provider, provider, tmp_path):
    _, url = await provider.finished()
    given = tmp_path / "given.mp4"
    given.write_bytes((await provider.get(url)).body)
    async with open_provider(instant=True, clip=given) as other:
        _, url = await other.finished()
        assert (await other.get(url)).body == given.read_bytes()
    async with open_provider(instant=True, clip=given, clip_bytes=200_000) as other:
        _, url = await other.finished()
        padded = (await other.get(url)).body
    assert len(padded) == 200_000
    assert facts(padded) == ("h264", 170, 96, 6.0)


async def test_hundreds_of_instant_tasks_are_all_accepted_and_completed(provider):
    ids = await asyncio.gather(*[provider.accepted(prompt=f"number {n}") for n in range(300)])
    tasks = await asyncio.gather(*[provider.task(task_id) for task_id in ids])
    assert len(set(ids)) == 300
    assert {task["status"] for task in tasks} == {"completed"}
    assert len(provider.sandbox.ledger.accepted) == 300


async def test_keys_are_recorded_but_not_honoured_by_default(provider):
    first = await provider.submit(key="k1")
    second = await provider.submit(key="k1")
    assert first.data["data"][0]["task_id"] != second.data["data"][0]["task_id"]
    assert [entry.submit_key for entry in provider.sandbox.ledger.accepted] == ["k1", "k1"]


async def test_an_honoured_key_replays_its_task_and_refuses_another_body(open_provider):
    async with open_provider(instant=True, honours_idempotency=True) as provider:
        first = await provider.submit(key="k1")
        again = await provider.submit(key="k1")
        assert again.data == first.data
        assert again.headers["Idempotency-Replayed"] == "true"
        assert "Idempotency-Replayed" not in first.headers
        other = await provider.submit(key="k1", prompt="another")
        assert (other.status, other.data["error"]["type"]) == (409, "idempotency_key_reused")
        assert (await provider.submit(key="k2")).data != first.data
        assert (await provider.submit()).data != first.data
        assert len(provider.sandbox.ledger.accepted) == 3


async def test_an_honoured_key_sent_many_times_at_once_makes_one_task(
    open_provider, make_picture, as_data_uri
):
    async with open_provider(instant=True, honours_idempotency=True) as provider:
        source = as_data_uri(make_picture())
        replies = await asyncio.gather(
            *[provider.submit(key="k", first_frame_image=source) for _ in range(10)]
        )
        assert len({reply.data["data"][0]["task_id"] for reply in replies}) == 1
        assert len(provider.sandbox.ledger.accepted) == 1


@each_row("key", ["x" * 192, "with space", "ключ"])
async def test_a_key_of_other_characters_is_refused(provider, key):
    reply = await provider.submit(key=key)
    assert (reply.status, reply.data["error"]["code"]) == (400, 400)


async def test_the_ledger_keeps_the_request_without_the_picture(provider, make_picture, as_data_uri):
    source = as_data_uri(make_picture())
    task_id = await provider.accepted(key="k9", prompt="[推进] 猫", first_frame_image=source, watermark=True)
    [entry] = provider.sandbox.ledger.accepted
    assert (entry.task_id, entry.submit_key, entry.number) == (task_id, "k9", 1)
    assert entry.body == {
        "model": "MiniMax-Hailuo-2.3",
        "prompt": "[推进] 猫",
        "first_frame_image": f"data:image/png;base64,[{len(source) - len('data:image/png;base64,')} characters]",
        "watermark": True,
    }


async def test_another_process_reads_the_ledger_over_http_and_in_a_file(open_provider, clock, tmp_path):
    lines = tmp_path / "ledger.jsonl"
    async with open_provider(instant=True, clock=clock, ledger_file=lines) as provider:
        provider.arm(Fault(FaultName.BAD_GATEWAY))
        await provider.submit(key="k1", prompt="\ud800")
        task_id, url = await provider.finished(key="k2", prompt="lone \ud800")
        await provider.get(url)
        async with (
            aiohttp.ClientSession() as other,
            other.get(f"{provider.sandbox.url}/sandbox/ledger") as response,
        ):
            ledger = await response.json()
    assert [entry["number"] for entry in ledger["received"]] == [1, 2]
    [rejected] = ledger["rejected"]
    assert (rejected["number"], rejected["submit_key"], rejected["status"]) == (1, "k1", 502)
    [accepted] = ledger["accepted"]
    assert (accepted["task_id"], accepted["at"], accepted["number"]) == (task_id, 1763088289000, 2)
    assert (ledger["task_gets"], ledger["file_gets"]) == ({task_id: 1}, {task_id: 1})
    kept = [json.loads(line) for line in lines.read_text(encoding="utf-8").splitlines()]
    assert [entry["event"] for entry in kept] == ["received", "rejected", "received", "accepted"]
