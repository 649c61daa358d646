"""The SQLite engine: one connection writes with group commit, another one reads; one process per file.

Each waiting body gets a savepoint; a batch of bodies gets one COMMIT and one step on aiosqlite's thread. So
one sync to disk serves up to 64 bodies (figures: docs/performance.md).
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
"""The oldest usable version of SQLite: RETURNING needs it."""


@dataclass(frozen=True, slots=True)
class _Operation:
    body: Body[Any]
    outcome: asyncio.Future[Any]


@dataclass(frozen=True, slots=True)
class _Failed:
    error: BaseException


class _SqliteTransaction:
    """A transaction that runs statements on the current thread: its coroutines never suspend."""

    def __init__(self, connection: sqlite3.Connection, *, clock: Clock, file: OpenFile | None) -> None:
        self._connection = connection
        self._clock = clock
        self._file = file
        self._file_still_there: bool | None = None

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

    async def insert_with_records(self, sql: str, /, *records: str, **parameters: Any) -> Row | None:
        row = await self.one(sql, **parameters)
        if row is not None:
            for record in records:
                self._connection.execute(of_made(record), {"made": row["id"]}).fetchall()
        return row

    async def hold(self, name: str) -> None:
        """Do nothing: there is only one writer."""

    def file_still_there(self) -> bool:
        """Check, once per batch, whether the open file is still the one under its name."""
        if self._file_still_there is None:
            self._file_still_there = self._file is None or self._file.still_there()
        return self._file_still_there

    def ring(self) -> None:
        """Do nothing: no other process has this file open."""


_Begin = Callable[[sqlite3.Connection], _SqliteTransaction]

_columns: dict[str, tuple[str, ...]] = {}
"""A cache of each statement's column names; reading them each time costs a tenth of an admission."""


@functools.lru_cache(maxsize=512)
def in_sqlite(sql: str) -> str:
    """Translate a statement from the shared SQL into SQLite's. `/*lock*/` stays a comment: there is one writer."""
    return sql.replace("<dbnow>", ":clapper_now").replace("<under_way>", UNDER_WAY)


@functools.lru_cache
def of_made(record: str) -> str:
    """Translate a record of a new job into a statement that SQLite runs after the job's INSERT."""
    return record.replace("<made>", "jobs WHERE id = :made")


class SqliteEngine:
    """An open database file. Use `open_sqlite`."""

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

        Its statements run to their end even if the caller is cancelled.

        Raises:
            RuntimeError: the database is closed.
        """
        if not self._taking:
            raise RuntimeError("the database is closed")
        outcome: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        self._waiting.put_nowait(_Operation(body, outcome))
        return await outcome

    async def read(self, body: Body[T]) -> T:
        """Run the statements of `body` on a snapshot of the database."""
        return await _on_thread_of(self._reader, functools.partial(_read_snapshot, begin=self._begin), body)

    async def renumber(self, table: str) -> None:
        """Do nothing: SQLite always takes the number after the highest one."""

    async def forget(self) -> None:
        """Move the write-ahead log into the file and empty it, so that no overwritten rows stay on disk."""
        await _on_thread_of(self._writer, _run_to_its_end, "PRAGMA wal_checkpoint(TRUNCATE)")

    async def run_writer(self) -> None:
        """Commit the waiting transactions, batch by batch, until cancelled."""
        while True:
            batch = [await self._waiting.get()]
            while len(batch) < BATCH and not self._waiting.empty():
                batch.append(self._waiting.get_nowait())
            await self._commit_batch(batch)

    async def finish(self) -> None:
        """Accept no more transactions, and wait until all accepted ones have an outcome."""
        self._taking = False
        await self._waiting.join()

    async def _commit_batch(self, batch: list[_Operation]) -> None:
        try:
            run = functools.partial(_run_batch, begin=self._begin)
            results = await _on_thread_of(self._writer, run, [operation.body for operation in batch])
        except Exception as error:  # noqa: BLE001 - after any error, no caller may wait for ever
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
        await _on_thread_of(writer, _run_to_its_end, "PRAGMA user_version")  # opens the write-ahead log
        file = OpenFile(path)
        engine = SqliteEngine(writer, reader, clock=clock, file=file)
        committing = asyncio.create_task(engine.run_writer(), name="sqlite writer")
        try:
            yield engine
        finally:
            await _finish(engine, committing)
            if not file.still_there():
                await _save(writer, file.real)


class SqliteReader:
    """A database opened for reading only, while another process may write to it."""

    def __init__(self, reader: aiosqlite.Connection, *, clock: Clock) -> None:
        self._reader = reader
        self._begin = functools.partial(_SqliteTransaction, clock=clock, file=None)

    async def write(self, body: Body[T], **_: object) -> T:  # noqa: ARG002 - nothing is written
        """Refuse to write.

        Raises:
            RuntimeError: always.
        """
        raise RuntimeError("this database was opened for reading")

    async def forget(self) -> None:
        """Refuse, because that would be a write.

        Raises:
            RuntimeError: always.
        """
        raise RuntimeError("this database was opened for reading")

    async def read(self, body: Body[T]) -> T:
        """Run the statements of `body` on a snapshot of the database."""
        return await _on_thread_of(self._reader, functools.partial(_read_snapshot, begin=self._begin), body)


@contextlib.asynccontextmanager
async def open_sqlite_reader(path: Path, *, clock: Clock = wall_clock) -> AsyncGenerator[SqliteReader]:
    """Open a migrated database file for reading, while another process may write to it."""
    async with _connect(path, read_only=True) as reader:
        yield SqliteReader(reader, clock=clock)


async def _finish(engine: SqliteEngine, committing: asyncio.Task[None]) -> None:
    # If the writer was cancelled, `finish` would wait for ever, so closing waits for either of them.
    finishing = asyncio.create_task(engine.finish(), name="sqlite finish")
    try:
        await asyncio.wait([finishing, committing], return_when=asyncio.FIRST_COMPLETED)
    finally:
        finishing.cancel()
        committing.cancel()
        await asyncio.gather(finishing, committing, return_exceptions=True)


async def _save(writer: aiosqlite.Connection, path: Path) -> None:
    """Save the open database to a new file beside its old place, because closing it would lose it."""
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
    # Checkpoint after 16 MB of log, not 4: rows that many orders change are then copied into the file less often.
    return (
        "PRAGMA journal_mode = WAL",
        "PRAGMA wal_autocheckpoint = 4000",
        "PRAGMA secure_delete = ON",
        *shared,
    )


async def _on_thread_of(
    connection: aiosqlite.Connection, function: Callable[[sqlite3.Connection, Any], T], argument: object
) -> T:
    # aiosqlite has no public call that runs a function on its thread, and one step per statement has a fifth of the
    # throughput. tests/db/test_sqlite.py checks the two private names against the pinned version.
    private = cast("Any", connection)
    return await private._execute(function, private._conn, argument)  # noqa: SLF001 - see above


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
    """Run a body without an event loop; a body that awaits anything but its transaction is a programming error."""
    coroutine = cast("Coroutine[Any, Any, T]", body(transaction))
    try:
        coroutine.send(None)
    except StopIteration as finished:
        return finished.value
    coroutine.close()
    raise RuntimeError("a transaction body may await its transaction only")


def _resolve(outcome: asyncio.Future[Any], result: Any) -> None:
    if outcome.done():  # the caller was cancelled
        return
    if isinstance(result, _Failed):
        outcome.set_exception(result.error)
    else:
        outcome.set_result(result)
