"""What the client sends: exact bodies, the right headers, the key to one origin, no redirect followed."""

import base64
import io
import json
from email import policy
from email.parser import BytesParser

import pytest
from msgspec.structs import replace
from PIL import Image
from scripted_provider import ACCEPTED, RUNNING, says

from hailuo.client import MAX_BODY_BYTES, MAX_PICTURE_BYTES, clip_body, first_frame_data_uri
from hailuo.errors import InvalidRequest, Misconfigured, TaskNotFound, Unavailable
from hailuo.models import Protocol
from hailuo.provider import Balance
from hailuo.request import Duration, Enhance, Model, VideoOptions, VideoRequest
from tests.support.caps import GATEWAY
from tests.support.rows import each_row

PICTURE = "data:image/jpeg;base64,/9j/"


@pytest.fixture
def picture(tmp_path):
    """Write a small picture of a format: `picture("PNG")`."""

    def write(form):
        path = tmp_path / f"frame.{form}"
        Image.new("RGB", (8, 8), "red").save(path, form)
        return path

    return write


def submission(request=None, *, key="key-1", image=None):
    return {
        "request": request or VideoRequest(prompt="[推进]a cat"),
        "submit_key": key,
        "first_frame": image,
    }


async def test_the_paid_call_is_sent_as_documented(provider, client_of):
    server = await provider(says(200, ACCEPTED))
    request = VideoRequest(
        prompt="[左摇,上升]猫 \ud83d",
        options=VideoOptions(model=Model.HAILUO_FAST, duration=Duration.LONG, enhance=Enhance.QUICK),
        has_first_frame=True,
    )
    task_id = await (await client_of(server)).submit(**submission(request, image=PICTURE))
    assert task_id == "task_1"
    [received] = server.requests
    assert (received.method, received.target) == ("POST", "/v1/videos/generations")
    assert json.loads(received.body) == clip_body(request, GATEWAY.model(Model.HAILUO_FAST), PICTURE)
    assert b'"duration": 10' in received.body
    assert received.headers["authorization"] == "Bearer sk-canary-0123456789"
    assert received.headers["idempotency-key"] == "key-1"
    assert received.headers["content-type"] == "application/json"
    assert received.headers["content-length"] == str(len(received.body))
    assert received.headers["accept-encoding"] == "identity"
    assert "transfer-encoding" not in received.headers


async def test_a_large_picture_arrives_whole(provider, client_of):
    server = await provider(says(200, ACCEPTED))
    image = "data:image/jpeg;base64," + base64.b64encode(bytes(range(256)) * 12_000).decode()
    request = VideoRequest(prompt="a cat", has_first_frame=True)
    await (await client_of(server)).submit(**submission(request, image=image))
    assert json.loads(server.requests[0].body)["first_frame_image"] == image


async def test_a_body_above_the_limit_is_refused_before_sending(provider, client_of):
    server = await provider(says(200, ACCEPTED))
    client = await client_of(server)
    request = VideoRequest(prompt="a cat", has_first_frame=True)
    room = MAX_BODY_BYTES - len(json.dumps(clip_body(request, GATEWAY.models[0], "x"))) + 1
    with pytest.raises(InvalidRequest) as caught:
        await client.submit(**submission(request, image="x" * (room + 1)))
    assert caught.value.status == 413
    assert server.connections == 0
    assert await client.submit(**submission(request, image="x" * room)) == "task_1"
    assert len(server.requests[0].body) == MAX_BODY_BYTES


@each_row("key", ["", "x" * 192, "two words", "ключ", "a\r\nX-Evil: 1"])
async def test_a_submit_key_that_is_no_header_is_refused_before_sending(provider, client_of, key):
    server = await provider(says(200, ACCEPTED))
    with pytest.raises(InvalidRequest):
        await (await client_of(server)).submit(**submission(key=key))
    assert server.connections == 0


async def test_a_picture_that_got_lost_never_becomes_a_paid_video_without_it(provider, client_of):
    server = await provider(says(200, ACCEPTED))
    request = VideoRequest(prompt="a cat", has_first_frame=True)
    with pytest.raises(InvalidRequest):
        await (await client_of(server)).submit(**submission(request))
    assert server.connections == 0


