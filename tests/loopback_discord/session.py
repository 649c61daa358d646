"""Gateway sessions: numbered events, kept so that a client that comes back gets what it missed."""

import asyncio
import json
import zlib
from collections import deque
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

_KEPT_EVENTS = 10_000
_SHARD_SHIFT = 22


class Connection:
    """One websocket of a client, with transport compression where it asked for it."""

    def __init__(self, request: web.Request, socket: web.WebSocketResponse, *, compressed: bool) -> None:
        self._request = request
        self._socket = socket
        self._compressor = zlib.compressobj() if compressed else None
        self._order = asyncio.Lock()
        self.session: Session | None = None
        self.closed_with: int | None = None

    async def send(self, payload: dict[str, Any]) -> None:
        """Send one payload; a client that has gone is no error, it resumes or it does not."""
        text = json.dumps(payload, separators=(",", ":"))
        async with self._order:
            try:
                await self._send_text(text)
            except ConnectionError:
                return

    async def _send_text(self, text: str) -> None:
        if self._compressor is None:
            await self._socket.send_str(text)
            return
        packed = self._compressor.compress(text.encode()) + self._compressor.flush(zlib.Z_SYNC_FLUSH)
        await self._socket.send_bytes(packed)

    async def close(self, code: int) -> None:
        """Close with a close code; it counts whatever code the client answers with."""
        self.closed_with = code
        await self._socket.close(code=code)

    def abort(self) -> None:
        if self._request.transport is not None:
            self._request.transport.abort()


@dataclass(slots=True, eq=False, kw_only=True)
class Session:
    """What one IDENTIFY began. It outlives its connections until it is ended."""

    id: str
    shard: tuple[int, int]
    intents: int
    connection: Connection | None
    sequence: int = 0
    events: deque[dict[str, Any]] = field(default_factory=lambda: deque(maxlen=_KEPT_EVENTS))

    def serves(self, guild_id: int | None) -> bool:
        """Say whether events of this guild belong to this shard; direct messages belong to shard 0."""
        number, count = self.shard
        return number == ((guild_id or 0) >> _SHARD_SHIFT) % count

    def listens(self, intent: int) -> bool:
        """Say whether the client asked for events of this intent; 0 is for everybody."""
        return not intent or bool(self.intents & intent)

    def missed_since(self, sequence: int) -> list[dict[str, Any]] | None:
        """Return the events after `sequence`, or None when they cannot be known any more."""
        missed = [event for event in self.events if event["s"] > sequence]
        return missed if len(missed) == self.sequence - sequence else None

    async def send(self, event: str, data: dict[str, Any]) -> None:
        """Number an event, keep it, and send it if somebody is there."""
        self.sequence += 1
        payload = {"op": 0, "s": self.sequence, "t": event, "d": data}
        self.events.append(payload)
        if self.connection is not None:
            await self.connection.send(payload)
