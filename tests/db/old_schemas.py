"""Databases as earlier versions left them: SQL in `tests/db/schemas/`, one file per schema, rows in every table.

`python -m tests.db.old_schemas` writes the files that are missing. What is there is never written anew: it stands for
databases that exist. It also writes `db/schema.sql`, which is what today's migrations make of nothing.
"""

import re
import sqlite3
import tempfile
from contextlib import closing
from pathlib import Path

from db.jobs.job import JobState, Reason
from db.operations.migrate import SCHEMA_FILE, newest_revision, revisions
from db.operations.upgrade import open_connection, upgrade
from hailuo.request import VideoRequest
from jobs.orders.order import Order

FOLDER = Path(__file__).with_name("schemas")
_ORDER = Order(request=VideoRequest(prompt="a kite over the sea"), text="a kite over the sea").to_json()


def text_of(revision):
    return (FOLDER / f"{revision}.sql").read_text(encoding="utf-8")


def rows_of(revision):
    found = re.findall(r"^INSERT INTO (?!\"alembic_version\").*;$", text_of(revision), re.MULTILINE)
    return sorted(found, key=lambda statement: not statement.startswith('INSERT INTO "jobs"'))


def states_of(revision):
    """Return the states that jobs had in that schema."""
    [states] = re.findall(r"CHECK \(state IN \((.*?)\)\)", text_of(revision))
    return [JobState(state.strip("'")) for state in states.split(",")]


def build(path, revision):
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.executescript(text_of(revision))


def made_today(path, revision):
    with open_connection(path) as connection:
        upgrade(connection, revision)
        connection.commit()


def schema_of(path):
    with closing(sqlite3.connect(path)) as connection:
        tables = [name for (name,) in connection.execute(_TABLES)]
        columns = {
            name: sorted(row[1:] for row in connection.execute(f"PRAGMA table_info({name})"))
            for name in tables
        }
        indexes = dict(connection.execute(_INDEXES).fetchall())
    return columns, indexes


_TABLES = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name"
_INDEXES = "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL"


def schema_today():
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "clapper.db")
        made_today(path, newest_revision())
        with closing(sqlite3.connect(path)) as connection:
            return "\n".join(connection.iterdump()) + "\n"


def main():
    SCHEMA_FILE.write_text(schema_today(), encoding="utf-8")
    FOLDER.mkdir(exist_ok=True)
    for revision in revisions():
        if not (FOLDER / f"{revision}.sql").exists():
            (FOLDER / f"{revision}.sql").write_text(_written(revision), encoding="utf-8")


def _written(revision):
    path = FOLDER / f"{revision}.db"
    try:
        made_today(path, revision)
        with closing(sqlite3.connect(path, isolation_level=None)) as connection:
            for name in [name for (name,) in connection.execute(_TABLES) if name != "alembic_version"]:
                for number, state in enumerate(JobState if name == "jobs" else ["only"], 1):
                    _fill(connection, name, number, state)
            assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
            return "\n".join(connection.iterdump()) + "\n"
    finally:
        path.unlink(missing_ok=True)


def _fill(connection, table, number, state):
    known = {
        "state": state,
        "to_state": "queued",
        "kind": "reserve",
        "request_json": _ORDER,
        "format": "MiniMax-Hailuo-2.3/6s/768p",
        "route": "channel",
        "language": "en",
        "usage_day": "2026-11-23",
        "relation": "reroll" if number > 1 else None,
        "parent_id": 1 if number > 1 else None,
        "reason": {"failed": Reason.PROVIDER, "unknown": Reason.AMBIGUOUS_SUBMIT}.get(state),
        "job_id": 1,
        "notice": int(state == "delivered"),
    }
    columns = [(row[1], row[2]) for row in connection.execute(f"PRAGMA table_info({table})")]
    row = [known.get(name, _some(name, kind, number)) for name, kind in columns]
    connection.execute(f"INSERT INTO {table} VALUES ({', '.join('?' * len(row))})", row)  # noqa: S608 - names of our own tables


def _some(name, kind, number):
    return f"{name} {number}" if kind == "TEXT" else number


if __name__ == "__main__":
    main()
