"""The interface of a database engine, and the errors of databases.

An engine runs "bodies": functions whose statements are one transaction. A body is an `async def` that awaits
only its transaction, and changes nothing outside of it. On SQLite these awaits never suspend, so the writer's
thread runs the whole body in one step. On PostgreSQL they do suspend, and a body may run again if its first
run certainly left nothing behind.
"""

import sqlite3
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, Protocol, TypeVar


class DatabaseError(Exception):
    """Raised if the database cannot be used; the message says what to do."""


class DatabaseBusy(DatabaseError):
    """Raised if another process holds the lock of this SQLite file."""

    def __init__(self, path: Path) -> None:
        super().__init__(
            f"another process already uses {path}. One process per SQLite file: stop the other one, "
            "set DATABASE_URL to a file of its own, or run several processes over PostgreSQL "
            "(DATABASE_URL=postgresql://...)."
        )


class OneProcessOnly(DatabaseError):
    """Raised if a role that shares work with other processes is started with SQLite, which allows one process."""

    def __init__(self, role: str) -> None:
        super().__init__(
            f"a {role} shares its work with other processes, and SQLite serves one process only: "
            "set DATABASE_URL=postgresql://..., or run `python bot.py` alone."
        )


class DatabaseTooOld(DatabaseError):
    """Raised if the SQLite library of this Python, or the PostgreSQL server, is too old."""

    def __init__(self, *, found: str, needed: str, remedy: str = "Use a newer Python build.") -> None:
        super().__init__(f"{found} is too old: {needed} or newer is needed. {remedy}")


class DatabaseTooNew(DatabaseError):
    """Raised if a newer version of this program wrote the schema. Nothing was changed in the database."""

    def __init__(self, place: Path | str, *, found: str, newest: str) -> None:
        other = "file" if isinstance(place, Path) else "database"
        super().__init__(
            f"{place} was written by a newer version: its schema is {found}, this version knows up to {newest}. "
            f"Use the newer version, or set DATABASE_URL to another {other}."
        )


class DatabaseNotMigrated(DatabaseError):
    """Raised if the schema is missing, or older than this program needs."""

    def __init__(self, place: Path | str) -> None:
        super().__init__(f"{place} has no up-to-date schema: start the bot, or run `python bot.py migrate`.")


class DatabaseUnusable(DatabaseError):
    """Raised if the file cannot be opened or is another program's, or if the server's settings do not fit."""

    def __init__(self, place: Path | str, cause: BaseException | str) -> None:
        checks = "DATABASE_URL, DATA_DIR and the rights on them"
        super().__init__(
            f"{place} cannot be used as a database: {cause}. "
            f"Check {checks if isinstance(place, Path) else 'DATABASE_URL and the rights of its user'}."
        )


class SourceUnusable(DatabaseUnusable):
    """Raised if the named place has no database of this program. Nothing was created there."""


class DatabaseUnreachable(DatabaseError):
    """Raised if the server does not answer, or has not answered for longer than the program waits."""

    def __init__(self, place: str, cause: BaseException) -> None:
        super().__init__(
            f"{place} does not answer: {cause or type(cause).__name__}. Is the server running, and are the host "
            "and port in DATABASE_URL right?"
        )


class DatabaseRefused(DatabaseError):
    """Raised if the server refuses the user, password or database of DATABASE_URL."""

    def __init__(self, place: str, cause: BaseException) -> None:
        super().__init__(
            f"{place} refuses: {cause}. Check user, password and database in DATABASE_URL; "
            "`createdb --encoding UTF8` makes a database."
        )


class CommitUnknown(DatabaseError):
    """Raised if the connection broke during a commit. The transaction may be on disk, so it was not repeated."""

    def __init__(self, place: str) -> None:
        super().__init__(f"{place} broke off during a commit and cannot be asked whether it was done")


class UnsupportedDatabase(DatabaseError):
    """Raised if DATABASE_URL names a database engine that is not supported."""

    def __init__(self, scheme: str) -> None:
        super().__init__(
            f"DATABASE_URL starts with {scheme!r}: use sqlite:///path/to/clapper.db "
            "or postgresql://user:password@host/database"
        )


class AddressUnreadable(UnsupportedDatabase):
    """Raised if DATABASE_URL cannot be parsed."""

    def __init__(self, rule: str) -> None:
        DatabaseError.__init__(
            self,
            f"DATABASE_URL cannot be read: {rule}. It has the form postgresql://user:password@host/database",
        )


class ServerBackup(UnsupportedDatabase):
    """Raised if a backup or restore of a database server is requested; the message names the command for it."""

    def __init__(self, words: str) -> None:
        DatabaseError.__init__(self, words)


