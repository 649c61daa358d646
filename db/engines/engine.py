"""What a store needs of a database: bodies that run whole, in one transaction, on either engine; and how that can fail.

A body is an `async def` that awaits nothing but its transaction and changes nothing outside of it. On SQLite those
awaits never suspend, so the writer's thread can run the whole body in one hop; on PostgreSQL they are real, and a
body that surely left nothing behind may be run again.
"""

import sqlite3
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, Protocol, TypeVar


class DatabaseError(Exception):
    """The database cannot be used; the message says what to do."""


class DatabaseBusy(DatabaseError):
    """Another process holds the lock of this SQLite file."""

    def __init__(self, path: Path) -> None:
        super().__init__(
            f"another process already uses {path}. One process per SQLite file: stop the other one, "
            "set DATABASE_URL to a file of its own, or run several processes over PostgreSQL "
            "(DATABASE_URL=postgresql://...)."
        )


class OneProcessOnly(DatabaseError):
    """A role that shares its work was asked for over SQLite."""

    def __init__(self, role: str) -> None:
        super().__init__(
            f"a {role} shares its work with other processes, and SQLite serves one process only: "
            "set DATABASE_URL=postgresql://..., or run `python bot.py` alone."
        )


class DatabaseTooOld(DatabaseError):
    """The SQLite library of this Python, or the PostgreSQL server, is too old."""

    def __init__(self, *, found: str, needed: str, remedy: str = "Use a newer Python build.") -> None:
        super().__init__(f"{found} is too old: {needed} or newer is needed. {remedy}")


class DatabaseTooNew(DatabaseError):
    """The schema is one that this program does not know. Nothing was changed in it."""

    def __init__(self, place: Path | str, *, found: str, newest: str) -> None:
        other = "file" if isinstance(place, Path) else "database"
        super().__init__(
            f"{place} was written by a newer version: its schema is {found}, this version knows up to {newest}. "
            f"Use the newer version, or set DATABASE_URL to another {other}."
        )


class DatabaseNotMigrated(DatabaseError):
    """The schema lacks columns that are read here."""

    def __init__(self, place: Path | str) -> None:
        super().__init__(f"{place} has no up-to-date schema: start the bot, or run `python bot.py migrate`.")


class DatabaseUnusable(DatabaseError):
    """The file cannot be opened, or holds something else; or the server has other rules than ours."""

    def __init__(self, place: Path | str, cause: BaseException | str) -> None:
        checks = "DATABASE_URL, DATA_DIR and the rights on them"
        super().__init__(
            f"{place} cannot be used as a database: {cause}. "
            f"Check {checks if isinstance(place, Path) else 'DATABASE_URL and the rights of its user'}."
        )


class SourceUnusable(DatabaseUnusable):
    """There is no database of ours where one was named. Nothing was made there."""


class DatabaseUnreachable(DatabaseError):
    """No server answers there, or it has stopped answering for longer than we wait."""

    def __init__(self, place: str, cause: BaseException) -> None:
        super().__init__(
            f"{place} does not answer: {cause or type(cause).__name__}. Is the server running, and are the host "
            "and port in DATABASE_URL right?"
        )


class DatabaseRefused(DatabaseError):
    """The server answers, and lets nobody in with what DATABASE_URL says."""

    def __init__(self, place: str, cause: BaseException) -> None:
        super().__init__(
            f"{place} refuses: {cause}. Check user, password and database in DATABASE_URL; "
            "`createdb --encoding UTF8` makes a database."
        )


class OutcomeUnknown(DatabaseError):
    """The connection broke while a transaction was committed. It may be on disk: nothing was repeated."""

    def __init__(self, place: str) -> None:
        super().__init__(f"{place} broke off during a commit and cannot be asked whether it was done")


class UnsupportedDatabase(DatabaseError):
    """DATABASE_URL names an engine that does not exist here."""

    def __init__(self, scheme: str) -> None:
        super().__init__(
            f"DATABASE_URL starts with {scheme!r}: use sqlite:///path/to/clapper.db "
            "or postgresql://user:password@host/database"
        )


class AddressUnreadable(UnsupportedDatabase):
    """DATABASE_URL names a server in a way that cannot be read."""

    def __init__(self, rule: str) -> None:
        DatabaseError.__init__(
            self,
            f"DATABASE_URL cannot be read: {rule}. It has the form postgresql://user:password@host/database",
        )


