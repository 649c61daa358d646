"""What can break about the database.

DatabaseError
 +-- DatabaseBusy        another process has the file open
 +-- DatabaseTooOld      the SQLite library cannot run our SQL
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


class UnsupportedDatabase(DatabaseError):
    """DATABASE_URL names an engine that does not exist here."""

    def __init__(self, scheme: str) -> None:
        super().__init__(f"DATABASE_URL starts with {scheme!r}: use sqlite:///path/to/clapper.db")


class LeaseLost(Exception):
    """A guarded write found the job claimed by somebody else or in another state: this step must stop."""
