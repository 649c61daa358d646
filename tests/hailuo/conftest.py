"""Fixtures of the provider client's tests: scripted providers and clients of them, all closed at the end."""

from contextlib import AsyncExitStack

import pytest
from scripted_provider import Listener, ScriptedProvider, says

from hailuo.client import HailuoClient, Timeouts
from hailuo.transport import open_session
from tests.support.caps import GATEWAY

KEY = "sk-canary-0123456789"


@pytest.fixture
async def stack():
    async with AsyncExitStack() as stack:
        yield stack


@pytest.fixture
async def provider(stack):
    """Start a scripted provider: `await provider(script)`."""

    async def start(script, **options):
        scripted = ScriptedProvider(script, **options)
        await scripted.start()
        stack.push_async_callback(scripted.stop)
        return scripted

    return start


@pytest.fixture
async def listener(stack):
    """Start a server of raw connections: `await listener(handler)`."""

    async def start(handler):
        raw = Listener(handler)
        await raw.start()
        stack.push_async_callback(raw.stop)
        return raw

    return start


@pytest.fixture
async def client_of(stack):
    """Open a client of an address or of a scripted provider: `await client_of(provider)`."""

    async def connect(target, *, client=HailuoClient, session=None, key=KEY, **options):
        url = target if isinstance(target, str) else target.url
        session = await stack.enter_async_context(session or open_session())
        return client(session, **({"api_url": url, "api_key": key, "table": GATEWAY} | options))

    return connect


@pytest.fixture
def hasty():
    """Bounds short enough for a test that waits for them."""
    return Timeouts(connect=0.3, read=0.4, submit=0.4, upload=0.4)


@pytest.fixture
def picture_file(tmp_path):
    """A file that begins like a JPEG."""
    path = tmp_path / "picture"
    path.write_bytes(b"\xff\xd8\xff" + b"x" * 100)
    return path


@pytest.fixture
def get_task(provider, client_of):
    """Ask for a task and get one answer: `await get_task(payload)`."""

    async def get_task(payload, status=200, task_id="task_1", **headers):
        client = await client_of(await provider(says(status, payload, **headers)))
        return await client.get_task(task_id)

    return get_task