class BackupUnusable(DatabaseError):
    """Raised if a backup is incomplete or missing. Nothing was changed."""

    def __init__(self, source: Path, cause: str) -> None:
        super().__init__(f"{source} cannot be restored: {cause}. Nothing was changed.")


class BackupMissing(BackupUnusable):
    """Raised if the backup's folder does not exist."""

    def __init__(self, source: Path) -> None:
        super().__init__(source, "there is no such folder")


class InstallationThere(DatabaseError):
    """Raised if a restore would overwrite an existing installation."""

    def __init__(self, found: Path) -> None:
        super().__init__(
            f"{found} is there already. With --replace it is moved aside, not deleted. Nothing was changed."
        )


class LeaseLost(Exception):
    """Raised if a guarded write finds the job claimed by another worker, or in another state: the step must stop."""


def is_lasting(error: BaseException) -> bool:
    """Return whether the database refused the values (a constraint), so that a retry would be refused, too."""
    of_postgres = str(getattr(error, "sqlstate", None) or "")
    return isinstance(error, sqlite3.IntegrityError) or of_postgres.startswith("23")


T = TypeVar("T")
Row = dict[str, Any]

UNDER_WAY = "('queued', 'submitting', 'rendering', 'delivering')"
"""The states of jobs that a step still works on, for `<under_way>` in statements.

The text must equal the condition of the partial index.
"""


class Transaction(Protocol):
    """Protocol of a transaction, in which a body runs its statements in SQL that both engines understand.

    Parameters are written `:name`. `<dbnow>` stands for the database's clock in epoch milliseconds,
    `<under_way>` for `UNDER_WAY`, `/*lock*/` for the engine's way to skip rows that another worker is
    claiming.
    """

    async def one(self, sql: str, /, **parameters: Any) -> Row | None:
        """Run one statement and return its first row, if any."""
        ...

    async def all(self, sql: str, /, **parameters: Any) -> list[Row]:
        """Run one statement and return all of its rows."""
        ...

    async def insert_with_records(self, sql: str, /, *records: str, **parameters: Any) -> Row | None:
        """Run an INSERT and return the new row, if any; then run `records`, INSERTs in which `<made>` is that row.

        If the engine can, all of it is one statement.
        """
        ...

    async def hold(self, name: str) -> None:
        """Wait until no other transaction holds the lock `name`, then hold it until this transaction ends.

        Rows that are counted afterwards cannot grow by transactions that hold the same lock.
        """
        ...

    def file_still_there(self) -> bool:
        """Return whether the database's file is still there, so that writes survive a restart."""
        ...

    def ring(self) -> None:
        """After the commit, wake the workers of other processes, because there is work for them."""
        ...


Body = Callable[[Transaction], Awaitable[T]]


class Engine(Protocol):
    """Protocol of a database engine, which runs bodies (functions of statements) in transactions.

    If a body raises, nothing is written; if `write` returns, the transaction is on disk.
    """

    async def write(self, body: Body[T], *, holding: str | None = None, repeatable: bool = False) -> T:
        """Run the statements of `body` in a durable transaction, which holds the lock `holding` from the beginning.

        `repeatable` means: if an earlier run of this body was committed, another run notices that and writes
        nothing. So after a commit without an answer the engine simply runs the body again, and need not ask
        for the transaction's number before the commit.
        """
        ...

    async def read(self, body: Body[T]) -> T:
        """Run the statements of `body` on a consistent snapshot; they may not write."""
        ...

    async def forget(self) -> None:
        """Remove overwritten rows from the disk, as far as the engine still has them."""
        ...


Took = Callable[[str, float], None]
"""A function that is called after each transaction, with `read` or `write` and the seconds that it took."""


class TimedEngine:
    """An engine that runs bodies on another engine, and reports how long each took, also if it failed."""

    def __init__(self, engine: Engine, took: Took) -> None:
        self._engine = engine
        self._took = took

    async def write(self, body: Body[T], *, holding: str | None = None, repeatable: bool = False) -> T:
        """Run the statements of `body` in a durable transaction, and report the time."""
        began = time.perf_counter()
        try:
            return await self._engine.write(body, holding=holding, repeatable=repeatable)
        finally:
            self._took("write", time.perf_counter() - began)

    async def read(self, body: Body[T]) -> T:
        """Run the statements of `body` on a consistent snapshot, and report the time; they may not write."""
        began = time.perf_counter()
        try:
            return await self._engine.read(body)
        finally:
            self._took("read", time.perf_counter() - began)

    async def forget(self) -> None:
        """Remove overwritten rows from the disk, as far as the engine still has them."""
        await self._engine.forget()
