"""The SQLite engine: one writer with group commit, one reader apart, one process per file.

Each waiting body gets a savepoint, the whole batch one COMMIT and one hop on aiosqlite's thread: one sync to
disk serves up to 64 operations (figures: docs/performance.md).
"""

import asyncio
import contextlib
import functools
import logging
import sqlite3
from collections.abc import AsyncGenerator, Callable, Coroutine
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar, cast

import aiosqlite

from db.engines.clock import wall_clock
from db.engines.engine import UNDER_WAY, Body, DatabaseTooOld, Row, Transaction
from db.engines.lock import OpenFile, lock_file

log = logging.getLogger(__name__)

T = TypeVar("T")
Clock = Callable[[], int]

BATCH = 64
MINIMUM_SQLITE = (3, 35, 0)
"""RETURNING needs it."""


@dataclass(frozen=True, slots=True)
class _Operation:
    body: Body[Any]
    outcome: asyncio.Future[Any]


@dataclass(frozen=True, slots=True)
class _Failed:
    error: BaseException


class _SqliteTransaction:
    """Runs statements at once, on the thread it is used on: its coroutines never suspend."""

    def __init__(self, connection: sqlite3.Connection, *, clock: Clock, file: OpenFile | None) -> None:
        self._connection = connection
        self._clock = clock
        self._file = file
        self._in_place: bool | None = None

    async def one(self, sql: str, /, **parameters: Any) -> Row | None:
        rows = await self.all(sql, **parameters)
        return rows[0] if rows else None

    async def all(self, sql: str, /, **parameters: Any) -> list[Row]:
        parameters["clapper_now"] = self._clock()
        cursor = self._connection.execute(in_sqlite(sql), parameters)
        rows = cursor.fetchall()
        if rows and sql not in _columns:
            _columns[sql] = tuple(column[0] for column in cursor.description)
        return [dict(zip(_columns[sql], row, strict=True)) for row in rows]

    async def make(self, sql: str, /, *records: str, **parameters: Any) -> Row | None:
        row = await self.one(sql, **parameters)
        if row is not None:
            for record in records:
                self._connection.execute(of_made(record), {"made": row["id"]}).fetchall()
        return row

    async def hold(self, name: str) -> None:
        """Hold it already: nobody else writes while this one does."""

    def in_place(self) -> bool:
        """Look, once for all bodies of a batch, whether the file that is open is the one under its name."""
        if self._in_place is None:
            self._in_place = self._file is None or self._file.in_place()
        return self._in_place

    def ring(self) -> None:
        """Wake nobody: no other process has this file open."""


_Begin = Callable[[sqlite3.Connection], _SqliteTransaction]

_columns: dict[str, tuple[str, ...]] = {}
"""The names of a statement's columns: to ask for them each time costs a tenth of an admission."""


@functools.lru_cache(maxsize=512)
def in_sqlite(sql: str) -> str:
    """Return the shared SQL text as SQLite runs it (`/*lock*/` is a comment here: there is one writer)."""
    return sql.replace("<dbnow>", ":clapper_now").replace("<under_way>", UNDER_WAY)


@functools.lru_cache
def of_made(record: str) -> str:
    """Return a record of a new job as SQLite runs it after the job was made."""
    return record.replace("<made>", "jobs WHERE id = :made")


