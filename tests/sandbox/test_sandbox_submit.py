"""The sandbox takes and refuses what the provider documents."""

import asyncio
import io
import re

import aiohttp
import pytest
from aiohttp import web

from sandbox.contract import read_order
from tests.support.rows import each_row

MODEL = "MiniMax-Hailuo-2.3"
FAST = "MiniMax-Hailuo-2.3-Fast"


async def test_a_submit_is_answered_with_a_list_of_one_task(provider):
    reply = await provider.submit()
    assert reply.status == 200
    assert reply.data["code"] == 200
    [entry] = reply.data["data"]
    assert entry["status"] == "submitted"
    assert re.fullmatch(r"task_[0-9A-Z]{26}", entry["task_id"])


def test_defaults_are_the_documented_ones():
    order = read_order({"model": MODEL, "prompt": "x"})
    assert (order.duration, order.resolution, order.first_frame_image) == (6, "768p", None)
    assert (order.prompt_optimizer, order.fast_pretreatment, order.watermark) == (True, False, False)


@each_row(
    "fields, named",
    [
        ({"model": "MiniMax-Hailuo-02"}, "model"),
        ({"model": None}, "model"),
        ({"prompt": ""}, "prompt"),
        ({"prompt": "  \n"}, "prompt"),
        ({"prompt": "x" * 2001}, "prompt"),
        ({"prompt": 5}, "prompt"),
        ({"duration": 5}, "duration"),
        ({"duration": "6"}, "duration"),
        ({"duration": 6.0}, "duration"),
        ({"duration": True}, "duration"),
        ({"duration": None}, "duration"),
        ({"resolution": "768P"}, "resolution"),
        ({"resolution": "720p"}, "resolution"),
        ({"resolution": 768}, "resolution"),
        ({"resolution": "1080p", "duration": 10}, "duration of 10"),
        ({"prompt_optimizer": "true"}, "prompt_optimizer"),
        ({"fast_pretreatment": 1}, "fast_pretreatment"),
        ({"watermark": None}, "watermark"),
        ({"first_frame_image": ["http://127.0.0.1/x.png"]}, "first_frame_image"),
        ({"first_frame_image": "file:///etc/passwd"}, "first_frame_image"),
        ({"first_frame_image": "data:image/gif;base64,R0lGODlhAQABAAAAACw="}, "first_frame_image"),
        ({"first_frame_image": "data:image/png;base64,%%%"}, "base64"),
        ({"first_frame_image": "data:image/png;base64,aGVsbG8="}, "decoded"),
        ({"model": FAST}, "first_frame_image is required"),
    ],
)
async def test_what_the_page_forbids_is_refused_and_not_billed(provider, fields, named):
    reply = await provider.submit(**fields)
    assert reply.status == 400
    assert reply.data["error"]["code"] == 400
    assert reply.data["error"]["type"] == "invalid_request_error"
    assert named in reply.data["error"]["message"]
    assert provider.sandbox.ledger.accepted == []
    rejected = provider.sandbox.ledger.rejected
    assert (rejected[-1].status, rejected[-1].number) == (400, len(rejected))


@each_row("missing", ["model", "prompt"])
async def test_required_fields_are_required(provider, missing):
    body = {"model": MODEL, "prompt": "x"}
    del body[missing]
    reply = await provider.request("POST", "/v1/videos/generations", json=body)
    assert (reply.status, reply.data["error"]["message"]) == (400, f"{missing} is required")


@each_row("body", [b"{", b"", b"[]", b'"text"', b"\xff"])
async def test_a_body_that_is_no_object_is_refused(provider, body):
    reply = await provider.request("POST", "/v1/videos/generations", data=body)
    assert (reply.status, reply.data["error"]["code"]) == (400, 400)


async def test_code_points_are_counted_and_unknown_fields_tolerated(provider):
    reply = await provider.submit(prompt="🎬" * 2000, webhook="https://example.org", anything={"x": 1})
    assert reply.status == 200


