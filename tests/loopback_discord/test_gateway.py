"""The gateway by itself, spoken to by a bare websocket."""

import asyncio
import json
import zlib
from contextlib import asynccontextmanager

from aiohttp import WSMsgType

from tests.loopback_discord import ANN, GUILD_ID, TOKEN, VIDEOS, Permission
from tests.loopback_discord.bare_calls import MESSAGES
from tests.support.rows import each_row

GUILDS = 1
GUILD_MESSAGES = 1 << 9


class Wire:
    def __init__(self, socket, compress):
        self.socket = socket
        self.inflate = zlib.decompressobj() if compress else None

    async def say(self, op, data=None):
        await self.socket.send_str(json.dumps({"op": op, "d": data}))

    async def hear(self):
        message = await self.socket.receive(timeout=5)
        if message.type is WSMsgType.CLOSE:
            return {"closed": message.data}
        data = message.data
        if self.inflate:
            assert data.endswith(b"\x00\x00\xff\xff")
            data = self.inflate.decompress(data)
        return json.loads(data)

    async def hear_until(self, event):
        heard = [await self.hear()]
        while heard[-1].get("t") != event:
            heard.append(await self.hear())
        return heard

    async def identify(self, *, token=TOKEN, intents=GUILDS, shard=(0, 1)):
        await self.say(2, {"token": token, "intents": intents, "shard": list(shard), "properties": {}})


@asynccontextmanager
async def connected(bare, loopback, *, compress=False):
    query = {"v": "10", "encoding": "json"} | ({"compress": "zlib-stream"} if compress else {})
    async with bare.ws_connect(loopback.gateway_url, params=query, autoclose=False) as socket:
        wire = Wire(socket, compress)
        assert (await wire.hear())["op"] == 10
        yield wire


@each_row("compress", [False, True])
async def test_identify_gets_ready_and_the_guild(bare, loopback, compress):
    async with connected(bare, loopback, compress=compress) as wire:
        await wire.identify()
        ready, guild = await wire.hear(), await wire.hear()
    assert (ready["t"], ready["s"], ready["d"]["shard"]) == ("READY", 1, [0, 1])
    assert ready["d"]["resume_gateway_url"] == loopback.gateway_url
    assert ready["d"]["guilds"] == [{"id": str(GUILD_ID), "unavailable": True}]
    assert (guild["t"], guild["s"], guild["d"]["id"]) == ("GUILD_CREATE", 2, str(GUILD_ID))


@each_row(
    "payload, code",
    [
        ({"op": 2, "d": {"token": "wrong"}}, 4004),
        ({"op": 2, "d": {"token": TOKEN, "intents": 1 << 15}}, 4014),
        ({"op": 2, "d": {"token": TOKEN, "shard": [1, 1]}}, 4010),
        ({"op": 6, "d": {"token": "wrong"}}, 4004),
        ({"op": 3, "d": {}}, 4003),
        ({"op": 99, "d": {}}, 4001),
        ([], 4002),
    ],
)
async def test_bad_payload_closes_with_its_code(bare, loopback, payload, code):
    async with connected(bare, loopback) as wire:
        await wire.socket.send_str(json.dumps(payload))
        assert await wire.hear() == {"closed": code}


async def test_second_identify_closes_with_4005(bare, loopback):
    async with connected(bare, loopback) as wire:
        await wire.identify()
        await wire.identify()
        heard = [await wire.hear() for _ in range(3)]
        assert heard[-1] == {"closed": 4005}


async def test_resume_replays_what_was_missed_in_order(bare, loopback):
    async with connected(bare, loopback) as wire:
        await wire.identify(intents=GUILDS | GUILD_MESSAGES)
        session_id = (await wire.hear_until("GUILD_CREATE"))[0]["d"]["session_id"]
        drop = asyncio.create_task(loopback.gateway.drop(4000))
        assert await wire.hear() == {"closed": 4000}
        await wire.socket.close()
        await drop
    for content in ("one", "two"):
        await loopback.post_as(ANN, VIDEOS, content)
    async with connected(bare, loopback) as wire:
        await wire.say(6, {"token": TOKEN, "session_id": session_id, "seq": 2})
        replayed = await wire.hear_until("RESUMED")
    assert [event["s"] for event in replayed] == [3, 4, 5]
    assert [event["d"].get("content") for event in replayed] == ["one", "two", None]