class SqliteEngine:
    """One open database file. Use `open_sqlite`."""

    def __init__(
        self,
        writer: aiosqlite.Connection,
        reader: aiosqlite.Connection,
        *,
        clock: Clock,
        file: OpenFile | None = None,
    ) -> None:
        self._begin = functools.partial(_SqliteTransaction, clock=clock, file=file)
        self._writer = writer
        self._reader = reader
        self._waiting: asyncio.Queue[_Operation] = asyncio.Queue()
        self._taking = True

    async def write(self, body: Body[T], *, holding: str | None = None, repeatable: bool = False) -> T:  # noqa: ARG002 - there is one writer, and a commit has an answer
        """Queue `body` for the writer's thread (`run_writer`), and return its result after the COMMIT.

        A cancelled caller does not stop a body that was handed in.

        Raises:
            RuntimeError: the database is closed.
        """
        if not self._taking:
            raise RuntimeError("the database is closed")
        outcome: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        self._waiting.put_nowait(_Operation(body, outcome))
        return await outcome

    async def read(self, body: Body[T]) -> T:
        """Run `body` on a snapshot of the database."""
        return await _on_thread_of(self._reader, functools.partial(_read_snapshot, begin=self._begin), body)

    async def renumber(self, table: str) -> None:
        """Do nothing: the next number follows the highest."""

    async def forget(self) -> None:
        """Leave nothing of what was overwritten behind: empty the log of changes into the file."""
        await _on_thread_of(self._writer, _run_to_its_end, "PRAGMA wal_checkpoint(TRUNCATE)")

    async def run_writer(self) -> None:
        """Commit waiting bodies batch by batch, for ever."""
        while True:
            batch = [await self._waiting.get()]
            while len(batch) < BATCH and not self._waiting.empty():
                batch.append(self._waiting.get_nowait())
            await self._commit_batch(batch)

    async def finish(self) -> None:
        """Take no more bodies, and wait until every one that was handed in has its outcome."""
        self._taking = False
        await self._waiting.join()

    async def _commit_batch(self, batch: list[_Operation]) -> None:
        try:
            run = functools.partial(_run_batch, begin=self._begin)
            results = await _on_thread_of(self._writer, run, [operation.body for operation in batch])
        except Exception as error:  # noqa: BLE001 - whatever broke, no caller may wait for ever
            results = [_Failed(error)] * len(batch)
        for operation, result in zip(batch, results, strict=True):
            _resolve(operation.outcome, result)
            self._waiting.task_done()


@contextlib.asynccontextmanager
async def open_sqlite(path: Path, *, clock: Clock = wall_clock) -> AsyncGenerator[SqliteEngine]:
    """Open a migrated database file for this process alone.

    Raises:
        DatabaseBusy: another process has the file open.
        DatabaseTooOld: this Python's SQLite cannot run our SQL.
    """
    if sqlite3.sqlite_version_info < MINIMUM_SQLITE:
        raise DatabaseTooOld(
            found=f"SQLite {sqlite3.sqlite_version}", needed=".".join(map(str, MINIMUM_SQLITE))
        )
    async with contextlib.AsyncExitStack() as stack:
        stack.enter_context(lock_file(path))
        writer = await stack.enter_async_context(_connect(path))
        reader = await stack.enter_async_context(_connect(path, read_only=True))
        await _on_thread_of(writer, _run_to_its_end, "PRAGMA user_version")  # opens the log of changes
        file = OpenFile(path)
        engine = SqliteEngine(writer, reader, clock=clock, file=file)
        committing = asyncio.create_task(engine.run_writer(), name="sqlite writer")
        try:
            yield engine
        finally:
            await _finish(engine, committing)
            if not file.in_place():
                await _save(writer, file.real)


class SqliteReader:
    """A database that another process may have open for writing."""

    def __init__(self, reader: aiosqlite.Connection, *, clock: Clock) -> None:
        self._reader = reader
        self._begin = functools.partial(_SqliteTransaction, clock=clock, file=None)

    async def write(self, body: Body[T], **_: object) -> T:  # noqa: ARG002 - nothing is written
        """Refuse.

        Raises:
            RuntimeError: always.
        """
        raise RuntimeError("this database was opened for reading")

    async def forget(self) -> None:
        """Refuse.

        Raises:
            RuntimeError: always.
        """
        raise RuntimeError("this database was opened for reading")

    async def read(self, body: Body[T]) -> T:
        """Run `body` on a snapshot of the database."""
        return await _on_thread_of(self._reader, functools.partial(_read_snapshot, begin=self._begin), body)


@contextlib.asynccontextmanager
async def open_sqlite_reader(path: Path, *, clock: Clock = wall_clock) -> AsyncGenerator[SqliteReader]:
    """Open a migrated database file beside whoever writes to it."""
    async with _connect(path, read_only=True) as reader:
        yield SqliteReader(reader, clock=clock)