class ServerBackup(UnsupportedDatabase):
    """The database is on a server, which has tools of its own for this; the message names the command to run."""

    def __init__(self, words: str) -> None:
        DatabaseError.__init__(self, words)


class BackupUnusable(DatabaseError):
    """A backup is not whole, or there is none. Nothing was changed."""

    def __init__(self, source: Path, cause: str) -> None:
        super().__init__(f"{source} cannot be restored: {cause}. Nothing was changed.")


class BackupMissing(BackupUnusable):
    """There is no folder of the backup's name."""

    def __init__(self, source: Path) -> None:
        super().__init__(source, "there is no such folder")


class InstallationThere(DatabaseError):
    """There is an installation where one is to be restored."""

    def __init__(self, found: Path) -> None:
        super().__init__(
            f"{found} is there already. With --replace it is moved aside, not deleted. Nothing was changed."
        )


class LeaseLost(Exception):
    """A guarded write found the job claimed by somebody else or in another state: this step must stop."""


def is_lasting(error: BaseException) -> bool:
    """Say whether the database refuses what it was given (a constraint, on either engine): the same again is refused too."""
    of_postgres = str(getattr(error, "sqlstate", None) or "")
    return isinstance(error, sqlite3.IntegrityError) or of_postgres.startswith("23")


T = TypeVar("T")
Row = dict[str, Any]

UNDER_WAY = "('queued', 'submitting', 'rendering', 'delivering')"
"""The states of jobs that a step still works on: `<under_way>` in a statement, letter for letter as in the index."""


class Transaction(Protocol):
    """The statements of one body. SQL is the shared subset; parameters are written `:name`.

    `<dbnow>` in a statement stands for the database's clock in epoch milliseconds, `<under_way>` for `UNDER_WAY`,
    `/*lock*/` for the engine's way to pass over rows that another claimer holds.
    """

    async def one(self, sql: str, /, **parameters: Any) -> Row | None:
        """Run one statement and return its first row, if any."""
        ...

    async def all(self, sql: str, /, **parameters: Any) -> list[Row]:
        """Run one statement and return all of its rows."""
        ...

    async def make(self, sql: str, /, *records: str, **parameters: Any) -> Row | None:
        """Run an INSERT and return the row it made, if any; then run `records`, INSERTs in which `<made>` is that row.

        Where the engine can, all of it is one statement.
        """
        ...

    async def hold(self, name: str) -> None:
        """Wait until no other transaction holds `name`, and hold it to the end of this one.

        What is counted afterwards can grow by nobody else who holds the same name.
        """
        ...

    def in_place(self) -> bool:
        """Say whether what is written now will be found after a restart: nobody deleted or replaced the file."""
        ...

    def ring(self) -> None:
        """Wake the workers of other processes when this transaction is on disk: there is work for them."""
        ...


Body = Callable[[Transaction], Awaitable[T]]


class Engine(Protocol):
    """Runs bodies. A body that raises leaves nothing behind; a returned value means it is on disk."""

    async def write(self, body: Body[T], *, holding: str | None = None, repeatable: bool = False) -> T:
        """Run `body` in a durable transaction of its own, which holds `holding` from its beginning.

        `repeatable`: if an earlier run of this very body was committed, it finds that and writes nothing. So after a
        commit without an answer it is simply run again, and its number is not asked for before the commit.
        """
        ...

    async def read(self, body: Body[T]) -> T:
        """Run `body` on a consistent snapshot; it may not write."""
        ...

    async def forget(self) -> None:
        """Remove from disk what the engine still keeps of overwritten rows."""
        ...


Took = Callable[[str, float], None]
"""Called after each transaction with `read` or `write`, and its seconds."""


class TimedEngine:
    """Runs bodies on another engine and reports how long each took, also if it failed."""

    def __init__(self, engine: Engine, took: Took) -> None:
        self._engine = engine
        self._took = took

    async def write(self, body: Body[T], *, holding: str | None = None, repeatable: bool = False) -> T:
        """Run `body` in a durable transaction of its own."""
        began = time.perf_counter()
        try:
            return await self._engine.write(body, holding=holding, repeatable=repeatable)
        finally:
            self._took("write", time.perf_counter() - began)

    async def read(self, body: Body[T]) -> T:
        """Run `body` on a consistent snapshot; it may not write."""
        began = time.perf_counter()
        try:
            return await self._engine.read(body)
        finally:
            self._took("read", time.perf_counter() - began)

    async def forget(self) -> None:
        """Remove from disk what the engine still keeps of overwritten rows."""
        await self._engine.forget()