async def test_a_task_is_asked_for_in_english_with_the_key(provider, client_of):
    server = await provider(says(200, RUNNING))
    await (await client_of(server)).get_task("task_1")
    [received] = server.requests
    assert (received.method, received.target) == ("GET", "/v1/tasks/task_1?language=en")
    assert received.headers["authorization"] == "Bearer sk-canary-0123456789"


@each_row(
    "path, suffix, target",
    [
        (None, "", "/v1/tasks/a%2Fb%3Fc%23d%25?language=en"),
        (None, "/", "/v1/tasks/a%2Fb%3Fc%23d%25?language=en"),
        (None, "/front/api/", "/front/api/v1/tasks/a%2Fb%3Fc%23d%25?language=en"),
        ("/v2/video/{task_id}/state", "", "/v2/video/a%2Fb%3Fc%23d%25/state?language=en"),
        ("/v2/query?task={task_id}", "", "/v2/query?task=a%2Fb%3Fc%23d%25&language=en"),
    ],
)
async def test_path_and_prefix_are_settings_and_identifiers_are_escaped(
    provider, client_of, path, suffix, target
):
    server = await provider(says(200, RUNNING))
    paths = GATEWAY.paths[Protocol.GATEWAY]
    table = replace(GATEWAY, paths={Protocol.GATEWAY: {**paths, "task": path or paths["task"]}})
    await (await client_of(server.url + suffix, table=table)).get_task("a/b?c#d%")
    assert server.requests[0].target == target


async def test_a_task_is_asked_for_at_the_root_it_was_ordered_at(provider, client_of):
    server = await provider(says(200, RUNNING))
    await (await client_of(server)).get_task("task_1", api_url=server.url + "/old")
    assert server.requests[0].target == "/old/v1/tasks/task_1?language=en"


@each_row("other", ["{other}", "https://127.0.0.1:{port}", "http://localhost:{port}"])
async def test_the_key_never_goes_to_another_origin(provider, client_of, other):
    server, foreign = await provider(says(200, RUNNING)), await provider(says(200, RUNNING))
    client = await client_of(server)
    with pytest.raises(Misconfigured, match="configured key"):
        await client.get_task("task_1", api_url=other.format(other=foreign.url, port=server.port))
    assert (server.connections, foreign.connections) == (0, 0)


@each_row("status", [300, 301, 302, 303, 307, 308, 399])
@each_row("name", ["submit", "get_task", "upload_image", "balance"])
async def test_no_redirect_is_followed(provider, client_of, picture, status, name):
    other = await provider(says(200, ACCEPTED))
    server = await provider(says(status, b"", location=f"{other.url}/v1/elsewhere"))
    client = await client_of(server)
    arguments = {
        "submit": submission(),
        "get_task": {"task_id": "task_1"},
        "upload_image": {"path": picture("PNG")},
        "balance": {},
    }[name]
    with pytest.raises(InvalidRequest if name == "submit" else Misconfigured) as caught:
        await getattr(client, name)(**arguments)
    assert caught.value.detail.startswith("redirect to http")
    assert (len(server.requests), other.connections) == (1, 0)


@each_row(
    "form, media_type, filename",
    [("JPEG", "image/jpeg", "first-frame.jpeg"), ("PNG", "image/png", "first-frame.png")],
)
async def test_a_picture_is_uploaded_as_one_named_file(
    provider, client_of, picture, form, media_type, filename
):
    url = "https://upload.example/f/image/1-photo.jpg"
    server = await provider(says(200, {"url": url, "filename": "photo.jpg", "bytes": 5}))
    path = picture(form)
    assert await (await client_of(server)).upload_image(path) == url
    [received] = server.requests
    assert (received.method, received.target) == ("POST", "/v1/uploads/images")
    head = f"Content-Type: {received.headers['content-type']}\r\n\r\n".encode()
    [part] = BytesParser(policy=policy.HTTP).parsebytes(head + received.body).iter_parts()
    assert part.get_param("name", header="content-disposition") == "file"
    assert (part.get_filename(), part.get_content_type()) == (filename, media_type)
    assert part.get_content() == path.read_bytes()


