"""The statements of one body as PostgreSQL runs them, on the connection of its transaction."""

import functools
import re
from collections.abc import Callable
from typing import Any

from db.engines.engine import UNDER_WAY, Row
from db.engines.postgres_connection import Connection

Clock = Callable[[], int]

HOLD = "SELECT pg_advisory_xact_lock(hashtextextended($1, 0))"

# Of the statement, not of the transaction, and the same for all of its rows: an index can be entered at it.
_NOW = "CAST(extract(epoch FROM statement_timestamp()) * 1000 AS BIGINT)"
_GIVEN_NOW = "CAST(:clapper_now AS BIGINT)"
_PARAMETER = re.compile(r":([a-z_]+)")


@functools.lru_cache(maxsize=512)
def in_postgres(sql: str, *, given_clock: bool = False) -> tuple[str, tuple[str, ...]]:
    """Return the shared SQL text as PostgreSQL runs it, and the names of its parameters in their order."""
    text = sql.replace("<dbnow>", _GIVEN_NOW if given_clock else _NOW)
    text = text.replace("/*lock*/", "FOR UPDATE SKIP LOCKED").replace("<under_way>", UNDER_WAY)
    names = tuple(dict.fromkeys(_PARAMETER.findall(text)))
    return _PARAMETER.sub(lambda found: f"${names.index(found[1]) + 1}", text), names


@functools.lru_cache
def made_with(sql: str, records: tuple[str, ...]) -> str:
    """Return one statement of an INSERT and of records of the row that it makes, and that is returned."""
    parts = [f"made AS ({sql})"]
    parts += [
        f"record{number} AS ({record.replace('<made>', 'made')})" for number, record in enumerate(records)
    ]
    return "WITH " + ", ".join(parts) + " TABLE made"


class PostgresTransaction:
    """Runs the statements of one body on its connection."""

    def __init__(self, connection: Connection, clock: Clock | None) -> None:
        self._connection = connection
        self._clock = clock
        self.rings = False

    async def one(self, sql: str, /, **parameters: Any) -> Row | None:
        """Run one statement and return its first row, if any."""
        rows = await self.all(sql, **parameters)
        return rows[0] if rows else None

    async def all(self, sql: str, /, **parameters: Any) -> list[Row]:
        """Run one statement and return all of its rows."""
        if self._clock is not None:
            parameters["clapper_now"] = self._clock()
        text, names = in_postgres(sql, given_clock=self._clock is not None)
        return [
            dict(row) for row in await self._connection.fetch(text, *(parameters[name] for name in names))
        ]

    async def make(self, sql: str, /, *records: str, **parameters: Any) -> Row | None:
        """Run an INSERT and records of what it made as one statement."""
        whole = made_with(sql, records)
        return await self.one(whole, **parameters)

    async def hold(self, name: str) -> None:
        """Hold a lock of the server to the end of the transaction."""
        await self._connection.fetch(HOLD, name)

    def in_place(self) -> bool:
        """Say yes: the server looks after its files."""
        return True

    def ring(self) -> None:
        """Notify the other processes when this is committed."""
        self.rings = True