@each_row("resolution, duration, price", [("768p", 6, 0.2928), ("768p", 10, 0.488), ("1080p", 6, 0.432)])
async def test_each_allowed_combination_has_its_price(provider, resolution, duration, price):
    task = await provider.task(await provider.accepted(resolution=resolution, duration=duration))
    assert task["cost"] == price
    assert task["credits_cost"] == pytest.approx(10 * price)


@each_row(
    "headers, message",
    [
        ({}, "API key is required"),
        ({"Authorization": "Bearer no"}, "invalid API key"),
        ({"Authorization": "x"}, "inv"),
    ],
)
async def test_every_call_wants_the_key(provider, headers, message):
    calls = [
        ("POST", "/v1/videos/generations"),
        ("GET", "/v1/tasks/task_x"),
        ("POST", "/v1/uploads/images"),
        ("GET", "/v1/balance"),
        ("GET", "/v1/user/balance"),
    ]
    async with aiohttp.ClientSession(provider.sandbox.url, headers=headers) as stranger:
        for method, path in calls:
            async with stranger.request(method, path) as response:
                error = (await response.json())["error"]
                assert (response.status, error["code"], error["type"]) == (401, 401, "authentication_error")
                assert error["message"].startswith(message)


@each_row("kind, media_type", [("PNG", "image/png"), ("JPEG", "image/jpeg"), ("WEBP", "image/webp")])
@each_row("model", [MODEL, FAST])
async def test_first_frames_are_taken_inline(provider, make_picture, as_data_uri, kind, media_type, model):
    source = as_data_uri(make_picture(kind=kind), media_type)
    assert (await provider.submit(model=model, first_frame_image=source)).status == 200


@each_row(
    "size, status",
    [
        ((300, 600), 400),
        ((301, 600), 200),
        ((400, 1000), 400),
        ((401, 1000), 200),
        ((1000, 400), 400),
        ((1000, 401), 200),
    ],
)
async def test_bounds_of_first_frames_are_exclusive(provider, make_picture, as_data_uri, size, status):
    reply = await provider.submit(first_frame_image=as_data_uri(make_picture(*size)))
    assert reply.status == status


async def test_a_picture_of_twenty_megabytes_is_refused_and_one_byte_less_taken(
    provider, make_picture, as_data_uri
):
    head = make_picture()
    for size, status in ((20_000_000, 400), (19_999_999, 200)):
        data = head + bytes(size - len(head))
        assert (await provider.submit(first_frame_image=as_data_uri(data))).status == status


async def test_a_body_above_the_gateways_limit_is_refused_with_413(provider):
    reply = await provider.submit(prompt="x" * 34_000_000)
    assert (reply.status, reply.data["error"]["code"]) == (413, 413)


async def test_fast_takes_text_alone_where_that_is_allowed(open_provider):
    async with open_provider(instant=True, fast_requires_image=False) as provider:
        assert (await provider.submit(model=FAST)).status == 200


async def upload(provider, data, field="file", filename="photo.png"):
    form = aiohttp.FormData()
    form.add_field(field, data, filename=filename, content_type="application/octet-stream")
    return await provider.request("POST", "/v1/uploads/images", data=form)


async def test_an_upload_answers_flat_and_serves_as_first_frame(provider, make_picture):
    data = make_picture()
    reply = await upload(provider, data)
    assert reply.status == 200
    assert reply.data.keys() == {"url", "filename", "content_type", "bytes", "created_at"}
    assert (reply.data["filename"], reply.data["content_type"]) == ("photo.png", "image/png")
    assert reply.data["bytes"] == len(data)
    async with aiohttp.ClientSession() as stranger, stranger.get(reply.data["url"]) as response:
        assert (response.status, response.content_type, await response.read()) == (200, "image/png", data)
    await provider.accepted(first_frame_image=reply.data["url"], model=FAST)
    assert provider.sandbox.ledger.accepted[0].body["first_frame_image"] == reply.data["url"]
    assert len(provider.sandbox.ledger.uploads) == 1