async def test_a_large_picture_is_uploaded_whole(provider, client_of, tmp_path):
    path = tmp_path / "big"
    path.write_bytes(b"\xff\xd8\xff" + bytes(5_000_000))
    server = await provider(says(200, {"data": {"url": ["https://upload.example/1.jpg"]}}))
    assert await (await client_of(server)).upload_image(path) == "https://upload.example/1.jpg"
    assert len(server.requests[0].body) > 5_000_000


@each_row("form", ["GIF", "WEBP"])
def test_a_data_uri_is_made_of_jpeg_and_png_only(picture, form):
    for kind in ("JPEG", "PNG"):
        head, _, data = first_frame_data_uri(picture(kind)).partition(",")
        assert head == f"data:image/{kind.lower()};base64"
        assert Image.open(io.BytesIO(base64.b64decode(data))).format == kind
    with pytest.raises(InvalidRequest):
        first_frame_data_uri(picture(form))


def test_a_picture_of_twenty_megabytes_is_refused(tmp_path):
    path = tmp_path / "big"
    path.write_bytes(b"\xff\xd8\xff" + bytes(MAX_PICTURE_BYTES - 4))
    assert first_frame_data_uri(path).startswith("data:image/jpeg;base64,")
    with path.open("ab") as file:
        file.write(b"\x00")
    with pytest.raises(InvalidRequest):
        first_frame_data_uri(path)


async def test_an_unreadable_picture_is_the_callers_business(provider, client_of, tmp_path):
    client = await client_of(await provider(says(200, {})))
    with pytest.raises(FileNotFoundError):
        await client.upload_image(tmp_path / "missing")


@each_row(
    "payload, balance",
    [
        (
            {"success": True, "remain_balance": 10.5, "used_balance": 2.3, "unlimited_quota": False},
            Balance(10.5, 2.3),
        ),
        ({"remain_balance": 0, "used_balance": "7"}, Balance(0.0, 7.0)),
        ({"success": True, "remain_balance": -1, "used_balance": 2}, Balance(None, 2.0, unlimited=True)),
        (
            {"success": True, "unlimited_quota": True, "remain_balance": 3},
            Balance(None, None, unlimited=True),
        ),
        ({"code": 200, "data": {"remain_balance": 1, "remain_credits": 10}}, Balance(1.0, None)),
    ],
)
async def test_the_balance_is_read(provider, client_of, payload, balance):
    server = await provider(says(200, payload))
    assert await (await client_of(server)).balance() == balance
    assert (server.requests[0].method, server.requests[0].target) == ("GET", "/v1/balance")


def test_a_balance_is_said_with_its_unit():
    assert str(Balance(10.5, 2.0)) == "$10.50 left, $2.00 used"
    assert str(Balance(10.5, 2.0, unit="CNY")) == "10.5 CNY left, 2 CNY used"
    assert str(Balance(None, None, unlimited=True)) == "no limit"


@each_row(
    "options",
    [
        {"target": "ftp://api.example"},
        {"target": "api.example"},
        {"target": ""},
        {"target": "https://"},
        {"target": "https://name:word@api.example"},
        {"target": "https://api.example/?key=1"},
        {"target": "https://api.example/#part"},
        {"key": ""},
        {"key": "two words"},
        {"key": "ключ"},
        {"key": "canary\r\nX-Evil: 1"},
    ],
)
async def test_what_cannot_be_used_is_refused_when_the_client_is_made(client_of, options):
    with pytest.raises(ValueError, match="must") as caught:
        await client_of(**{"target": "https://api.example"} | options)
    assert "canary" not in str(caught.value)
    assert "word@" not in str(caught.value)


async def test_repr_of_the_client_has_no_key(client_of):
    client = await client_of("https://api.example")
    assert "canary" not in f"{client!r} {client._transport!r} {client._transport.clean!r}"


async def test_errors_of_one_call_leave_the_next_one_alone(provider, client_of):
    answers = [says(404, b""), says(500, b""), says(200, RUNNING)]

    async def in_turn(received, writer):
        await answers.pop(0)(received, writer)

    client = await client_of(await provider(in_turn))
    with pytest.raises(TaskNotFound):
        await client.get_task("task_1")
    with pytest.raises(Unavailable):
        await client.get_task("task_1")
    assert (await client.get_task("task_1")).raw_status == "processing"
