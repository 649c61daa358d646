"""Stands between a client and a PostgreSQL server, and cuts the line at one of the client's requests."""

import asyncio
import contextlib
import shutil
import tempfile
from collections.abc import AsyncGenerator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit


class Relay:
    """Passes bytes on in both directions. Every request of the client is a chunk: it waits for the answer."""

    def __init__(self, server: str, folder: Path) -> None:
        self._server = urlsplit(server)
        self._folder = folder
        self._lines: set[asyncio.StreamWriter] = set()
        self._clients: set[asyncio.Task[None]] = set()
        self._left: int | None = None
        self._after = False
        self.requests: list[bytes] = []
        self.has_cut = False
        self.is_down = False
        self.is_mute = False

    def url(self, original: str) -> str:
        parts = urlsplit(original)
        user, at, _ = parts.netloc.rpartition("@")
        return parts._replace(netloc=user + at, query=f"host={self._folder}").geturl()

    def cut_at(self, request: int, *, after: bool) -> None:
        """Cut all lines at the request of this number: before the server sees it, or `after` it has answered."""
        self._left, self._after, self.has_cut = request, after, False
        self.requests.clear()

    def cut(self) -> None:
        for line in self._lines:
            line.transport.abort()

    async def close(self) -> None:
        self.is_down = True
        self.cut()
        await asyncio.gather(*self._clients, return_exceptions=True)

    async def connect(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        client = asyncio.current_task()
        assert client is not None
        self._clients.add(client)
        client.add_done_callback(self._clients.discard)
        if self.is_down:
            writer.transport.abort()
            return
        up_reader, up_writer = await self._reach_the_server()
        self._lines |= {writer, up_writer}
        with contextlib.suppress(OSError):
            await asyncio.gather(self._pass_on(reader, up_writer, writer), self._answer(up_reader, writer))
        self._lines -= {writer, up_writer}
        for line in (writer, up_writer):
            line.transport.abort()

    async def _reach_the_server(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        folders = parse_qs(self._server.query).get("host")
        if folders:
            return await asyncio.open_unix_connection(Path(folders[0]) / ".s.PGSQL.5432")
        return await asyncio.open_connection(self._server.hostname, self._server.port or 5432)

    async def _pass_on(
        self, reader: asyncio.StreamReader, up_writer: asyncio.StreamWriter, writer: asyncio.StreamWriter
    ) -> None:
        while chunk := await reader.read(65536):
            self.requests.append(chunk)
            if self._is_the_one():
                self.has_cut = True
                if self._after:
                    self._lines.discard(up_writer)
                    writer.transport.abort()
                    up_writer.write(chunk)
                    await asyncio.sleep(0.05)  # the server acts on it
                    up_writer.transport.abort()
                self.cut()
                return
            up_writer.write(chunk)
        up_writer.transport.abort()

    async def _answer(self, up_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while chunk := await up_reader.read(65536):
            if not self.is_mute:
                writer.write(chunk)
        writer.transport.abort()

    def _is_the_one(self) -> bool:
        if self._left is None:
            return False
        self._left -= 1
        if self._left:
            return False
        self._left = None
        return True


@contextlib.asynccontextmanager
async def open_relay(database_url: str) -> AsyncGenerator[Relay]:
    """Open a relay before the server of an address with a socket in it."""
    folder = Path(tempfile.mkdtemp(prefix="clapper-relay-"))
    relay = Relay(database_url, folder)
    try:
        async with await asyncio.start_unix_server(relay.connect, folder / ".s.PGSQL.5432"):
            yield relay
            await relay.close()
    finally:
        shutil.rmtree(folder)
