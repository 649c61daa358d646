"""Broken networks: what was surely not sent, what may have been bought, and what is only asked again.

Every test of the paid call also counts what reached the provider: never more than one order.
"""

import asyncio
import json
import socket

import aiohttp
import pytest
from aiohttp.abc import AbstractResolver
from scripted_provider import (
    ACCEPTED,
    RUNNING,
    http,
    order,
    order_with_picture,
    read_request,
    reset,
    says,
    silence,
    writes,
)

from hailuo.client import Timeouts
from hailuo.errors import InvalidRequest, NotSent, OutcomeUnknown, Unavailable
from hailuo.transport import open_session
from tests.support.rows import each_row

MIB = 1024 * 1024


def closed_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


class NoSuchName(AbstractResolver):
    async def resolve(self, host, port=0, family=socket.AF_INET):
        if host:
            raise OSError(None, "Name or service not known")
        return []

    async def close(self):
        pass


class SlowName(NoSuchName):
    async def resolve(self, host, port=0, family=socket.AF_INET):
        await asyncio.Event().wait()
        return []


class NoTls:
    """Never speaks TLS to a client that wants it: hangs, hangs up, or says something else."""

    def __init__(self, behaviour):
        self.behaviour = behaviour
        self.received = b""

    async def __call__(self, reader, writer):
        self.received += await reader.read(4096)
        if self.behaviour == "plain":
            writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        if self.behaviour == "hang":
            await asyncio.Event().wait()


# Before the order leaves


async def test_a_refused_connection_is_not_sent(client_of, picture_file):
    client = await client_of(f"http://127.0.0.1:{closed_port()}")
    with pytest.raises(NotSent, match="no connection"):
        await order(client)
    for call in (client.get_task("task_1"), client.balance(), client.upload_image(picture_file)):
        with pytest.raises(Unavailable, match="no connection"):
            await call


async def test_an_order_that_was_refused_a_connection_twice_is_placed_once(provider, client_of):
    server = await provider(says(200, ACCEPTED))
    gone = await client_of(f"http://127.0.0.1:{closed_port()}")
    for _ in range(2):
        with pytest.raises(NotSent):
            await order(gone)
    assert await order(await client_of(server)) == "task_1"
    assert len(server.requests) == 1


@each_row("resolver", [NoSuchName, SlowName])
async def test_a_name_that_is_not_found_is_not_sent(client_of, hasty, resolver):
    session = aiohttp.ClientSession(connector=aiohttp.TCPConnector(resolver=resolver(), force_close=True))
    client = await client_of("http://api.example", session=session, timeouts=hasty)
    with pytest.raises(NotSent, match="no connection"):
        await order(client)
    with pytest.raises(Unavailable, match="no connection"):
        await client.get_task("task_1")


async def test_a_name_that_is_no_name_is_not_sent(client_of):
    client = await client_of("http://" + "a" * 70 + ".example")
    with pytest.raises(NotSent):
        await order(client)


@each_row("behaviour", ["hang", "hang up", "plain"])
async def test_a_failed_tls_handshake_is_not_sent(listener, client_of, hasty, behaviour):
    deaf = NoTls(behaviour)
    server = await listener(deaf)
    client = await client_of(f"https://127.0.0.1:{server.port}", timeouts=hasty)
    with pytest.raises(NotSent, match="no connection"):
        await order(client)
    assert deaf.received.startswith(b"\x16\x03")
    assert b"canary" not in deaf.received


async def test_a_total_timeout_before_the_connection_stands_is_not_sent(listener, client_of):
    server = await listener(NoTls("hang"))
    client = await client_of(f"https://127.0.0.1:{server.port}", timeouts=Timeouts(connect=30, submit=0.3))
    with pytest.raises(NotSent, match=r"within 0\.3 s"):
        await order(client)


async def test_a_full_connection_pool_is_not_sent(provider, client_of, hasty):
    server = await provider(silence)
    session = aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=1, force_close=True))
    client = await client_of(server, session=session, timeouts=Timeouts(connect=0.2, read=5, submit=5))
    polling = asyncio.create_task(client.get_task("task_1"))
    await server.asked.wait()
    with pytest.raises(NotSent, match="no connection"):
        await order(client)
    polling.cancel()
    assert [received.method for received in server.requests] == ["GET"]


async def test_a_closed_session_is_not_sent(provider, client_of):
    server = await provider(says(200, ACCEPTED))
    session = open_session()
    client = await client_of(server, session=session)
    await session.close()
    with pytest.raises(NotSent):
        await order(client)
    with pytest.raises(Unavailable):
        await client.balance()


# After the order began to leave

HALF_HEAD = b"HTTP/1.1 200 OK\r\nContent-Le"
HALF_BODY = http(200, json.dumps(ACCEPTED).encode())[:-20]
HALF_CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n40\r\n" + b'{"code":200,"data":[{'
UNTOLD_LENGTH = b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n" + json.dumps(ACCEPTED).encode()[:-20]
BAD_CHUNK = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"
NOT_HTTP = b"SSH-2.0-OpenSSH_9.6\r\n"
LONG_HEADER = b"HTTP/1.1 200 OK\r\nX-Long: " + b"x" * 100_000 + b"\r\n\r\n"
BAD_LENGTH = b"HTTP/1.1 200 OK\r\nContent-Length: many\r\n\r\n{}"
REFUSAL_CUT = http(400, b'{"error":{"message":"cut off"}}')[:-10]

CUTS = {
    "nothing": writes(b""),
    "reset": reset,
    "half a head": writes(HALF_HEAD),
    "half a body": writes(HALF_BODY),
    "half a chunk": writes(HALF_CHUNKED),
    "no length": writes(UNTOLD_LENGTH),
    "bad chunk": writes(BAD_CHUNK),
    "not http": writes(NOT_HTTP),
    "long header": writes(LONG_HEADER),
    "bad length": writes(BAD_LENGTH),
    "refusal cut": writes(REFUSAL_CUT),
    "silence": silence,
}


