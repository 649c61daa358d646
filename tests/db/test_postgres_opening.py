"""Opening a PostgreSQL database: migrations, several processes at once, and what is said when it cannot be used."""

import os

import pytest

from db.engines.address import postgres_address
from db.engines.engine import (
    DatabaseNotMigrated,
    DatabaseRefused,
    DatabaseTooOld,
    DatabaseUnreachable,
    DatabaseUnusable,
)
from db.engines.postgres import open_postgres
from db.operations.migrate import migrate_postgres, newest_revision
from db.store import migrate_database, open_store, open_store_for_reading
from tests.db.rows import admit, at_once
from tests.db.test_db_migrations import TABLES, VERSION, ask
from tests.support.databases import administer, new_database, own_server, url_of

database = pytest.fixture(lambda: "postgresql")


async def test_processes_that_start_at_once_migrate_once():
    url = await new_database(migrated=False)

    await at_once(migrate_database(url) for _ in range(5))

    assert await ask(url, VERSION) == [newest_revision()]
    assert await ask(url, "SELECT COUNT(*) FROM jobs") == [0]


async def test_a_reader_looks_beside_the_bot_and_migrates_nothing():
    url = await new_database(migrated=False)
    with pytest.raises(DatabaseNotMigrated, match="start the bot"):
        async with open_store_for_reading(url):
            pass
    assert await ask(url, TABLES["postgresql"]) == []

    async with open_store(url, worker="w", lease_seconds=60) as store:
        job = await admit(store)
        async with open_store_for_reading(url) as reader:
            assert await reader.job_queries.by_key(job.key) == job


async def test_a_database_in_another_encoding_is_refused():
    name = f"clapper_{os.getpid()}_latin"
    await administer(f"CREATE DATABASE {name} ENCODING 'LATIN1' LOCALE 'C' TEMPLATE template0")
    try:
        with pytest.raises(DatabaseUnusable, match="encoding is not UTF8"):
            async with open_postgres(postgres_address(url_of(name)), name="w"):
                pass
    finally:
        await administer(f"DROP DATABASE {name} WITH (FORCE)")


async def test_a_server_of_before_is_refused(url, monkeypatch):
    monkeypatch.setattr("db.engines.postgres_connection._MINIMUM_SERVER", 99)

    with pytest.raises(DatabaseTooOld, match=r"PostgreSQL \d+ is too old: 99 or newer is needed"):
        async with open_postgres(postgres_address(url), name="w"):
            pass


async def test_a_database_that_is_not_there_is_named():
    url = url_of("absent")

    for opening in (open_store(url, worker="w", lease_seconds=60), open_store_for_reading(url)):
        with pytest.raises(DatabaseRefused, match=r'"absent" does not exist.*createdb'):
            async with opening:
                pass


async def test_a_server_that_is_not_there_is_named(tmp_path, unused_tcp_port):
    for server in (
        f"@/clapper?host={tmp_path}",
        f"ann:canary@127.0.0.1:{unused_tcp_port}/clapper?sslmode=disable",
    ):
        with pytest.raises(DatabaseUnreachable, match="does not answer") as caught:
            await migrate_postgres(postgres_address(f"postgresql://{server}"))
        assert "canary" not in str(caught.value)
        assert "Is the server running" in str(caught.value)


async def test_a_wrong_password_is_refused_without_repeating_it():
    with own_server() as server:
        await ask(server.url("postgres"), "CREATE ROLE ann LOGIN PASSWORD 'right'")
        (server.data / "pg_hba.conf").write_text("local all ann scram-sha-256\nlocal all all trust\n")
        await ask(server.url("postgres"), "SELECT pg_reload_conf()")
        wrong = server.url("postgres").replace("postgres@", "ann:canary@")

        with pytest.raises(DatabaseRefused) as caught:
            await migrate_database(wrong)

    assert "password authentication failed" in str(caught.value)
    assert "Check user, password and database in DATABASE_URL" in str(caught.value)
    assert "canary" not in str(caught.value)


async def test_a_user_without_the_right_to_make_tables_is_told_so():
    with own_server() as server:
        await ask(server.url("postgres"), "CREATE ROLE ann LOGIN")

        with pytest.raises(DatabaseUnusable, match="permission denied for schema public"):
            await migrate_database(server.url("postgres").replace("postgres@", "ann@"))


async def test_a_server_that_does_not_wait_for_its_disk_is_warned_about(url, caplog):
    (fsync,) = await ask(url, "SELECT current_setting('fsync')")
    async with open_postgres(postgres_address(url), name="w"):
        pass

    assert ("does not wait for its disk" in caplog.text) == (fsync == "off")
