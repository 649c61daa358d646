"""A provider for tests of the client: a raw socket server that records what arrives and answers as told."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from hailuo.client import HailuoClient
from hailuo.request import VideoRequest

ACCEPTED = {"code": 200, "data": [{"status": "submitted", "task_id": "task_1"}]}
RUNNING = {"code": 200, "data": {"id": "task_1", "status": "processing"}}


@dataclass(frozen=True)
class Received:
    """One request as it came over the wire. Header names in lower case."""

    method: str
    target: str
    headers: dict[str, str]
    body: bytes


Script = Callable[[Received, asyncio.StreamWriter], Awaitable[None]]


Handler = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


class Listener:
    """A loopback server of raw connections; `stop` ends every handler and closes every connection."""

    def __init__(self, handler: Handler) -> None:
        self.handler = handler
        self.connections = 0
        self.port = 0
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    async def start(self) -> None:
        self._server = await asyncio.start_server(self._connected, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        self._server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await asyncio.sleep(0)  # aborted transports close their sockets in the next turn

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        try:
            await self.handler(reader, writer)
            writer.close()
            await writer.wait_closed()
        except (ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            writer.transport.abort()  # the client left, or the test is over
        finally:
            self._tasks.discard(task)


class ScriptedProvider(Listener):
    """Answers each request with `script`, then closes the connection unless `keep_alive`."""

    def __init__(self, script: Script, *, keep_alive: bool = False) -> None:
        super().__init__(self._converse)
        self.script = script
        self.keep_alive = keep_alive
        self.requests: list[Received] = []
        self.asked = asyncio.Event()

    async def _converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while (received := await read_request(reader)) is not None:
            self.requests.append(received)
            self.asked.set()
            await self.script(received, writer)
            if not self.keep_alive:
                break


async def read_request(reader: asyncio.StreamReader) -> Received | None:
    """Return the next request of a connection with a Content-Length, None at its end."""
    try:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    except asyncio.IncompleteReadError:
        return None
    first, *lines = head.rstrip("\r\n").split("\r\n")
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    body = await reader.readexactly(int(headers.get("content-length", "0")))
    method, target, _ = first.split(" ")
    return Received(method, target, headers, body)


def http(status: int, body: bytes, **headers: str) -> bytes:
    """Return a whole HTTP answer; `content_type="text/html"` writes the header Content-Type."""
    lines = {"Content-Type": "application/json", "Content-Length": str(len(body))}
    lines |= {name.replace("_", "-").title(): value for name, value in headers.items()}
    head = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
    return f"HTTP/1.1 {status} Told\r\n{head}\r\n".encode() + body


def says(status: int, payload: object, **headers: str) -> Script:
    """Return a script that answers with JSON, or with `payload` itself when it is bytes."""
    body = payload if isinstance(payload, bytes) else json.dumps(payload).encode()
    return writes(http(status, body, **headers))


def routed(answer: Callable[[str], object]) -> Script:
    """Return a script that answers each request with the JSON that `answer` gives for its target."""

    async def script(received: Received, writer: asyncio.StreamWriter) -> None:
        await says(200, answer(received.target))(received, writer)

    return script


def writes(data: bytes) -> Script:
    """Return a script that writes `data` and no more."""

    async def script(_: Received, writer: asyncio.StreamWriter) -> None:
        writer.write(data)
        await writer.drain()

    return script


async def silence(_: Received, __: asyncio.StreamWriter) -> None:
    """Never answer."""
    await asyncio.Event().wait()


async def reset(_: Received, writer: asyncio.StreamWriter) -> None:
    """Drop the connection without a word."""
    writer.transport.abort()


async def order(client: HailuoClient) -> str:
    """Place the simplest order; a call without an end of its own fails."""
    async with asyncio.timeout(20):
        return await client.submit(VideoRequest(prompt="a cat"), submit_key="key-1", first_frame=None)


async def order_with_picture(client: HailuoClient, image: str) -> str:
    """Place an order as large as `image`."""
    request = VideoRequest(prompt="a cat", has_first_frame=True)
    return await client.submit(request, submit_key="key-1", first_frame=image)