async def _finish(engine: SqliteEngine, committing: asyncio.Task[None]) -> None:
    # A writer that somebody cancelled finishes nothing: closing must not wait for it.
    finishing = asyncio.create_task(engine.finish(), name="sqlite finish")
    try:
        await asyncio.wait([finishing, committing], return_when=asyncio.FIRST_COMPLETED)
    finally:
        finishing.cancel()
        committing.cancel()
        await asyncio.gather(finishing, committing, return_exceptions=True)


async def _save(writer: aiosqlite.Connection, path: Path) -> None:
    """Save the open database to a new file beside its old place, since closing it would lose it."""
    saved = path.with_name(f"{path.name}.saved-{wall_clock()}")
    try:
        await writer.execute("VACUUM INTO ?", (str(saved),))
    except sqlite3.Error as error:
        log.error("the database, whose file is gone, could not be saved to %s: %s", saved, error)  # noqa: TRY400 - its cause is in it
    else:
        log.error(
            "the database, whose file was deleted or replaced, is saved in %s: move it to %s", saved, path
        )


@contextlib.asynccontextmanager
async def _connect(path: Path, *, read_only: bool = False) -> AsyncGenerator[aiosqlite.Connection]:
    async with aiosqlite.connect(path, isolation_level=None) as connection:
        for pragma in _pragmas(read_only=read_only):
            await connection.execute(pragma)
        yield connection


def _pragmas(*, read_only: bool) -> tuple[str, ...]:
    shared = ("PRAGMA busy_timeout = 5000", "PRAGMA foreign_keys = ON", "PRAGMA synchronous = FULL")
    if read_only:
        return (*shared, "PRAGMA query_only = ON")
    # Rows that many orders change go from the log into the file once for up to 16 MB, not for each 4.
    return (
        "PRAGMA journal_mode = WAL",
        "PRAGMA wal_autocheckpoint = 4000",
        "PRAGMA secure_delete = ON",
        *shared,
    )


async def _on_thread_of(
    connection: aiosqlite.Connection, function: Callable[[sqlite3.Connection, Any], T], argument: object
) -> T:
    # aiosqlite has no public call that runs a function on its thread; a hop per statement costs five times the
    # throughput. tests/db/test_sqlite.py holds the two private names against the pinned version.
    private = cast("Any", connection)
    return await private._execute(function, private._conn, argument)  # noqa: SLF001 - as said above


def _run_batch(connection: sqlite3.Connection, bodies: list[Body[Any]], *, begin: _Begin) -> list[Any]:
    connection.execute("BEGIN IMMEDIATE")
    try:
        transaction = begin(connection)
        results = [_run_in_savepoint(connection, body, transaction) for body in bodies]
        connection.execute("COMMIT")
    except BaseException:
        connection.rollback()
        raise
    return results


def _run_in_savepoint(connection: sqlite3.Connection, body: Body[Any], transaction: Transaction) -> Any:
    connection.execute("SAVEPOINT body")
    try:
        result = _drive(body, transaction)
    except BaseException as error:  # noqa: BLE001 - handed to the caller of write(); the batch goes on without it
        connection.execute("ROLLBACK TO body")
        result = _Failed(error)
    connection.execute("RELEASE body")
    return result


def _run_to_its_end(connection: sqlite3.Connection, sql: str) -> None:
    connection.execute(sql).fetchall()


def _read_snapshot(connection: sqlite3.Connection, body: Body[T], *, begin: _Begin) -> T:
    connection.execute("BEGIN")
    try:
        return _drive(body, begin(connection))
    finally:
        connection.rollback()


def _drive(body: Body[T], transaction: Transaction) -> T:
    """Run a body to its end without an event loop; one that awaits anything else is a programming error."""
    coroutine = cast("Coroutine[Any, Any, T]", body(transaction))
    try:
        coroutine.send(None)
    except StopIteration as finished:
        return finished.value
    coroutine.close()
    raise RuntimeError("a transaction body may await its transaction only")


def _resolve(outcome: asyncio.Future[Any], result: Any) -> None:
    if outcome.done():  # its caller was cancelled
        return
    if isinstance(result, _Failed):
        outcome.set_exception(result.error)
    else:
        outcome.set_result(result)
