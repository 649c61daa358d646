"""What errors and tasks say: no secret, no markup, no control characters, not long."""

import json

import pytest
from scripted_provider import order, says

from hailuo.errors import HailuoError, KeyRefused
from tests.support.rows import each_row


def error(message="No.", **fields):
    return {"error": {"message": message} | fields}


@pytest.fixture
def refused_with(provider, client_of):
    """Place an order that is answered so; return the error."""

    async def refused_with(status, payload):
        with pytest.raises(HailuoError) as caught:
            await order(await client_of(await provider(says(status, payload))))
        return caught.value

    return refused_with


async def test_a_detail_is_cut_at_five_hundred_characters(refused_with):
    assert len((await refused_with(400, error("long words " * 500))).detail) == 500


async def test_the_key_is_hidden_whatever_it_looks_like(provider, client_of):
    key = "Plain.key/with+odd=signs"
    client = await client_of(await provider(says(401, error(f"Unknown key {key}!"))), key=key)
    with pytest.raises(KeyRefused) as caught:
        await client.get_task("task_1")
    assert caught.value.detail == "Unknown key [redacted]!"


CANARIES = [
    "sk-canary-0123456789",
    "data:image/png;base64,aGVsbG8gY2FuYXJ5",
    "data:image/jpeg;base64," + "QUJD" * 5_000,
    "Authorization: Bearer canary-token-000",
    'authorization": "Bearer canary-token-000"',
    "https://files.example/v.mp4?X-Amz-Signature=canary&Expires=1",
    "https:\\/\\/files.example\\/v.mp4?sig=canary",
    "https://user:canary@files.example/v.mp4",
    "X-Amz-Signature=canary",
    "X-Amz-Credential=canary",
    "Authorization: canary",
    "Authorization: Basic canary",
    "api_key=canary0",
    "bearer canary-token-000",
    "sk-othercanary000000",
    "Y2FuYXJ5" * 40,
]


@each_row("canary", CANARIES)
@each_row("shape", ["json", "text", "success", "failed task", "code"])
async def test_no_secret_is_left_in_what_an_error_says(refused_with, provider, client_of, canary, shape):
    told = f"refused {canary} as said"
    if shape == "failed task":
        body = {"data": {"id": "t", "status": "failed", "error": {"message": told, "code": told}}}
        task = await (await client_of(await provider(says(200, body)))).get_task("t")
        said = f"{task.error_message} {task.error_code}"
    else:
        status, payload = {
            "json": (400, error(told)),
            "text": (400, told.encode()),
            "success": (200, {"note": told}),
            "code": (400, error("No.", code=told)),
        }[shape]
        refused = await refused_with(status, payload)
        said = f"{refused} {refused.detail} {refused.code} {refused!r}"
    for piece in ("canary", "aGVsbG8", "QUJDQUJD", "Y2FuYXJ5"):
        assert piece.lower() not in said.lower()
    assert "refused" in said


async def test_a_detail_has_no_control_characters_and_always_encodes(refused_with):
    body = json.dumps(error("a\nb\x1b[31m\u2028c\ud800d\x00"))
    detail = (await refused_with(400, body.encode())).detail
    assert detail == "a b [31m c?d"
    detail.encode()
