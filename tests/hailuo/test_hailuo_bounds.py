"""Bounds of every call: in time, in bytes, and in memory whatever the answer is packed in."""

import asyncio
import json
import tracemalloc
import zlib

import aiohttp
import pytest
from scripted_provider import ACCEPTED, RUNNING, Received, order, says, silence, writes

from hailuo.errors import OutcomeUnknown, Unavailable
from tests.support.rows import each_row

MIB = 1024 * 1024


async def drip(_: Received, writer: asyncio.StreamWriter):
    """Announce a body and send it a byte at a time, for ever."""
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n")
    while True:
        writer.write(b" ")
        await writer.drain()
        await asyncio.sleep(0.02)


async def drip_head(_: Received, writer: asyncio.StreamWriter):
    """Send header lines for ever."""
    writer.write(b"HTTP/1.1 200 OK\r\n")
    while True:
        writer.write(b"X-More: 1\r\n")
        await writer.drain()
        await asyncio.sleep(0.02)


class Endless:
    """Sends a body without end, and counts what was taken."""

    def __init__(self, *, chunked):
        self.chunked = chunked
        self.sent = 0

    async def __call__(self, _: Received, writer: asyncio.StreamWriter):
        head = b"Transfer-Encoding: chunked" if self.chunked else b"Connection: close"
        writer.write(b"HTTP/1.1 200 OK\r\n" + head + b"\r\n\r\n")
        piece = b" " * 65_536
        while True:
            writer.write(b"10000\r\n" + piece + b"\r\n" if self.chunked else piece)
            await writer.drain()
            self.sent += len(piece)


async def expect_no_answer(client, picture_file, *, within):
    async with asyncio.timeout(within):
        with pytest.raises(OutcomeUnknown):
            await order(client)
        for call in (
            lambda: client.get_task("task_1"),
            client.balance,
            lambda: client.upload_image(picture_file),
        ):
            with pytest.raises(Unavailable):
                await call()


@each_row("script", [drip, drip_head, silence])
async def test_no_call_outlasts_its_bound(provider, client_of, hasty, picture_file, script):
    await expect_no_answer(
        await client_of(await provider(script), timeouts=hasty), picture_file, within=4 * 0.4 + 2
    )


@each_row("chunked", [True, False])
async def test_an_endless_answer_is_dropped_at_the_bound(provider, client_of, picture_file, chunked):
    script = Endless(chunked=chunked)
    await expect_no_answer(await client_of(await provider(script)), picture_file, within=10)
    assert script.sent < 4 * 16 * MIB


async def test_an_answer_that_announces_too_much_is_not_read(provider, client_of, picture_file):
    script = writes(b"HTTP/1.1 200 OK\r\nContent-Length: 1048577\r\n\r\n")
    await expect_no_answer(await client_of(await provider(script, keep_alive=True)), picture_file, within=5)


async def test_an_answer_of_exactly_the_bound_is_read(provider, client_of):
    body = json.dumps(RUNNING).encode()
    client = await client_of(await provider(says(200, body + b" " * (MIB - len(body)))))
    assert (await client.get_task("task_1")).raw_status == "processing"


def squeezed(plain, wbits=31):
    packer = zlib.compressobj(9, wbits=wbits)
    return b"".join([*(packer.compress(piece) for piece in plain), packer.flush()])


async def test_a_gzip_bomb_does_not_grow_memory(provider, client_of, picture_file):
    bomb = squeezed(b" " * MIB for _ in range(100))
    assert len(bomb) < MIB
    client = await client_of(await provider(says(200, bomb, content_encoding="gzip")))
    tracemalloc.start()
    try:
        await expect_no_answer(client, picture_file, within=10)
        assert tracemalloc.get_traced_memory()[1] < 8 * MIB
    finally:
        tracemalloc.stop()


async def test_a_gzip_bomb_is_harmless_in_a_session_that_unpacks_by_itself(provider, client_of, picture_file):
    bomb = squeezed(b" " * MIB for _ in range(100))
    client = await client_of(
        await provider(says(200, bomb, content_encoding="gzip")),
        session=aiohttp.ClientSession(connector=aiohttp.TCPConnector(force_close=True), auto_decompress=True),
    )
    tracemalloc.start()
    try:
        await expect_no_answer(client, picture_file, within=10)
        assert tracemalloc.get_traced_memory()[1] < 8 * MIB
    finally:
        tracemalloc.stop()


@each_row("encoding, wbits", [("gzip", 31), ("GZIP", 31), ("deflate", 15)])
@each_row("unpacks", [False, True])
async def test_an_answer_compressed_against_our_wish_is_not_lost(
    provider, client_of, encoding, wbits, unpacks
):
    body = squeezed([json.dumps(ACCEPTED).encode()], wbits)
    session = aiohttp.ClientSession(connector=aiohttp.TCPConnector(force_close=True), auto_decompress=unpacks)
    server = await provider(says(200, body, content_encoding=encoding))
    assert await order(await client_of(server, session=session)) == "task_1"


@each_row("encoding, body", [("gzip", b"not gzip"), ("gzip", squeezed([b"{}"])[:-6]), ("br", b"\x0b")])
async def test_an_answer_compressed_beyond_reading_is_no_answer(provider, client_of, encoding, body):
    client = await client_of(await provider(says(200, body, content_encoding=encoding)))
    with pytest.raises(OutcomeUnknown):
        await order(client)
    with pytest.raises(Unavailable):
        await client.get_task("task_1")
