"""What can break about the database.

DatabaseError
 +-- DatabaseBusy        another process has the file open
 +-- DatabaseTooOld      the SQLite library cannot run our SQL
 +-- DatabaseTooNew      a newer program wrote the file
 +-- DatabaseNotMigrated an older program wrote the file, or there is none yet
 +-- DatabaseUnusable    the file cannot be opened, or is no database
 +-- UnsupportedDatabase the address names no engine that we have

LeaseLost is no fault: another worker owns the job now.
"""

from pathlib import Path


class DatabaseError(Exception):
    """The database cannot be used; the message says what to do."""


class DatabaseBusy(DatabaseError):
    """Another process holds the lock of this SQLite file."""

    def __init__(self, path: Path) -> None:
        super().__init__(
            f"another process already uses {path}. One process per SQLite file: stop the other one, "
            "or set DATABASE_URL to a file of its own."
        )


class DatabaseTooOld(DatabaseError):
    """The SQLite library of this Python is too old."""

    def __init__(self, *, found: str, needed: str) -> None:
        super().__init__(f"SQLite {found} is too old: {needed} or newer is needed. Use a newer Python build.")


class DatabaseTooNew(DatabaseError):
    """The file's schema is one that this program does not know. Nothing was changed in it."""

    def __init__(self, path: Path, *, found: str, newest: str) -> None:
        super().__init__(
            f"{path} was written by a newer version: its schema is {found}, this version knows up to {newest}. "
            "Use the newer version, or set DATABASE_URL to another file."
        )


class DatabaseNotMigrated(DatabaseError):
    """The file lacks columns that are read here."""

    def __init__(self, path: Path) -> None:
        super().__init__(f"{path} has no up-to-date schema: start the bot, or run `python bot.py migrate`.")


class DatabaseUnusable(DatabaseError):
    """The file cannot be opened, or holds something else."""

    def __init__(self, path: Path, cause: BaseException) -> None:
        super().__init__(
            f"{path} cannot be used as a database: {cause}. Check DATABASE_URL, DATA_DIR and the rights on them."
        )


class UnsupportedDatabase(DatabaseError):
    """DATABASE_URL names an engine that does not exist here."""

    def __init__(self, scheme: str) -> None:
        super().__init__(f"DATABASE_URL starts with {scheme!r}: use sqlite:///path/to/clapper.db")


class LeaseLost(Exception):
    """A guarded write found the job claimed by somebody else or in another state: this step must stop."""
