"""The copy of all rows of one database into another one, and their comparison; an interrupted copy is resumed."""

from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from db.engines.engine import Body, DatabaseError, Engine, Row, Transaction

PAGE = 500
"""Rows in one transaction."""


@dataclass(frozen=True, slots=True)
class Table:
    """A table, and the columns of its primary key in their order."""

    name: str
    key: tuple[str, ...]
    numbered: bool = False  #: whether the database chooses the numbers of new rows


TABLES = (
    Table("jobs", ("id",), numbered=True),
    Table("job_events", ("id",), numbered=True),
    Table("ledger", ("id",), numbered=True),
    Table("counters", ("scope", "guild_id", "user_id", "period")),
    Table("queue_clock", ("name",)),
    Table("pauses", ("guild_id", "cause")),
    Table("blocks", ("guild_id", "user_id")),
    Table("erasures", ("user_id",)),
    Table("departures", ("guild_id",)),
    Table("audit", ("id",), numbered=True),
    Table("log_posts", ("job_id",)),
    Table("reports", ("job_id", "user_id")),
    Table("members", ("user_id",)),
    Table("guilds", ("guild_id",)),
    Table("facts", ("name",)),
)
"""All tables that are copied. The table `turns` is not, because turns are over in seconds."""


class Target(Engine, Protocol):
    """An engine that accepts rows with given numbers."""

    async def renumber(self, table: str) -> None:
        """Set the counter of `table`, so that the next row gets the number after the highest one."""
        ...


class RowsDiffer(DatabaseError):
    """Raised if a row is missing in one of the two databases, or differs; it was not overwritten."""

    def __init__(self, table: str, key: str) -> None:
        super().__init__(
            f"row {key} of table {table} is not the same in both databases: one of them is in use, or the target "
            "holds another installation. Stop every bot, and copy into an empty database."
        )
        self.table = table


@dataclass(frozen=True, slots=True)
class Copied:
    """The number of rows in a table, and the number that this copy wrote."""

    table: str
    rows: int
    written: int


async def copy_rows(source: Engine, target: Target, *, told: Callable[[Copied], None]) -> None:
    """Copy all tables, then compare them row by row, and call `told` after each table.

    No process may write to either database meanwhile.

    Raises:
        RowsDiffer: the target has rows that the source lacks, or that differ from the source's.
    """
    for table in TABLES:
        await _refuse_strangers(source, target, table)
    for table in TABLES:
        written = await _write_missing(source, target, table)
        rows = await _compare(source, target, table)
        told(Copied(table.name, rows, written))


async def _refuse_strangers(source: Engine, target: Target, table: Table) -> None:
    """Check, before anything is written, that every row of the target is also in the source."""
    async for page in _pages(target, table):
        _require_equal(table, wanted=await _same_rows(source, table, page), found=page)


async def _write_missing(source: Engine, target: Target, table: Table) -> int:
    written = 0
    async for page in _pages(source, table):
        written += await target.write(_inserting(table, page))
    if table.numbered:
        await target.renumber(table.name)
    return written


async def _compare(source: Engine, target: Target, table: Table) -> int:
    rows = 0
    async for page in _pages(source, table):
        _require_equal(table, wanted=page, found=await _same_rows(target, table, page))
        rows += len(page)
    return rows


def _require_equal(table: Table, *, wanted: Sequence[Row | None], found: Sequence[Row | None]) -> None:
    for expected, row in zip(wanted, found, strict=True):
        if expected == row:
            continue
        shown = ", ".join(str((expected or row or {})[column]) for column in table.key)
        raise RowsDiffer(table.name, shown)


async def _pages(engine: Engine, table: Table) -> AsyncIterator[list[Row]]:
    """Yield all rows page by page, in the order in which this engine sorts their keys."""
    keys = ", ".join(table.key)
    first = f"SELECT * FROM {table.name} ORDER BY {keys} LIMIT {PAGE}"  # noqa: S608 - names of our own tables
    after = first.replace("ORDER BY", f"WHERE ({keys}) > ({_parameters(table.key)}) ORDER BY")
    page = await engine.read(_selecting(first, {}))
    while page:
        yield page
        page = await engine.read(_selecting(after, {column: page[-1][column] for column in table.key}))


async def _same_rows(engine: Engine, table: Table, page: Sequence[Row]) -> list[Row | None]:
    """Return the rows with the keys of `page`; None for each that is missing."""
    where = " AND ".join(f"{column} = :{column}" for column in table.key)
    sql = f"SELECT * FROM {table.name} WHERE {where}"  # noqa: S608 - names of our own tables

    async def body(transaction: Transaction) -> list[Row | None]:
        return [await transaction.one(sql, **{name: row[name] for name in table.key}) for row in page]

    return await engine.read(body)


def _selecting(sql: str, parameters: Row) -> Body[list[Row]]:
    async def body(transaction: Transaction) -> list[Row]:
        return await transaction.all(sql, **parameters)

    return body


def _inserting(table: Table, page: Sequence[Row]) -> Body[int]:
    columns = tuple(page[0])
    names, values = ", ".join(columns), _parameters(columns)
    sql = f"INSERT INTO {table.name} ({names}) VALUES ({values}) ON CONFLICT DO NOTHING RETURNING 1 AS n"  # noqa: S608 - names of our own tables

    async def body(transaction: Transaction) -> int:
        return sum([len(await transaction.all(sql, **row)) for row in page])

    return body


def _parameters(columns: Sequence[str]) -> str:
    return ", ".join(f":{column}" for column in columns)
