"""A piece of network between a client and a server: passes bytes on, and breaks the connections it is told to."""

import asyncio
import contextlib
import socket
import struct
from collections.abc import AsyncIterator
from enum import Enum, auto
from urllib.parse import urlsplit

_LINGER_FOR_RESET = struct.pack("ii", 1, 0)
_CHUNK = 65_536
_HTML = b"text/html; q=1.0"  # as long as what it replaces, so that the answer keeps its length
_JSON = b"application/json"


class Trouble(Enum):
    """What happens to one connection."""

    RESET = auto()
    """Reset once the request began to arrive; the server never sees it."""
    CLOSED = auto()
    """Closed in that place, without a word."""
    HALF_A_HEAD = auto()
    """Answered with the beginning of a head, then closed; the server never sees the request."""
    SILENCE = auto()
    """Never answered; the server never sees the request."""
    RESET_AFTER = auto()
    """Carried out by the server, then reset in place of the answer."""
    SILENCE_AFTER = auto()
    """Carried out by the server, and never answered."""
    MISLABELLED = auto()
    """Answered as the server does, but called text/html."""


class Relay:
    """Listens on 127.0.0.1. `troubles` are used up by the next connections, in order; the others pass."""

    def __init__(self, host: str, port: int) -> None:
        self._target = (host, port)
        self._server: asyncio.Server | None = None
        self._port = 0
        self._open: set[asyncio.Task[None]] = set()
        self.troubles: list[Trouble] = []

    @classmethod
    @contextlib.asynccontextmanager
    async def to(cls, url: str) -> AsyncIterator["Relay"]:
        parts = urlsplit(url)
        relay = cls(parts.hostname or "", parts.port or 0)
        await relay.listen()
        try:
            yield relay
        finally:
            await relay.refuse()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._port}"

    async def listen(self) -> None:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", self._port)
        self._port = self._server.sockets[0].getsockname()[1]

    async def refuse(self) -> None:
        """Refuse connections from now on, and end those that are open."""
        if self._server is not None:
            self._server.close()
            self._server = None
        for task in self._open:
            task.cancel()
        await asyncio.gather(*self._open, return_exceptions=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._open.add(task)
        try:
            with contextlib.suppress(ConnectionError, asyncio.CancelledError), contextlib.closing(writer):
                await self._break_or_pass(reader, writer)
        finally:
            self._open.discard(task)

    async def _break_or_pass(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        trouble = self.troubles.pop(0) if self.troubles else None
        first = await reader.read(_CHUNK)
        match trouble:
            case Trouble.RESET:
                _reset(writer)
            case Trouble.CLOSED:
                return
            case Trouble.HALF_A_HEAD:
                writer.write(b"HTTP/1.1 200 OK\r\nContent-Le")
            case Trouble.SILENCE:
                await _until_it_hangs_up(reader)
            case _:
                await self._pass(first, reader, writer, trouble)

    async def _pass(
        self,
        first: bytes,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        trouble: Trouble | None,
    ) -> None:
        """Carry the request over and the answer back until either side has ended."""
        answers, requests = await asyncio.open_connection(*self._target)
        with contextlib.closing(requests):
            requests.write(first)
            ways = [
                asyncio.create_task(_pump(reader, requests)),
                asyncio.create_task(_answer(answers, writer, trouble)),
            ]
            try:
                await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
            finally:
                for way in ways:
                    way.cancel()
                await asyncio.gather(*ways, return_exceptions=True)


async def _answer(
    answers: asyncio.StreamReader, writer: asyncio.StreamWriter, trouble: Trouble | None
) -> None:
    begun = await answers.read(_CHUNK)
    match trouble:
        case Trouble.RESET_AFTER:
            _reset(writer)
        case Trouble.SILENCE_AFTER:
            await asyncio.Event().wait()
        case Trouble.MISLABELLED:
            assert _JSON in begun
            writer.write(begun.replace(_JSON, _HTML))
            await _pump(answers, writer)
        case _:
            writer.write(begun)
            await _pump(answers, writer)


async def _pump(source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
    with contextlib.suppress(ConnectionError):
        while chunk := await source.read(_CHUNK):
            sink.write(chunk)
            await sink.drain()


async def _until_it_hangs_up(reader: asyncio.StreamReader) -> None:
    while await reader.read(_CHUNK):
        pass


def _reset(writer: asyncio.StreamWriter) -> None:
    raw = writer.get_extra_info("socket")
    raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _LINGER_FOR_RESET)
    writer.transport.abort()