async def test_uploads_are_refused_as_documented(provider, make_picture):
    assert (await upload(provider, make_picture(), field="image")).status == 400
    assert (await upload(provider, b"%PDF-1.4")).status == 400
    assert (await upload(provider, make_picture(kind="BMP"))).status == 400
    assert (await upload(provider, io.BytesIO(bytes(20_000_000)))).status == 413
    assert (await provider.request("POST", "/v1/uploads/images", json={})).status == 400
    assert provider.sandbox.ledger.uploads == []


async def test_an_uploaded_picture_lives_for_72_hours(open_provider, clock, make_picture):
    async with open_provider(instant=True, clock=clock) as provider:
        url = (await upload(provider, make_picture())).data["url"]
        clock.forward(72 * 3600 - 1)
        assert (await provider.get(url)).status == 200
        clock.forward(1)
        assert (await provider.get(url)).status == 404
        assert (await provider.submit(first_frame_image=url)).status == 400


@each_row(
    "url",
    [
        "https://cdn.example.org/x.png",
        "http://93.184.216.34/x.png",
        "http://127.0.0.1.example.org/x.png",
        "http://[::ffff:8.8.8.8]/x.png",
        "http://",
    ],
)
async def test_a_picture_on_the_internet_is_never_fetched(provider, url):
    reply = await asyncio.wait_for(provider.submit(first_frame_image=url), 2)
    assert reply.status == 400
    assert "loopback" in reply.data["error"]["message"]


async def test_a_hook_serves_pictures_that_are_elsewhere(open_provider, make_picture):
    asked = []

    async def fetch(url):
        asked.append(url)
        if url.endswith("gone.png"):
            raise OSError("gone")
        return make_picture()

    async with open_provider(instant=True, fetch_picture=fetch) as provider:
        assert (await provider.submit(first_frame_image="https://cdn.example.org/x.png")).status == 200
        assert (await provider.submit(first_frame_image="https://cdn.example.org/gone.png")).status == 400
    assert asked == ["https://cdn.example.org/x.png", "https://cdn.example.org/gone.png"]


async def test_a_picture_of_this_machine_is_fetched_without_key_and_without_redirects(provider, make_picture):
    keys = []

    async def serve(request):
        keys.append(request.headers.get("Authorization"))
        if request.path == "/moved.png":
            raise web.HTTPFound("/x.png")
        return web.Response(body=make_picture(), content_type="image/png")

    runner = web.ServerRunner(web.Server(serve))
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    root = f"http://127.0.0.1:{runner.addresses[0][1]}"
    try:
        assert (await provider.submit(first_frame_image=f"{root}/x.png")).status == 200
        assert (await provider.submit(first_frame_image=f"{root}/moved.png")).status == 400
    finally:
        await runner.cleanup()
    assert (await provider.submit(first_frame_image=f"{root}/x.png")).status == 400
    assert keys == [None, None]


async def test_the_balance_falls_by_the_price_and_refuses_when_it_is_spent(open_provider):
    async with open_provider(instant=True, balance_usd=0.5) as provider:
        await provider.accepted()
        reply = await provider.submit()
        assert (reply.status, reply.data["error"]["type"]) == (402, "payment_required")
        for path in ("/v1/balance", "/v1/user/balance"):
            balance = (await provider.get(path)).data
            assert balance["success"] is True
            assert (balance["remain_balance"], balance["used_balance"]) == (0.2072, 0.2928)
            assert (balance["remain_credits"], balance["unlimited_quota"]) == (2.072, False)


def test_moves_and_caption_are_read_from_the_prompt():
    order = read_order(
        {"model": MODEL, "prompt": "A fox [左摇,上升] runs [推进], [blue sky] then [Shake]【固定】"}
    )
    assert order.moves == ("pan_left", "pedestal_up", "push_in", "shake", "static")
    assert order.caption == "A fox runs , [blue sky] then"
