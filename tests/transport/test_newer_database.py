"""A bot that is older than its database does not start, and says so in one sentence."""

import sqlite3
from contextlib import closing

import asyncpg
import pytest

from db.operations.migrate import migrate_sqlite
from tests.support.databases import new_database
from tests.support.processes import environment, run_to_end

pytestmark = pytest.mark.process

NEWER = "UPDATE alembic_version SET version_num = '9999'"


async def newer_file(folder):
    path = folder / "clapper.db"
    migrate_sqlite(path)
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute(NEWER)
    return f"sqlite:///{path}"


async def newer_server(_folder):
    url = await new_database()
    connection = await asyncpg.connect(url)
    await connection.execute(NEWER)
    await connection.close()
    return url


@pytest.mark.parametrize("made", [newer_file, newer_server])
@pytest.mark.parametrize("command", [[], ["migrate"], ["jobs"]], ids=lambda words: " ".join(words) or "run")
async def test_a_database_of_a_newer_version_ends_the_bot_in_one_sentence(
    discord, slow_sandbox, tmp_path, made, command
):
    env = environment(discord, slow_sandbox, tmp_path, DATABASE_URL=await made(tmp_path))
    code, said = await run_to_end(discord, env, *command)
    assert code == 1
    assert "was written by a newer version: its schema is 9999, this version knows up to" in said
    assert "Use the newer version" in said
    assert "Traceback" not in said
