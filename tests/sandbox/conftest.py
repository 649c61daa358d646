"""A sandbox and a caller that knows nothing of our client: plain requests with the documented fields."""

import asyncio
import base64
import contextlib
import io
import json
from dataclasses import dataclass

import aiohttp
import pytest
from PIL import Image

from sandbox.server import Sandbox, open_sandbox

MODEL = "MiniMax-Hailuo-2.3"
SUBMIT = "/v1/videos/generations"


class Clock:
    """A clock that stands still until a test moves it."""

    def __init__(self, now=1_763_088_289.0):
        self.now = now

    def __call__(self):
        return self.now

    def forward(self, seconds):
        self.now += seconds


@dataclass
class Reply:
    status: int
    headers: dict
    body: bytes
    data: object
    """The decoded JSON, or None."""


@dataclass
class Caller:
    """Calls one sandbox with its key."""

    sandbox: Sandbox
    session: aiohttp.ClientSession

    async def request(self, method, path, **arguments):
        async with self.session.request(method, path, allow_redirects=False, **arguments) as response:
            body = await response.read()
            is_json = response.content_type == "application/json" and body
            return Reply(
                response.status, response.headers, body, await decoded(response) if is_json else None
            )

    async def get(self, path, **arguments):
        return await self.request("GET", path, **arguments)

    async def submit(self, *, key=None, **fields):
        body = {"model": MODEL, "prompt": "A cute kitten running on the grass"} | fields
        headers = {"Content-Type": "application/json"} | ({"Idempotency-Key": key} if key else {})
        return await self.request("POST", SUBMIT, data=io.BytesIO(json.dumps(body).encode()), headers=headers)

    async def accepted(self, **fields):
        """Submit and return the id of the task."""
        reply = await self.submit(**fields)
        assert reply.status == 200, reply.body
        return str(reply.data["data"][0]["task_id"])

    async def task(self, task_id):
        return (await self.get(f"/v1/tasks/{task_id}")).data["data"]

    async def task_when(self, task_id, condition):
        """Look at a task until a condition on it holds, and return it."""
        while True:
            task = await self.task(task_id)
            if condition(task):
                return task
            await asyncio.sleep(0.02)

    async def video_url(self, task_id):
        return (await self.task(task_id))["result"]["videos"][0]["url"][0]

    async def finished(self, **fields):
        """Submit to an instant sandbox and return the id and the address of the file."""
        task_id = await self.accepted(**fields)
        return task_id, await self.video_url(task_id)

    async def give_up(self, condition, **fields):
        """Submit, and hang up as soon as a condition holds."""
        request = asyncio.create_task(self.submit(**fields))
        await until(condition)
        request.cancel()
        with pytest.raises(asyncio.CancelledError):
            await request

    def arm(self, *faults):
        self.sandbox.faults.add(*faults)


async def decoded(response):
    with contextlib.suppress(ValueError):
        return await response.json()


async def until(condition):
    """Wait until a condition holds."""
    while True:
        if condition():
            return
        await asyncio.sleep(0.01)


@contextlib.asynccontextmanager
async def calling(**options):
    async with open_sandbox(**options) as sandbox:
        headers = {"Authorization": f"Bearer {sandbox.api_key}"}
        async with aiohttp.ClientSession(sandbox.url, headers=headers) as session:
            yield Caller(sandbox, session)


def picture(width=640, height=480, kind="PNG", mode="RGB"):
    target = io.BytesIO()
    Image.linear_gradient("L").resize((width, height)).convert(mode).save(target, kind)
    return target.getvalue()


def data_uri(data, media_type="image/png"):
    return f"data:{media_type};base64,{base64.b64encode(data).decode()}"


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
async def provider():
    """A sandbox in instant mode and its caller."""
    async with calling(instant=True) as caller:
        yield caller


@pytest.fixture
def open_provider():
    """Opens a sandbox with other options: `async with open_provider(scale=8) as caller`."""
    return calling


@pytest.fixture
def make_picture():
    return picture


@pytest.fixture
def as_data_uri():
    return data_uri


@pytest.fixture
def wait_until():
    return until
