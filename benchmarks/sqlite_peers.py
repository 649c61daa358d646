"""Queues on SQLite that others use, each as it ships; called straight in the event loop, which is their fastest way."""

import contextlib
import importlib
import sqlite3
from collections.abc import Callable, Generator
from pathlib import Path
from typing import Any

from benchmarks.contestants import Contestant
from benchmarks.rows import REQUEST

Opener = Callable[[Path], contextlib.AbstractContextManager[Contestant]]

NOT_DURABLE = "litequeue as it ships"

_SYNCHRONOUS = {0: "OFF", 1: "NORMAL", 2: "FULL", 3: "EXTRA"}


class _Peer:
    """What all of them have in common: nothing waits, so that `fill` is a loop and `clear` a drain."""

    name = ""

    def __init__(self, settings: str) -> None:
        self.settings = settings

    async def add(self, number: int) -> object:
        raise NotImplementedError

    async def fill(self, count: int) -> None:
        for number in range(count):
            await self.add(number)

    async def take(self) -> bool:
        raise NotImplementedError

    async def clear(self) -> None:
        while await self.take():
            pass


class _RawSqlite(_Peer):
    name = "raw sqlite3"

    def __init__(self, connection: sqlite3.Connection) -> None:
        super().__init__(f"{_durability(connection)}, one INSERT")
        self._connection = connection

    async def add(self, number: int) -> object:
        return self._connection.execute("INSERT INTO queue (payload) VALUES (?)", (REQUEST,))

    async def take(self) -> bool:
        row = self._connection.execute(_RAW_CLAIM).fetchall()
        if not row:
            return False
        self._connection.execute("UPDATE queue SET state = 'done' WHERE id = ?", row[0])
        return True


_RAW_CLAIM = """
UPDATE queue SET state = 'taken'
 WHERE id = (SELECT id FROM queue WHERE state = 'queued' ORDER BY id LIMIT 1) RETURNING id
"""


@contextlib.contextmanager
def raw_sqlite(folder: Path) -> Generator[Contestant]:
    """Open a table with one index, and no library at all."""
    with contextlib.closing(sqlite3.connect(folder / "raw.db", isolation_level=None)) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute(
            "CREATE TABLE queue (id INTEGER PRIMARY KEY, state TEXT DEFAULT 'queued', payload TEXT)"
        )
        connection.execute("CREATE INDEX queued ON queue(id) WHERE state = 'queued'")
        yield _RawSqlite(connection)


class _Huey(_Peer):
    name = "huey"

    def __init__(self, storage: Any) -> None:
        super().__init__(f"{_durability(storage.conn)}; claiming deletes, nothing records the end")
        self._storage = storage

    async def add(self, number: int) -> object:
        return self._storage.enqueue(REQUEST.encode())

    async def take(self) -> bool:
        return self._storage.dequeue() is not None


@contextlib.contextmanager
def huey(folder: Path) -> Generator[Contestant]:
    """Open huey's storage."""
    module = importlib.import_module("huey.storage")
    storage = module.SqliteStorage(filename=str(folder / "huey.db"))
    yield _Huey(storage)
    storage.close()


class _Litequeue(_Peer):
    def __init__(self, queue: Any, name: str) -> None:
        super().__init__(_durability(queue.conn))
        self.name = name
        self._queue = queue

    async def add(self, number: int) -> object:
        return self._queue.put(REQUEST)

    async def take(self) -> bool:
        message = self._queue.pop()
        if message is None:
            return False
        self._queue.done(message.message_id)
        return True


@contextlib.contextmanager
def litequeue(folder: Path) -> Generator[Contestant]:
    """Open a LiteQueue as it ships: it does not wait for the disk, so that a power cut loses what was enqueued."""
    queue = importlib.import_module("litequeue").LiteQueue(str(folder / "lite.db"))
    yield _Litequeue(queue, NOT_DURABLE)
    queue.close()


@contextlib.contextmanager
def durable_litequeue(folder: Path) -> Generator[Contestant]:
    """Open a LiteQueue that waits for the disk, like the others."""
    queue = importlib.import_module("litequeue").LiteQueue(str(folder / "lite-full.db"))
    queue.conn.execute("PRAGMA synchronous = FULL")
    yield _Litequeue(queue, "litequeue, FULL")
    queue.close()


class _PersistQueue(_Peer):
    name = "persist-queue"

    def __init__(self, queue: Any, empty: type[Exception]) -> None:
        super().__init__(_durability(queue._putter))  # noqa: SLF001 - it shows its connection nowhere
        self._queue = queue
        self._empty = empty

    async def add(self, number: int) -> object:
        return self._queue.put(REQUEST)

    async def take(self) -> bool:
        try:
            item = self._queue.get(block=False)
        except self._empty:
            return False
        self._queue.ack(item)
        return True


@contextlib.contextmanager
def persist_queue(folder: Path) -> Generator[Contestant]:
    """Open a queue with acknowledgements."""
    module = importlib.import_module("persistqueue")
    queue = module.SQLiteAckQueue(str(folder / "persist"), auto_commit=True)
    yield _PersistQueue(queue, module.Empty)
    queue.close()


SQLITE_PEERS: dict[str, Opener] = {
    "raw sqlite3": raw_sqlite,
    "huey": huey,
    "litequeue, FULL": durable_litequeue,
    NOT_DURABLE: litequeue,
    "persist-queue": persist_queue,
}


def _durability(connection: sqlite3.Connection) -> str:
    [mode] = connection.execute("PRAGMA journal_mode").fetchone()
    [synchronous] = connection.execute("PRAGMA synchronous").fetchone()
    return f"{mode.upper()}, synchronous={_SYNCHRONOUS[synchronous]}"
