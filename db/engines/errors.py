"""What can break about the database.

DatabaseError
 +-- DatabaseBusy        another process has the file open
 +-- DatabaseTooOld      SQLite or the PostgreSQL server cannot run our SQL
 +-- DatabaseTooNew      a newer program wrote the schema
 +-- DatabaseNotMigrated an older program wrote the schema, or there is none yet
 +-- DatabaseUnusable    the file or server cannot be used as it is
 |    +-- SourceUnusable what is named as a source is not there, or is no database of ours
 +-- DatabaseUnreachable no PostgreSQL server answers, or it stopped answering
 +-- DatabaseRefused     the server does not take the user, the password or the database's name
 +-- OutcomeUnknown      the connection broke while committing, and nobody answers whether it is on disk
 +-- OneProcessOnly      a role that shares its work was asked for over SQLite
 +-- UnsupportedDatabase the address names no engine that we have
 +-- AddressUnreadable   the address of a server cannot be understood
 +-- ServerBackup        a backup was asked for that is the PostgreSQL server's own business
 +-- BackupUnusable      what is to be restored is no whole backup
 |    +-- BackupMissing  there is no folder of that name
 +-- InstallationThere   restoring would replace an installation, and nobody said that it may

LeaseLost is no fault: another worker owns the job now.
"""

import sqlite3
from pathlib import Path


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
