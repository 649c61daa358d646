"""The gateway: hello, identify, resume, heartbeats, events, and the ways a connection ends."""

import json
import secrets
from enum import IntEnum
from typing import Any

from aiohttp import WSMsgType, web

from tests.loopback_discord.ledger import GatewayPayload, Ledger
from tests.loopback_discord.payloads import application_json, guild_create_json, self_json
from tests.loopback_discord.session import Connection, Session
from tests.loopback_discord.world import GUILD_ID, TOKEN, World

GUILDS = 1 << 0
GUILD_MESSAGES = 1 << 9
DIRECT_MESSAGES = 1 << 12
_PRIVILEGED = 1 << 1 | 1 << 8 | 1 << 15
_ENDS_SESSION = {1000, 1001, 4004, 4007, 4009, 4010, 4011, 4012, 4013, 4014}
_CLOSE_SECONDS = 2.0


class Op(IntEnum):
    HEARTBEAT = 1
    IDENTIFY = 2
    PRESENCE = 3
    VOICE_STATE = 4
    RESUME = 6
    RECONNECT = 7
    REQUEST_MEMBERS = 8
    INVALID_SESSION = 9
    HELLO = 10
    HEARTBEAT_ACK = 11


class CloseWith(Exception):
    def __init__(self, code: int) -> None:
        super().__init__(str(code))
        self.code = code


class Gateway:
    """All connections and sessions. `url` is where clients connect, and where they are told to resume."""

    def __init__(self, *, world: World, ledger: Ledger) -> None:
        self._world = world
        self._ledger = ledger
        self._connections: set[Connection] = set()
        self._sessions: dict[str, Session] = {}
        self.url = ""

    async def handle(self, request: web.Request) -> web.StreamResponse:
        compress = request.query.get("compress")
        if compress not in (None, "zlib-stream"):
            return web.Response(status=400, text=f"compress={compress} is not spoken here")
        socket = web.WebSocketResponse(timeout=_CLOSE_SECONDS, compress=False, max_msg_size=4096)
        await socket.prepare(request)
        connection = Connection(request, socket, compressed=compress == "zlib-stream")
        self._connections.add(connection)
        try:
            await self._converse(socket, connection)
        finally:
            self._forget(connection, socket.close_code)
        return socket

    async def dispatch(
        self, event: str, data: dict[str, Any], *, guild_id: int | None, intent: int = 0
    ) -> None:
        """Send an event to the sessions that it concerns."""
        for session in list(self._sessions.values()):
            if session.serves(guild_id) and session.listens(intent):
                await session.send(event, data)

    async def drop(self, code: int = 4000) -> None:
        """Close every connection with `code`; after 4000 clients resume, after some codes they must not."""
        for connection in list(self._connections):
            await connection.close(code)

    def cut(self) -> None:
        """End every connection as a dying network does: no close frame."""
        for connection in list(self._connections):
            connection.abort()

    async def ask_to_reconnect(self) -> None:
        """Send operation 7: the client shall come back and resume."""
        for connection in list(self._connections):
            await connection.send({"op": Op.RECONNECT, "d": None})

    async def invalidate(self) -> None:
        """End all sessions with operation 9: the clients must identify anew."""
        self._sessions.clear()
        for connection in list(self._connections):
            await connection.send({"op": Op.INVALID_SESSION, "d": False})

    @property
    def connected(self) -> list[Session]:
        return [session for session in self._sessions.values() if session.connection is not None]

    async def wait_until_empty(self, timeout: float) -> None:
        await self._ledger.wakeup.until(lambda: not self._connections, timeout, what="end of all connections")

    async def _converse(self, socket: web.WebSocketResponse, connection: Connection) -> None:
        await connection.send({"op": Op.HELLO, "d": {"heartbeat_interval": 41_250}})
        try:
            async for message in socket:
                if message.type in (WSMsgType.TEXT, WSMsgType.BINARY):
                    await self._answer(connection, _decode(message.data))
        except CloseWith as end:
            await connection.close(end.code)

    async def _answer(self, connection: Connection, payload: dict[str, Any]) -> None:
        op, data = payload.get("op"), payload.get("d")
        if op == Op.HEARTBEAT:
            await connection.send({"op": Op.HEARTBEAT_ACK})
            return
        self._ledger.gateway.append(GatewayPayload(op=int(op or 0), data=data))
        match op:
            case Op.IDENTIFY:
                await self._identify(connection, data or {})
            case Op.RESUME:
                await self._resume(connection, data or {})
            case Op.PRESENCE | Op.VOICE_STATE | Op.REQUEST_MEMBERS:
                if connection.session is None:
                    raise CloseWith(4003)
            case _:
                raise CloseWith(4001)
        self._ledger.wakeup.notify()

    async def _identify(self, connection: Connection, data: dict[str, Any]) -> None:
        if connection.session is not None:
            raise CloseWith(4005)
        if data.get("token") != TOKEN:
            raise CloseWith(4004)
        intents = int(data.get("intents") or 0)
        if intents & _PRIVILEGED:
            raise CloseWith(4014)
        number, count = data.get("shard") or (0, 1)
        if not 0 <= number < count:
            raise CloseWith(4010)
        name = secrets.token_hex(16)
        session = Session(id=name, shard=(number, count), intents=intents, connection=connection)
        connection.session = session
        self._sessions[session.id] = session
        await session.send("READY", self._ready(session))
        if session.serves(GUILD_ID) and session.listens(GUILDS):
            await session.send("GUILD_CREATE", guild_create_json(self._world))

    def _ready(self, session: Session) -> dict[str, Any]:
        application = application_json(())
        guilds = [{"id": str(GUILD_ID), "unavailable": True}] if session.serves(GUILD_ID) else []
        return {
            "v": 10,
            "user": self_json(),
            "user_settings": {},
            "guilds": guilds,
            "session_id": session.id,
            "session_type": "normal",
            "resume_gateway_url": self.url,
            "shard": list(session.shard),
            "application": {"id": application["id"], "flags": application["flags"]},
            "private_channels": [],
            "relationships": [],
        }

    async def _resume(self, connection: Connection, data: dict[str, Any]) -> None:
        if data.get("token") != TOKEN:
            raise CloseWith(4004)
        session = self._sessions.get(str(data.get("session_id")))
        seen = int(data.get("seq") or 0)
        if session is None or session.missed_since(seen) is None:
            await connection.send({"op": Op.INVALID_SESSION, "d": False})
            return
        connection.session = session
        while missed := session.missed_since(seen):  # more may come while these are sent
            for event in missed:
                await connection.send(event)
                seen = event["s"]
        session.connection = connection
        await session.send("RESUMED", {})

    def _forget(self, connection: Connection, close_code: int | None) -> None:
        self._connections.discard(connection)
        session = connection.session
        if session is not None and session.connection is connection:
            session.connection = None
            if (connection.closed_with or close_code) in _ENDS_SESSION:
                self._sessions.pop(session.id, None)
        self._ledger.wakeup.notify()


def _decode(data: str | bytes) -> dict[str, Any]:
    try:
        payload = json.loads(data)
    except ValueError:
        raise CloseWith(4002) from None
    if not isinstance(payload, dict):
        raise CloseWith(4002)
    return payload