@each_row("seq", [0, 7])
async def test_resume_of_an_unknown_session_or_sequence_is_invalid(bare, loopback, seq):
    async with connected(bare, loopback) as wire:
        await wire.say(6, {"token": TOKEN, "session_id": "nobody", "seq": seq})
        assert await wire.hear() == {"op": 9, "d": False}


async def test_session_ends_when_the_client_says_goodbye_but_not_when_it_dies(bare, loopback):
    for code, left in ((1000, 0), (4000, 1)):
        async with connected(bare, loopback) as wire:
            await wire.identify()
            session_id = (await wire.hear_until("GUILD_CREATE"))[0]["d"]["session_id"]
            await wire.socket.close(code=code)
        await loopback.gateway.wait_until_empty(5)
        async with connected(bare, loopback) as wire:
            await wire.say(6, {"token": TOKEN, "session_id": session_id, "seq": 2})
            answer = await wire.hear()
        assert answer["op"] == (0 if left else 9)


async def test_events_go_to_those_who_asked_for_them(bare, loopback):
    async with connected(bare, loopback) as deaf, connected(bare, loopback) as all_ears:
        await deaf.identify(intents=GUILDS)
        await all_ears.identify(intents=GUILDS | GUILD_MESSAGES)
        await deaf.hear_until("GUILD_CREATE")
        await all_ears.hear_until("GUILD_CREATE")
        await loopback.post_as(ANN, VIDEOS, "hello")
        await loopback.deny(VIDEOS, Permission.SEND_MESSAGES)
        all_heard, heard = [await wire.hear_until("CHANNEL_UPDATE") for wire in (all_ears, deaf)]
        assert [event["t"] for event in all_heard] == ["MESSAGE_CREATE", "CHANNEL_UPDATE"]
        assert [event["t"] for event in heard] == ["CHANNEL_UPDATE"]


async def test_guild_belongs_to_one_shard_only(bare, loopback):
    home = (GUILD_ID >> 22) % 2
    async with connected(bare, loopback) as first, connected(bare, loopback) as second:
        await first.identify(shard=(0, 2))
        await second.identify(shard=(1, 2))
        guilds = [(await wire.hear())["d"]["guilds"] for wire in (first, second)]
        away = (second, first)[home]
        await away.say(1)
        assert (await away.hear())["op"] == 11
    assert [bool(found) for found in guilds] == [home == 0, home == 1]


async def test_message_is_announced_once_and_an_ephemeral_one_never(call, bare, loopback):
    first, private = {"content": "a", "nonce": "k"}, {"content": "b", "flags": 64}
    again, last = {"content": "c", "nonce": "k"}, {"content": "d"}
    async with connected(bare, loopback) as wire:
        await wire.identify(intents=GUILDS | GUILD_MESSAGES)
        await wire.hear_until("GUILD_CREATE")
        for body in (first, private, again, last):
            assert (await call("POST", MESSAGES, body | {"enforce_nonce": True}))[0] == 200
        heard = [(await wire.hear())["d"] for _ in range(2)]
    assert [(data["content"], data.get("nonce")) for data in heard] == [("a", "k"), ("d", None)]


async def test_connection_cut_on_the_wire_has_no_close_frame(bare, loopback):
    async with connected(bare, loopback) as wire:
        await wire.identify()
        await wire.hear_until("GUILD_CREATE")
        loopback.gateway.cut()
        message = await wire.socket.receive(timeout=5)
        assert message.type in (WSMsgType.CLOSED, WSMsgType.ERROR)
        await loopback.gateway.wait_until_empty(5)


async def test_unknown_compression_is_refused(bare, loopback):
    address = loopback.gateway_url.replace("ws:", "http:")
    async with bare.get(address, params={"compress": "zstd-stream"}) as response:
        assert response.status == 400
