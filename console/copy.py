"""`python bot.py copy SOURCE TARGET`: moves an installation to another database, row by row, and compares both."""

from db.engines.address import place_of
from db.operations.copying import Copied
from db.store import copy_database


async def copy(source_url: str, target_url: str) -> None:
    """Copy and say how many rows each table has; safe to repeat. The bots must be stopped.

    Raises:
        DatabaseError: it cannot be done; nothing that was there was changed.
    """
    await copy_database(source_url, target_url, told=_tell)
    print(f"{place_of(target_url)} holds the same rows. Set DATABASE_URL to it, and copy DATA_DIR along.")


def _tell(copied: Copied) -> None:
    print(f"{copied.table:<12} {copied.rows:>8} rows, {copied.written} of them new there, all compared")