@each_row("cut", CUTS)
async def test_an_order_without_a_whole_answer_is_unknown_and_never_repeated(provider, client_of, hasty, cut):
    server = await provider(CUTS[cut])
    with pytest.raises(OutcomeUnknown) as caught:
        await order(await client_of(server, timeouts=hasty))
    assert [received.method for received in server.requests] == ["POST"]
    assert caught.value.detail


@each_row("cut", CUTS)
async def test_a_question_without_a_whole_answer_is_asked_again(
    provider, client_of, hasty, picture_file, cut
):
    server = await provider(CUTS[cut])
    client = await client_of(server, timeouts=hasty)
    for call in (client.get_task("task_1"), client.balance(), client.upload_image(picture_file)):
        with pytest.raises(Unavailable):
            await call


@each_row("size", [1, 5_000_000])
async def test_a_connection_cut_while_the_order_is_being_sent_is_unknown(listener, client_of, size):
    async def cut(reader, writer):
        await reader.readuntil(b"\r\n\r\n")
        await reader.read(1)
        writer.transport.abort()

    server = await listener(cut)
    with pytest.raises(OutcomeUnknown):
        await order_with_picture(await client_of(server), "x" * size)
    assert server.connections == 1


async def test_a_provider_that_stops_reading_the_order_is_unknown_within_the_bound(
    listener, client_of, hasty
):
    async def stop_reading(reader, writer):
        await reader.readuntil(b"\r\n\r\n")
        writer.transport.pause_reading()
        await asyncio.Event().wait()

    client = await client_of(await listener(stop_reading), timeouts=hasty)
    with pytest.raises(OutcomeUnknown, match="within"):
        await order_with_picture(client, "x" * 20_000_000)


async def test_a_refusal_that_comes_before_the_order_was_read_is_understood(listener, client_of):
    async def refuse(reader, writer):
        await reader.readuntil(b"\r\n\r\n")
        writer.write(http(413, b'{"error":{"message":"too large"}}', connection="close"))
        await writer.drain()
        while await reader.read(MIB):
            pass

    with pytest.raises(InvalidRequest, match="413"):
        await order_with_picture(await client_of(await listener(refuse)), "x" * 5_000_000)


async def test_a_cancelled_order_is_cancelled_and_not_repeated(provider, client_of):
    server = await provider(silence)
    ordering = asyncio.create_task(order(await client_of(server)))
    await server.asked.wait()
    ordering.cancel()
    with pytest.raises(asyncio.CancelledError):
        await ordering
    assert len(server.requests) == 1


# Connections


async def test_the_paid_call_has_a_connection_that_no_call_used_before(listener, client_of):
    """This server drops each connection after its answer, as servers may: an order on a kept one would be lost."""
    methods = []

    async def serve(reader, writer):
        received = await read_request(reader)
        assert received is not None
        methods.append(received.method)
        writer.write(http(200, json.dumps(ACCEPTED if received.method == "POST" else RUNNING).encode()))

    server = await listener(serve)
    client = await client_of(server)
    for _ in range(3):
        await client.get_task("task_1")
        assert await order(client) == "task_1"
    assert (server.connections, methods) == (6, ["GET", "POST"] * 3)


async def test_a_server_that_insists_on_keeping_connections_gets_no_second_call_on_one(provider, client_of):
    script = says(
        200, {"code": 200, "data": {"task_id": "task_1", "status": "processing"}}, connection="keep-alive"
    )
    server = await provider(script, keep_alive=True)
    client = await client_of(server)
    await client.get_task("task_1")
    assert await order(client) == "task_1"
    assert server.connections == 2
    assert {received.headers["connection"] for received in server.requests} == {"close"}


async def test_polls_keep_their_connection_and_the_paid_call_has_one_of_its_own(provider, client_of, stack):
    async def script(request, connection):
        connection.write(http(200, json.dumps(ACCEPTED if request.method == "POST" else RUNNING).encode()))

    server = await provider(script, keep_alive=True)
    reading = await stack.enter_async_context(open_session(keeps_connections=True))
    client = await client_of(server, reading=reading)
    for _ in range(3):
        await client.get_task("task_1")
    assert server.connections == 1
    assert await order(client) == "task_1"
    assert server.connections == 2
    assert server.requests[-1].headers["connection"] == "close"


async def test_a_poll_on_a_kept_connection_that_is_gone_is_asked_on_another(provider, client_of, stack):
    async def script(request, connection):
        if len(server.requests) == 2:
            await reset(request, connection)
        else:
            connection.write(http(200, json.dumps(RUNNING).encode()))

    server = await provider(script, keep_alive=True)
    reading = await stack.enter_async_context(open_session(keeps_connections=True))
    client = await client_of(server, reading=reading)
    await client.get_task("task_1")
    assert (await client.get_task("task_1")).raw_status == "processing"
    assert server.connections == 2


async def test_a_session_that_keeps_connections_is_refused(client_of):
    with pytest.raises(ValueError, match="open_session"):
        await client_of("https://api.example", session=aiohttp.ClientSession())


async def test_many_calls_at_once_all_end_and_leave_nothing_open(provider, client_of):
    server = await provider(says(200, RUNNING))
    session = open_session()
    client = await client_of(server, session=session)
    tasks = await asyncio.gather(*(client.get_task("task_1") for _ in range(150)))
    assert {task.raw_status for task in tasks} == {"processing"}
    assert isinstance(session.connector, aiohttp.TCPConnector)
    assert not session.connector._acquired
    assert not session.connector._conns
